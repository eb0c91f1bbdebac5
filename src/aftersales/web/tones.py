"""Which colour a state code has, one table for all: blue waits for us, amber for others, green is good."""

from __future__ import annotations

TONES: dict[str, str] = {
    "neutral": """
        draft closed cancelled canceled expired archived retired inactive void voided withdrawn skipped none
        unknown merged superseded released left
        """,
    "blue": """
        open new requested received registered created assigned planned scheduled booked checked_in
        submitted sent ordered pending issued dispatched
        """,
    "azure": """
        in_progress working running active started diagnosing diagnosed washing picking counting in_transit
        accepted quality_check inspecting estimated handling open_for_use
        """,
    "violet": """
        in_review review adjudicating approval awaiting_approval escalated warranty
        """,
    "amber": """
        waiting paused on_hold waiting_parts waiting_customer awaiting_customer backordered partial
        partially_paid partly_received due soon low deferred medium suspended arrived_late
        """,
    "green": """
        confirmed authorized approved completed done passed paid settled delivered ready arrived resolved
        published live valid available kept in_stock matched posted ok effective
        """,
    "orange": """
        reopened rework returned disputed comeback high short warning
        """,
    "red": """
        refused rejected declined failed overdue over breached no_show blocked urgent critical out_of_stock
        error dead unpaid locked
        """,
}

_BY_CODE = {code: tone for tone, codes in TONES.items() for code in codes.split()}


def tone_of(code: object) -> str:
    """Return the tone of a state code; a code that is not in the table is neutral."""
    return _BY_CODE.get(str(code or "").lower(), "neutral")
