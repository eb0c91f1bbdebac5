"""What is going on at the demo station now: cars in every state of the visit, bookings for today and tomorrow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from aftersales.appointments import transitions as booking
from aftersales.appointments.choices import Channel, MobilityWish
from aftersales.appointments.services import note_arrival
from aftersales.repairs import transitions as visit
from aftersales.repairs.choices import HoldReason, IntakeOutcome, OrderState, PauseReason
from aftersales.repairs.services.pricing import LineWish
from aftersales.seeds import hours, jobs
from aftersales.seeds.cast import Cast
from aftersales.seeds.goods import Goods
from aftersales.seeds.jobs import Job
from aftersales.seeds.stage import OpenHoursDriver, Stage, Story
from aftersales.seeds.stories import (
    Known,
    driver_for,
    reported_ready,
    requested,
    straight_to,
    told_and_confirmed,
)

# Cars that are on their straight way: how many working minutes ago they came, what for, how far they are, who works.
_ON_THE_WAY: Final = (
    (20, jobs.SERVICE_10K, OrderState.RECEIVED, "zhou"),
    (35, jobs.WIPERS, OrderState.DIAGNOSED, "zhou"),
    (60, jobs.AIR_CONDITIONING, OrderState.ESTIMATED, "zhou"),
    (95, jobs.SERVICE_20K, OrderState.AUTHORIZED, "fang"),
    (130, jobs.REAR_BRAKES, OrderState.DISPATCHED, "fang"),
    (150, jobs.BRAKES, OrderState.IN_PROGRESS, "zhou"),
    (420, jobs.SPARK_PLUGS, OrderState.COMPLETED, "zhou"),
    (560, jobs.SERVICE_10K, OrderState.INSPECTED, "zhao"),
    (700, jobs.ALIGNMENT, OrderState.READY, "zhou"),
    (820, jobs.BATTERY, OrderState.SETTLED, "zhao"),
    (1000, jobs.SERVICE_20K, OrderState.RELEASED, "zhou"),
)
NEEDED_CARS: Final = 27


class Now:
    """Tells the present: `cars` are petrol cars that are free, `electric` one electric car."""

    def __init__(self, cast: Cast, goods: Goods, at: datetime, cars: Sequence[Known], electric: Known) -> None:
        self.cast, self.goods, self.at = cast, goods, at
        self.cars = iter(cars)
        self.electric = electric

    def enter(self, stage: Stage) -> None:
        """Put every story of the present on the stage."""
        for minutes, job, state, technician in _ON_THE_WAY:
            known = next(self.cars)
            driver = self._driver(known, job, minutes, technician)
            stage.add(straight_to(driver, known, job, state))
        for story in (
            self._high_voltage(),
            self._waiting_for_parts(),
            self._waiting_for_consent(),
            self._failed_inspection(),
            self._pending_ruling(),
            self._quotation_only(),
            *self._bookings(),
        ):
            stage.add(story)

    def _driver(self, known: Known, job: Job, minutes: int, technician: str = "zhao") -> OpenHoursDriver:
        at = hours.back(self.at, timedelta(minutes=minutes))
        driver = driver_for(self.cast, self.goods, known, job, at, 0)
        driver.technician = technician
        driver.promised_in = timedelta(hours=6)
        return driver

    # -- cars in the house that are not on the straight way --------------------------------------------------

    def _high_voltage(self) -> Story:
        driver = self._driver(self.electric, jobs.HIGH_VOLTAGE, 120)
        yield from straight_to(driver, self.electric, jobs.HIGH_VOLTAGE, OrderState.IN_PROGRESS)

    def _waiting_for_parts(self) -> Story:
        known = next(self.cars)
        driver = self._driver(known, jobs.HEADLAMP, 900)
        yield from straight_to(driver, known, jobs.HEADLAMP, OrderState.AUTHORIZED)
        yield from driver.played("dispatch")
        yield driver.at
        driver.order = visit.suspend(
            driver.order,
            self.cast.actors["lin"],
            driver.tick(),
            hold_reason=HoldReason.WAITING_FOR_PARTS.value,
            reason="右侧大灯总成无库存,已向中心库订货,预计后天到",
        )

    def _waiting_for_consent(self) -> Story:
        known = next(self.cars)
        driver = self._driver(known, jobs.BRAKES, 260, "fang")
        yield from straight_to(driver, known, jobs.BRAKES, OrderState.IN_PROGRESS)
        yield driver.at
        line = next(line for line in driver.order.all_lines() if line.work_state == "started")
        driver.order = visit.pause_work(
            driver.order,
            self.cast.actors["fang"],
            driver.tick(timedelta(minutes=25)),
            line_id=line.pk,
            pause_reason=PauseReason.CONSENT.value,
        )
        yield driver.at
        driver.order = visit.add_lines(
            driver.order,
            self.cast.actors["lin"],
            driver.tick(),
            wishes=[LineWish("part", self.goods.parts["ZD-FD-01"].pk, Decimal(2), job_line_id=line.pk)],
        )
        yield driver.at
        driver.order = visit.tell_progress(
            driver.order,
            self.cast.actors["lin"],
            driver.tick(),
            text="拆检发现前制动盘磨损超限,已电话说明并发送增项报价,等待客户确认",
            channel="phone",
        )

    def _failed_inspection(self) -> Story:
        known = next(self.cars)
        driver = self._driver(known, jobs.ALIGNMENT, 330)
        yield from straight_to(driver, known, jobs.ALIGNMENT, OrderState.COMPLETED)
        yield driver.at
        line = next(line for line in driver.order.all_lines() if line.is_labour)
        driver.order = visit.fail_inspection(
            driver.order,
            self.cast.actors["fang"],
            driver.tick(),
            inspector_id=self.cast.staff["fang"].pk,
            failures={line.pk: "路试方向盘仍右偏约3°,请复调转向角传感器零位"},
            road_test={"km": 4, "result": "方向盘不正"},
        )

    def _pending_ruling(self) -> Story:
        known = next(self.cars)
        driver = self._driver(known, jobs.WARRANTY_BATTERY, 480)
        yield driver.at
        driver.check_in(customer=known.customer, vehicle=known.vehicle, visit_type=jobs.WARRANTY_BATTERY.visit_type)
        yield driver.at
        driver.diagnose("pending")
        yield driver.at
        driver.order = visit.suspend(
            driver.order,
            self.cast.actors["lin"],
            driver.tick(),
            hold_reason=HoldReason.WAITING_FOR_RULING.value,
            reason="是否属于质保范围待厂家裁定,已告知客户原因",
        )

    def _quotation_only(self) -> Story:
        known = next(self.cars)
        driver = self._driver(known, jobs.HEADLAMP, 760)
        yield from straight_to(driver, known, jobs.HEADLAMP, OrderState.ESTIMATED)
        yield driver.at
        driver.order = visit.close_without_repair(
            driver.order,
            self.cast.actors["lin"],
            driver.tick(),
            outcome=IntakeOutcome.QUOTATION_ONLY.value,
            reason="客户先走保险报价,暂不维修",
        )

    # -- bookings --------------------------------------------------------------------------------------------

    def _bookings(self) -> list[Story]:
        today = self.at.astimezone(hours.ZONE).date()
        soon = hours.instant(hours.working_day_after(today), 9)
        if hours.is_open(today) and hours.instant(today, 8, 30) <= self.at <= hours.instant(today, 13):
            minutes = 30 - self.at.minute % 30
            soon = self.at.replace(second=0, microsecond=0) + timedelta(minutes=minutes + 60)
        tomorrow = hours.working_day_after(soon.astimezone(hours.ZONE).date())
        return [
            self._request(26 * 60, jobs.SERVICE_10K, hours.instant(tomorrow, 10), channel=Channel.WECHAT),
            self._request(190, jobs.BRAKES, hours.instant(tomorrow, 14), channel=Channel.PHONE),
            self._request(20, jobs.BATTERY, hours.instant(tomorrow, 15, 30), channel=Channel.WEB),
            self._booked(700, jobs.SERVICE_10K, soon, "zhao", "A1", reconfirmed=True, waits=self._is_open_now()),
            self._booked(640, jobs.ALIGNMENT, soon + timedelta(minutes=30), "zhou", "D1", reconfirmed=True),
            self._booked(600, jobs.REAR_BRAKES, hours.instant(tomorrow, 8, 30), "fang", "A3"),
            self._booked(520, jobs.SERVICE_20K, hours.instant(tomorrow, 9, 30), "zhou", "A1"),
            self._booked(300, jobs.SPARK_PLUGS, hours.instant(tomorrow, 13), "zhao", "A2"),
            self._booked(240, jobs.WIPERS, hours.instant(tomorrow, 15), "zhou", "A1"),
            self._walk_in(),
            self._missed(),
            self._cancelled(),
        ]

    def _is_open_now(self) -> bool:
        return hours.back(self.at, timedelta(minutes=12)) == self.at.astimezone(hours.ZONE) - timedelta(minutes=12)

    def _request(self, minutes: int, job: Job, wanted_at: datetime, **terms: Any) -> Story:
        known = next(self.cars)
        yield (at := hours.back(self.at, timedelta(minutes=minutes)))
        requested(self.cast, known, job, at, wanted_at, **terms)

    def _booked(
        self,
        minutes: int,
        job: Job,
        arrives_at: datetime,
        technician: str,
        bay: str,
        *,
        reconfirmed: bool = False,
        waits: bool = False,
    ) -> Story:
        known = next(self.cars)
        yield (at := hours.back(self.at, timedelta(minutes=minutes)))
        appointment = requested(
            self.cast,
            known,
            job,
            at,
            arrives_at,
            technician=technician,
            bay=self.cast.bays[bay],
            mobility=MobilityWish.WAITS.value,
        )
        yield (at := hours.forward(at, timedelta(minutes=40)))
        appointment = told_and_confirmed(self.cast, appointment, at)
        if not reconfirmed:
            return
        yield (at := hours.back(self.at, timedelta(minutes=50)))
        appointment = reported_ready(self.cast, appointment, at)
        appointment = booking.reconfirm(appointment, self.cast.actors["xie"], at + timedelta(minutes=2))
        if waits:
            yield (at := self.at - timedelta(minutes=12))
            note_arrival(self.cast.actors["xie"], at, station=self.cast.station, appointment=appointment)

    def _walk_in(self) -> Story:
        if self._is_open_now():
            yield (at := self.at - timedelta(minutes=4))
            note_arrival(
                self.cast.actors["xie"], at, station=self.cast.station, plate="沪C5V330", contact_name="许先生"
            )

    def _missed(self) -> Story:
        known = next(self.cars)
        today = self.at.astimezone(hours.ZONE).date()
        day = hours.working_day_before(today)
        yield (at := hours.instant(hours.working_day_before(day, 2), 11))
        appointment = requested(
            self.cast, known, jobs.SERVICE_10K, at, hours.instant(day, 13, 30), bay=self.cast.bays["J1"]
        )
        appointment = told_and_confirmed(self.cast, appointment, at + timedelta(minutes=50))
        yield (at := hours.instant(day, 16, 40))
        booking.mark_no_show(appointment, self.cast.actors["xie"], at)

    def _cancelled(self) -> Story:
        known = next(self.cars)
        today = self.at.astimezone(hours.ZONE).date()
        yield (at := hours.instant(hours.working_day_before(today, 2), 14, 15))
        appointment = requested(
            self.cast, known, jobs.BRAKES, at, hours.instant(hours.working_day_after(today, 2), 9), technician="fang"
        )
        yield (at := hours.forward(at, timedelta(hours=3)))
        booking.cancel(appointment, self.cast.actors["xie"], at, reason="客户出差,回来后再约")
