"""Gapless numbers, given at posting."""

from __future__ import annotations

from datetime import date

from django.db import connection

PREFIXES = {
    "repair_order": "RO",
    "appointment": "AP",
    "settlement": "ST",
    "payment": "PY",
    "refund": "RF",
    "goods_receipt": "GR",
    "adjustment": "AD",
    "case": "CS",
    "day_close": "DC",
    "paper": "PP",
}

_NEXT = """
INSERT INTO network_numberseries AS s (station_id, series, year, last) VALUES (%s, %s, %s, 1)
ON CONFLICT (station_id, series, year) DO UPDATE SET last = s.last + 1
RETURNING last, (SELECT code FROM network_station WHERE id = s.station_id)
"""


def next_number(*, station_id: int, series: str, on: date) -> str:
    """Return the next number of a series, such as `SH01-RO26-00042`: unique and without gaps per station, series and year.

    Call it inside the posting transaction, as late as possible: the series row stays locked until the commit, and a rollback
    gives the number back. Raises KeyError for a series that has no prefix.
    """
    prefix = PREFIXES[series]
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [station_id, series, on.year])
        last, code = cursor.fetchone()
    return f"{code}-{prefix}{on.year % 100:02d}-{last:05d}"
