"""The list of settlements as a table for spreadsheets: CSV and Excel, text always as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from aftersales.billing.choices import SettlementKind
from aftersales.billing.models import Settlement
from aftersales.repairs.choices import PayType
from aftersales.web.formats import moment_full

MOST_ROWS = 50_000
_RISKY = ("=", "+", "-", "@", "\t", "\r")

type Cell = str | Decimal
type Table = Iterable[Sequence[Cell]]


def settlement_table(rows: Any) -> Table:
    """Yield the heading and one row for each sheet; amounts in yuan, reversals negative."""
    yield (
        _("Settlement"), _("Kind"), _("State"), _("Repair order"), _("Plate"), _("Customer"), _("Payer"), _("Net"),
        _("Tax amount"), _("Total"), _("Discount"), _("Paid"), _("Refunded"), _("On account"), _("Collected"), _("Due"),
        _("Posted at"), _("Settled by"),
    )  # fmt: skip
    for sheet in rows[:MOST_ROWS]:
        yield _row(sheet)


def _row(sheet: Settlement) -> Sequence[Cell]:
    sign = -1 if sheet.kind == SettlementKind.REVERSAL else 1
    return (
        sheet.number,
        str(sheet.get_kind_display()),
        str(sheet.get_state_display()),
        sheet.order.number,
        sheet.order.plate,
        sheet.order.customer_name,
        str(PayType(sheet.payer).label),
        sign * sheet.net,
        sign * sheet.tax,
        sign * sheet.gross,
        sign * sheet.discount,
        sheet.paid,
        sheet.refunded,
        sheet.on_account,
        sheet.collected,
        sheet.due,
        moment_full(sheet.posted_at),
        sheet.posted_by,
    )


def as_csv(table: Table) -> bytes:
    """Return the table as CSV that Excel opens in Chinese; what a spreadsheet would calculate gets a quote mark."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in table:
        writer.writerow([format(cell, "f") if isinstance(cell, Decimal) else _harmless(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig", "replace")


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_RISKY) else text


def as_xlsx(table: Table) -> bytes:
    """Return the table as an Excel file: amounts as numbers, everything else written as text."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": False}) as book:
        sheet = book.add_worksheet()
        amount, heading = book.add_format({"num_format": "#,##0.00"}), book.add_format({"bold": True})
        for line, row in enumerate(table):
            for column, cell in enumerate(row):
                if isinstance(cell, Decimal):
                    sheet.write_number(line, column, float(cell), amount)
                else:
                    sheet.write_string(line, column, cell, heading if line == 0 else None)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 17, 14)
    return out.getvalue()


EXPORT_FORMS: dict[str, tuple[str, Callable[[Table], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
}
