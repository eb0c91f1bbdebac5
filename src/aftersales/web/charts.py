"""Charts as plain data: each function returns the options that the entry `charts` draws.

A point may carry the address of its rows, so that every number drills down.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

NAMES_SHOWN_IN_FULL = 8

type Point = tuple[object, float | int, str]  # name, value, address of the rows ("" for none)


def _values(points: Sequence[Point]) -> list[dict[str, Any]]:
    return [{"name": str(name), "value": value, "url": url} for name, value, url in points]


def _names(points: Sequence[Point], **more: Any) -> dict[str, Any]:
    # Few names are all written, cut if need be; of many the chart leaves some out.
    label = {"interval": 0, "width": 72, "overflow": "truncate"} if len(points) <= NAMES_SHOWN_IN_FULL else {}
    return {"type": "category", "data": [str(point[0]) for point in points], "axisLabel": label, **more}


def bars(points: Sequence[Point], *, unit: str = "", name: str = "", lying: bool = False) -> dict[str, Any]:
    """One row of bars; `lying` puts the names at the left, for long ones."""
    names = _names(points, inverse=lying)
    values = {"type": "value", "name": unit}
    return {
        "xAxis": values if lying else names,
        "yAxis": names if lying else values,
        "series": [{"type": "bar", "name": name, "data": _values(points)}],
    }


def lines(
    categories: Sequence[object],
    series: Sequence[tuple[str, Sequence[float | int | None]]],
    *,
    unit: str = "",
    target: float | None = None,
) -> dict[str, Any]:
    """Lines over the same categories; a gap is None, `target` is a dashed line."""
    drawn: list[dict[str, Any]] = [
        {"type": "line", "name": str(name), "data": list(values), "smooth": False} for name, values in series
    ]
    if target is not None and drawn:
        drawn[0]["markLine"] = {
            "symbol": "none",
            "data": [{"yAxis": target}],
            "lineStyle": {"type": "dashed"},
            "label": {"position": "insideEndTop"},
        }
    return {
        "legend": {"show": len(drawn) > 1},
        "xAxis": {"type": "category", "data": [str(category) for category in categories]},
        "yAxis": {"type": "value", "name": unit, "scale": True},
        "series": drawn,
    }


def stacked(
    categories: Sequence[object], series: Sequence[tuple[str, Sequence[float | int]]], *, unit: str = ""
) -> dict[str, Any]:
    """Bars made of parts."""
    return {
        "legend": {"show": True},
        "xAxis": {"type": "category", "data": [str(category) for category in categories]},
        "yAxis": {"type": "value", "name": unit},
        "series": [
            {"type": "bar", "stack": "all", "name": str(name), "data": list(values), "itemStyle": {"borderRadius": 0}}
            for name, values in series
        ],
    }


def pareto(points: Sequence[Point], *, unit: str = "", share: str = "%") -> dict[str, Any]:
    """Bars from the largest down, with the running share of the whole as a line."""
    ordered = sorted(points, key=lambda point: point[1], reverse=True)
    whole = sum(point[1] for point in ordered) or 1
    running, shares = 0.0, []
    for point in ordered:
        running += point[1]
        shares.append(round(running / whole * 100, 1))
    return {
        "xAxis": _names(ordered),
        "yAxis": [
            {"type": "value", "name": unit},
            {"type": "value", "name": share, "max": 100, "splitLine": {"show": False}},
        ],
        "series": [
            {"type": "bar", "data": _values(ordered)},
            {"type": "line", "yAxisIndex": 1, "data": shares, "symbolSize": 5},
        ],
    }


def ring(points: Sequence[Point]) -> dict[str, Any]:
    """Shares of a whole as a ring; keep it to six parts."""
    return {
        "tooltip": {"trigger": "item", "confine": True},
        "legend": {"orient": "vertical", "left": 0, "top": "middle"},
        "series": [
            {
                "type": "pie",
                "radius": ["52%", "78%"],
                "center": ["65%", "50%"],
                "label": {"show": False},
                "data": _values(points),
            }
        ],
    }
