"""Monthly demand of many parts side by side: the shape every demand question takes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersales.planning.sentences import Problem, Sentence, refuse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PartHistory:
    """One part's demand month by month, oldest first; None: not on sale (or not counted) that month.

    `part` names it, with its station where stations are planned apart. Quantities are in the unit the part is issued
    in. What was asked for counts, not what was in stock: lost sales belong in here.
    """

    part: str
    monthly: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """Demand of many parts: one row a part, one column a month, oldest first; NaN: not on sale that month.

    `last_calendar_month` is the month (1 to 12) of the last column: seasons need it.
    """

    parts: Sequence[str]
    demand: Floats
    last_calendar_month: int = 12


def panel_of(histories: Iterable[PartHistory], *, last_calendar_month: int = 12) -> Panel:
    """Lay histories side by side so that their newest months meet; refuses what `check_panel` refuses."""
    import numpy as np

    rows = list(histories)
    months = max((len(row.monthly) for row in rows), default=0)
    demand = np.full((len(rows), months), np.nan)
    for place, row in enumerate(rows):
        values = [np.nan if value is None else value for value in row.monthly]
        if values:
            demand[place, months - len(values) :] = values
        if any(value is not None and math.isnan(value) for value in row.monthly):
            # NaN is how a panel writes "not on sale": a caller who means that says None.
            demand[place, -1] = math.inf
    panel = Panel(tuple(row.part for row in rows), demand, last_calendar_month)
    check_panel(panel)
    return panel


def check_panel(panel: Panel) -> None:
    """Refuse (InputRefused) a panel that can't be forecast, naming each part: twice the same, negative, not a number.

    At most a hundred parts are named: a wrong file is wrong in every row.
    """
    import numpy as np

    problems: list[Problem] = []
    demand = np.asarray(panel.demand)
    if demand.ndim != 2 or len(demand) != len(panel.parts):
        problems.append(
            Problem(
                "demand",
                Sentence(
                    zh=f"需求表形状为 {demand.shape},应为 {len(panel.parts)} 行、每月一列",
                    en=f"the table has shape {demand.shape}; it needs {len(panel.parts)} rows and a column a month",
                ),
            )
        )
    elif demand.shape[1] == 0:
        problems.append(Problem("demand", Sentence(zh="没有任何月份", en="there is no month at all")))
    else:
        for place in np.flatnonzero((demand < 0).any(1) | np.isinf(demand).any(1))[:100]:
            problems.append(
                Problem(
                    panel.parts[place],
                    Sentence(
                        zh="月需求须为不小于零的数;退货请先与原出库冲抵",
                        en="a month's demand must be a number and not negative; set returns off against their issue",
                    ),
                )
            )
    if not 1 <= panel.last_calendar_month <= 12:
        problems.append(
            Problem(
                "last_calendar_month",
                Sentence(zh="最后一列的月份须为 1 至 12", en="the last column's calendar month must be 1 to 12"),
            )
        )
    if len(set(panel.parts)) < len(panel.parts):
        seen: set[str] = set()
        twice = {part for part in panel.parts if part in seen or seen.add(part)}  # type: ignore[func-returns-value]
        problems += [
            Problem(part, Sentence(zh="配件出现两次", en="the part is listed twice")) for part in sorted(twice)[:100]
        ]
    refuse(problems)


def without_returns(demand: Floats) -> Floats:
    """Set negative months (returns) off against the months before them, newest first; what is left over is dropped."""
    import numpy as np

    clean = np.array(demand, dtype=np.float64, copy=True)
    carried = np.zeros(len(clean))
    for month in range(clean.shape[1] - 1, -1, -1):
        known = np.isfinite(clean[:, month])
        value = np.where(known, clean[:, month], 0.0)
        carried += np.maximum(-value, 0.0)
        taken = np.minimum(carried, np.maximum(value, 0.0))
        carried -= taken
        clean[known, month] = (np.maximum(value, 0.0) - taken)[known]
    return clean
