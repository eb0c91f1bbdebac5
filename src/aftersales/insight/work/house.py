"""What waits for a decision, and where the work of those begins who stand at no counter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from aftersales.accounts.permissions import P as Accounts
from aftersales.catalog.permissions import P as Catalog
from aftersales.catalog.queries import labour_rate_rows, part_price_rows
from aftersales.clocks.models import Clock
from aftersales.clocks.queries import ClockRow
from aftersales.core.actor import Actor
from aftersales.core.errors import Text
from aftersales.insight.work.desk import BOOKING, MOST, ORDER, Desk, WorkRow, row_of
from aftersales.inventory.permissions import P as Stock
from aftersales.inventory.queries import adjustments, open_alerts
from aftersales.network.models import Station
from aftersales.repairs.choices import OPEN_STATES
from aftersales.repairs.models import RepairOrder
from aftersales.repairs.permissions import P as Orders


def stock(desk: Desk) -> Iterator[WorkRow]:
    if not desk.holds(Stock.HANDLE_ALERT, Stock.RECEIVE):
        return
    for alert in open_alerts(desk.actor)[:MOST]:
        yield row_of(
            desk,
            kind="alert",
            title=_("Stock below the reorder line"),
            icon="alert-triangle",
            url=reverse("inventory:alerts"),
            action=_("Deal with it"),
            note=f"{alert.part.number} {alert.part.name}",
        )


def approvals(desk: Desk) -> Iterator[WorkRow]:
    """What waits for a second pair of eyes; finance holds its right in the whole network."""
    actor = desk.actor
    if actor.may_anywhere(Stock.APPROVE_ADJUSTMENT):
        waiting = adjustments(actor).filter(state="proposed").exclude(proposed_by_id=actor.user_id or 0)
        for row in waiting[:MOST]:
            yield row_of(
                desk,
                kind="adjustment",
                title=_("Stock correction to approve"),
                icon="adjustments",
                url=f"{reverse('inventory:adjustments')}?state=proposed",
                action=_("Decide"),
                who=row.proposed_by_name,
                note=f"{row.number} {row.part.name}: {row.reason}",
            )
    if actor.may_anywhere(Catalog.REVIEW_PRICE):
        parts = part_price_rows(actor, state="proposed").count()
        rates = labour_rate_rows(actor, state="proposed").count()
        for kind, title, address, count in (
            ("price", _("Part prices to review"), "catalog:prices", parts),
            ("rate", _("Labour rates to review"), "catalog:rates", rates),
        ):
            if count:
                yield row_of(
                    desk, kind=kind, title=title, icon="tag", url=reverse(address), action=_("Review"), note=str(count)
                )


def breaches(desk: Desk, clocks: Iterable[ClockRow]) -> Iterator[WorkRow]:
    """Broken time limits, for whoever answers for the station (ORG-20)."""
    if not desk.holds(Orders.REOPEN):
        return
    pages = {
        ORDER: "repairs:order",
        BOOKING: "appointments:booking",
        "care.followup": "care:call",
        "care.servicecase": "care:case",
    }
    for clock in clocks:
        if clock.tone == "late" and clock.subject_kind in pages and clock.subject_number:
            yield row_of(
                desk,
                kind="breach",
                title=clock.title,
                icon="alarm",
                url=reverse(pages[clock.subject_kind], args=[clock.subject_number]),
                action=_("Look"),
                note=f"{clock.subject_number} {clock.clause}",
                due_at=clock.due_at,
            )


@dataclass(frozen=True, slots=True)
class Door:
    """A page that somebody's work begins with."""

    label: Text
    url: str
    icon: str
    note: Text


def doors_of(actor: Actor) -> list[Door]:
    """Return the pages of administrators, whose work has no clock; no statement."""
    table: tuple[tuple[str, str, str, str, str], ...] = (
        (Accounts.KEEP_USERS, "administration:users", "users", _("Users"), _("Create and close accounts.")),
        (Accounts.KEEP_TOKENS, "administration:tokens", "key", _("Tokens"), _("For other systems.")),
        (Accounts.KEEP_RIGHTS, "administration:roles", "shield-lock", _("Roles"), _("Who may do what.")),
        (Accounts.READ_AUDIT, "administration:journal", "history", _("Journal"), _("Everything that was done.")),
    )
    return [
        Door(label, reverse(name), icon, note)
        for code, name, icon, label, note in table
        if code in actor.network_rights
    ]


@dataclass(frozen=True, slots=True)
class StationRow:
    """One station as headquarters sees it today."""

    pk: int
    name: str
    in_house: int
    late: int
    broken_limits: int


def stations_today(at: datetime) -> list[StationRow]:
    """Return each station's cars in the house, those past their promise, and broken limits; three statements."""
    held = (
        RepairOrder.objects.everywhere()
        .filter(state__in=OPEN_STATES, is_historical=False)
        .order_by()
        .values_list("station_id")
        .annotate(count=Count("pk"), late=Count("pk", filter=Q(promised_at__lt=at)))
    )
    cars = {station_id: (count, late) for station_id, count, late in held}
    broken = dict(
        Clock.objects.everywhere()
        .filter(stopped_at=None, paused_at=None, due_at__lt=at)
        .order_by()
        .values_list("station_id")
        .annotate(count=Count("pk"))
    )
    rows = [
        StationRow(pk, name, *cars.get(pk, (0, 0)), broken.get(pk, 0))
        for pk, name in Station.objects.order_by("code").values_list("pk", "name")
    ]
    return sorted(rows, key=lambda row: (-row.broken_limits, -row.late))
