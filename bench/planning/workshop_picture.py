"""`python -m bench.planning.workshop_picture` draws docs/planning/workshop.svg, a generated day; prints its outlook."""

from __future__ import annotations

from aftersales.planning.durations import learn
from aftersales.planning.effort import Effort
from aftersales.planning.garage.days import CLOSE, OPEN, finished_orders, garage_day
from aftersales.planning.promise import outlooks
from aftersales.planning.workshop import faults, plan
from aftersales.planning.workshop.picture import gantt
from bench.__main__ import ROOT

PICTURE = ROOT / "docs" / "planning" / "workshop.svg"


def main() -> None:
    """Plan the day by a fixed amount of work, prove the plan, draw it, say when each car will be ready."""
    workshop = garage_day(3, cars=16, people=6, bays=5).booked
    found = plan(workshop, Effort(work=3, workers=1))
    assert not faults(workshop, found)
    PICTURE.write_text(gantt(workshop, found, first=OPEN, last=CLOSE, title="One day of a small workshop"))
    for outlook in outlooks(workshop, found, learn(finished_orders(500_000, 60))):
        print(f"{outlook.vehicle}: {outlook.sentence}")


if __name__ == "__main__":
    main()
