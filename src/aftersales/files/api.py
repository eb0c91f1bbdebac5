"""Pictures through the API: attach one to a document, list what hangs on it; the bytes are fetched under /files/."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import ConfigDict, Field

from aftersales.core.actor import Actor
from aftersales.doors.commands import actor_of
from aftersales.doors.masters import Identity, Master, Wanted, add_reading, columns
from aftersales.doors.openapi import listed
from aftersales.doors.steps import PROBLEMS, IdempotencyKey
from aftersales.doors.subjects import VIEW_RIGHTS, document_named
from aftersales.doors.uploads import answer_upload
from aftersales.files.choices import AttachmentKind
from aftersales.files.models import Attachment
from aftersales.files.services import attach_photo

router = Router(tags=["attachment"])
PictureKind = Annotated[AttachmentKind, listed(AttachmentKind)]
SubjectKind = Annotated[str, Field(max_length=80, json_schema_extra={"enum": sorted(VIEW_RIGHTS)})]


class AttachmentOut(Schema):
    """A stored picture; `url` and `thumbnail_url` answer its bytes to whoever may see the document."""

    id: UUID
    station_id: int
    subject_kind: str
    subject_id: int
    kind: str
    original_name: str
    caption: str
    content_type: str
    size_bytes: int
    width_pixels: int
    height_pixels: int
    sha256: str
    signed_by: str
    uploaded_by_name: str
    uploaded_at: datetime
    url: str
    thumbnail_url: str


class AttachmentWanted(Wanted):
    """Which pictures."""

    station_id: Identity | None = None
    subject_kind: SubjectKind | None = None
    subject_id: Identity | None = None
    kind: PictureKind | None = None


class AttachmentIn(Schema):
    """On what the picture hangs."""

    model_config = ConfigDict(extra="forbid")
    subject_kind: SubjectKind
    subject_number: Annotated[str, Field(min_length=1, max_length=40)]
    caption: Annotated[str, Field(max_length=200)] = ""


def _visible(actor: Actor) -> Any:
    """Return the pictures of documents that the actor's role may see, kind by kind."""
    readable = [kind for kind, right in VIEW_RIGHTS.items() if actor.may_anywhere(right)]
    return Attachment.objects.visible_to(actor).filter(subject_kind__in=readable)


def _shown(row: Attachment, _actor: Actor) -> Mapping[str, Any]:
    return columns(
        row,
        AttachmentOut,
        url=reverse("files:attachment", args=[row.pk]),
        thumbnail_url=reverse("files:thumbnail", args=[row.pk]),
    )


ATTACHMENTS = Master(
    name="attachment",
    model=Attachment,
    shows=AttachmentOut,
    wanted=AttachmentWanted,
    order=("-uploaded_at", "-id"),
    scope=_visible,
    show=_shown,
)
add_reading(router, ATTACHMENTS)


@router.post(
    "", response={201: AttachmentOut, **PROBLEMS}, operation_id="attachment_attach", summary="Attach a picture"
)
def attach(
    request: HttpRequest,
    idempotency_key: IdempotencyKey,
    payload: Form[AttachmentIn],
    photo: File[UploadedFile],
) -> HttpResponse:
    """Clean a picture and attach it to a document: JPEG, PNG, GIF or WebP, 12 MB at most."""
    document = document_named(actor_of(request), payload.subject_kind, payload.subject_number)

    def command(actor: Actor, at: datetime) -> Mapping[str, Any]:
        return _shown(attach_photo(actor, at, document=document, upload=photo, caption=payload.caption), actor)

    return answer_upload(request, key=idempotency_key, told=payload.model_dump_json(), upload=photo, command=command)
