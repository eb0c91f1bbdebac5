"""Keeping the oddities of a check, and reading them for the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Min

from aftersales.core.errors import Text
from aftersales.customers.bulk import copy_rows
from aftersales.exchange.kinds import Judged, kind_named
from aftersales.exchange.models import ImportJob, ImportOddity
from aftersales.exchange.wording import label_of

FIRST_ROWS = 5


@dataclass(frozen=True, slots=True)
class OddityGroup:
    """All oddities of one kind: how many, and the first of them."""

    kind: str
    label: Text
    count: int
    is_refused: bool
    first: Sequence[ImportOddity]


def replace_oddities(job: ImportJob, oddities: Sequence[Judged]) -> None:
    """Replace the job's oddities by those of a new check, sorted by row."""
    job.oddities.all().delete()
    copy_rows(
        "exchange_importoddity",
        ("job_id", "row", "kind", "field", "value", "sentence", "is_refused"),
        (
            (
                job.pk,
                one.row,
                one.kind,
                one.field,
                storable(one.value)[:120],
                str(one.sentence)[:300],
                one.is_refused,
            )
            for one in sorted(oddities, key=lambda one: one.row)
        ),
    )


def storable(text: str) -> str:
    """Return a text with what no database holds written as its escape."""
    return text.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode()


def counts_of(oddities: Sequence[Judged]) -> dict[str, int]:
    """Return how many oddities there are of each kind."""
    return dict(sorted(Counter(one.kind for one in oddities).items()))


def groups_of(job: ImportJob) -> list[OddityGroup]:
    """Return the oddities by kind, the refused first, each with its first rows; one statement for each kind and one."""
    kinds = (
        job.oddities.order_by()
        .values("kind", "field", "is_refused")
        .annotate(count=Count("id"), first_row=Min("row"))
        .order_by("-is_refused", "first_row")
    )
    groups: dict[str, OddityGroup] = {}
    for row in kinds:
        if (known := groups.get(row["kind"])) is not None:
            count = known.count + row["count"]
            groups[row["kind"]] = OddityGroup(known.kind, known.label, count, known.is_refused, known.first)
            continue
        first = list(job.oddities.filter(kind=row["kind"])[:FIRST_ROWS])
        label = label_of(row["kind"]) or column_label(job.kind, row["field"])
        groups[row["kind"]] = OddityGroup(row["kind"], label, row["count"], row["is_refused"], first)
    return list(groups.values())


def column_label(kind: str, name: str) -> Text:
    """Return a column's Chinese and English heading."""
    column = kind_named(kind).column(name)
    return f"{column.zh} / {column.en}" if column else name
