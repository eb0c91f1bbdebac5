"""How long a planner may think, how it tells its progress, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """What a planner has so far.

    `objective` and `bound` are in the planner's own unit (named by the planner), None before the first plan;
    `done` is the share of the allowed effort that is used, 0 to 1.
    """

    done: float
    objective: float | None = None
    bound: float | None = None


@dataclass(frozen=True, slots=True)
class Effort:
    """The limits of one call.

    `seconds`: wall time after which the best plan so far is returned. `work`: a limit counted in the solver's own
    deterministic units instead of time; two calls with the same input, seed and work return the same plan (with
    `workers` = 1 wherever the solver's threads would race). `is_cancelled` is asked now and then; True returns the best
    plan so far. `report` is called with each Progress.
    """

    seconds: float = 10.0
    seed: int = 0
    workers: int = 2
    work: float | None = None
    is_cancelled: Callable[[], bool] | None = None
    report: Callable[[Progress], None] | None = None

    def cancelled(self) -> bool:
        """Whether the caller wants the best plan so far, now."""
        return self.is_cancelled is not None and self.is_cancelled()

    def tell(self, progress: Progress) -> None:
        """Report progress, when anybody listens."""
        if self.report is not None:
            self.report(progress)
