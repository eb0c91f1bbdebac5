"""The stories the demo tells: finished visits with their calls and cases, the keeper's mornings, the watch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from aftersales.appointments import transitions as booking
from aftersales.appointments.choices import Channel, Desk
from aftersales.appointments.models import Appointment
from aftersales.appointments.pricing import Offer, priced_offer
from aftersales.billing import services as billing
from aftersales.care import services as care
from aftersales.care.choices import CaseState, FollowUpState, ScriptTopic, SolutionKind
from aftersales.care.models import FollowUp, ServiceCase
from aftersales.care.transitions import cases, follow_ups
from aftersales.clocks.tasks import escalate_due
from aftersales.customers.models import Customer
from aftersales.inventory.models import StockAlert
from aftersales.inventory.services import ReceiptItem, receive
from aftersales.inventory.transitions import handle_alert
from aftersales.notifications.services import mark_read
from aftersales.repairs.choices import Consent, OrderState, PayType
from aftersales.seeds import hours
from aftersales.seeds.cast import Cast
from aftersales.seeds.goods import PARTS, Goods
from aftersales.seeds.jobs import Job
from aftersales.seeds.people import Owner
from aftersales.seeds.stage import OpenHoursDriver, Story
from aftersales.seeds.visits import Visitor
from aftersales.vehicles.models import Vehicle

COST = {row[0]: Decimal(row[6]) for row in PARTS}


@dataclass(frozen=True, slots=True)
class Known:
    """A customer of the demo with the car, on file."""

    owner: Owner
    customer: Customer
    vehicle: Vehicle

    def odometer_km(self, months_ago: float) -> int:
        """Return what the odometer said so many months before today."""
        return max(50, int(self.owner.odometer_km - self.owner.km_a_month * months_ago))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How one visit goes otherwise than straight: the facts the stories branch on."""

    is_booked: bool = False
    is_confirmed_late: bool = False
    is_late: bool = False
    is_reversed: bool = False
    declines: bool = False
    calls_late: bool = False
    cannot_be_reached: bool = False
    satisfaction: int = 5
    case_stays_open: bool = False
    is_archived_late: bool = False
    pays_by: str = "wechat"


def visitor_of(known: Known, job: Job, months_ago: float) -> Visitor:
    """Return who comes with which car and what for."""
    return Visitor(
        name=known.owner.name if not known.owner.is_company else "司机小张",
        phone=known.owner.phone,
        plate=known.owner.plate,
        vin=known.owner.vin,
        words=job.words,
        labour=job.labour,
        parts=job.parts,
        model=known.owner.model,
        odometer_km=known.odometer_km(months_ago),
        payer=job.payer,
        interpretation=job.interpretation,
        cause=job.cause,
        correction=job.correction,
        plan=job.plan,
        report=job.report,
    )


def driver_for(cast: Cast, goods: Goods, known: Known, job: Job, at: datetime, months_ago: float) -> OpenHoursDriver:
    """Return a driver for one visit of a known car."""
    return OpenHoursDriver(
        cast,
        goods,
        at,
        visitor_of(known, job, months_ago),
        bay=job.bay,
        pace=Decimal("0.95"),
    )


def offer_for(cast: Cast, job: Job, known: Known, on: date) -> Offer:
    """Return the job priced as a booking offers it."""
    return priced_offer(
        station_id=cast.station.pk,
        on=on,
        operation_codes=job.labour,
        parts=[(number, Decimal(quantity)) for number, quantity, _job in job.parts],
        vehicle_model_id=known.vehicle.model_id,
    )


def requested(
    cast: Cast, known: Known, job: Job, at: datetime, arrives_at: datetime, *, technician: str = "zhao", **terms: Any
) -> Appointment:
    """Take a booking request with everything agreed that confirmation needs."""
    offer = offer_for(cast, job, known, arrives_at.astimezone(hours.ZONE).date())
    minutes = max(30, int(offer.totals.hours * 60))
    facts: dict[str, Any] = {
        "contact_name": known.owner.name if not known.owner.is_company else "张师傅",
        "contact_phone": known.owner.phone,
        "customer": known.customer,
        "vehicle": known.vehicle,
        "plate": known.owner.plate,
        "model_name": known.owner.model,
        "concern": "\n".join(job.words),
        "wanted_at": arrives_at,
        "arrives_at": arrives_at,
        "duration_minutes": minutes,
        "bay": cast.bays[job.bay],
        "technician": cast.staff[technician],
        "advisor": cast.staff["lin"],
    }
    return booking.request(
        cast.actors["xie"],
        at,
        station=cast.station,
        items=offer.items,
        **(facts | {"channel": Channel.PHONE} | terms),
    )


