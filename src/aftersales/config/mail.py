"""Mail from one address line: smtp://user:password@host:587/?tls=1 (smtps:// for implicit TLS)."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def mailers(url: str) -> dict[str, dict[str, Any]]:
    """Django's MAILERS for `url`; without one, mail is dropped and `doctor` says so. ValueError on another scheme."""
    if not url.strip():
        return {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
    parts = urlsplit(url.strip())
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("AFTERSALES_MAIL_URL must look like smtp://user:password@host:587/?tls=1")
    implicit = parts.scheme == "smtps"
    options: dict[str, Any] = {
        "host": parts.hostname,
        "port": parts.port or (465 if implicit else 587),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": implicit,
        "use_tls": not implicit and parse_qs(parts.query).get("tls", ["1"])[0] == "1",
        "timeout": 15,
    }
    return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
