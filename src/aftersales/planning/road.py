"""The road between places: metres and seconds of every leg, from coordinates, from a table, or from a map service."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from aftersales.planning.sentences import Problem, Sentence

EARTH_M = 6_371_009
LONGEST_LEG = 40_000_000
"""No leg is longer than the equator in metres, or takes longer than so many seconds (463 days)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A named point; coordinates in degrees (WGS 84), None where only a table of legs knows it."""

    name: str
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Legs:
    """Metres and seconds from each place (row) to each (column), in the order of `places`; maybe not symmetric."""

    places: tuple[str, ...]
    metres: tuple[tuple[int, ...], ...]
    seconds: tuple[tuple[int, ...], ...]

    def index(self) -> dict[str, int]:
        """Return {place: row}."""
        return {name: row for row, name in enumerate(self.places)}


class Road(Protocol):
    """Where legs come from. A map service is a Road whose `legs` asks it; planners only ever see the Legs."""

    def legs(self, places: Sequence[Place]) -> Legs:
        """Return the legs between places, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class CrowRoad:
    """Great-circle distance times a road factor, driven at one mean speed in km/h.

    A factor of 1.3 to 1.4 is usual for road networks (Ballou, Rahardja, Sakai 2002: China 1.33).
    """

    factor: float = 1.33
    kmh: float = 40.0

    def legs(self, places: Sequence[Place]) -> Legs:
        """Return the legs between places; seconds are rounded up.

        Raises ValueError for a place without coordinates or a factor or speed that isn't above zero.
        """
        if self.factor <= 0 or self.kmh <= 0:
            raise ValueError("the road factor and the speed must be above zero")
        points: list[tuple[float, float, float]] = []
        for place in places:
            if place.latitude is None or place.longitude is None:
                raise ValueError(f"{place.name} has no coordinates")
            north, east = math.radians(place.latitude), math.radians(place.longitude)
            points.append(
                (math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)),
            )
        import numpy as np

        chord = np.array(points, dtype=float).reshape(-1, 3)
        gaps = np.sqrt(((chord[:, None] - chord[None]) ** 2).sum(-1)) / 2
        metres = 2 * EARTH_M * np.arcsin(np.clip(gaps, 0, 1)) * self.factor
        np.fill_diagonal(metres, 0)
        whole = np.rint(metres).astype(np.int64)
        seconds = np.ceil(metres * 3.6 / self.kmh - 1e-6).clip(0).astype(np.int64)
        return Legs(
            tuple(place.name for place in places),
            tuple(tuple(row) for row in whole.tolist()),
            tuple(tuple(row) for row in seconds.tolist()),
        )


@dataclass(frozen=True, slots=True)
class TableRoad:
    """Legs somebody has measured; asks for a part of them answer in the asked order."""

    known: Legs

    def legs(self, places: Sequence[Place]) -> Legs:
        """Return the legs between places. Raises ValueError for a place the table doesn't know."""
        row = self.known.index()
        unknown = [place.name for place in places if place.name not in row]
        if unknown:
            raise ValueError(f"the table has no {', '.join(unknown)}")
        at = [row[place.name] for place in places]
        return Legs(
            tuple(place.name for place in places),
            tuple(tuple(self.known.metres[one][other] for other in at) for one in at),
            tuple(tuple(self.known.seconds[one][other] for other in at) for one in at),
        )


def leg_problems(legs: Legs) -> list[Problem]:
    """Return what is wrong with a table of legs: a name twice, a wrong shape, a leg below zero or beyond any road."""
    problems: list[Problem] = []
    for name in sorted({name for name in legs.places if legs.places.count(name) > 1}):
        problems.append(Problem(name, Sentence("地点名称重复", "the place is named twice")))
    size = len(legs.places)
    for table, zh, en in ((legs.metres, "里程表", "the metres"), (legs.seconds, "时间表", "the seconds")):
        if len(table) != size or any(len(row) != size for row in table):
            problems.append(
                Problem(
                    "legs", Sentence(f"{zh}不是 {size}×{size} 的方阵", f"{en} are not a square of {size} by {size}")
                )
            )
            continue
        for one, row in enumerate(table):
            wrong = [legs.places[other] for other, leg in enumerate(row) if not 0 <= leg <= LONGEST_LEG]
            if wrong:
                problems.append(
                    Problem(
                        legs.places[one],
                        Sentence(
                            f"{zh}中到 {wrong[0]} 的数值不可能", f"{en} to {wrong[0]} are below zero or beyond any road"
                        ),
                    )
                )
            if row[one] != 0:
                problems.append(
                    Problem(legs.places[one], Sentence(f"{zh}中到自身不为零", f"{en} to itself are not zero"))
                )
    return problems
