"""What each kind of oddity is called, and the sentence that explains it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import Text
from aftersales.repairs.imports import ODDITIES as HISTORY

ODDITIES: dict[str, tuple[Text, Text]] = {
    "date_unreadable": (_("Date cannot be read"), _("This is not a date; the cell stays empty.")),
    "date_serial": (_("Date as a bare number"), _("The cell holds a number of days; it was read as a date.")),
    "number_unreadable": (_("Number cannot be read"), _("This is not a whole number; the cell stays empty.")),
    "text_unstorable": (_("Invisible characters"), _("The text contains characters that cannot be stored.")),
    "text_too_long": (_("Text too long"), _("The text is too long to be kept.")),
    "merged_cells": (_("Merged cells"), _("The value comes from a merged cell above.")),
    "customer_repeated": (
        _("Customer repeated"),
        _("The same customer stands in an earlier row; the vehicle is added to it."),
    ),
    "row_incomplete": (_("Row without a customer or vehicle"), _("The row names neither a customer nor a vehicle.")),
    "same_file": (_("File imported before"), _("The same file has been imported before; what is known is left alone.")),
    **HISTORY,
}


def sentence_for(kind: str) -> Text:
    """Return the sentence of a kind that this app words itself."""
    return ODDITIES[kind][1]


def label_of(kind: str) -> Text:
    """Return what a kind is called in the report; kinds of other apps are named after their column."""
    if kind in ODDITIES:
        return ODDITIES[kind][0]
    return ""


FIGURES: dict[str, Text] = {
    "rows": _("Rows of the file"),
    "lines": _("Lines"),
    "orders": _("Repair orders"),
    "customers": _("Customers"),
    "vehicles": _("Vehicles"),
    "texts": _("Different line texts"),
    "texts_folded": _("Different line texts without blanks at the ends and in capitals"),
    "most_days_later": _("Most days between job card and invoice"),
}


def figure_label(name: str) -> Text:
    """Return what a figure of the check is called."""
    return FIGURES.get(name, name)
