"""Where the bytes lie, and how a picture and its row come to exist together or not at all.

Before the commit the bytes wait in MEDIA_ROOT/.incoming, synced to disk. After the commit they are renamed to their
place. A crash between the two leaves a row whose bytes still wait: reading finishes the move, and so does the
sweeper. A rollback leaves waiting bytes without a row: the sweeper removes them.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

INCOMING = ".incoming"


def media_root() -> Path:
    return Path(settings.MEDIA_ROOT)


def _waiting_place(path: str) -> Path:
    # The stored name is random and unique by itself, so the waiting room needs no folders.
    return media_root() / INCOMING / path.replace("/", "~")


def hold(path: str, data: bytes) -> None:
    """Write bytes to the waiting room, on disk when this returns."""
    waiting = _waiting_place(path)
    waiting.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        waiting.unlink(missing_ok=True)
        raise


def settle(path: str) -> None:
    """Move waiting bytes to their place; done twice it has one effect."""
    place = media_root() / path
    place.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        _waiting_place(path).replace(place)


def drop(path: str) -> None:
    """Remove waiting bytes; those that have settled stay."""
    _waiting_place(path).unlink(missing_ok=True)


def read(path: str) -> bytes | None:
    """Return stored bytes, finishing a move that a crash left half done; None when they are gone."""
    place = media_root() / path
    try:
        return place.read_bytes()
    except FileNotFoundError:
        settle(path)
    try:
        return place.read_bytes()
    except FileNotFoundError:
        return None


def waiting_since(before: float) -> Iterator[str]:
    """Yield the paths that have waited since before that moment (seconds since 1970)."""
    room = media_root() / INCOMING
    if not room.is_dir():
        return
    for waiting in sorted(room.iterdir()):
        with contextlib.suppress(FileNotFoundError):
            if waiting.stat().st_mtime <= before:
                yield waiting.name.replace("~", "/")


def drop_abandoned_uploads(before: float) -> int:
    """Remove the web server's half-received uploads not written to since that moment; return how many."""
    folder = getattr(settings, "FILE_UPLOAD_TEMP_DIR", None)
    if not folder or not Path(folder).is_dir():
        return 0
    dropped = 0
    for upload in Path(folder).glob("*.upload*"):
        with contextlib.suppress(FileNotFoundError):
            if upload.stat().st_mtime <= before:
                upload.unlink()
                dropped += 1
    return dropped
