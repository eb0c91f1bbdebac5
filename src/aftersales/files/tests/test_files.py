"""Attaching, serving behind the fence (F3) and sweeping (F1)."""

import base64
import io
import os
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from PIL import Image, ImageDraw

from aftersales.core.errors import InputRefused, NotVisible
from aftersales.files import queries, rules, services, storage
from aftersales.files.choices import AttachmentKind
from aftersales.files.models import Attachment
from aftersales.network.models import Bay
from aftersales.seeds.cast import Cast

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def document(cast: Cast) -> Bay:
    return Bay.objects.create(station=cast.station, code="F1", name="一号")


def photo(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), colour).save(out, "JPEG")
    return out.getvalue()


def signature(*, ink: bool = True) -> str:
    picture = Image.new("RGB", (200, 80), "white")
    if ink:
        ImageDraw.Draw(picture).line([(10, 60), (60, 20), (120, 60), (190, 15)], fill="#10203a", width=3)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def without_tokens(page: bytes) -> bytes:
    """Leave out what differs on every answer: the CSRF token, the CSP nonce, the address itself."""
    return re.sub(rb"[A-Za-z0-9+/=_-]{16,}", b"", page)


def stored_files(root: Path) -> list[Path]:
    return [found for found in root.rglob("*") if found.is_file()]


def test_a_photo_is_stored_under_a_random_name_below_its_station(cast: Cast, document: Bay, settings: Any) -> None:
    upload = SimpleUploadedFile("../车头.jpg.exe", photo(), content_type="text/html")
    attachment = services.attach_photo(cast.lin, AT, document=document, upload=upload, caption="左前")
    assert attachment.content_type == "image/jpeg"
    assert attachment.original_name == "车头.jpg.jpg"
    assert attachment.path.startswith(f"{cast.station.code}/2026/11/")
    assert "车头" not in attachment.path
    assert queries.attachments_of(cast.lin, document) == [attachment]
    assert storage.read(attachment.path) is not None


def test_a_stranger_can_neither_attach_nor_list(cast: Cast, document: Bay) -> None:
    with pytest.raises(NotVisible):
        services.attach_photo(cast.ma, AT, document=document, upload=photo())
    services.attach_photo(cast.lin, AT, document=document, upload=photo())
    assert queries.attachments_of(cast.ma, document) == []


def test_too_much_is_refused_before_it_is_read(cast: Cast, document: Bay) -> None:
    class Huge(SimpleUploadedFile):
        def read(self, *args: Any) -> bytes:
            raise AssertionError("read before the size was looked at")

    upload = Huge("a.jpg", b"x")
    upload.size = rules.BIGGEST_UPLOAD_BYTES + 1
    with pytest.raises(InputRefused) as refused:
        services.attach_photo(cast.lin, AT, document=document, upload=upload)
    assert refused.value.code == "too_large"
    with pytest.raises(InputRefused):
        services.attach_photo(cast.lin, AT, document=document, upload=b"")


