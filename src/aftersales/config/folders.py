"""Where the program keeps what it must not lose: database, uploaded files, secret key.

No Django here: the command line and the settings both ask this module before Django is set up.
"""

import os
import secrets
import stat
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
UPLOADS = "uploads"  # below the data folder: big uploads while they arrive


def data_folder() -> Path:
    """The data folder's path, not created: AFTERSALES_DATA, else /var/lib/aftersales for root, else the user's own."""
    given = os.environ.get("AFTERSALES_DATA", "").strip()
    if given:
        return Path(given).expanduser().absolute()
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/aftersales")
    import platformdirs

    return Path(platformdirs.user_data_dir("aftersales", appauthor=False))


def make_private(folder: Path) -> Path:
    """Create `folder` (0700) where it is missing; parents that are created are 0755; nothing existing is changed."""
    if not folder.is_dir():
        folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def make_data_folder() -> Path:
    """Create the data folder and return it.

    It is 0711 for root, because the embedded database runs as another system user who must pass through;
    what lies in it is closed to others file by file. An existing folder keeps the mode its owner gave it.
    """
    folder = data_folder()
    if not folder.is_dir():
        folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        folder.mkdir(mode=0o711 if hasattr(os, "geteuid") and os.geteuid() == 0 else 0o700, exist_ok=True)
    return folder


def make_uploads_folder() -> Path:
    """Create the folder for uploads under way, before the settings are read, and return it."""
    return make_private(make_data_folder() / UPLOADS)


def write_private(path: Path, text: str) -> None:
    """Write `text` so that it is never readable by others and never half there: 0600, then renamed into place."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)


def secret_key() -> str:
    """The signing key: AFTERSALES_SECRET_KEY, else generated once and kept in the data folder, 0600."""
    given = os.environ.get("AFTERSALES_SECRET_KEY", "").strip()
    if given:
        return given
    path = make_data_folder() / "secret.key"
    if not path.exists():
        fresh = path.with_name(f".secret.{os.getpid()}")
        write_private(fresh, secrets.token_urlsafe(64))
        try:
            # link, not rename: of two processes starting together the first one's key stays.
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="utf-8").strip()


def is_closed_to_others(path: Path) -> bool:
    """Whether neither group nor others may read or write the file."""
    return os.name == "nt" or not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
