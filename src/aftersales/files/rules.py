"""What may come in, in plain numbers and names: no Django, no clock."""

from __future__ import annotations

import re
import unicodedata

BIGGEST_UPLOAD_BYTES = 12 * 1024 * 1024
BIGGEST_SIGNATURE_BYTES = 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE_PIXELS = 4096
THUMBNAIL_PIXELS = 480
MOST_ATTACHMENTS_PER_DOCUMENT = 200
LONGEST_NAME = 120

# How a picture says what it is. Pillow decides in the end; this refuses everything else before Pillow sees it.
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
)

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_UNSAFE = re.compile(r'[\\/:*?"<>|]+')


def sniff(head: bytes) -> str | None:
    """Return the picture format its first bytes claim (JPEG, PNG, GIF, WEBP), or None for anything else."""
    for magic, name in MAGIC:
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return None


def display_name(name: str, extension: str) -> str:
    """Return a file name fit to be shown: no path, no invisible or control characters, the extension of what is stored.

    The name is only ever shown; the bytes are stored under a random name.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(letter for letter in last if unicodedata.category(letter) not in _INVISIBLE)
    shown = _UNSAFE.sub("_", shown).strip(" .")
    stem = shown.rsplit(".", 1)[0].strip(" .") if "." in shown else shown
    stem = stem[: LONGEST_NAME - len(extension) - 1] or "file"
    return f"{stem}.{extension}"


def relative_path(station_code: str, year: int, month: int, stored_name: str) -> str:
    """Return where an attachment lies below MEDIA_ROOT: <station>/<yyyy>/<mm>/<random name>."""
    safe_code = re.sub(r"[^A-Za-z0-9_-]", "_", station_code) or "_"
    return f"{safe_code}/{year:04d}/{month:02d}/{stored_name}"