def told_and_confirmed(cast: Cast, appointment: Appointment, at: datetime) -> Appointment:
    """Tell the terms and confirm, half a minute apart."""
    told = booking.tell_terms(
        appointment, cast.actors["xie"], at, documents_to_bring="行驶证、保养手册", special_care="请取走车内贵重物品"
    )
    return booking.confirm(told, cast.actors["xie"], at + timedelta(seconds=30))


def reported_ready(cast: Cast, appointment: Appointment, at: datetime) -> Appointment:
    """Have the three desks report ready (APPT-07) and the foreman brief his people (PREP-03)."""
    for person, desk in (("xie", Desk.RECEPTION), ("zheng", Desk.WORKSHOP), ("sun", Desk.PARTS)):
        appointment = booking.acknowledge(appointment, cast.actors[person], at, desk=desk.value)
    return booking.prepare(
        appointment, cast.actors["zheng"], at, briefing="老客户,上次来店的建议项目请一并检查", prepicked=True
    )


def finished_visit(cast: Cast, goods: Goods, known: Known, job: Job, day: date, today: date, turn: Turn) -> Story:
    """Tell one visit of the season from the booking or the door to the archive, and the calls after it."""
    months_ago = (today - day).days / 30
    comes_at = hours.instant(day, 9)
    driver = driver_for(cast, goods, known, job, comes_at, months_ago)
    driver.pays_by = turn.pays_by
    driver.promised_in = timedelta(minutes=75 if turn.is_late else 300)
    appointment = None
    if turn.is_booked:
        asked_at = hours.instant(hours.working_day_before(day, 3), 10, 20)
        yield asked_at
        appointment = requested(cast, known, job, asked_at, comes_at)
        answered_at = asked_at + timedelta(hours=30 if turn.is_confirmed_late else 2)
        yield answered_at
        appointment = told_and_confirmed(cast, appointment, answered_at)
        again = (hours.working_day_before(day), 15, 20) if turn.is_late else (hours.working_day_before(day, 2), 16, 50)
        yield (again_at := hours.instant(*again))
        appointment = booking.reconfirm(appointment, cast.actors["xie"], again_at)
        yield (ready_at := hours.instant(hours.working_day_before(day), 15, 40))
        appointment = reported_ready(cast, appointment, ready_at)
    yield comes_at
    driver.check_in(customer=known.customer, vehicle=known.vehicle, visit_type=job.visit_type, appointment=appointment)
    yield driver.at
    driver.diagnose("inside" if job.payer == PayType.WARRANTY else "outside")
    yield driver.at
    driver.estimate()
    yield driver.at
    driver.authorize(_declined(driver) if turn.declines else None)
    yield from driver.played("dispatch", "issue", "work", "complete", "inspect", "wash", "take_over", "settle")
    if turn.is_reversed:
        yield driver.at
        driver.order = billing.reverse_settlement(
            driver.order, cast.actors["wu"], driver.tick(), reason="会员折扣未录入,重新结算"
        )
        yield from driver.played("settle")
    yield from driver.played("pay", "release")
    filed_at = hours.forward(driver.at, timedelta(hours=30 if turn.is_archived_late else 3))
    yield filed_at
    driver.at = filed_at
    driver.archive()
    yield from called(cast, driver, turn)


def _declined(driver: OpenHoursDriver) -> dict[int, str]:
    """Return the customer's no to the last labour line and the parts it would have fitted."""
    labour = [line for line in driver.order.all_lines() if line.is_labour]
    if len(labour) < 2:
        return {}
    return {
        line.pk: Consent.DECLINED.value
        for line in driver.order.all_lines()
        if line.pk == labour[-1].pk or line.job_id == labour[-1].pk
    }


def called(cast: Cast, driver: OpenHoursDriver, turn: Turn) -> Story:
    """Tell the two calls after a visit, and the case a bad rating opens."""
    first = FollowUp.objects.at_station(cast.station.pk).get(order=driver.order, follows=None)
    tao = cast.actors["tao"]
    yield (at := _call_time(first.due_from_on, 7 if turn.calls_late else 0))
    if turn.cannot_be_reached:
        for _attempt in range(3):
            yield (at := hours.forward(at, timedelta(hours=4)))
            first = follow_ups.record_attempt(first, tao, at, points="无人接听")
        follow_ups.give_up(first, tao, at + timedelta(minutes=2), reason="三次未接通")
        return
    is_low = turn.satisfaction <= 2
    first, opened = care.log_call(
        first,
        tao,
        at,
        points="交车等了四十分钟,而且车没洗干净" if is_low else "车况正常,感谢来电;提醒按期保养",
        topics=[ScriptTopic.USE_AND_OPINION, ScriptTopic.KNOWLEDGE],
        complaints="等待时间长,洗车不干净,希望给个说法" if is_low else "",
        satisfaction=turn.satisfaction,
        recommendation=3 if is_low else 9,
    )
    if opened:
        yield from handled(cast, opened[0], at, stays_open=turn.case_stays_open)
        closed = ServiceCase.objects.at_station(cast.station.pk).filter(follow_up=first, state=CaseState.CLOSED)
        if first.state == FollowUpState.CALLED and closed.exists():
            follow_ups.close(first, tao, hours.forward(at, timedelta(hours=30)))
    second = FollowUp.objects.at_station(cast.station.pk).filter(follows=first).first()
    if second is None:
        return
    yield (again_at := _call_time(second.due_from_on, 2))
    care.log_call(
        second,
        tao,
        again_at,
        points="使用正常,介绍冬季检测活动,客户表示会考虑",
        topics=[ScriptTopic.SERVICES, ScriptTopic.OFFERS],
        wishes="希望活动前短信提醒",
        satisfaction=max(4, turn.satisfaction),
        recommendation=9,
    )


