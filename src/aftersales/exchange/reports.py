"""The report of an import to download: every oddity by row and kind, and the figures."""

from __future__ import annotations

from django.utils.translation import gettext as _

from aftersales.exchange.models import ImportJob
from aftersales.exchange.oddities import column_label
from aftersales.exchange.sheets import Sheet, written
from aftersales.exchange.wording import figure_label, label_of


def report(job: ImportJob, form: str) -> bytes:
    """Return the report as xlsx (oddities and figures) or csv (oddities)."""
    oddities = (
        (
            row.row or None,
            str(label_of(row.kind) or column_label(job.kind, row.field)),
            str(column_label(job.kind, row.field)) if row.field else "",
            row.value,
            row.sentence,
            _("not written") if row.is_refused else _("written"),
        )
        for row in job.oddities.iterator(chunk_size=5000)
    )
    headings = [_("Row"), _("Kind"), _("Column"), _("Value in the file"), _("What is odd"), _("Outcome")]
    return written(
        form, [Sheet(_("Oddities"), headings, oddities), Sheet(_("Figures"), [_("Figure"), _("Count")], figures(job))]
    )


def figures(job: ImportJob) -> list[tuple[str, int]]:
    """Return the figures of an import with their labels."""
    kept = [(str(figure_label(name)), count) for name, count in job.report.get("figures", {}).items()]
    counts = [(str(label_of(kind) or kind), count) for kind, count in job.report.get("counts", {}).items()]
    return [
        *kept,
        (_("Rows not written"), job.report.get("refused_rows", 0)),
        (_("New records"), job.created_count),
        (_("Records known before"), job.known_count),
        *counts,
    ]
