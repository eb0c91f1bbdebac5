"""The workshop board: every open order of a station as a card, by what it waits for; three statements however many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import Text
from aftersales.repairs.choices import OPEN_STATES, Consent, HoldReason, LineKind, WorkState
from aftersales.repairs.choices import OrderState as S
from aftersales.repairs.models import Concern, OrderLine, RepairOrder
from aftersales.standards.binding import fulfils

COLUMNS: tuple[tuple[str, Text, frozenset[S]], ...] = (
    ("diagnose", _("To diagnose"), frozenset({S.RECEIVED})),
    ("estimate", _("To estimate"), frozenset({S.DIAGNOSED})),
    ("consent", _("Customer decides"), frozenset({S.ESTIMATED})),
    ("dispatch", _("To dispatch"), frozenset({S.AUTHORIZED})),
    ("work", _("In the workshop"), frozenset({S.DISPATCHED, S.IN_PROGRESS})),
    ("inspect", _("To inspect"), frozenset({S.COMPLETED})),
    ("wash", _("To wash"), frozenset({S.INSPECTED})),
    ("hand_over", _("To hand over"), frozenset({S.WASHED, S.READY, S.SETTLED})),
)
GIVABLE = frozenset({S.AUTHORIZED, S.DISPATCHED, S.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody or something a board can be narrowed to."""

    pk: int
    name: str


@dataclass(frozen=True, slots=True)
class Card:
    """One car on the board; `parts_issued` of `parts_wanted` agreed part lines are complete."""

    number: str
    state: S
    plate: str
    model_name: str
    concern: str
    advisor: Named | None
    technicians: tuple[Named, ...]
    bays: tuple[Named, ...]
    promised_at: datetime | None
    hold: Text
    parts_issued: int
    parts_wanted: int
    jobs_finished: int
    job_count: int
    is_worked_on: bool
    is_asking: bool
    is_rework: bool
    version: int

    @property
    def is_givable(self) -> bool:
        """Tell whether work on it can be given to somebody: a dispatch or another assignment is its next step."""
        return self.state in GIVABLE

    @property
    def state_label(self) -> Text:
        return self.state.label

    @property
    def promise_runs(self) -> bool:
        """Tell whether the promised time still counts: it was kept or broken when the car became ready."""
        return self.promised_at is not None and self.state not in (S.READY, S.SETTLED)

    @property
    def parts_missing(self) -> bool:
        return self.parts_issued < self.parts_wanted


@dataclass(frozen=True, slots=True)
class Column:
    code: str
    label: Text
    cards: tuple[Card, ...]
    shows_state: bool


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What a board is narrowed to; None narrows nothing. `staff_member_id`: cars the person advises or works on."""

    advisor_id: int | None = None
    technician_id: int | None = None
    bay_id: int | None = None
    staff_member_id: int | None = None

    def keeps(self, card: Card) -> bool:
        workers = {person.pk for person in card.technicians}
        advisor_id = card.advisor.pk if card.advisor is not None else None
        return (
            self.advisor_id in (None, advisor_id)
            and (self.technician_id is None or self.technician_id in workers)
            and (self.bay_id is None or any(bay.pk == self.bay_id for bay in card.bays))
            and (self.staff_member_id is None or self.staff_member_id in {advisor_id, *workers})
        )


@dataclass(frozen=True, slots=True)
class Board:
    """The columns, what is left of `total` cards by the filter, and who and what the filter can name."""

    columns: tuple[Column, ...]
    shown: int
    total: int
    late: int
    advisors: tuple[Named, ...]
    technicians: tuple[Named, ...]
    bays: tuple[Named, ...]


@dataclass(slots=True)
class _Work:
    """What the lines of one order tell."""

    technicians: dict[int, str] = field(default_factory=dict)
    bays: dict[int, str] = field(default_factory=dict)
    parts_issued: int = 0
    parts_wanted: int = 0
    jobs_finished: int = 0
    job_count: int = 0
    is_worked_on: bool = False
    is_asking: bool = False
    is_rework: bool = False


def _open_orders(station_id: int) -> QuerySet[RepairOrder]:
    """Return the cars in the house at a station the caller has shown to be visible."""
    return RepairOrder.objects.at_station(station_id).filter(state__in=OPEN_STATES, is_historical=False)


def board_version(station_id: int) -> tuple[int, int, int]:
    """Return what changes whenever a card does: every step raises its order's version; one cheap statement."""
    counted = _open_orders(station_id).aggregate(count=Count("pk"), last=Max("pk"), versions=Sum("version"))
    return counted["count"], counted["last"] or 0, counted["versions"] or 0


