"""Which papers were issued."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, prefetch_related_objects

from aftersales.core.actor import Actor
from aftersales.core.documents import subject_kind
from aftersales.core.prepared import prepared
from aftersales.printing import rules
from aftersales.printing.models import Paper


def papers_of(actor: Actor, document: Any) -> list[Paper]:
    """Return the document's visible papers with their copies, newest first, without their content; two statements."""
    return papers_about(actor, subject_kind(document), document.pk)


def papers_about(actor: Actor, kind: str, subject_id: int) -> list[Paper]:
    """Return the same for a document named by its kind (`repairs.repairorder`) and id."""
    papers = _papers(actor.stations_with(), kind, subject_id)
    if papers:
        prefetch_related_objects(papers, "copies")
    return papers


@prepared
def _papers(stations: tuple[int, ...] | None, kind: str, subject_id: int) -> QuerySet[Paper]:
    rows = Paper.objects.everywhere() if stations is None else Paper.objects.at_stations(stations)
    return rows.filter(subject_kind=kind, subject_id=subject_id).defer("payload").order_by("-issued_at", "kind")


def latest_paper(document: Any, kind: str, language: str | None = None) -> Paper | None:
    """Return the newest paper of a kind of a document in hand, or None."""
    rows = Paper.objects.at_station(document.station_id).filter(
        subject_kind=subject_kind(document), subject_id=document.pk, kind=kind
    )
    if language is not None:
        rows = rows.filter(language=language)
    return rows.order_by("-issued_at").first()


def is_intact(paper: Paper) -> bool:
    """Tell whether the stored content still has the hash it was issued with."""
    return rules.fingerprint(paper.payload) == paper.sha256


def damaged_papers() -> list[Paper]:
    """Return the papers whose content no longer has its hash: the nightly proof expects none."""
    return [paper for paper in Paper.objects.everywhere().iterator(chunk_size=500) if not is_intact(paper)]
