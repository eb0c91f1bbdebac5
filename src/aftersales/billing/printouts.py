"""The cash desk's papers: settlement sheet, receipt, day close."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from aftersales.billing.choices import PaymentKind, PaymentMethod, SettlementKind
from aftersales.billing.models import NOTHING, DayClose, Payment, Settlement
from aftersales.network.rules import business_date
from aftersales.printing import papers
from aftersales.printing.papers import NamedAmount, local_text, pen_box, station_head, yuan
from aftersales.printing.registry import printout
from aftersales.printing.rules import in_capitals
from aftersales.repairs.choices import PayType
from aftersales.repairs.models import OrderLine
from aftersales.repairs.printouts.blocks import (
    customer_lines,
    guarantee_of,
    guarantee_words,
    payer_text,
    priced_block,
    vehicle_lines,
)


def _payments(sheet: Settlement) -> list[NamedAmount]:
    """Return what came in by method, refunds taken off, and what was put on account."""
    sums: dict[str, Decimal] = {}
    for payment in sheet.payments.order_by("pk"):
        label = str(PaymentMethod(payment.method).label)
        given = -payment.amount if payment.kind == PaymentKind.REFUND else payment.amount
        sums[label] = sums.get(label, NOTHING) + given
    rows: list[NamedAmount] = [{"name": label, "amount": yuan(amount)} for label, amount in sums.items()]
    if sheet.balance.owed:
        rows.append({"name": _now("on account"), "amount": yuan(sheet.balance.owed)})
    return rows


def _notes(sheet: Settlement) -> str:
    if sheet.reverses is not None:
        return _now("Reversal of %(number)s: %(reason)s") % {"number": sheet.reverses.number, "reason": sheet.reason}
    return _now("Reversed: %(reason)s") % {"reason": sheet.reason} if sheet.reason else ""


@printout("SETL-01", kind="billing.settlement_sheet", title=_("Settlement sheet"), template="settlement_sheet.typ")
def settlement_sheet(sheet: Settlement) -> papers.SettlementSheet:
    """Return the posted sheet: one payer's agreed lines to the fen; a reversal has every amount negative."""
    order = sheet.order
    zone = sheet.station.time_zone
    posted = sheet.reverses or sheet
    taken_back = sheet.kind == SettlementKind.REVERSAL
    sign = -1 if taken_back else 1
    lines = list(posted.lines.order_by("position"))
    workers = dict(
        OrderLine.objects.filter(pk__in=[line.order_line_id for line in lines], technician__isnull=False).values_list(
            "pk", "technician__name"
        )
    )
    block = priced_block(
        lines,
        technicians={line.pk: workers[line.order_line_id] for line in lines if line.order_line_id in workers},
        payers={line.pk: payer_text(sheet.payer) for line in lines},
        taken_back=taken_back,
    )
    advisor = order.advisor.name if order.advisor else ""
    term = guarantee_of(sheet.station_id, business_date(order.released_at or sheet.posted_at, zone))
    return {
        "station": station_head(sheet.station),
        "number": sheet.number,
        "order_number": order.number,
        "settled_at": local_text(sheet.posted_at, zone),
        "received_at": local_text(order.received_at, zone),
        "advisor": advisor,
        "cashier": sheet.posted_by,
        "customer": customer_lines(order),
        "vehicle": vehicle_lines(order),
        "labour": block.labour,
        "parts": block.parts,
        "others": block.others,
        "labour_total": block.labour_total,
        "parts_total": block.parts_total,
        "others_total": block.others_total,
        "discount": block.discount,
        "net": yuan(sign * sheet.net),
        "tax": yuan(sign * sheet.tax),
        "total": yuan(sign * sheet.gross),
        "total_capitals": in_capitals(sign * sheet.gross),
        "payers": [{"name": str(PayType(sheet.payer).label), "amount": yuan(sign * sheet.gross)}],
        "payments": _payments(sheet),
        "due": yuan(sheet.due),
        "guarantee": "" if taken_back else guarantee_words(term),
        "note": _notes(sheet),
        "signatures": [
            pen_box(_now("Customer")),
            pen_box(_now("Cashier"), sheet.posted_by),
            pen_box(_now("Service advisor"), advisor),
        ],
    }


