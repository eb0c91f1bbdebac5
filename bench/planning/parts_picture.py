"""`python -m bench.planning.parts_picture`: draws demand.svg and stock.svg of docs/planning from made-up parts."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

from aftersales.planning.demand import Forecast, Panel, explain, forecast, learn
from aftersales.planning.stock import DAYS_A_MONTH, Line, Proposal, outlook_of, propose
from bench.world import ROOT

WIDTH, ROW, LEFT, PLOT = 960, 150, 60, 560
INK, BLUE, RED, GREEN = "#444444", "#0054a6", "#d63939", "#2fb344"
AHEAD = 6
SHOWN_DAYS = 365


def parts() -> Panel:
    """Make up five parts of different kinds, and two hundred others to learn from; 36 months to December."""
    rng = np.random.default_rng(20)
    month = np.arange(36)
    kinds = {
        "oil filter, smooth": rng.poisson(20.0, 36).astype(float),
        "wiper blade, seasonal": rng.poisson(np.where(np.isin(month % 12, (0, 9, 10, 11)), 24.0, 4.0)).astype(float),
        "gearbox mount, lumpy": (rng.random(36) < 0.3) * (1 + rng.negative_binomial(1.0, 0.15, 36)).astype(float),
        "old radio, dying": rng.poisson(np.where(month < 22, 3.0, 0.0)).astype(float),
        "new sensor": np.where(month < 31, np.nan, rng.poisson(3.0, 36)).astype(float),
    }
    others = rng.poisson(rng.gamma(1.0, np.exp(rng.normal(0.5, 1.2, (200, 1))), (200, 36))).astype(float)
    names = (*kinds, *(f"other {number}" for number in range(200)))
    return Panel(names, np.vstack([*kinds.values(), others]), 12)


def demand_picture(panel: Panel, made: Forecast) -> str:
    """Return an SVG: months as bars, the months ahead as bands of 10-90 and 25-75 % with the middle, the sentence."""
    drawn = []
    months = panel.demand.shape[1]
    step = PLOT / (months + AHEAD)
    for row in range(5):
        top, bottom = row * ROW + 20, row * ROW + ROW - 24
        past = panel.demand[row]
        scale = (bottom - top - 14) / max(float(np.nanmax(past)), float(made.quantiles[row].max()), 1.0)
        drawn.append(f'<text x="{LEFT}" y="{top}" font-weight="bold">{escape(panel.parts[row])}</text>')
        drawn.append(f'<line x1="{LEFT}" y1="{bottom}" x2="{LEFT + PLOT}" y2="{bottom}" stroke="{INK}"/>')
        for month, value in enumerate(past):
            if value > 0:
                x, height = LEFT + month * step, value * scale
                drawn.append(_box(x + 1, bottom - height, step - 2, height, "#9aa5b1"))
        for month in range(AHEAD):
            x = LEFT + (months + month) * step
            q10, q25, q50, q75, q90 = made.quantiles[row, month] * scale
            drawn.append(_box(x + 1, bottom - q90, step - 2, max(q90 - q10, 1), "#a9c8ea"))
            drawn.append(_box(x + 1, bottom - q75, step - 2, max(q75 - q25, 1), "#5b95d1"))
            drawn.append(_box(x + 1, bottom - q50 - 1, step - 2, 2, RED))
        drawn += _wrapped(explain(panel, made, row).en, LEFT + PLOT + 20, top + 14)
    return _page(drawn, 5 * ROW + 10)


def stock_picture(proposal: Proposal) -> str:
    """Return an SVG: a year of shelf and position of one line under its policy, orders as triangles, the sentence."""
    line = proposal.line
    rng = np.random.default_rng(3)
    scatter = line.outlook.month_variance / line.outlook.rate
    size = line.outlook.rate / DAYS_A_MONTH / (scatter - 1)
    shelf, coming, owed = float(proposal.order_up_to), {}, 0.0
    trace, orders = [], []
    for day in range(SHOWN_DAYS):
        shelf += coming.pop(day, 0.0)
        asked = float(rng.negative_binomial(size, 1 / scatter)) + owed
        owed = max(asked - shelf, 0.0)
        shelf -= asked - owed
        position = shelf + sum(coming.values()) - owed
        if day % int(line.review_days) == 0 and position <= proposal.reorder_point:
            lots = np.floor((proposal.reorder_point - position) / proposal.lot) + 1
            coming[day + int(line.lead_days) + 1] = lots * proposal.lot
            position += lots * proposal.lot
            orders.append(day)
        trace.append((shelf - owed, position))
    top, bottom = 40.0, 300.0
    most = max(position for _shelf, position in trace) * 1.1
    scale, step = (bottom - top) / most, (WIDTH - 2 * LEFT) / SHOWN_DAYS

    def path(values: list[float], colour: str) -> str:
        points = " ".join(f"{LEFT + day * step:.1f},{bottom - value * scale:.1f}" for day, value in enumerate(values))
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'

    drawn = [f'<line x1="{LEFT}" y1="{bottom}" x2="{WIDTH - LEFT}" y2="{bottom}" stroke="{INK}"/>']
    levels = ((proposal.reorder_point, "reorder point"), (proposal.order_up_to, "order up to"))
    for level, name in levels:
        y = bottom - level * scale
        drawn.append(
            f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - LEFT}" y2="{y:.1f}" stroke="{RED}" stroke-dasharray="5 4"/>'
        )
        drawn.append(f'<text x="{WIDTH - LEFT - 130}" y="{y - 4:.1f}" fill="{RED}">{name} {level}</text>')
    drawn.append(path([position for _shelf, position in trace], "#a9c8ea"))
    drawn.append(path([shelf for shelf, _position in trace], BLUE))
    for day in orders:
        x = LEFT + day * step
        drawn.append(f'<path d="M{x:.1f} {bottom + 4} l-5 9 h10 z" fill="{GREEN}"/>')
    drawn.append(
        f'<text x="{LEFT}" y="{bottom + 32}">dark: on the shelf (below zero: owed), light: position, triangles: '
        f"orders; {SHOWN_DAYS} days</text>"
    )
    drawn += _wrapped(proposal.sentence.en, LEFT, int(bottom) + 54, letters=140)
    return _page(drawn, int(bottom) + 90)


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _wrapped(text: str, x: int, y: int, *, letters: int = 48) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > letters:
            lines.append("")
        lines[-1] += f"{word} "
    return [f'<text x="{x}" y="{y + 16 * n}" fill="{INK}">{escape(one.strip())}</text>' for n, one in enumerate(lines)]


def _page(drawn: list[str], height: int) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
    head += ' font-family="sans-serif" font-size="12">'
    return "\n".join([head, f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>', *drawn, "</svg>", ""])


def main() -> int:
    """Draw both pictures."""
    panel = parts()
    made = forecast(panel, learn(panel), ahead=AHEAD)
    folder: Path = ROOT / "docs" / "planning"
    folder.joinpath("demand.svg").write_text(demand_picture(panel, made), encoding="utf-8")
    line = Line("oil filter", "East", outlook_of(made, 0), unit_cost=35, lead_days=12, review_days=7, multiple=6)
    folder.joinpath("stock.svg").write_text(stock_picture(propose([line])[0]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
