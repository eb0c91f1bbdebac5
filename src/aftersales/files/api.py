"""Pictures through the API: attach one to a document, list what hangs on it; the bytes are fetched under /files/."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import ConfigDict, Field

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden
from aftersales.doors.commands import actor_of
from aftersales.doors.masters import Identity, Master, Wanted, add_reading, columns
from aftersales.doors.openapi import listed
from aftersales.doors.steps import PROBLEMS, IdempotencyKey
from aftersales.doors.subjects import VIEW_RIGHTS, document_named
from aftersales.files.choices import AttachmentKind
from aftersales.files.models import Attachment
from aftersales.files.services import attach_photo
from aftersales.journal.idempotency import Answer, answer_once

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
    actor, at = actor_of(request), timezone.now()
    if actor.user_id is None:
        raise Forbidden(_("Your role does not allow this."), code="forbidden")
    document = document_named(actor, payload.subject_kind, payload.subject_number)
    digest = hashlib.sha256(f"{request.path}\x1f{payload.model_dump_json()}".encode("utf-8", "surrogatepass"))
    for chunk in photo.chunks():
        digest.update(chunk)

    def produce() -> Answer:
        row = attach_photo(actor, at, document=document, upload=photo, caption=payload.caption)
        return Answer(201, orjson.dumps(_shown(row, actor), default=str))

    answer = answer_once(
        actor_id=actor.user_id, key=idempotency_key, fingerprint=digest.hexdigest(), at=at, produce=produce
    )
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
    if answer.is_repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response