@printout("SETL-08", kind="billing.receipt", title=_("Payment receipt"), template="receipt.typ")
def receipt(payment: Payment) -> papers.Receipt:
    """Return one payment as the customer's receipt; a refund is a negative one."""
    sheet = payment.settlement
    order = sheet.order
    refunded = payment.kind == PaymentKind.REFUND
    amount = -payment.amount if refunded else payment.amount
    subject = {
        PaymentKind.PAYMENT: _now("Repair charges (settlement %(number)s)"),
        PaymentKind.COLLECTION: _now("Amount on account (settlement %(number)s)"),
        PaymentKind.REFUND: _now("Refund (settlement %(number)s)"),
    }[PaymentKind(payment.kind)]
    method = str(PaymentMethod(payment.method).label)
    return {
        "station": station_head(payment.station),
        "number": payment.number,
        "reference": sheet.number,
        "received_at": local_text(payment.at, payment.station.time_zone),
        "cashier": payment.taken_by,
        "customer": order.customer_name if sheet.payer == PayType.CUSTOMER else str(PayType(sheet.payer).label),
        "plate": order.plate,
        "lines": [{"name": subject % {"number": sheet.number}, "amount": yuan(amount)}],
        "payments": [
            {"name": f"{method} {payment.reference}".strip() if payment.reference else method, "amount": yuan(amount)}
        ],
        "total": yuan(amount),
        "total_capitals": in_capitals(amount),
        "note": payment.reason,
    }


@printout("SETL-08", kind="billing.day_close", title=_("Day close"), template="day_close.typ")
def day_close(close: DayClose) -> papers.DayClose:
    """Return a closed day: receipts by method against the drawer, and what was settled that day."""
    zone = close.station.time_zone
    came, went = Q(kind__in=(PaymentKind.PAYMENT, PaymentKind.COLLECTION)), Q(kind=PaymentKind.REFUND)
    found: dict[str, dict[str, Any]] = {
        row["method"]: dict(row)
        for row in Payment.objects.at_station(close.station_id)
        .filter(on=close.on)
        .values("method")
        .annotate(count=Count("pk"), received=Sum("amount", filter=came), refunded=Sum("amount", filter=went))
        .order_by("method")
    }
    methods: list[papers.DayCloseMethod] = []
    received_total = refunded_total = NOTHING
    for method in PaymentMethod:
        row: dict[str, Any] = found.get(method.value, {})
        received, refunded = row.get("received") or NOTHING, row.get("refunded") or NOTHING
        net = received - refunded
        received_total, refunded_total = received_total + received, refunded_total + refunded
        is_cash = method == PaymentMethod.CASH
        methods.append(
            {
                "method": str(method.label),
                "receipts": row.get("count", 0),
                "received": yuan(received),
                "refunded": yuan(refunded),
                "net": yuan(net),
                "counted": yuan(close.cash_counted if is_cash else net),
                "difference": yuan(close.difference if is_cash else NOTHING),
            }
        )
    net_total = received_total - refunded_total
    posted = Settlement.objects.at_station(close.station_id).filter(posted_on=close.on)
    sums = posted.aggregate(
        count=Count("pk", filter=Q(kind=SettlementKind.SETTLEMENT)),
        settled=Sum("gross", filter=Q(kind=SettlementKind.SETTLEMENT)),
        taken_back=Sum("gross", filter=Q(kind=SettlementKind.REVERSAL)),
        owed=Sum(F("on_account") - F("collected"), filter=Q(kind=SettlementKind.SETTLEMENT, state="posted")),
    )
    return {
        "station": station_head(close.station),
        "number": close.number,
        "business_on": close.on.isoformat(),
        "closed_at": local_text(close.closed_at, zone),
        "cashier": close.closed_by,
        "opening_float": yuan(NOTHING),
        "methods": methods,
        "total_received": yuan(received_total),
        "total_refunded": yuan(refunded_total),
        "total_net": yuan(net_total),
        "total_counted": yuan(net_total + close.difference),
        "total_difference": yuan(close.difference),
        "settlements": sums["count"],
        "settled_total": yuan((sums["settled"] or NOTHING) - (sums["taken_back"] or NOTHING)),
        "receivables_total": yuan(sums["owed"] or NOTHING),
        "difference_reason": close.reason,
        "signatures": [pen_box(_now("Cashier"), close.closed_by), pen_box(_now("Station manager"))],
    }
