"""The one search box: a prefix of any term, every word must match, nobody sees past his fence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import connection

from aftersales.core.actor import Actor
from aftersales.search.kinds import Kind, registered_kinds
from aftersales.search.rules import TERM_LENGTH, fold, weight, words
from aftersales.standards.binding import fulfils

CANDIDATES = 2000  # looked at for a second word before giving up on a common first one
ABOVE_ALL = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of results."""

    kind: Kind
    object_id: int
    number: str
    title: str
    subtitle: str
    station_id: int | None


# The inner lateral reads the primary key in order and stops at the limit: one letter costs what a whole plate does.
# A range instead of LIKE: no wildcards to escape, and the index serves parameters too.
_FIND = """
SELECT k.code, e.object_id, e.number, e.title, e.subtitle, e.station_id
FROM unnest(%(kinds)s::smallint[], %(everywhere)s::boolean[]) AS k (code, is_everywhere)
CROSS JOIN LATERAL (
    SELECT found.entry_id, min(found.term) AS term FROM (
        SELECT t.entry_id, t.term
        FROM (
            SELECT d.station_key FROM unnest(%(door_kinds)s::smallint[], %(doors)s::bigint[]) AS d (code, station_key)
            WHERE d.code = k.code
            UNION ALL SELECT n.id FROM network_station n WHERE k.is_everywhere
        ) door
        CROSS JOIN LATERAL (
            SELECT s.entry_id, s.term FROM search_searchterm s
            WHERE s.station_key = door.station_key AND s.kind_code = k.code AND s.term >= %(word)s AND s.term <
            %(above)s
            ORDER BY s.term LIMIT %(candidates)s
        ) t
        {others}
        LIMIT %(enough)s
    ) found
    GROUP BY found.entry_id ORDER BY min(found.term), found.entry_id LIMIT %(limit)s
) hit
JOIN search_searchentry e ON e.id = hit.entry_id
ORDER BY k.code, hit.term, e.id
"""
_OTHER = """WHERE NOT EXISTS (
    SELECT 1 FROM unnest(%(others)s::text[]) AS w (word) WHERE NOT EXISTS (
        SELECT 1 FROM search_searchterm o WHERE o.entry_id = t.entry_id
        AND o.term >= w.word COLLATE "C" AND o.term < (w.word || %(top)s) COLLATE "C"))"""


@fulfils("IS-02", "IS-04")
def find(actor: Actor, text: str, *, kinds: Collection[str] | None = None, limit: int = 20) -> list[Hit]:
    """Return what the text finds, at most `limit` of each kind, shortest terms first; one statement, two for several
    words.

    A plate, a VIN or a phone may be typed with blanks; several words must all match. Only kinds whose right the actor
    holds, and
    only rows of the stations where he holds it.
    """
    listed = [kind for kind in registered_kinds() if kinds is None or kind.name in kinds]
    parts = words(text)
    if not parts:
        return []
    whole = fold(text[:400])[:TERM_LENGTH]
    hits = _hits(actor, listed, [whole], limit)
    if len(parts) > 1:
        by_place = {(hit.kind.code, hit.object_id): hit for hit in [*hits, *_hits(actor, listed, parts, limit)]}
        ranked = sorted(by_place.values(), key=lambda hit: hit.kind.code)
        hits = [hit for _kind, group in groupby(ranked, key=lambda hit: hit.kind.code) for hit in list(group)[:limit]]
    return hits


def _hits(actor: Actor, kinds: Sequence[Kind], parts: Sequence[str], limit: int) -> list[Hit]:
    """Ask for everything that matches all parts, kind by kind, in one statement."""
    fenced = {kind: _stations(actor, kind) for kind in kinds}
    allowed = [kind for kind, stations in fenced.items() if stations is None or stations]
    doors = [(kind.code, station) for kind in allowed for station in fenced[kind] or ()]
    if not allowed:
        return []
    driver, *others = sorted(parts, key=weight, reverse=True)
    enough = limit * 4 + 20
    values: dict[str, Any] = {
        "kinds": [kind.code for kind in allowed],
        "everywhere": [fenced[kind] is None for kind in allowed],
        "door_kinds": [code for code, _station in doors],
        "doors": [station for _code, station in doors],
        "word": driver,
        "above": driver + ABOVE_ALL,
        "others": others,
        "top": ABOVE_ALL,
        "candidates": CANDIDATES if others else enough,
        "enough": enough,
        "limit": limit,
    }
    by_code = {kind.code: kind for kind in kinds}
    with connection.cursor() as cursor:
        cursor.execute(_FIND.format(others=_OTHER if others else ""), values)
        return [Hit(by_code[code], *row) for code, *row in cursor.fetchall()]


def _stations(actor: Actor, kind: Kind) -> tuple[int, ...] | None:
    """Return the station keys to search for a kind: 0 is the network's own masters; None is every station, () is
    none."""
    if kind.is_network:
        return (0,) if actor.may_anywhere(kind.right) else ()
    return actor.stations_with(kind.right)
