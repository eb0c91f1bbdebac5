"""Attaching pictures to documents, and sweeping what a crash left behind."""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.documents import subject_kind
from aftersales.core.errors import InputRefused, NotVisible, whole
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import record_entry
from aftersales.files import pictures, rules, storage
from aftersales.files.choices import AttachmentKind
from aftersales.files.models import Attachment
from aftersales.files.pictures import Picture

WAITS_AT_MOST = timedelta(seconds=45)
PNG_DATA_URL = "data:image/png;base64,"


def attach_photo(
    actor: Actor,
    at: datetime,
    *,
    document: Any,
    upload: UploadedFile[Any] | bytes,
    kind: AttachmentKind = AttachmentKind.PHOTO,
    caption: str = "",
    name: str = "",
) -> Attachment:
    """Clean a picture and attach it to a station document; the bytes are kept only if the transaction commits.

    `document` needs `pk` and `station`. Raises NotVisible for a document of a station the actor does not belong to, and
    InputRefused (field `photo`) for what is too big, no picture, damaged, or one too many for the document.
    """
    size = len(upload) if isinstance(upload, bytes) else (upload.size or 0)
    if size > rules.BIGGEST_UPLOAD_BYTES:
        raise pictures.refused(
            _("The file is larger than %(limit)s MB. Please send a smaller picture.")
            % {"limit": rules.BIGGEST_UPLOAD_BYTES // 1024 // 1024},
            "too_large",
        )
    if size == 0:
        raise pictures.refused(_("The file is empty. Please choose the picture again."), "empty_file")
    data = upload if isinstance(upload, bytes) else _bytes_of(upload)
    shown = name or (upload.name if isinstance(upload, UploadedFile) else "") or "photo"
    picture = pictures.clean(data)
    return _attach(actor, at, document=document, picture=picture, kind=kind, caption=caption, name=shown, signed_by="")


def _bytes_of(upload: UploadedFile[Any]) -> bytes:
    upload.seek(0)  # a command that is tried again reads the upload again
    return bytes(upload.read())


def attach_signature(
    actor: Actor, at: datetime, *, document: Any, image: str | bytes, signed_by: str, caption: str = ""
) -> Attachment:
    """Attach a signature drawn on the screen: `image` is the pad's PNG data URL, or PNG bytes.

    Raises InputRefused (field `signature`) when it is blank, unreadable or without the signer's name.
    """
    signer = signed_by.strip()
    if not signer or "\x00" in signer:
        sentence = _("Please write the name of the person who signs.")
        raise InputRefused(sentence, code="signer_missing", fields={"signed_by": sentence})
    try:
        picture = pictures.clean(_png_bytes(image))
    except InputRefused as error:
        raise InputRefused(error.sentence, code=error.code, fields={"signature": error.sentence}) from None
    if not pictures.has_ink(picture.data):
        sentence = _("The signature is blank. Please sign in the box.")
        raise InputRefused(sentence, code="blank_signature", fields={"signature": sentence})
    return _attach(
        actor,
        at,
        document=document,
        picture=picture,
        kind=AttachmentKind.SIGNATURE,
        caption=caption,
        name="signature.png",
        signed_by=signer[:100],
    )


def _png_bytes(image: str | bytes) -> bytes:
    unreadable = InputRefused(_("The signature could not be read. Please sign again."), code="unreadable_signature")
    if isinstance(image, str):
        if not image.startswith(PNG_DATA_URL) or len(image) > rules.BIGGEST_SIGNATURE_BYTES * 4 // 3 + 64:
            raise unreadable
        try:
            image = base64.b64decode(image[len(PNG_DATA_URL) :], validate=True)
        except (binascii.Error, ValueError):
            raise unreadable from None
    if len(image) > rules.BIGGEST_SIGNATURE_BYTES or rules.sniff(image[:16]) != "PNG":
        raise unreadable
    return image


def _attach(
    actor: Actor,
    at: datetime,
    *,
    document: Any,
    picture: Picture,
    kind: AttachmentKind,
    caption: str,
    name: str,
    signed_by: str,
) -> Attachment:
    stations = actor.stations_with()
    if stations is not None and document.station_id not in stations:
        raise NotVisible
    stored_name = f"{uuid.uuid4().hex}.{picture.extension}"
    attachment = Attachment(
        station_id=document.station_id,
        subject_kind=subject_kind(document),
        subject_id=document.pk,
        kind=kind,
        original_name=rules.display_name(name, picture.extension),
        caption=whole(caption.replace("\x00", "").strip(), 200, "caption"),
        path=rules.relative_path(document.station.code, at.year, at.month, stored_name),
        content_type=picture.content_type,
        size_bytes=len(picture.data),
        width_pixels=picture.width_pixels,
        height_pixels=picture.height_pixels,
        sha256=hashlib.sha256(picture.data).hexdigest(),
        signed_by=signed_by,
        uploaded_by_id=actor.user_id,
        uploaded_by_name=actor.name,
        uploaded_at=at,
    )
    # Encoding and the disk come before the transaction, so that no lock is held while they work.
    storage.hold(attachment.path, picture.data)
    storage.hold(attachment.thumbnail_path, picture.thumbnail)

    def command() -> Attachment:
        _require_room(attachment)
        attachment.save(force_insert=True)
        record_entry(
            document,
            step="attach",
            actor=actor,
            at=at,
            changes={"attachment": str(attachment.pk), "kind": str(kind), "sha256": attachment.sha256},
        )
        transaction.on_commit(lambda: _settle(attachment), robust=True)
        return attachment

    try:
        return run_in_transaction(command)
    except BaseException:
        storage.drop(attachment.path)
        storage.drop(attachment.thumbnail_path)
        raise


def _settle(attachment: Attachment) -> None:
    storage.settle(attachment.path)
    storage.settle(attachment.thumbnail_path)


def _require_room(attachment: Attachment) -> None:
    # Two uploads at once may both see one free place; one picture over the quota harms nobody, so no lock.
    kept = Attachment.objects.at_station(attachment.station_id).filter(
        subject_kind=attachment.subject_kind, subject_id=attachment.subject_id
    )
    if kept.count() >= rules.MOST_ATTACHMENTS_PER_DOCUMENT:
        raise pictures.refused(
            _("This record already has %(limit)s pictures. Please choose the ones that matter.")
            % {"limit": rules.MOST_ATTACHMENTS_PER_DOCUMENT},
            "too_many_pictures",
        )


def sweep_orphans(at: datetime) -> int:
    """Finish moves a crash left half done, remove waiting bytes without a row; return how many files were handled.

    Looks at files that have waited longer than 45 seconds, so that a running command is left alone. Run twice, one
    effect.
    """
    before = (at - WAITS_AT_MOST).timestamp()
    handled = storage.drop_abandoned_uploads(before)
    originals = {path: path.removesuffix(".thumb.jpg") for path in storage.waiting_since(before)}
    if not originals:
        return handled
    known, complete = _committed(set(originals.values()))
    for path, original in originals.items():
        if original in known:
            storage.settle(path)
        elif complete:
            storage.drop(path)
        else:
            continue
        handled += 1
    return handled


def _committed(paths: set[str]) -> tuple[set[str], bool]:
    """Return which paths have a committed row, and whether no open command could still commit another."""
    rows = Attachment.objects.everywhere().filter(path__in=paths).values_list("path", flat=True)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # Granted only while no open transaction has inserted an attachment that this query could not see.
            cursor.execute("LOCK TABLE files_attachment IN SHARE MODE NOWAIT")
            return set(rows), True
    except OperationalError:
        return set(rows), False
