"""What `doctor` looks at. Each examination is one small function that yields findings and never raises."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import click

from aftersales.config import database, folders
from aftersales.config.commands.ready import pending_migrations, ready

Level = Literal["ok", "note", "missing", "unsafe"]
_OLDEST_HEARTBEAT_SECONDS = 120


@dataclass(frozen=True)
class Finding:
    """One line: `ok`, `note` (by choice), `missing` (something will not work) or `unsafe`."""

    level: Level
    subject: str
    text: str


def examine() -> list[Finding]:
    """Everything there is to find; starts our own database for the while if it is not running."""
    findings = list(_data_folder())
    try:
        with ready():
            for look in (_database, _migrations, _addresses, _keys, _surroundings, _worker):
                findings += look()
    except click.ClickException as error:
        findings.append(Finding("missing", "database", error.message))
    return findings


def _data_folder() -> Iterator[Finding]:
    folder = folders.data_folder()
    if not folder.is_dir():
        yield Finding("note", "data folder", f"{folder} does not exist yet; it is made on the first start")
        return
    yield Finding("ok", "data folder", str(folder))
    for name in ("secret.key", "database/passwords.json", "files", "database/cluster"):
        path = folder / name
        try:
            closed = not path.exists() or folders.is_closed_to_others(path)
        except PermissionError:
            yield Finding("missing", "data folder", f"{path} cannot be looked at by this user")
            continue
        if not closed:
            yield Finding(
                "unsafe", "data folder", f"{path} can be read by other users of this machine: chmod go= {path}"
            )


def _database() -> Iterator[Finding]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('server_encoding')")
        version, encoding = cursor.fetchone()
        where = "our own server in the data folder" if database.is_embedded() else "the server that DATABASE_URL names"
        old = int(version.split(".")[0]) < database.OLDEST_SERVER
        yield Finding(
            "missing" if old else "ok",
            "database",
            f"PostgreSQL {version}, {where}" + (f"; {database.OLDEST_SERVER} or later is needed" if old else ""),
        )
        if encoding != "UTF8":
            yield Finding("missing", "database", f"its encoding is {encoding}; it must be created with UTF8")
        cursor.execute("SELECT extname FROM pg_extension")
        installed = {name for (name,) in cursor.fetchall()}
        for name in sorted(_extensions_asked_for() - installed):
            if True:
                yield Finding(
                    "missing", "database", f"the extension {name} is not there; `aftersales migrate` makes it"
                )
        if "pg_trgm" in installed:
            cursor.execute("SELECT cardinality(show_trgm('刹车片'))")
            if not cursor.fetchone()[0]:
                yield Finding("missing", "database", "Chinese text yields no trigrams: create it with lc_ctype C.UTF-8")
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            yield Finding(
                "unsafe", "database", "the program's role is a superuser; give it a database of its own instead"
            )
        cursor.execute("SELECT current_setting('fsync'), current_setting('full_page_writes')")
        if "off" in cursor.fetchone():
            yield Finding("unsafe", "database", "fsync or full_page_writes is off: a power cut would lose data")


def _extensions_asked_for() -> set[str]:
    """The extensions that some migration installs."""
    from django.contrib.postgres.operations import CreateExtension
    from django.db.migrations.loader import MigrationLoader

    migrations = MigrationLoader(None).disk_migrations.values()
    return {step.name for found in migrations for step in found.operations if isinstance(step, CreateExtension)}


def _migrations() -> Iterator[Finding]:
    pending = pending_migrations()
    if pending:
        yield Finding("missing", "tables", f"{len(pending)} migrations are pending: run `aftersales migrate`")
    else:
        yield Finding("ok", "tables", "up to date")


def _addresses() -> Iterator[Finding]:
    from django.conf import settings

    local = set(settings.ALLOWED_HOSTS) <= {"localhost", "127.0.0.1", "[::1]"}
    if "*" in settings.ALLOWED_HOSTS:
        yield Finding("unsafe", "addresses", "AFTERSALES_HOSTS allows any name: list the site's own names")
    elif local:
        yield Finding("note", "addresses", "reached as localhost only; AFTERSALES_HOSTS lists the site's names")
    else:
        yield Finding("ok", "addresses", ", ".join(settings.ALLOWED_HOSTS))
    if settings.HTTPS:
        yield Finding("ok", "https", "cookies and HSTS are for https only")
    elif local:
        yield Finding("note", "https", "off, as this site is only reached from this machine")
    else:
        yield Finding("unsafe", "https", "passwords travel unencrypted: put TLS in front and set AFTERSALES_HTTPS=1")
    if settings.DEBUG:
        yield Finding("unsafe", "debug", "AFTERSALES_DEBUG shows code and data to every visitor who meets an error")


def _keys() -> Iterator[Finding]:
    from django.conf import settings

    if len(settings.SECRET_KEY) < 50 or len(set(settings.SECRET_KEY)) < 5:
        yield Finding(
            "unsafe", "secret key", "too short or too plain; remove AFTERSALES_SECRET_KEY to have one generated"
        )
    else:
        source = "from the environment" if os.environ.get("AFTERSALES_SECRET_KEY") else "generated, in the data folder"
        yield Finding("ok", "secret key", source)


def _surroundings() -> Iterator[Finding]:
    from django.conf import settings

    from aftersales.web.assets import is_built

    if is_built():
        yield Finding("ok", "front end", "built")
    else:
        yield Finding("missing", "front end", "not built: `make build` (or reinstall without AFTERSALES_SKIP_FRONTEND)")
    if settings.MAILERS["default"]["BACKEND"].endswith("dummy.EmailBackend"):
        yield Finding("note", "mail", "not set up, nothing is sent: AFTERSALES_MAIL_URL=smtp://user:password@host:587/")
    else:
        yield Finding("ok", "mail", settings.MAILERS["default"].get("OPTIONS", {}).get("host", "set up"))
    fonts = find_spec("manimgx_fonts_cjk")
    if fonts is not None and fonts.origin and any(Path(fonts.origin).parent.glob("*.ttc")):
        yield Finding("ok", "print font", "Noto Sans CJK")
    else:
        yield Finding(
            "missing", "print font", "the wheel manimgx-fonts-cjk holds no font: Chinese prints would be empty"
        )


def _worker() -> Iterator[Finding]:
    path = folders.data_folder() / "worker.heartbeat"
    if not path.exists():
        yield Finding("note", "worker", "none has run on this machine yet; `aftersales serve` starts one")
        return
    age = time.time() - path.stat().st_mtime
    if age > _OLDEST_HEARTBEAT_SECONDS:
        yield Finding("note", "worker", f"last seen {age / 60:.0f} minutes ago; background work waits until one runs")
    else:
        yield Finding("ok", "worker", "alive")
