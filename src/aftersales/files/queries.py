"""Which pictures a document has."""

from __future__ import annotations

import base64
from typing import Any

from django.db.models import QuerySet

from aftersales.core.actor import Actor
from aftersales.core.documents import subject_kind
from aftersales.core.prepared import prepared
from aftersales.files import storage
from aftersales.files.choices import AttachmentKind
from aftersales.files.models import Attachment


def attachments_of(actor: Actor, document: Any, kind: AttachmentKind | None = None) -> list[Attachment]:
    """Return the document's visible attachments, oldest first (of one kind, if named); one statement."""
    found = _attachments(actor.stations_with(), subject_kind(document), document.pk)
    return found if kind is None else [row for row in found if row.kind == kind]


@prepared
def _attachments(stations: tuple[int, ...] | None, subject: str, subject_id: int) -> QuerySet[Attachment]:
    rows = Attachment.objects.everywhere() if stations is None else Attachment.objects.at_stations(stations)
    return rows.filter(subject_kind=subject, subject_id=subject_id).order_by("uploaded_at", "id")


def count_attachments(document: Any, kind: AttachmentKind) -> int:
    """Return how many attachments of a kind a document in hand has; for guards (“two photos at least”)."""
    return (
        Attachment.objects.at_station(document.station_id)
        .filter(subject_kind=subject_kind(document), subject_id=document.pk, kind=kind)
        .count()
    )


def has_signature(document: Any) -> bool:
    """Tell whether a document in hand was signed on the screen."""
    return count_attachments(document, AttachmentKind.SIGNATURE) > 0


def signature_png(document: Any, signed_by: str = "") -> str:
    """Return the latest signature on a document in hand (of that signer, if named) as base64 PNG; "" if none."""
    rows = Attachment.objects.at_station(document.station_id).filter(
        subject_kind=subject_kind(document), subject_id=document.pk, kind=AttachmentKind.SIGNATURE
    )
    if signed_by:
        rows = rows.filter(signed_by=signed_by)
    latest = rows.order_by("-uploaded_at").first()
    data = storage.read(latest.path) if latest is not None else None
    return base64.b64encode(data).decode() if data else ""


def reused_photos(attachment: Attachment) -> list[Attachment]:
    """Return other documents' attachments of the station with the very same bytes: a photo used twice."""
    rows = Attachment.objects.at_station(attachment.station_id).filter(sha256=attachment.sha256)
    return list(
        rows.exclude(subject_kind=attachment.subject_kind, subject_id=attachment.subject_id).order_by("uploaded_at")
    )
