"""What the workshop's planner is given and what it answers. All times are whole minutes since midnight of the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from aftersales.planning.sentences import Sentence

DAY = 24 * 60
NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` until before `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Shift:
    """Presence from `start` until `end`; hands-on work rests during `breaks` and is finished within one shift."""

    start: int
    end: int
    breaks: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate, valid from its first to its last day (both included)."""

    kind: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class Technician:
    """A person. `shifts` are of the days given and repeat after them; None: always there (a machine)."""

    name: str
    skills: frozenset[str] = frozenset()
    shifts: tuple[Shift, ...] | None = None
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class Bay:
    """A place for one car: a bay, or a shared station such as wash or inspection. `closed`: not usable then."""

    name: str
    equipment: frozenset[str] = frozenset()
    closed: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Running:
    """An operation under way: who does it where, since when, and the minutes that are left from now."""

    technician: str | None
    bay: str | None
    started: int
    hands_on_left: int
    unattended_left: int = 0


@dataclass(frozen=True, slots=True)
class Pin:
    """What a person has decided: technician, bay, start; None leaves that open."""

    technician: str | None = None
    bay: str | None = None
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One piece of work on a car.

    `minutes` is hands-on time of a technician who is not in `minutes_by_technician`; after it the bay stays taken for
    `unattended` minutes (curing, charging) without the technician. `after` names operations of the same car that must
    be finished before; None means the one listed before it. `other_person_than` names operations of the same car whose
    technician may not do this one. `technicians`, `bays`: only these (None: whoever and whatever qualifies).
    """

    name: str
    minutes: int
    skills: frozenset[str] = frozenset()
    certificates: frozenset[str] = frozenset()
    equipment: frozenset[str] = frozenset()
    needs_bay: bool = True
    needs_technician: bool = True
    technicians: frozenset[str] | None = None
    bays: frozenset[str] | None = None
    minutes_by_technician: Mapping[str, int] = NOTHING
    unattended: int = 0
    after: tuple[str, ...] | None = None
    other_person_than: tuple[str, ...] = ()
    parts_ready: int = 0
    running: Running | None = None
    pin: Pin | None = None
    code: str = ""
    """The labour code, by which durations are learnt."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A car, when it comes, when it was promised, and who is before whom (booked; the customer waits in the house)."""

    name: str
    operations: tuple[Operation, ...]
    arrival: int = 0
    promised: int | None = None
    is_booked: bool = True
    customer_waits: bool = False
    model: str = ""

    @property
    def weight(self) -> int:
        """How much a minute of this car counts: walk-in 1, booked 2, and 3 more where the customer waits."""
        return 1 + self.is_booked + 3 * self.customer_waits


@dataclass(frozen=True, slots=True)
class Weights:
    """What the planner minimises: the sum of each count times its weight, far apart so that the order holds.

    `broken` per late car, `late` and `waiting` per minute (these three times the car's weight), `uneven` per minute of
    deviation from an even share of work, `changes` per operation moved against the plan people see (other technician
    or bay, or started `TOLERANCE` minutes earlier or later), `last_ready` per minute until the last car is ready.
    """

    broken: int = 100_000
    late: int = 400
    waiting: int = 4
    uneven: int = 1
    changes: int = 100
    last_ready: int = 0


TOLERANCE = 10
MAKESPAN = Weights(broken=0, late=0, waiting=0, uneven=0, changes=0, last_ready=1)


@dataclass(frozen=True, slots=True)
class Workshop:
    """A day to be planned. Nothing that is not running may start before `now`.

    Shifts repeat for `repeat_days` days after the days given, so that a full workshop carries over and drops no car.
    """

    day: date
    technicians: tuple[Technician, ...]
    bays: tuple[Bay, ...]
    vehicles: tuple[Vehicle, ...]
    now: int = 0
    weights: Weights = field(default_factory=Weights)
    repeat_days: int = 7


@dataclass(frozen=True, slots=True)
class Assignment:
    """One operation in the plan: hands-on from `start` to `hands_off`, the bay taken until `end`."""

    vehicle: str
    operation: str
    technician: str | None
    bay: str | None
    start: int
    hands_off: int
    end: int
    reason: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """The counts of a plan in the order of importance, and `cost`, their weighted sum. See Weights for the units."""

    broken: int
    late: int
    waiting: int
    uneven: int
    changes: int
    last_ready: int
    cost: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan in order of time; no plan costs less than `bound` (in units of `score.cost`)."""

    assignments: tuple[Assignment, ...]
    score: Score
    bound: float

    @property
    def gap(self) -> float:
        """The share of the cost that may still be saved, 0 when the plan is proved best."""
        return max(0.0, (self.score.cost - self.bound) / self.score.cost) if self.score.cost > 0 else 0.0

    def ready(self) -> dict[str, int]:
        """Return when each car is ready."""
        found: dict[str, int] = {}
        for assignment in self.assignments:
            found[assignment.vehicle] = max(found.get(assignment.vehicle, 0), assignment.end)
        return found
