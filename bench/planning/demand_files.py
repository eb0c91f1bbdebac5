"""The published demand sets beside the checkout, as panels."""

from __future__ import annotations

import csv
import gzip
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aftersales.planning.demand_panel import Panel
from bench.world import ROOT

FOLDER = Path(os.environ.get("AFTERSALES_SHARED_DATA", ROOT.parent / "shared" / "data")) / "planning" / "demand"
AUTO = FOLDER / "auto_3000sku_24months.csv.gz"
CARPARTS = FOLDER / "carparts_monthly_2674x51.csv.gz"
REFINERY = FOLDER / "refinery_oil_part1b_7024items.csv.gz"
PUBLISHED = FOLDER / "published_scaled_pinball.csv"
# A fault of the source (README beside the file): thirty times the use of any other month.
FAULTY_MONTH = "1997-11"


@dataclass(frozen=True, slots=True)
class Refinery:
    """The refinery's spares: use by month (oldest first, NaN in the faulty month), delivery days, Min, Max, price."""

    parts: tuple[str, ...]
    months: tuple[str, ...]
    use: np.ndarray
    delivery_days: np.ndarray
    low: np.ndarray
    high: np.ndarray
    price: np.ndarray
    critical_use: np.ndarray


def _rows(path: Path) -> tuple[list[str], list[list[str]]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        return next(lines), list(lines)


def _number(text: str) -> float:
    return float(text) if text else np.nan


def auto() -> Panel:
    """3,000 automotive spare parts, 24 months; which months they are is not known."""
    _head, rows = _rows(AUTO)
    return Panel(tuple(row[0] for row in rows), np.array([[float(cell) for cell in row[1:]] for row in rows]))


def carparts() -> Panel:
    """The 2,509 complete series of 51 months, to March 2002."""
    _head, rows = _rows(CARPARTS)
    table = np.array([[_number(cell) for cell in row[2:]] for row in rows])
    whole = np.isfinite(table).all(axis=1)
    return Panel(tuple(row[0] for row, keep in zip(rows, whole, strict=True) if keep), table[whole], 3)


def refinery() -> Refinery:
    """7,024 spares of a refinery; a blank year is a year without use."""
    head, rows = _rows(REFINERY)
    table = np.array([[_number(cell) for cell in row[1:]] for row in rows])
    column = {name: place for place, name in enumerate(head[1:])}
    months = sorted(name for name in column if name[:4].isdigit())
    use = np.nan_to_num(table[:, [column[month] for month in months]])
    use[:, months.index(FAULTY_MONTH)] = np.nan
    return Refinery(
        parts=tuple(row[0] for row in rows), months=tuple(months), use=use,
        delivery_days=table[:, column["Del. time"]], low=table[:, column["Min"]], high=table[:, column["Max"]],
        price=table[:, column["Price"]], critical_use=np.nan_to_num(table[:, [column["H"], column["M"], column["L"]]]),
    )  # fmt: skip


def published() -> dict[tuple[str, str], dict[str, float]]:
    """The published table: {(panel, model): {column: figure}}."""
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        return {
            (row["panel"], row["model"]): {name: float(row[name]) for name in row if name not in ("panel", "model")}
            for row in csv.DictReader(file)
        }
