"""What the cars in the house need of the reader: calls from the bay, own jobs, the next step of each order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from aftersales.billing.permissions import P as Billing
from aftersales.insight.work.desk import MOST, ORDER, Desk, WorkRow, row_of
from aftersales.notifications.models import InboxLine
from aftersales.notifications.notices import notice_of
from aftersales.repairs.choices import OPEN_STATES, Consent, Coverage, LineKind, PaymentState, WorkState
from aftersales.repairs.choices import OrderState as S
from aftersales.repairs.models import Concern, OrderLine, RepairOrder
from aftersales.repairs.permissions import P as Orders
from aftersales.repairs.queries.bay import own_lines

AT_RISK = timedelta(minutes=60)
BEFORE_READY = (S.DISPATCHED, S.IN_PROGRESS, S.COMPLETED, S.INSPECTED, S.WASHED)
CALLS = ("repairs.help", "repairs.parts_asked", "repairs.finding")


def messages(desk: Desk) -> Iterator[WorkRow]:
    """Calls from the bay to the reader: help, parts, findings; they stand first until somebody puts them away."""
    if not desk.holds(Orders.VIEW):
        return
    lines = (
        InboxLine.objects.filter(user_id=desk.actor.user_id or 0, read_at__isnull=True, message__template__in=CALLS)
        .select_related("message")
        .order_by("pk")[:MOST]
    )
    icons = {"repairs.help": "urgent", "repairs.parts_asked": "package-import", "repairs.finding": "zoom-check"}
    for line in lines:
        payload = line.message.payload
        notice = notice_of(line.message.template, payload, get_language() or "zh-hans")
        yield row_of(
            desk,
            kind=line.message.template,
            title=notice.subject,
            icon=icons[line.message.template],
            url=reverse("repairs:order", args=[payload.get("number") or "-"]),
            action=_("Look"),
            note=notice.text,
            due_at=line.message.created_at,
            line_id=line.pk,
        )


def jobs(desk: Desk) -> Iterator[WorkRow]:
    """The jobs of somebody who works on cars."""
    if not desk.holds(Orders.WORK) or desk.actor.staff_member_id is None:
        return
    words = {
        WorkState.STARTED: _("Clocked on"),
        WorkState.PAUSED: _("Paused job"),
        WorkState.WAITING: _("Job to start"),
    }
    lines = own_lines(desk.actor.staff_member_id).exclude(work_state=WorkState.FINISHED).select_related("order")
    for line in lines.order_by("order__promised_at", "position")[:MOST]:
        yield row_of(
            desk,
            kind="job",
            title=words[WorkState(line.work_state)],
            icon="tool",
            url=reverse("repairs:technician"),
            action=_("My jobs"),
            plate=line.order.plate,
            note=line.failure_reason or line.text,
            due_at=line.order.promised_at,
        )


def _always(_desk: Desk, _order: Any) -> bool:
    return True


def _moving(_desk: Desk, order: Any) -> bool:
    return not order.hold_reason


def _is_late(desk: Desk, order: Any) -> bool:
    return not order.hold_reason and order.promised_at is not None and order.promised_at < desk.at + AT_RISK


def _asks(_desk: Desk, order: Any) -> bool:
    return bool(order.asks)


def _is_short(_desk: Desk, order: Any) -> bool:
    return bool(order.short)


def _waits_for_ruling(_desk: Desk, order: Any) -> bool:
    return bool(order.pending_ruling)


def _is_explained(_desk: Desk, order: Any) -> bool:
    return order.items_explained_at is not None


def _is_unexplained(_desk: Desk, order: Any) -> bool:
    return order.items_explained_at is None


def _owes(_desk: Desk, order: Any) -> bool:
    return order.payment_state in (PaymentState.UNPAID, PaymentState.PART_PAID, PaymentState.UNSETTLED)


def _is_settled_up(_desk: Desk, order: Any) -> bool:
    return not _owes(_desk, order)


def _promised(_desk: Desk, order: Any) -> datetime | None:
    return order.promised_at  # type: ignore[no-any-return]


def _no_limit(_desk: Desk, _order: Any) -> datetime | None:
    return None


def _archive_limit(desk: Desk, order: Any) -> datetime | None:
    return desk.due(ORDER, order.pk, "CRM-01")


@dataclass(frozen=True, slots=True)
class Duty:
    """What an order in certain states needs, and of whom: who holds all of `holds` and none of `lacks`.

    `own`: only of the order's advisor. `step` opens that step's form; "look" the order, "" the cash desk's page.
    """

    code: str
    icon: str
    step: str
    states: tuple[str, ...]
    holds: tuple[str, ...]
    lacks: tuple[str, ...] = ()
    own: bool = False
    when: Callable[[Desk, Any], bool] = _always
    due: Callable[[Desk, Any], datetime | None] = _promised

    def falls_to(self, desk: Desk) -> bool:
        return desk.holds(*self.holds) and not any(desk.holds(code) for code in self.lacks)

    def concerns(self, desk: Desk) -> Q:
        """Return which orders the duty can be about."""
        return Q(state__in=self.states) & (Q(advisor_id=desk.actor.staff_member_id or 0) if self.own else Q())

    def asks_for(self, desk: Desk, order: Any) -> bool:
        is_mine = not self.own or order.advisor_id == desk.actor.staff_member_id
        return is_mine and order.state in self.states and self.when(desk, order)


_ADVISOR = (Orders.CONSENT,)
_NOT_ADVISOR = (Orders.CONSENT,)
_WORKING = (S.DISPATCHED, S.IN_PROGRESS)

DUTIES: tuple[Duty, ...] = (
    Duty("diagnose", "zoom-check", "diagnose", (S.RECEIVED,), _ADVISOR, own=True, when=_moving),
    Duty("estimate", "calculator", "estimate", (S.DIAGNOSED,), _ADVISOR, own=True, when=_moving),
    Duty("authorize", "writing-sign", "authorize", (S.ESTIMATED,), _ADVISOR, own=True, when=_moving),
    Duty("dispatch", "users", "dispatch", (S.AUTHORIZED,), _ADVISOR, own=True, when=_moving),
    Duty("consent", "message-2", "record_consent", OPEN_STATES, _ADVISOR, own=True, when=_asks),
    Duty("risk", "alarm", "tell_progress", BEFORE_READY, _ADVISOR, own=True, when=_is_late),
    Duty("take_over", "car", "take_over", (S.WASHED,), _ADVISOR, own=True, when=_moving),
    Duty("explain", "car-garage", "look", (S.READY,), _ADVISOR, own=True, when=_is_unexplained, due=_no_limit),
    Duty("release", "key", "release", (S.SETTLED,), _ADVISOR, own=True, when=_is_settled_up, due=_no_limit),
    Duty("archive", "archive", "look", (S.RELEASED,), _ADVISOR, own=True, due=_archive_limit),
    Duty("archive", "archive", "look", (S.RELEASED,), (Orders.ARCHIVE,), _NOT_ADVISOR, due=_archive_limit),
    Duty("dispatch", "users", "dispatch", (S.AUTHORIZED,), (Orders.DISPATCH, Orders.WORK), _NOT_ADVISOR, when=_moving),
    Duty("issue", "package-export", "issue_parts", _WORKING, (Orders.ISSUE_PARTS,), when=_is_short),
    Duty("inspect", "clipboard-check", "inspect", (S.COMPLETED,), (Orders.INSPECT,)),
    Duty("wash", "wash", "look", (S.INSPECTED,), (Orders.WASH,), (Orders.WORK, Orders.INSPECT)),
    Duty("settle", "cash", "", (S.READY,), (Billing.PAY,), _NOT_ADVISOR, when=_is_explained, due=_no_limit),
    Duty("unpaid", "cash", "", (S.SETTLED,), (Billing.PAY,), _NOT_ADVISOR, when=_owes, due=_no_limit),
    Duty("ruling", "shield-check", "look", OPEN_STATES, (Orders.RULE_COVERAGE,), when=_waits_for_ruling),
)


def _titles() -> dict[str, tuple[str, str]]:
    return {
        "diagnose": (_("To diagnose"), _("Diagnose")),
        "estimate": (_("To estimate"), _("Estimate")),
        "authorize": (_("Customer decides on the estimate"), _("Record consent")),
        "dispatch": (_("To dispatch"), _("Dispatch")),
        "take_over": (_("To take over from the workshop"), _("Take over")),
        "release": (_("To hand over to the customer"), _("Hand over")),
        "explain": (_("Ready for pick-up"), _("Explain items")),
        "consent": (_("Added work waits for consent"), _("Record decision")),
        "risk": (_("Promise at risk"), _("Tell customer")),
        "archive": (_("To archive"), _("Archive")),
        "issue": (_("Parts to issue"), _("Issue")),
        "inspect": (_("To inspect"), _("Inspect")),
        "wash": (_("To wash"), _("Look")),
        "settle": (_("To settle"), _("Cash desk")),
        "unpaid": (_("Unpaid"), _("Cash desk")),
        "ruling": (_("Ruling on coverage pending"), _("Rule")),
    }


def orders(desk: Desk) -> Iterator[WorkRow]:
    """What the cars in the house wait for, as far as it is the reader's to do; one statement."""
    duties = [duty for duty in DUTIES if duty.falls_to(desk)]
    if not duties:
        return
    titles = _titles()
    for order in _orders_for(desk, duties):
        for duty in duties:
            if duty.asks_for(desk, order):
                title, action = titles[duty.code]
                yield row_of(
                    desk,
                    kind=duty.code,
                    title=title,
                    icon=duty.icon,
                    url=_order_address(order.number, duty.step),
                    action=action,
                    plate=order.plate,
                    who=order.customer_name,
                    note=order.number,
                    due_at=duty.due(desk, order),
                )


def _orders_for(desk: Desk, duties: Sequence[Duty]) -> Iterable[Any]:
    concerned = Q()
    for duty in duties:
        concerned |= duty.concerns(desk)
    own = OrderLine.objects.filter(order=OuterRef("pk"))
    missing = own.filter(kind=LineKind.PART, consent=Consent.AGREED, issued_quantity__lt=F("quantity"))
    return (
        RepairOrder.objects.visible_to(desk.actor, Orders.VIEW)
        .filter(concerned, is_historical=False)
        .annotate(
            asks=Exists(own.filter(is_added=True, consent=Consent.PENDING)),
            short=Exists(missing),
            pending_ruling=Exists(Concern.objects.filter(order=OuterRef("pk"), coverage=Coverage.PENDING)),
        )
        .order_by(F("promised_at").asc(nulls_last=True), "received_at", "pk")[:MOST]
    )


def _order_address(number: str, step: str) -> str:
    if step == "":
        return reverse("billing:order", args=[number])
    return reverse("repairs:order", args=[number]) if step == "look" else reverse("repairs:step", args=[number, step])
