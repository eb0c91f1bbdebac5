"""The one search box through the API: plates, VINs, names, phones, numbers, scanned barcodes."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from aftersales.doors.commands import actor_of
from aftersales.doors.masters import json_answer, refuse_unknown
from aftersales.doors.steps import PROBLEMS
from aftersales.search.queries import find

router = Router(tags=["search"])


class HitOut(Schema):
    """One result."""

    kind: str
    id: int
    number: str
    title: str
    subtitle: str
    station_id: int | None


class SearchWanted(Schema):
    """What to look for: a prefix of any word; several words must all match."""

    q: Annotated[str, Field(min_length=1, max_length=80)]
    kind: Annotated[str, Field(max_length=30)] = ""
    limit: Annotated[int, Field(ge=1, le=50)] = 20


@router.get("", response={200: list[HitOut], **PROBLEMS}, operation_id="search", summary="Search")
def search(request: HttpRequest, wanted: Query[SearchWanted]) -> HttpResponse:
    """Return what the text finds, at most `limit` of each kind, only what the caller may see (IS-02, IS-04)."""
    refuse_unknown(request, SearchWanted)
    kinds = [wanted.kind] if wanted.kind else None
    hits: list[Any] = find(actor_of(request), wanted.q, kinds=kinds, limit=wanted.limit)
    return json_answer(
        [
            {
                "kind": hit.kind.name,
                "id": hit.object_id,
                "number": hit.number,
                "title": hit.title,
                "subtitle": hit.subtitle,
                "station_id": hit.station_id,
            }
            for hit in hits
        ]
    )