@fulfils("WORK-09", "WORK-04", "IS-03")
def board_of(actor: Actor, station_id: int, at: datetime, wanted: BoardFilter) -> Board:
    """Return every open order with its step, who is responsible and the promise; the caller has shown the station."""
    cards = _cards(station_id)
    kept = [card for card in cards if wanted.keeps(card)]
    return Board(
        columns=tuple(_columns(kept)),
        shown=len(kept),
        total=len(cards),
        late=sum(card.promise_runs and card.promised_at is not None and card.promised_at < at for card in kept),
        advisors=_names(card.advisor for card in cards if card.advisor is not None),
        technicians=_names(person for card in cards for person in card.technicians),
        bays=_names(bay for card in cards for bay in card.bays),
    )


def _columns(cards: Sequence[Card]) -> Iterable[Column]:
    for code, label, states in COLUMNS:
        yield Column(code, label, tuple(card for card in cards if card.state in states), len(states) > 1)


def _names(found: Iterable[Named]) -> tuple[Named, ...]:
    return tuple(sorted({one.pk: one for one in found}.values(), key=lambda one: one.name))


def _cards(station_id: int) -> list[Card]:
    words = Concern.objects.filter(order=OuterRef("pk")).order_by("position").values("customer_words")[:1]
    orders = list(
        _open_orders(station_id)
        .annotate(words=Subquery(words))
        .order_by("promised_at", "received_at", "pk")
        .values_list(
            "pk",
            "number",
            "state",
            "plate",
            "model_name",
            "words",
            "advisor_id",
            "advisor__name",
            "promised_at",
            "hold_reason",
            "version",
        )
    )
    works = _works([row[0] for row in orders])
    holds = {value: label for value, label in HoldReason.choices}
    idle = _Work()
    cards = []
    for pk, number, state, plate, model_name, concern, advisor_id, advisor, promised_at, hold, version in orders:
        work = works.get(pk, idle)
        cards.append(
            Card(
                number=number,
                state=S(state),
                plate=plate,
                model_name=model_name,
                concern=concern or "",
                advisor=Named(advisor_id, advisor) if advisor_id else None,
                technicians=tuple(Named(*one) for one in work.technicians.items()),
                bays=tuple(Named(*one) for one in work.bays.items()),
                promised_at=promised_at,
                hold=holds.get(hold, ""),
                parts_issued=work.parts_issued,
                parts_wanted=work.parts_wanted,
                jobs_finished=work.jobs_finished,
                job_count=work.job_count,
                is_worked_on=work.is_worked_on,
                is_asking=work.is_asking,
                is_rework=work.is_rework,
                version=version,
            )
        )
    return cards


def _works(order_ids: list[int]) -> dict[int, _Work]:
    rows = (
        OrderLine.objects.filter(order_id__in=order_ids, consent__in=(Consent.AGREED, Consent.PENDING))
        .order_by("order_id", "position")
        .values_list(
            "order_id",
            "kind",
            "consent",
            "is_added",
            "work_state",
            "technician_id",
            "technician__name",
            "bay_id",
            "bay__code",
            "quantity",
            "issued_quantity",
            "rework_count",
        )
    )
    works: dict[int, _Work] = {}
    for order_id, kind, consent, added, state, person_id, person, bay_id, bay, quantity, issued, reworks in rows:
        work = works.setdefault(order_id, _Work())
        if consent == Consent.PENDING:
            work.is_asking |= added
        elif kind == LineKind.PART:
            work.parts_wanted += 1
            work.parts_issued += issued >= quantity
        elif kind == LineKind.LABOUR:
            work.job_count += 1
            work.jobs_finished += state == WorkState.FINISHED
            work.is_worked_on |= state == WorkState.STARTED
            work.is_rework |= bool(reworks) and state != WorkState.FINISHED
            if person_id:
                work.technicians[person_id] = person
            if bay_id:
                work.bays[bay_id] = bay
    return works
