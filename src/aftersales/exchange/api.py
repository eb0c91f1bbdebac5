"""Imports and exports through the API: upload, choose columns, dry run, write, progress, report; lists to take out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Body, File, Form, Path, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import ConfigDict, Field

from aftersales.core.actor import Actor
from aftersales.doors.commands import actor_of
from aftersales.doors.masters import (
    Given,
    Identity,
    Master,
    Verb,
    Wanted,
    add_reading,
    add_verbs,
    columns,
    json_answer,
    page_schema,
)
from aftersales.doors.pages import page_of
from aftersales.doors.steps import PROBLEMS, IdempotencyKey, visible_row
from aftersales.doors.uploads import answer_upload
from aftersales.exchange import exports, queries, services, transitions
from aftersales.exchange.choices import ImportKind, ImportState
from aftersales.exchange.models import ImportJob, ImportOddity
from aftersales.exchange.permissions import P
from aftersales.exchange.reports import report
from aftersales.exchange.services import Upload
from aftersales.exchange.sheets import CONTENT_TYPES
from aftersales.network.models import Station

import_router = Router(tags=["import"])
export_router = Router(tags=["export"])
Sheet = Literal["xlsx", "csv"]
FILE = {"responses": {200: {"content": {kind: {"schema": {"type": "string"}} for kind in CONTENT_TYPES.values()}}}}


class ImportOut(Schema):
    """One file on its way in; `mapping` says which column of the file is what, `report` what the check found."""

    id: int
    station_id: int
    kind: str
    state: str
    file_name: str
    size_bytes: int
    headings: list[str]
    mapping: dict[str, Any]
    report: dict[str, Any]
    rows_total: int
    rows_done: int
    units_total: int
    units_done: int
    created_count: int
    known_count: int
    failure: str
    uploaded_by_name: str
    created_at: datetime
    version: int


class ImportWanted(Wanted):
    """Which imports."""

    station_id: Identity | None = None
    kind: ImportKind | None = None
    state: ImportState | None = None


class UploadIn(Schema):
    """What the file holds, and for which station."""

    model_config = ConfigDict(extra="forbid")
    station_id: Identity
    kind: ImportKind


class ColumnsIn(Given):
    """Which column of the file (0 is the first) is what."""

    columns: Annotated[
        dict[Annotated[str, Field(max_length=40)], Annotated[int, Field(ge=0, le=1000)]], Field(max_length=200)
    ]
    date_format: Annotated[str, Field(max_length=20)] = ""


class OddityOut(Schema):
    """One strange thing about one row of the file; a refused row is not written."""

    row: int
    kind: str
    field: str
    value: str
    sentence: str
    is_refused: bool


def _visible(actor: Actor) -> QuerySet[ImportJob]:
    return ImportJob.objects.visible_to(actor, P.IMPORT)


IMPORTS = Master(name="import", model=ImportJob, shows=ImportOut, wanted=ImportWanted, scope=_visible)
add_reading(import_router, IMPORTS)


@import_router.post("", response={201: ImportOut, **PROBLEMS}, operation_id="import_upload", summary="Upload a file")
def upload(
    request: HttpRequest, idempotency_key: IdempotencyKey, payload: Form[UploadIn], file: File[UploadedFile]
) -> HttpResponse:
    """Take a spreadsheet in, read it once and suggest its columns; nothing is imported yet (IS-10)."""

    def command(actor: Actor, at: datetime) -> Mapping[str, Any]:
        station: Any = visible_row(Station, actor, payload.station_id)
        sent = Upload(file.name or "", file.chunks())
        return columns(services.upload(actor, at, station=station, kind=payload.kind, file=sent), ImportOut)

    return answer_upload(request, key=idempotency_key, told=payload.model_dump_json(), upload=file, command=command)


add_verbs(
    import_router,
    IMPORTS,
    Verb(name="choose_columns", service=services.choose_columns, takes=ColumnsIn),
    Verb(name="check", service=services.check),
    Verb(name="write", service=services.start),
    Verb(name="cancel", service=transitions.cancel_import),
)


@import_router.get(
    "/{key}/oddities",
    response={200: page_schema(OddityOut), **PROBLEMS},
    operation_id="import_oddities",
    summary="What is odd in a file",
)
def oddities(request: HttpRequest, key: Annotated[int, Path(ge=1, le=2**53)], wanted: Query[Wanted]) -> HttpResponse:
    """Return the oddities of a file row by row, by cursor."""
    job = IMPORTS.find(actor_of(request), key)
    rows = ImportOddity.objects.filter(job=job)
    page = page_of(rows, order=("row", "id"), cursor=wanted.cursor, size=wanted.size)
    shown = [columns(row, OddityOut) for row in page.rows]
    return json_answer({"rows": shown, "next_cursor": page.next_cursor, "previous_cursor": page.previous_cursor})


class SheetWanted(Schema):
    """In which form."""

    form: Sheet = "xlsx"


@import_router.get(
    "/{key}/report",
    response={200: None, **PROBLEMS},
    operation_id="import_report",
    summary="Report of an import as a spreadsheet",
    openapi_extra=FILE,
)
def import_report(
    request: HttpRequest, key: Annotated[int, Path(ge=1, le=2**53)], wanted: Query[SheetWanted]
) -> HttpResponse:
    """Return every oddity and the figures as xlsx or csv."""
    job = queries.import_visible(actor_of(request), key)
    response = HttpResponse(report(job, wanted.form), content_type=CONTENT_TYPES[wanted.form])
    response["Content-Disposition"] = f'attachment; filename="import-{job.pk}.{wanted.form}"'
    return response


class ExporterOut(Schema):
    """A list that may be taken out."""

    name: str


class ExportIn(Given):
    """In which form; a reason takes personal data out in full, if the right is there."""

    form: Sheet = "xlsx"
    reason: Annotated[str, Field(max_length=200)] = ""


@export_router.get(
    "", response={200: list[ExporterOut], **PROBLEMS}, operation_id="export_list", summary="Lists to take out"
)
def list_exports(request: HttpRequest) -> HttpResponse:
    """Return the lists the caller may take out (IS-09)."""
    return json_answer([{"name": exporter.name} for exporter in exports.exporters_for(actor_of(request))])


@export_router.post(
    "/{name}",
    response={200: None, **PROBLEMS},
    operation_id="export_take",
    summary="Take a list out",
    openapi_extra=FILE,
)
def take_out(
    request: HttpRequest,
    name: Annotated[str, Path(max_length=40)],
    idempotency_key: IdempotencyKey,
    payload: Annotated[ExportIn, Body()],
) -> HttpResponse:
    """Return a list as xlsx or csv; the journal keeps who took it, how many rows, and why."""
    made = exports.export(actor_of(request), timezone.now(), name=name, form=payload.form, reason=payload.reason)
    response = HttpResponse(made.data, content_type=made.content_type)
    response["Content-Disposition"] = f'attachment; filename="{made.file_name}"'
    return response
