"""Where uploaded tables lie: MEDIA_ROOT/imports, under a random name, readable by the program alone."""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import InputRefused

FOLDER = "imports"
LARGEST_BYTES = 40 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """A kept file: `path` below MEDIA_ROOT."""

    path: str
    sha256: str
    size_bytes: int


def keep(chunks: Iterable[bytes]) -> Stored:
    """Write an uploaded file to disk, synced, and return where it lies; InputRefused when it is empty or too large."""
    name = f"{FOLDER}/{uuid.uuid4().hex}"
    place = place_of(name)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > LARGEST_BYTES:
                    raise refused(
                        _("The file is larger than %(limit)s MB. Please split it.")
                        % {"limit": LARGEST_BYTES // 1024 // 1024},
                        "file_too_large",
                    )
                digest.update(chunk)
                file.write(chunk)
            if not size:
                raise refused(_("The file is empty."), "file_empty")
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        drop(name)
        raise
    return Stored(name, digest.hexdigest(), size)


def kept_since(before: float) -> Iterator[str]:
    """Yield the paths of kept files not written to since that moment (seconds since 1970)."""
    room = Path(settings.MEDIA_ROOT) / FOLDER
    if not room.is_dir():
        return
    for file in sorted(room.iterdir()):
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_mtime <= before:
                yield f"{FOLDER}/{file.name}"


def place_of(path: str) -> Path:
    """Return the file's place on disk."""
    return Path(settings.MEDIA_ROOT) / path


def drop(path: str) -> None:
    """Remove a stored file; one that is gone already stays gone."""
    with contextlib.suppress(FileNotFoundError):
        place_of(path).unlink()


def refused(sentence: object, code: str) -> InputRefused:
    """Return the refusal of an uploaded file, said at the file field."""
    return InputRefused(sentence, code=code, fields={"file": sentence})
