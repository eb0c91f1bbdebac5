"""A plan of round trips as a drawing (SVG): the map, each trip a line in its van's colour, who drives how far."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from aftersales.planning.road import Place
from aftersales.planning.routing_reasons import clock, km
from aftersales.planning.tours import Lookup, TourPlan

WIDTH, HEIGHT, EDGE, LEGEND = 960, 640, 40, 300
COLOURS = ("#0054a6", "#d63939", "#2fb344", "#f76707", "#ae3ec9", "#0ca678", "#74512d", "#4263eb")
"""Van after van; after the last the first again, with dashes."""


def map_of_tours(look: Lookup, plan: TourPlan, places: Sequence[Place], title: str) -> str:
    """Return an SVG of a plan on its places' coordinates; legs are drawn straight, whatever road they stand for.

    Raises ValueError for a place without coordinates.
    """
    spots = _spots(places)
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{EDGE}" y="24" font-size="15" font-weight="bold">{escape(title)}</text>',
    ]
    legend = 60
    for number, tour in enumerate(plan.tours):
        colour = COLOURS[number % len(COLOURS)]
        home = look.depots[look.vans[tour.van].depot].place
        for count, trip in enumerate(tour.trips):
            way = [home, *(look.stops[visit.stop].place for visit in trip.visits), home]
            points = " ".join(f"{spots[place][0]:.1f},{spots[place][1]:.1f}" for place in way)
            dashes = ("", ' stroke-dasharray="7 4"', ' stroke-dasharray="2 4"')[count % 3]
            drawn.append(
                f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" opacity="0.8"{dashes}/>'
            )
        edge = WIDTH - LEGEND
        times = ", ".join(f"{clock(trip.load)}–{clock(trip.back)} ({len(trip.visits)})" for trip in tour.trips)
        drawn.append(f'<rect x="{edge}" y="{legend - 10}" width="14" height="10" fill="{colour}"/>')
        drawn.append(f'<text x="{edge + 20}" y="{legend}">{escape(tour.van)}: {km(look.tour_metres(tour))} km</text>')
        drawn.append(f'<text x="{edge + 20}" y="{legend + 16}" fill="#666">{times}</text>')
        legend += 42
    drawn += _stops(look, plan, spots)
    for depot in look.case.depots:
        x, y = spots[depot.place]
        drawn.append(f'<rect x="{x - 8:.1f}" y="{y - 8:.1f}" width="16" height="16" fill="#182433"/>')
    lines = (
        f"{km(plan.metres)} km, {plan.cost / 100:.2f} yuan",
        f"left out at its price: {len(plan.refused)}, without a place: {len(plan.missed)}",
        "first trip ——, second – –, third · ·; stops in brackets",
    )
    for number, line in enumerate(lines):
        drawn.append(f'<text x="{WIDTH - LEGEND}" y="{HEIGHT - 56 + 16 * number}" fill="#444">{line}</text>')
    return "\n".join([*drawn, "</svg>", ""])


def _stops(look: Lookup, plan: TourPlan, spots: Mapping[str, tuple[float, float]]) -> list[str]:
    """Return a dot for every place with stops, and the first arrival there; a ring where nobody goes."""
    arrivals: dict[str, list[int]] = {}
    for tour in plan.tours:
        for trip in tour.trips:
            for visit in trip.visits:
                arrivals.setdefault(look.stops[visit.stop].place, []).append(visit.arrive)
    drawn = []
    for place in sorted({stop.place for stop in look.case.stops}):
        x, y = spots[place]
        if place in arrivals:
            drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#182433"/>')
            drawn.append(
                f'<text x="{x + 6:.1f}" y="{y - 5:.1f}" font-size="10" fill="#444">{clock(min(arrivals[place]))}</text>'
            )
        else:
            drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="none" stroke="#d63939"/>')
    return drawn


def _spots(places: Sequence[Place]) -> dict[str, tuple[float, float]]:
    """Return each place's point on the drawing, north up, as true to scale as the frame allows."""
    points: dict[str, tuple[float, float]] = {}
    for place in places:
        if place.latitude is None or place.longitude is None:
            raise ValueError(f"{place.name} has no coordinates")
        points[place.name] = (place.longitude * math.cos(math.radians(place.latitude)), -place.latitude)
    west, north = min(x for x, _ in points.values()), min(y for _, y in points.values())
    wide = max(x for x, _ in points.values()) - west or 1.0
    high = max(y for _, y in points.values()) - north or 1.0
    scale = min((WIDTH - LEGEND - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high)
    return {name: (EDGE + (x - west) * scale, EDGE + (y - north) * scale) for name, (x, y) in points.items()}
