"""F2: what is stored is pixels of ours, whatever was sent."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from aftersales.core.errors import InputRefused
from aftersales.files import pictures, rules

MARKER = b"EVIL-MARKER<script>alert(1)</script>"


def encoded(picture: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def red(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height), "red" if mode in ("RGB", "RGBA") else 0)


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", MARKER)
    return out.getvalue()


def test_position_and_script_in_exif_do_not_survive() -> None:
    exif = Image.Exif()
    exif[0x010E] = MARKER.decode()
    exif[0x8825] = {1: "N", 2: (30.0, 15.0, 0.0), 3: "E", 4: (120.0, 9.0, 0.0)}
    data = encoded(red(), exif=exif)
    assert MARKER in data
    kept = pictures.clean(data)
    assert MARKER not in kept.data
    assert b"Exif" not in kept.data
    with Image.open(io.BytesIO(kept.data)) as stored:
        assert not dict(stored.getexif())


@pytest.mark.parametrize("tail", [zipped(), b"<html>" + MARKER + b"</html>"], ids=["zip", "html"])
def test_bytes_after_the_picture_do_not_survive(tail: bytes) -> None:
    kept = pictures.clean(encoded(red()) + tail)
    assert MARKER not in kept.data
    assert not zipfile.is_zipfile(io.BytesIO(kept.data))
    assert kept.content_type == "image/jpeg"


def test_script_in_a_comment_does_not_survive() -> None:
    assert MARKER not in pictures.clean(encoded(red(), comment=MARKER)).data


def test_the_picture_is_turned_upright_before_its_exif_is_dropped() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = pictures.clean(encoded(red(60, 40), exif=exif))
    assert (kept.width_pixels, kept.height_pixels) == (40, 60)


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 100,
        b"<!doctype html><html></html>",
        zipped(),
        b"BM" + b"\x00" * 200,
        b"",
        b"\xff",
    ],
    ids=["svg", "heic", "html", "zip", "bmp", "empty", "one byte"],
)
def test_what_is_no_photo_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(InputRefused) as refused:
        pictures.clean(data)
    assert refused.value.code == "not_a_picture"
    assert refused.value.fields["photo"]


def test_a_decompression_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = encoded(Image.new("1", (30_000, 30_000)), "PNG")
    assert len(bomb) < 300_000
    with pytest.raises(InputRefused) as refused:
        pictures.clean(bomb)
    assert refused.value.code == "too_many_pixels"


def test_a_truncated_photo_is_refused() -> None:
    whole = encoded(Image.effect_noise((400, 400), 80).convert("RGB"))
    with pytest.raises(InputRefused) as refused:
        pictures.clean(whole[: len(whole) // 2])
    assert refused.value.code == "damaged_picture"


def test_only_the_first_frame_of_an_animation_is_kept() -> None:
    frames = [Image.new("RGB", (30, 30), (step * 2, 0, 0)) for step in range(100)]
    moving = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    kept = pictures.clean(moving)
    with Image.open(io.BytesIO(kept.data)) as stored:
        assert getattr(stored, "n_frames", 1) == 1
    assert kept.content_type == "image/png"


@pytest.mark.parametrize(
    ("picture", "form"),
    [
        (Image.new("CMYK", (20, 20), (0, 255, 255, 0)), "JPEG"),
        (Image.new("I;16", (20, 20), 40_000), "PNG"),
        (Image.new("L", (20, 20), 90), "JPEG"),
        (Image.new("P", (20, 20)), "PNG"),
        (Image.new("LA", (20, 20), (90, 128)), "PNG"),
        (Image.new("1", (20, 20)), "PNG"),
    ],
    ids=["cmyk", "16 bit", "grey", "palette", "grey alpha", "one bit"],
)
def test_every_kind_of_colour_becomes_eight_bit(picture: Image.Image, form: str) -> None:
    kept = pictures.clean(encoded(picture, form))
    with Image.open(io.BytesIO(kept.data)) as stored:
        assert stored.mode in ("RGB", "RGBA")


def test_sixteen_bit_grey_keeps_its_brightness() -> None:
    kept = pictures.clean(encoded(Image.new("I;16", (20, 20), 40_000), "PNG"))
    with Image.open(io.BytesIO(kept.data)) as stored:
        assert abs(stored.convert("L").getpixel((5, 5)) - 40_000 // 256) <= 1


def test_large_photos_are_brought_down_and_get_a_thumbnail() -> None:
    kept = pictures.clean(encoded(red(6000, 3000)))
    assert (kept.width_pixels, kept.height_pixels) == (4096, 2048)
    with Image.open(io.BytesIO(kept.thumbnail)) as small:
        assert max(small.size) == rules.THUMBNAIL_PIXELS


@given(st.binary(max_size=400))
def test_no_bytes_whatever_cause_an_error(data: bytes) -> None:
    for head in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x00\x00\x00\x00WEBP"):
        with pytest.raises(InputRefused):
            pictures.clean(head + data)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("车头.jpg.exe", "车头.jpg.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("..\\..\\x", "x.jpg"),
        ("a.jpg\x00.php", "a.jpg.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("\u202egpj.exe", "gpj.jpg"),
        ("\ufeff\u200b", "file.jpg"),
        ("x" * 300, "x" * 116 + ".jpg"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie_ x.jpg"),
        ("\ud800.png", "png.jpg"),
        ('<img src=x>".png', "_img src=x_.jpg"),
    ],
)
def test_names_are_only_shown_and_harmless(sent: str, shown: str) -> None:
    assert rules.display_name(sent, "jpg") == shown


@given(st.text(max_size=400))
def test_a_shown_name_is_short_and_a_single_line(name: str) -> None:
    shown = rules.display_name(name, "png")
    assert len(shown) <= rules.LONGEST_NAME
    assert shown.endswith(".png")
    assert not set("/\\\x00\r\n") & set(shown)
    shown.encode()
