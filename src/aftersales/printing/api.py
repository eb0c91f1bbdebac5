"""Papers through the API: issue, list, fetch as PDF, record a copy."""

import inspect
import typing
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from ninja import Path, Query, Router, Schema
from pydantic import Field

from aftersales.core.actor import Actor
from aftersales.core.documents import subject_kind
from aftersales.core.errors import InputRefused
from aftersales.doors.commands import actor_of
from aftersales.doors.masters import (
    Given,
    Identity,
    Master,
    Verb,
    Wanted,
    add_opening,
    add_reading,
    add_verbs,
    columns,
    json_answer,
)
from aftersales.doors.openapi import listed
from aftersales.doors.steps import PROBLEMS
from aftersales.doors.subjects import VIEW_RIGHTS, document_named
from aftersales.printing import registry, services
from aftersales.printing.models import Paper, PaperLanguage
from aftersales.printing.render import render_pdf

router = Router(tags=["paper"])
LabelLanguage = Annotated[PaperLanguage, listed(PaperLanguage)]
SubjectKind = Annotated[str, Field(max_length=80, json_schema_extra={"enum": sorted(VIEW_RIGHTS)})]


class CopyOut(Schema):
    """A recorded copy."""

    copy_number: int
    made_by_name: str
    made_at: datetime
    reason: str


class PaperOut(Schema):
    """An issued paper; its content is frozen. `url` answers the PDF."""

    reference: UUID
    kind: str
    number: str
    language: str
    station_id: int
    subject_kind: str
    subject_id: int
    sha256: str
    issued_by_name: str
    issued_at: datetime
    url: str
    copies: list[CopyOut]
    version: int


class PaperWanted(Wanted):
    """Which papers."""

    station_id: Identity | None = None
    subject_kind: SubjectKind | None = None
    subject_id: Identity | None = None
    kind: Annotated[str, Field(max_length=40)] | None = None


class PaperKindOut(Schema):
    """A kind of paper and the documents it is printed of."""

    kind: str
    title: str
    subject_kinds: list[str]
    clauses: list[str]


class PaperIn(Given):
    """Which paper of which document; without a language in the caller's."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    subject_kind: SubjectKind
    subject_number: Annotated[str, Field(min_length=1, max_length=40)]
    language: LabelLanguage | None = None


class CopyIn(Given):
    """Why a copy is needed."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class CopyNumber(Schema):
    """0 is the original."""

    copy_number: Annotated[int, Field(ge=0, le=32_767)] = 0


def subject_kinds(row: registry.Printout) -> list[str]:
    """Return the kinds of document that a paper's function takes, read from its signature."""
    gather = inspect.unwrap(row.gather)
    first = next(iter(inspect.signature(gather).parameters))
    hint = typing.get_type_hints(gather)[first]
    kinds = [one for one in (hint, *typing.get_args(hint)) if isinstance(one, type) and issubclass(one, models.Model)]
    return sorted(subject_kind(one) for one in kinds)


def issue(
    actor: Actor, at: datetime, *, kind: str, subject_kind: str, subject_number: str, language: Any = None
) -> Paper:
    """Freeze what the paper says now; the latest one is given back while it still says what is true."""
    known = {row.kind: row for row in registry.all_printouts()}
    if kind not in known or subject_kind not in subject_kinds(known[kind]):
        sentence = _("This paper is not printed of such a document.")
        raise InputRefused(sentence, code="paper_kind", fields={"kind": sentence})
    document = document_named(actor, subject_kind, subject_number)
    return services.paper_for(actor, at, document=document, kind=kind, language=language)


def reprint(paper: Paper, actor: Actor, at: datetime, *, reason: str) -> Any:
    """Record a numbered copy of an issued paper with its reason."""
    return services.reprint(actor, at, paper=paper, reason=reason)


def _visible(actor: Actor) -> Any:
    readable = [kind for kind, right in VIEW_RIGHTS.items() if actor.may_anywhere(right)]
    if actor.may_anywhere(VIEW_RIGHTS["billing.settlement"]):
        readable.append("billing.payment")
    return Paper.objects.visible_to(actor).filter(subject_kind__in=readable).prefetch_related("copies")


def _shown(row: Paper, _actor: Actor) -> Mapping[str, Any]:
    return columns(
        row,
        PaperOut,
        url=reverse("printing:paper", args=[row.reference]),
        copies=[columns(copy, CopyOut) for copy in row.copies.all()],
        version=1,
    )


@router.get(
    "/kinds", response={200: list[PaperKindOut], **PROBLEMS}, operation_id="paper_kinds", summary="Kinds of paper"
)
def list_kinds(request: HttpRequest) -> HttpResponse:
    """Return every kind of paper with the documents it is printed of."""
    return json_answer(
        [
            {
                "kind": row.kind,
                "title": str(row.title),
                "subject_kinds": subject_kinds(row),
                "clauses": list(row.clauses),
            }
            for row in registry.all_printouts()
        ]
    )


PAPERS = Master(
    name="paper",
    model=Paper,
    shows=PaperOut,
    wanted=PaperWanted,
    key="reference",
    scope=_visible,
    fetch=lambda rows: rows.defer("payload"),
    show=_shown,
)
add_reading(router, PAPERS)
add_opening(router, PAPERS, Verb(name="issue", service=issue, takes=PaperIn, status=201))
add_verbs(router, PAPERS, Verb(name="reprint", service=reprint, takes=CopyIn, status=201))


@router.get(
    "/{key}/pdf",
    response={200: None, **PROBLEMS},
    operation_id="paper_pdf",
    summary="A paper as PDF",
    openapi_extra={
        "responses": {200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}}
    },
)
def pdf(request: HttpRequest, key: Annotated[UUID, Path()], wanted: Query[CopyNumber]) -> HttpResponse:
    """Return the original (copy_number 0) or a recorded copy as PDF."""
    actor = actor_of(request)
    paper: Any = PAPERS.find(actor, key)
    if wanted.copy_number and wanted.copy_number not in {copy.copy_number for copy in paper.copies.all()}:
        raise InputRefused(_("There is no such copy. Record one first."), code="no_such_copy")
    response = HttpResponse(render_pdf(paper, wanted.copy_number), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="paper.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
