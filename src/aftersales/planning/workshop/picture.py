"""A plan as a picture: bays and technicians against the hours of one day."""

from __future__ import annotations

from html import escape

from aftersales.planning.workshop.shapes import Assignment, Plan, Workshop

ROW, LEFT, HOUR = 26, 96, 84
COLOURS = ("#4e79a7", "#f28e2b", "#59a14f", "#b07aa1", "#edc948", "#76b7b2", "#e15759", "#9c755f")


def gantt(workshop: Workshop, plan: Plan, *, first: int, last: int, title: str) -> str:
    """Return the plan between two minutes as SVG: solid is hands-on, pale is unattended, red frames a late car."""
    rows = [*(("bay", bay.name) for bay in workshop.bays), *(("who", who.name) for who in workshop.technicians)]
    width, height = LEFT + HOUR * (last - first) // 60 + 10, ROW * (len(rows) + 2)
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for minute in range(first, last + 1, 60):
        at = _across(minute, first)
        drawn.append(f'<line x1="{at}" y1="{ROW}" x2="{at}" y2="{height}" stroke="#dddddd"/>')
        drawn.append(f'<text x="{at}" y="18" font-size="12" text-anchor="middle">{minute // 60:02d}:00</text>')
    promised = {car.name: car.promised for car in workshop.vehicles}
    ready = plan.ready()
    colours = {car.name: COLOURS[at % len(COLOURS)] for at, car in enumerate(workshop.vehicles)}
    for at, (kind, name) in enumerate(rows):
        top = ROW * (at + 1) + 6
        drawn.append(f'<text x="4" y="{top + 15}" font-size="12">{escape(name)}</text>')
        for one in plan.assignments:
            if (one.bay if kind == "bay" else one.technician) == name and first <= one.start < last:
                limit = promised[one.vehicle]
                is_late = limit is not None and ready[one.vehicle] > limit
                drawn += _bar(one, kind == "bay", colours[one.vehicle], is_late, top, first)
    return "\n".join([*drawn, "</svg>", ""])


def _across(minute: int, first: int) -> int:
    return LEFT + HOUR * (minute - first) // 60


def _bar(one: Assignment, is_bay: bool, colour: str, is_late: bool, top: int, first: int) -> list[str]:
    left, off = _across(one.start, first), _across(one.hands_off, first)
    frame = ' stroke="#c00000" stroke-width="2"' if is_late else ""
    said = escape(f"{one.vehicle} {one.operation}: {one.reason or ''}")
    drawn = [
        f'<rect x="{left}" y="{top}" width="{max(2, off - left)}" height="{ROW - 6}" fill="{colour}"{frame}>'
        f"<title>{said}</title></rect>"
    ]
    if is_bay and one.end > one.hands_off:
        width = _across(one.end, first) - off
        drawn.append(
            f'<rect x="{off}" y="{top}" width="{width}" height="{ROW - 6}" fill="{colour}" fill-opacity="0.35"/>'
        )
    number = one.vehicle.split()[-1]
    if off - left >= 18:
        drawn.append(f'<text x="{left + 3}" y="{top + 14}" font-size="11" fill="#ffffff">{escape(number)}</text>')
    return drawn
