"""The cashier's day: open until it is closed against the drawer, then nothing posts into it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from aftersales.billing.choices import PaymentKind, PaymentMethod
from aftersales.billing.models import NOTHING, DayClose, Payment
from aftersales.billing.permissions import P
from aftersales.core.actor import Actor
from aftersales.core.errors import InputRefused, TransitionRefused
from aftersales.core.money import to_fen
from aftersales.core.records import register, require_right
from aftersales.core.statements import Hot, ask, run_later
from aftersales.core.transactions import run_in_transaction
from aftersales.network.models import Station
from aftersales.network.rules import business_date
from aftersales.network.services import next_number
from aftersales.standards.binding import fulfils

LARGEST_DRAWER = Decimal(10) ** 10
# Payments share the day's lock, the close takes it alone: no payment slips in while the drawer is counted.
_SHARE_DAY = Hot("SELECT pg_advisory_xact_lock_shared(hashtextextended('day:' || %s || ':' || %s, 0))")
_CLOSED = Hot('SELECT EXISTS (SELECT FROM billing_dayclose WHERE station_id = %s AND "on" = %s)')
_OWN_DAY = "SELECT pg_advisory_xact_lock(hashtextextended('day:' || %s || ':' || %s, 0))"


def require_open_day(station_id: int, on: date) -> None:
    """Hold the station's day open until the transaction ends; raises TransitionRefused when it is closed."""
    # Two statements: the second sees what was committed while the first waited for its lock.
    run_later([(_SHARE_DAY, [station_id, on])])
    ((is_closed,),) = ask(_CLOSED, [station_id, on])
    if not is_closed:
        return
    raise TransitionRefused(
        _("%(on)s is already closed. Nothing can be posted into it.") % {"on": on}, code="day_closed"
    )


def day_totals(station_id: int, on: date) -> dict[str, Decimal]:
    """Return what came in on a day by method: payments and collections, less refunds, in yuan."""
    rows = (
        Payment.objects.at_station(station_id)
        .filter(on=on)
        .values_list("method", "kind")
        .annotate(sum=Sum("amount"))
        .order_by("method", "kind")
    )
    totals = dict.fromkeys(PaymentMethod.values, NOTHING)
    for method, kind, amount in rows:
        totals[method] += -amount if kind == PaymentKind.REFUND else amount
    return totals


@fulfils("SETL-08")
def close_day(
    actor: Actor, at: datetime, *, station: Station, on: date, cash_counted: Decimal, reason: str = ""
) -> DayClose:
    """Close a day: receipts by method, cash expected against cash counted; a difference needs a reason.

    Raises InputRefused for a day to come and for a difference without a reason, TransitionRefused for a closed day.
    """

    def command() -> DayClose:
        require_right(actor, P.CLOSE_DAY, station.pk)
        if (
            not cash_counted.is_finite()
            or not 0 <= cash_counted < LARGEST_DRAWER
            or cash_counted != to_fen(cash_counted)
        ):
            raise InputRefused(
                _("Enter the counted cash to the fen."), code="cash", fields={"cash_counted": _("Check it.")}
            )
        if on > business_date(at, station.time_zone):
            raise InputRefused(_("This day has not come yet."), code="future_day", fields={"on": _("Check it.")})
        with connection.cursor() as cursor:
            cursor.execute(_OWN_DAY, [station.pk, on])
        if DayClose.objects.at_station(station.pk).filter(on=on).exists():
            raise TransitionRefused(_("This day is already closed."), code="day_closed")
        totals = day_totals(station.pk, on)
        expected = totals[PaymentMethod.CASH]
        if cash_counted != expected and not reason.strip():
            raise InputRefused(
                _("The drawer differs from the receipts by %(difference)s yuan. Give the reason.")
                % {"difference": cash_counted - expected},
                code="no_reason",
                fields={"reason": _("Please fill in.")},
            )
        close = DayClose(
            station=station,
            on=on,
            totals={method: str(amount) for method, amount in totals.items()},
            cash_expected=expected,
            cash_counted=cash_counted,
            difference=cash_counted - expected,
            reason=reason.strip()[:200],
            closed_at=at,
            closed_by=actor.name,
            number=next_number(station_id=station.pk, series="day_close", on=on),
        )
        return register(close, actor, at, right=P.CLOSE_DAY, step="closed")

    return run_in_transaction(command)