def test_a_document_has_room_for_a_limited_number(cast: Cast, document: Bay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_ATTACHMENTS_PER_DOCUMENT", 2)
    for colour in ("red", "blue"):
        services.attach_photo(cast.lin, AT, document=document, upload=photo(colour))
    with pytest.raises(InputRefused) as refused:
        services.attach_photo(cast.lin, AT, document=document, upload=photo("green"))
    assert refused.value.code == "too_many_pictures"


def test_a_signature_needs_ink_and_a_name(cast: Cast, document: Bay) -> None:
    signed = services.attach_signature(cast.lin, AT, document=document, image=signature(), signed_by="陈静怡")
    assert signed.kind == AttachmentKind.SIGNATURE
    assert queries.has_signature(document)
    assert base64.b64decode(queries.signature_png(document)).startswith(b"\x89PNG")
    assert queries.signature_png(document, "别人") == ""
    for image, name in (
        (signature(ink=False), "陈静怡"),
        (signature(), "  "),
        ("data:image/svg+xml;base64,PHN2Zz4=", "陈"),
        ("data:image/png;base64,@@@@", "陈"),
        (b"\xff\xd8\xff jpeg", "陈"),
        ("", "陈"),
    ):
        with pytest.raises(InputRefused):
            services.attach_signature(cast.lin, AT, document=document, image=image, signed_by=name)


def test_the_same_photo_used_twice_is_found(cast: Cast, document: Bay) -> None:
    other = Bay.objects.create(station=cast.station, code="F2", name="二号")
    first = services.attach_photo(cast.lin, AT, document=document, upload=photo())
    again = services.attach_photo(cast.lin, AT, document=other, upload=photo())
    assert queries.reused_photos(first) == [again]


def test_every_byte_passes_the_fence_and_a_foreign_file_answers_like_a_missing_one(
    cast: Cast, document: Bay, client_of: Callable[..., Client]
) -> None:
    attachment = services.attach_photo(cast.lin, AT, document=document, upload=photo())
    address = f"/files/{attachment.pk}/"
    for part in ("", "small/"):
        seen = client_of("zhao").get(address + part)
        assert seen.status_code == 200
        assert seen["X-Content-Type-Options"] == "nosniff"
        assert seen["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "private" in seen["Cache-Control"]
        assert seen["Content-Type"].startswith("image/")
        foreign = client_of("ma").get(address + part)
        missing = client_of("ma").get(f"/files/{uuid.UUID(int=7)}/{part}")
        assert foreign.status_code == missing.status_code == 404
        assert without_tokens(foreign.content) == without_tokens(missing.content)
    assert client_of("ma").get(address, headers={"If-None-Match": seen["ETag"]}).status_code == 404
    assert Client().get(address).status_code in (302, 401, 403, 404)


def test_ranges_never_answer_more_than_is_there(cast: Cast, document: Bay, client_of: Callable[..., Client]) -> None:
    attachment = services.attach_photo(cast.lin, AT, document=document, upload=photo())
    client, address = client_of("lin"), f"/files/{attachment.pk}/"
    whole = client.get(address)
    for wanted, status, length in (
        ("bytes=0-3", 206, 4),
        ("bytes=-5", 206, 5),
        ("bytes=10-", 206, len(whole.content) - 10),
        ("bytes=0-999999999999", 206, len(whole.content)),
        (f"bytes={len(whole.content)}-", 416, 0),
        ("bytes=5-2", 416, 0),
        ("bytes=0-1,3-4", 200, len(whole.content)),
        ("bytes=-", 200, len(whole.content)),
        ("lines=1-2", 200, len(whole.content)),
    ):
        part = client.get(address, headers={"Range": wanted})
        assert (part.status_code, len(part.content)) == (status, length), wanted
    assert client.get(address, headers={"If-None-Match": whole["ETag"]}).status_code == 304


def test_a_refused_command_leaves_no_file(cast: Cast, document: Bay, settings: Any) -> None:
    document.station_id, kept = 10**6, document.station_id
    with pytest.raises(Exception), transaction.atomic():  # noqa: B017, PT011, PT012 - whatever the database says
        services.attach_photo(cast.gu, AT, document=document, upload=photo())
        transaction.get_connection().check_constraints()
    document.station_id = kept
    services.sweep_orphans(datetime.now(UTC) + timedelta(minutes=1))
    assert stored_files(settings.MEDIA_ROOT) == []


@pytest.mark.django_db(transaction=True)
def test_a_rollback_leaves_nothing_after_the_sweep_and_a_crash_after_the_commit_loses_nothing(
    settings: Any, monkeypatch: pytest.MonkeyPatch, transactional_db: None, cast_committed: Cast
) -> None:
    document = Bay.objects.create(station=cast_committed.station, code="F9", name="九号")
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        services.attach_photo(cast_committed.lin, AT, document=document, upload=photo())
        raise RuntimeError("the outer command fails")
    assert len(stored_files(settings.MEDIA_ROOT)) == 2
    soon = datetime.now(UTC)
    assert services.sweep_orphans(soon) == 0  # a running command's bytes are left alone
    assert services.sweep_orphans(soon + timedelta(seconds=60)) == 2
    assert stored_files(settings.MEDIA_ROOT) == []

    monkeypatch.setattr(services, "_settle", lambda attachment: None)  # the process died right after the commit
    kept = services.attach_photo(cast_committed.lin, AT, document=document, upload=photo())
    waiting = settings.MEDIA_ROOT / storage.INCOMING
    assert len(list(waiting.iterdir())) == 2
    assert services.sweep_orphans(datetime.now(UTC) + timedelta(seconds=60)) == 2
    assert list(waiting.iterdir()) == []
    assert storage.read(kept.path) is not None
    assert services.sweep_orphans(datetime.now(UTC) + timedelta(seconds=60)) == 0
    assert Attachment.objects.everywhere().count() == 1


@pytest.fixture
def cast_committed(transactional_db: None) -> Cast:
    from aftersales.seeds.cast import build_cast

    return build_cast(AT)


def test_half_received_uploads_are_swept(settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    old, new = tmp_path / "tmp1.upload.jpg", tmp_path / "tmp2.upload.jpg"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (1, 1))
    assert storage.drop_abandoned_uploads(datetime.now(UTC).timestamp() - 45) == 1
    assert [found.name for found in tmp_path.glob("*.upload*")] == [new.name]