def _call_time(day: date, days_later: int) -> datetime:
    return hours.instant(hours.working_day_after(day + timedelta(days=days_later), 0), 10, 30)


def handled(cast: Cast, case: ServiceCase, at: datetime, *, stays_open: bool) -> Story:
    """Tell how a complaint is handled: owner, investigation, solution, customer told the same day (CPL-06 to -08)."""
    xie = cast.actors["xie"]
    yield (at := hours.forward(at, timedelta(minutes=25)))
    case = cases.assign(case, cast.actors["wu"], at, handler=cast.staff["xie"])
    yield (at := hours.forward(at, timedelta(hours=2)))
    case = cases.investigate(case, xie, at, problem_exists=True, cause="当日洗车工位排队,交车前未复检清洁度")
    if stays_open:
        return
    yield (at := hours.forward(at, timedelta(hours=14)))
    case = cases.solve(
        case, xie, at, solution_kind=SolutionKind.COMPENSATION.value, solution="致歉并赠送精洗一次;交车前增加清洁复检"
    )
    case = cases.carry_out(case, xie, hours.forward(at, timedelta(minutes=20)))
    yield (at := hours.forward(at, timedelta(minutes=45)))
    case = care.tell_result(case, xie, at, talk="已电话致歉并说明处理结果,客户接受", satisfaction=4)
    cases.close(case, xie, at + timedelta(minutes=3))


def stocked(cast: Cast, goods: Goods, first: date, quiet_from: date) -> Story:
    """Tell the parts keeper's mornings: what fell to its line is bought; alerts of the last days are still open."""
    keeper, day = cast.actors["sun"], first
    while True:
        yield (at := hours.instant(day, 8, 45))
        alerts = StockAlert.objects.at_station(cast.station.pk).filter(state="open", created_at__date__lt=quiet_from)
        fallen = list(alerts.select_related("part").order_by("pk"))
        if fallen:
            receive(
                keeper,
                at,
                station=cast.station,
                items=[
                    ReceiptItem(
                        part_id=alert.part_id,
                        quantity=alert.proposed_quantity,
                        value=(alert.proposed_quantity * COST[alert.part.number]).quantize(Decimal("0.01")),
                    )
                    for alert in fallen
                ],
                supplier_name="明达配件中心库",
                document_ref=f"到货单{day:%m%d}",
            )
            for alert in fallen:
                handle_alert(alert, keeper, at + timedelta(minutes=5), note="已向中心库补货入库")
        day = hours.working_day_after(day)


def watched(first: date) -> Story:
    """Tell what the worker does: limits are looked at morning, noon and evening."""
    day = first
    while True:
        for hour in (8, 12, 18):
            yield (at := hours.instant(day, hour, 5))
            escalate_due(at)
        day += timedelta(days=1)


def read(cast: Cast, at: datetime) -> Story:
    """Tell how everybody looks through the messages at the end of a day."""
    yield at
    for person in cast.actors.values():
        mark_read(person, at)


def straight_to(driver: OpenHoursDriver, known: Known, job: Job, state: str, **overrides: Any) -> Story:
    """Tell a visit from the door as far as a state, and leave the car there."""
    yield driver.at
    driver.check_in(customer=known.customer, vehicle=known.vehicle, visit_type=job.visit_type, **overrides)
    for reached, moves in _WAY:
        if driver.order.state == state:
            return
        yield from driver.played(*moves)
        if reached == state:
            return


_WAY: tuple[tuple[str, tuple[str, ...]], ...] = (
    (OrderState.DIAGNOSED, ("diagnose",)),
    (OrderState.ESTIMATED, ("estimate",)),
    (OrderState.AUTHORIZED, ("authorize",)),
    (OrderState.DISPATCHED, ("dispatch", "issue")),
    (OrderState.IN_PROGRESS, ("start",)),
    (OrderState.COMPLETED, ("finish", "work", "complete")),
    (OrderState.INSPECTED, ("inspect",)),
    (OrderState.WASHED, ("wash",)),
    (OrderState.READY, ("take_over",)),
    (OrderState.SETTLED, ("settle", "pay")),
    (OrderState.RELEASED, ("release",)),
)
