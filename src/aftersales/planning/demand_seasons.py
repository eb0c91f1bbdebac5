"""Seasons of single parts: found only where the months prove them, and shrunk by how well they do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as f_distribution

type Floats = NDArray[np.float64]

YEAR = 12
# Chance that a part without a season is taken for seasonal: one in a thousand, so a large network is not full of them.
MISTAKEN = 0.001


def calendar_places(months: int, last_calendar_month: int) -> NDArray[np.int64]:
    """Return 0 (January) to 11 for each column of a table whose last column is the given calendar month (1 to 12)."""
    return (np.arange(months) - (months - 1) + last_calendar_month - 1) % YEAR


def seasons(demand: Floats, last_calendar_month: int) -> tuple[Floats, Floats]:
    """Return each row's twelve indices (mean 1; all 1 where no season is proved) and the chance of a false alarm.

    Whole years at the end of the table are used, two at least. The test is the F test of month effects on square roots
    of demand (which makes the scatter of counts even), years taken out first. A proved index is drawn towards 1 by
    1 - 1/F, the share of its spread that is not noise (James and Stein).
    """
    rows, months = demand.shape
    years = months // YEAR
    indices, chance = np.ones((rows, YEAR)), np.ones(rows)
    if years < 2 or rows == 0:
        return indices, chance
    whole = demand[:, months - years * YEAR :]
    complete = np.isfinite(whole).all(1) & (np.nansum(whole, axis=1) > 0)
    if not complete.any():
        return indices, chance
    table = np.sqrt(whole[complete]).reshape(-1, years, YEAR)
    level = table.mean(axis=2, keepdims=True)
    month = (table - level).mean(axis=1)
    rest = table - level - month[:, None, :]
    between = years * (month**2).sum(1) / (YEAR - 1)
    within = np.maximum((rest**2).sum((1, 2)) / ((YEAR - 1) * (years - 1)), 1e-12)
    ratio = between / within
    chance[complete] = f_distribution.sf(ratio, YEAR - 1, (YEAR - 1) * (years - 1))
    first = calendar_places(months, last_calendar_month)[months - years * YEAR]
    totals = whole[complete].reshape(-1, years, YEAR).mean(axis=1)
    raw = np.roll(totals / totals.mean(axis=1, keepdims=True), first, axis=1)
    drawn = 1 + np.maximum(1 - 1 / np.maximum(ratio, 1.0), 0.0)[:, None] * (raw - 1)
    proved = chance[complete] < MISTAKEN
    indices[complete] = np.where(proved[:, None], np.maximum(drawn, 0.02), 1.0)
    return indices / indices.mean(axis=1, keepdims=True), chance
