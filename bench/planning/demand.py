"""Forecasts of two published sets of spare parts under the published protocol, and the methods they are beside.

The last six months are held out; each is forecast one month ahead from all months before it; pinball loss at five
levels is divided by the mean absolute first difference of the part's months before the hold-out.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable

import numpy as np

from aftersales.planning.demand import LEVELS, Panel, forecast, learn
from bench.__main__ import Goal
from bench.planning import demand_files as files

HELD_OUT = 6
# Months before each forecast whose misses make the quantiles of the point methods (as the published CP- rows do).
MISSES = 12
POINT_METHODS = ("Croston", "SBA", "TSB", "ADIDA", "IMAPA")
ZERO_LOSS = {"auto": 1.1224, "carparts": 0.7472}
REACH = {"auto": (0.2890, "0.2910 best published"), "carparts": (0.3100, "0.3121 best published")}
QUICK_ROWS = 300


def _goals() -> tuple[Goal, ...]:
    found: list[Goal] = []
    for name in ("auto", "carparts"):
        target, reference = REACH[name]
        found.append(Goal(f"demand_{name}", f"{name}: mean scaled pinball loss", "", target, reference))
        found += [Goal(f"demand_{name}_q{level:.0%}", f"{name}: at level {level:g}", "", None) for level in LEVELS]
        found += [Goal(f"demand_{name}_{method}", f"{name}: {method}", "", None) for method in (*POINT_METHODS, "zero")]
        found.append(
            Goal(f"demand_{name}_protocol", f"{name}: protocol, zero / level - {ZERO_LOSS[name]}, largest", "", 0.0001)
        )
        found.append(Goal(f"demand_{name}_inside80", f"{name}: months inside the 10-90 % band", "%", None))
    found.append(Goal("demand_forecast_s", "seconds to learn from and forecast 3,000 parts", "s", None))
    return tuple(found)


GOALS = _goals()


def run(*, quick: bool) -> dict[str, float | None]:
    """Return the losses of our method, the point methods and zero on both sets; quick: 300 parts of each."""
    found: dict[str, float | None] = {goal.name: None for goal in GOALS}
    if not files.AUTO.exists():
        print("the published sets are not beside this checkout", file=sys.stderr)
        return found
    for name, panel in (("auto", files.auto()), ("carparts", files.carparts())):
        some = slice(0, QUICK_ROWS) if quick else slice(None)
        part = Panel(panel.parts[some], panel.demand[some], panel.last_calendar_month)
        found |= _of_panel(name, part, whole=panel)
    panel = files.auto()
    started = time.perf_counter()
    forecast(panel, learn(panel))
    found["demand_forecast_s"] = time.perf_counter() - started
    return found


def _of_panel(name: str, panel: Panel, *, whole: Panel) -> dict[str, float | None]:
    ours = walk(panel, _ours)
    losses = loss(panel, ours)
    found: dict[str, float | None] = {f"demand_{name}": float(losses.mean())}
    found |= {f"demand_{name}_q{level:.0%}": float(value) for level, value in zip(LEVELS, losses, strict=True)}
    zero = loss(whole, np.zeros((len(whole.parts), HELD_OUT, len(LEVELS))))
    found[f"demand_{name}_protocol"] = float(np.abs(zero / LEVELS - ZERO_LOSS[name]).max())
    found[f"demand_{name}_zero"] = float(loss(panel, np.zeros_like(ours)).mean())
    actual = panel.demand[:, -HELD_OUT:]
    found[f"demand_{name}_inside80"] = 100 * float(((actual >= ours[:, :, 0]) & (actual <= ours[:, :, -1])).mean())
    for method, quantiles in point_methods(panel).items():
        found[f"demand_{name}_{method}"] = float(loss(panel, quantiles).mean())
    return found


def walk(panel: Panel, method: Callable[[Panel], np.ndarray], *, held_out: int = HELD_OUT) -> np.ndarray:
    """Return [part, month, level]: each held-out month forecast from the months before it."""
    months = panel.demand.shape[1]
    return np.stack([method(_until(panel, month)) for month in range(months - held_out, months)], axis=1)


def loss(panel: Panel, quantiles: np.ndarray, levels: tuple[float, ...] = LEVELS) -> np.ndarray:
    """Return the mean scaled pinball loss at each level; parts whose demand never changed before have no scale."""
    held_out = quantiles.shape[1]
    scale = np.abs(np.diff(panel.demand[:, :-held_out], axis=1)).mean(axis=1)
    kept = scale > 0
    miss = panel.demand[kept, -held_out:, None] - quantiles[kept]
    level = np.array(levels)
    return np.asarray((np.maximum(level * miss, (level - 1) * miss) / scale[kept, None, None]).mean(axis=(0, 1)))


def point_methods(panel: Panel) -> dict[str, np.ndarray]:
    """Return quantiles of the point methods: the forecast plus quantiles of its last twelve misses, zero at least.

    This is how the published table makes its CP- rows of methods that forecast a mean only (split conformal); its
    windows are not printed there, ours are the twelve months before each forecast (fewer at the start).
    """
    import pandas as pd
    from statsforecast import StatsForecast
    from statsforecast.models import ADIDA, IMAPA, TSB, CrostonClassic, CrostonSBA

    rows, months = panel.demand.shape
    windows = min(HELD_OUT + MISSES, months - 6)
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(rows), months), "ds": np.tile(np.arange(months), rows),
            "y": panel.demand.ravel().astype(np.float32),
        }
    )  # fmt: skip
    models = [CrostonClassic(alias="Croston"), CrostonSBA(alias="SBA"), TSB(0.1, 0.1, alias="TSB"), ADIDA(), IMAPA()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        crossed = StatsForecast(models=models, freq=1, n_jobs=1).cross_validation(
            df=frame, h=1, n_windows=windows, step_size=1, refit=True
        )
    crossed = crossed.sort_values(["unique_id", "ds"])
    actual = panel.demand[:, -windows:]
    found = {}
    for method in POINT_METHODS:
        point = crossed[method].to_numpy(float).reshape(rows, windows)
        misses = actual - point
        columns = []
        for month in range(windows - HELD_OUT, windows):
            before = misses[:, max(month - MISSES, 0) : month]
            columns.append(np.maximum(point[:, [month]] + np.quantile(before, LEVELS, axis=1).T, 0.0))
        found[method] = np.stack(columns, axis=1)
    return found


def _ours(panel: Panel) -> np.ndarray:
    return forecast(panel).quantiles[:, 0]


def _until(panel: Panel, months: int) -> Panel:
    gone = panel.demand.shape[1] - months
    return Panel(panel.parts, panel.demand[:, :months], (panel.last_calendar_month - gone - 1) % 12 + 1)
