"""`python -m bench.planning.road_picture`: draws docs/planning/routing.svg, the plan of one simulated delivery day."""

from __future__ import annotations

from aftersales.planning.delivery import chosen_classes, plan_delivery, tour_case
from aftersales.planning.delivery_checks import delivery_faults
from aftersales.planning.effort import Effort
from aftersales.planning.plan_pictures import map_of_tours
from aftersales.planning.tours import Lookup
from bench.planning.delivery_days import FIRST_DAY, day, spots
from bench.world import ROOT

PICTURE = ROOT / "docs" / "planning" / "routing.svg"


def main() -> None:
    """Plan the day by a fixed amount of work, prove the plan, draw it."""
    case = day(FIRST_DAY)
    plan = plan_delivery(case, Effort(work=2_500, seed=1))
    assert not delivery_faults(case, plan)
    look = Lookup.of(tour_case(case, chosen_classes(case)))
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(map_of_tours(look, plan.tours, spots(FIRST_DAY), "70 consignments to 30 stations by 8 vans"))


if __name__ == "__main__":
    main()
