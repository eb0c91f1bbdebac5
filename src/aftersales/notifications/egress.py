"""The only way out of the house: one POST, one address resolved once, no redirects, no private networks."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import InputRefused, Text

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
MOST_ANSWER_BYTES = 64 * 1024


class TemporaryFailure(Exception):
    """The receiver cannot be reached now, or asks to be tried again."""


class PermanentFailure(Exception):
    """The receiver will never take this message."""


class NotConfigured(Exception):
    """The channel has no gateway; the message is parked until somebody sets one up."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be called, with the one IP address it was resolved to."""

    host: str
    ip: str
    port: int
    scheme: str
    path: str


def allows_private() -> bool:
    """Tell whether addresses inside the house may be called (setting AFTERSALES_EGRESS_ALLOW_PRIVATE)."""
    return bool(getattr(settings, "AFTERSALES_EGRESS_ALLOW_PRIVATE", False))


def check_address(url: str) -> None:
    """Raise InputRefused (field `url`) for an address that could never be called; does not resolve names."""
    if sentence := _objection(url, may_be_private=allows_private()):
        raise InputRefused(sentence, code="unusable_address", fields={"url": sentence})


def _objection(url: str, *, may_be_private: bool) -> Text | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return _("This is not a web address.")
    if not host or (port is not None and not 1 <= port <= 65535) or any(ord(letter) <= 32 for letter in url):
        return _("This is not a web address.")
    if parts.scheme not in ("https", "http") or (parts.scheme == "http" and not may_be_private):
        return _("The address must begin with https://.")
    if parts.username or parts.password or parts.fragment:
        return _("The address must not contain a user name, a password or a fragment.")
    if not may_be_private and _is_private_number(host):
        return _("Addresses inside a private network cannot be called.")
    return None


def _is_private_number(host: str) -> bool:
    try:
        return not _is_public(ipaddress.ip_address(host))
    except ValueError:
        return False  # a name; where it leads is looked at when it is called


def _is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return _is_public(ip.ipv4_mapped)
        if ip.sixtofour is not None or ip.teredo is not None or ip in ipaddress.ip_network("64:ff9b::/96"):
            return False  # tunnels that can end in a private network
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def resolve(url: str, *, may_be_private: bool) -> Target:
    """Resolve the address once and return what to connect to; every answer of the name must be public.

    Raises PermanentFailure for an address that may not be called, TemporaryFailure when the name has no answer now.
    """
    if (sentence := _objection(url, may_be_private=may_be_private)) is not None:
        raise PermanentFailure(str(sentence))
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TemporaryFailure(f"{host}: {error}") from error
    ips = [str(answer[4][0]) for answer in answers]
    if not may_be_private:
        for ip in ips:
            if not _is_public(ipaddress.ip_address(ip.split("%")[0])):
                raise PermanentFailure(f"{host} leads into a private network")
    path = parts.path or "/"
    return Target(host, ips[0], port, parts.scheme, f"{path}?{parts.query}" if parts.query else path)


def post(url: str, body: bytes, headers: Mapping[str, str], *, may_be_private: bool | None = None) -> None:
    """POST the body; an answer 2xx is success, anything else raises TemporaryFailure or PermanentFailure.

    Connects to the IP address that was checked, so that a name cannot change its mind in between; follows no redirect,
    uses no proxy from the environment, reads at most 64 kB of the answer.
    """
    target = resolve(url, may_be_private=allows_private() if may_be_private is None else may_be_private)
    ip = f"[{target.ip}]" if ":" in target.ip else target.ip
    standard_port = target.port == (443 if target.scheme == "https" else 80)
    host = f"[{target.host}]" if ":" in target.host else target.host
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    try:
        with (
            httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST",
                f"{target.scheme}://{ip}:{target.port}{target.path}",
                content=body,
                headers={**headers, "Host": host if standard_port else f"{host}:{target.port}"},
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):
            _drain(answer)
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise TemporaryFailure(f"{type(error).__name__}: {error}"[:200]) from error
    if 200 <= status < 300:
        return
    if status in (408, 425, 429) or status >= 500:
        raise TemporaryFailure(f"HTTP {status}")
    raise PermanentFailure(f"HTTP {status}")


def _drain(answer: httpx.Response) -> None:
    seen = 0
    for piece in answer.iter_raw():
        seen += len(piece)
        if seen > MOST_ANSWER_BYTES:
            break
