"""A sent picture becomes one of ours: decoded, turned upright, flattened to 8-bit colour and encoded anew.

What is not pixels does not survive: EXIF and GPS, scripts in comments, bytes after the end, further frames.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import InputRefused, Text
from aftersales.files import rules

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True, slots=True)
class Picture:
    """A re-encoded picture and its thumbnail (JPEG)."""

    data: bytes
    thumbnail: bytes
    content_type: str
    extension: str
    width_pixels: int
    height_pixels: int


def refused(sentence: Text, code: str) -> InputRefused:
    """Return the refusal of a picture, attached to the field every upload form uses."""
    return InputRefused(sentence, code=code, fields={"photo": sentence})


def clean(data: bytes) -> Picture:
    """Return the picture re-encoded as JPEG, PNG (where it is see-through) or WebP (where it came so).

    Raises InputRefused for what is no picture (SVG, HEIC, HTML, archives), is damaged, or has more than 40 million
    pixels.
    """
    from PIL import Image

    claimed = rules.sniff(data[:16])
    if claimed is None:
        raise refused(_("This is not a photo we can read. Please send a JPEG, PNG or WebP picture."), "not_a_picture")
    try:
        with warnings.catch_warnings():
            # The pixel cap below is stricter than Pillow's own warning; damaged EXIF is dropped anyway.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=[claimed]) as opened:
                if opened.width * opened.height > rules.MOST_PIXELS:
                    raise refused(
                        _("The picture has too many pixels. Please send one below 40 million."), "too_many_pixels"
                    )
                opened.seek(0)
                opened.load()
                upright = _upright(opened)
            return _encode(_eight_bit(upright), claimed)
    except InputRefused:
        raise
    except Image.DecompressionBombError:
        raise refused(
            _("The picture has too many pixels. Please send one below 40 million."), "too_many_pixels"
        ) from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, MemoryError, OverflowError):
        # Pillow's decoders answer damaged input with any of these.
        raise refused(_("The picture is damaged. Please take or choose it again."), "damaged_picture") from None


def _upright(picture: Image.Image) -> Image.Image:
    """Apply the EXIF orientation; an unreadable EXIF block leaves the picture as it lies."""
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(picture)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError, IndexError):
        return picture.copy()


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Return the picture as 8-bit RGB or RGBA: CMYK, palettes, grey and 16-bit included."""
    if picture.mode.startswith("I") or picture.mode == "F":
        # 16-bit grey: the high byte is the picture; a plain convert would clip it to white.
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    see_through = picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info
    return picture.convert("RGBA" if see_through else "RGB")


def _encode(picture: Image.Image, claimed: str) -> Picture:
    picture.thumbnail((rules.LONGEST_SIDE_PIXELS, rules.LONGEST_SIDE_PIXELS))
    picture.info.clear()
    out = io.BytesIO()
    if claimed == "WEBP":
        picture.save(out, "WEBP", quality=85)
        content_type, extension = "image/webp", "webp"
    elif picture.mode == "RGBA" or claimed in ("PNG", "GIF"):
        picture.save(out, "PNG", optimize=False)
        content_type, extension = "image/png", "png"
    else:
        picture.save(out, "JPEG", quality=88)
        content_type, extension = "image/jpeg", "jpg"
    width, height = picture.size
    return Picture(
        data=out.getvalue(),
        thumbnail=_thumbnail(picture),
        content_type=content_type,
        extension=extension,
        width_pixels=width,
        height_pixels=height,
    )


def _thumbnail(picture: Image.Image) -> bytes:
    from PIL import Image

    small = picture.copy()
    small.thumbnail((rules.THUMBNAIL_PIXELS, rules.THUMBNAIL_PIXELS))
    if small.mode == "RGBA":
        paper = Image.new("RGB", small.size, "white")
        paper.paste(small, mask=small.getchannel("A"))
        small = paper
    out = io.BytesIO()
    small.save(out, "JPEG", quality=80)
    return out.getvalue()


def has_ink(data: bytes) -> bool:
    """Tell whether a signature shows strokes: some dark, opaque pixels, and not a filled rectangle."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as opened:
        rgba = opened.convert("RGBA")
    paper = Image.new("RGBA", rgba.size, "white")
    flat = Image.alpha_composite(paper, rgba).convert("L")
    dark = sum(flat.histogram()[:160])
    whole = flat.width * flat.height
    return 20 <= dark <= whole * 0.6
