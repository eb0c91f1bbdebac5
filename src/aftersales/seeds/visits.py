"""One visit, step by step, by the people whose job each step is: for the demo, and for tests that need a state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from aftersales.billing import services as billing
from aftersales.billing.models import Settlement
from aftersales.repairs import transitions as visit
from aftersales.repairs.choices import Consent, OrderState, PayType
from aftersales.repairs.models import OrderLine, RepairOrder
from aftersales.repairs.services.intake import receive_vehicle
from aftersales.repairs.services.pricing import LineWish
from aftersales.seeds.cast import Cast
from aftersales.seeds.goods import Goods
from aftersales.standards import checklists

STEP_MINUTES = timedelta(minutes=7)


def confirmed(clause: str) -> dict[str, bool]:
    """Return a checklist answered in full."""
    return {item.code: True for item in checklists.items(clause)}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who comes with which car, and what for."""

    name: str = "陈建国"
    phone: str = "13800138000"
    plate: str = "沪A12345"
    vin: str = "LSVAM4187C2184847"
    words: Sequence[str] = ("刹车的时候前面有吱吱的响声,早上冷车最明显",)
    labour: Sequence[str] = ("JX-110", "JX-101")
    parts: Sequence[tuple[str, str, int]] = (("ZD-FP-01", "1", 1), ("LF-OF-01", "1", 1), ("LF-0W20-4L", "4", 1))
    model: str = "M5 1.5T 豪华型"
    odometer_km: int = 38_500
    payer: str = PayType.CUSTOMER
    interpretation: str = "冷车低速制动时前轮异响"
    cause: str = "前制动片磨损到限(余2.1 mm)"
    correction: str = "更换前制动片并清洁导向销"
    plan: str = "更换前制动片,清洁润滑制动卡钳,路试确认"
    report: str = "拆检前轮,制动片余2.1 mm,已更换;导向销清洁润滑;路试无异响。"


@dataclass(slots=True)
class Driver:
    """Takes one visit from step to step; every step happens a little later, by the right person."""

    cast: Cast
    goods: Goods
    at: datetime
    visitor: Visitor = field(default_factory=Visitor)
    technician: str = "zhao"
    bay: str = "A2"
    promised_in: timedelta = timedelta(hours=4)
    pace: Decimal = Decimal(0)
    """Share of the standard hours a line really takes; 0: a few minutes."""
    pays_by: str = "wechat"
    order: RepairOrder = field(init=False)
    settlements: list[Settlement] = field(default_factory=list)

    def tick(self, lasting: timedelta = STEP_MINUTES) -> datetime:
        self.at += lasting
        return self.at

    def promise(self) -> datetime:
        """Return when the car is promised."""
        return self.at + self.promised_in

    def time_for(self, line: OrderLine) -> timedelta:
        """Return how long the work on a labour line takes here."""
        return max(STEP_MINUTES, timedelta(hours=float(line.quantity * self.pace)))

    def check_in(self, **overrides: Any) -> RepairOrder:
        someone = self.visitor
        arguments: dict[str, Any] = {
            "station": self.cast.station,
            "advisor": self.cast.staff["lin"],
            "customer": {"name": someone.name, "phones": [someone.phone], "address": "上海市闵行区沪闵路1号"},
            "vehicle": {
                "vin": someone.vin,
                "plate": someone.plate,
                "model": self.goods.models[someone.model],
                "accept_oddities": True,
                "sold_on": date(2025, 3, 1),
                "warranty_starts_on": date(2025, 3, 1),
            },
            "odometer_km": someone.odometer_km,
            "contact_phone": someone.phone,
            "concerns": list(someone.words),
            "covers": confirmed("RECP-09"),
            "papers_checked": ["vehicle_licence", "maintenance_manual"],
            "walkaround": confirmed("RECP-10"),
            "damages": [{"x": 0.21, "y": 0.4, "kind": "scratch", "note": "左前门划痕"}],
            "belongings": ["行车记录仪", "停车卡"],
            "findings": confirmed("RECP-20"),
            "energy_percent": 55,
            "signed_by": someone.name,
        }
        self.order = receive_vehicle(self.cast.actors["lin"], self.tick(), **(arguments | overrides))
        return self.order

    def diagnose(self, coverage: str = "outside") -> RepairOrder:
        self.order = visit.diagnose(
            self.order,
            self.cast.actors["lin"],
            self.tick(),
            findings=[
                {
                    "position": concern.position,
                    "interpretation": self.visitor.interpretation,
                    "cause": self.visitor.cause,
                    "correction": self.visitor.correction,
                    "coverage": coverage,
                    "coverage_reason": "是否属于质保范围需厂家裁定" if coverage == "pending" else "",
                    "confirmed_with": self.visitor.name,
                }
                for concern in self.order.all_concerns()
            ],
            repair_plan=self.visitor.plan,
            technician=self.cast.staff[self.technician],
        )
        return self.order

    def wishes(self) -> list[LineWish]:
        concern = self.order.all_concerns()[0].pk
        labour = [
            LineWish("labour", self.goods.operations[code].pk, payer=self.visitor.payer, concern_id=concern)
            for code in self.visitor.labour
        ]
        parts = [
            LineWish(
                "part",
                self.goods.parts[number].pk,
                Decimal(quantity),
                payer=self.visitor.payer,
                concern_id=concern,
                job=job,
            )
            for number, quantity, job in self.visitor.parts
        ]
        return [*labour, *parts]

    def estimate(self) -> RepairOrder:
        self.order = visit.estimate(
            self.order, self.cast.actors["lin"], self.tick(), minutes_low=90, minutes_high=150, wishes=self.wishes()
        )
        return self.order

    def authorize(self, decisions: Mapping[int, str] | None = None) -> RepairOrder:
        agreed = {line.pk: Consent.AGREED.value for line in self.order.all_lines()}
        self.order = visit.authorize(
            self.order,
            self.cast.actors["lin"],
            self.tick(),
            given_by=self.visitor.name,
            method="signature",
            decisions=agreed | dict(decisions or {}),
            reason="客户下次再做" if decisions else "",
        )
        return self.order

    def dispatch(self) -> RepairOrder:
        self.order = visit.dispatch(
            self.order,
            self.cast.actors["zheng"],
            self.tick(),
            assignments=[
                {
                    "line_id": line.pk,
                    "technician_id": self.cast.staff[self.technician].pk,
                    "bay_id": self.cast.bays[self.bay].pk,
                }
                for line in self.order.all_lines()
                if line.is_labour and line.is_agreed
            ],
            promised_at=self.promise(),
            wash_minutes=30,
        )
        return self.order

    def issue(self) -> RepairOrder:
        if any(line.is_part and line.is_agreed for line in self.order.all_lines()):
            self.order = visit.issue_parts(self.order, self.cast.actors["sun"], self.tick())
        return self.order

    def start(self, position: int | None = None) -> RepairOrder:
        line = next(
            line
            for line in self.order.all_lines()
            if line.is_labour and line.is_agreed and line.work_state != "finished" and position in (None, line.position)
        )
        self.order = visit.start_work(self.order, self.cast.actors[self.technician], self.tick(), line_id=line.pk)
        return self.order

    def finish(self) -> RepairOrder:
        line = next(line for line in self.order.all_lines() if line.work_state == "started")
        at = self.tick(self.time_for(line))
        self.order = visit.finish_work(self.order, self.cast.actors[self.technician], at, line_id=line.pk)
        return self.order

    def work(self) -> RepairOrder:
        while any(
            line.is_labour and line.is_agreed and line.work_state != "finished" for line in self.order.all_lines()
        ):
            self.start()
            self.finish()
        return self.order

    def complete(self) -> RepairOrder:
        self.order = visit.complete(
            self.order,
            self.cast.actors[self.technician],
            self.tick(),
            technician_id=self.cast.staff[self.technician].pk,
            answers=confirmed("QC-01"),
            repair_report=self.visitor.report,
        )
        return self.order

    def inspect(self) -> RepairOrder:
        self.order = visit.inspect(
            self.order,
            self.cast.actors["fang"],
            self.tick(),
            inspector_id=self.cast.staff["fang"].pk,
            answers=confirmed("QC-06"),
            road_test={"km": 3, "result": "正常"},
        )
        return self.order

    def wash(self) -> RepairOrder:
        self.order = visit.wash(self.order, self.cast.actors["luo"], self.tick())
        return self.order

    def take_over(self) -> RepairOrder:
        self.order = visit.take_over(
            self.order,
            self.cast.actors["lin"],
            self.tick(),
            cleanliness=confirmed("DELV-02"),
            condition=confirmed("DELV-03"),
            belongings=["行车记录仪", "停车卡"],
        )
        return self.order

    def settle(self) -> RepairOrder:
        self.order = visit.explain_items(self.order, self.cast.actors["lin"], self.tick())
        self.order, self.settlements = billing.settle_order(self.order, self.cast.actors["he"], self.tick())
        return self.order

    def pay(self) -> RepairOrder:
        for settlement in self.settlements:
            if settlement.payer == PayType.CUSTOMER and settlement.gross:
                billing.pay(
                    settlement,
                    self.cast.actors["he"],
                    self.tick(),
                    means=[{"method": self.pays_by, "amount": settlement.gross, "reference": "4200001234"}],
                )
        self.order.refresh_from_db()
        return self.order

    def release(self) -> RepairOrder:
        self.order = visit.release(
            self.order,
            self.cast.actors["lin"],
            self.tick(),
            received_by=self.visitor.name,
            answers=confirmed("DELV-05") | confirmed("DELV-06") | confirmed("DELV-07") | confirmed("DELV-09"),
            old_parts="returned",
            next_visit_on=(self.at + timedelta(days=180)).date(),
            next_visit_km=self.visitor.odometer_km + 10_000,
        )
        return self.order

    def archive(self) -> RepairOrder:
        self.order = visit.archive(self.order, self.cast.actors["tao"], self.tick())
        return self.order

    def bring_to(self, state: str) -> RepairOrder:
        """Take a new visit as far as the state, along the straight way."""
        for reached, moves in STRAIGHT_WAY:
            for move in moves:
                getattr(self, move)()
            if reached == state:
                return self.order
        raise ValueError(f"{state} is not on the straight way")


STRAIGHT_WAY: tuple[tuple[str, tuple[str, ...]], ...] = (
    (OrderState.RECEIVED, ("check_in",)),
    (OrderState.DIAGNOSED, ("diagnose",)),
    (OrderState.ESTIMATED, ("estimate",)),
    (OrderState.AUTHORIZED, ("authorize",)),
    (OrderState.DISPATCHED, ("dispatch", "issue")),
    (OrderState.IN_PROGRESS, ("start", "finish")),
    (OrderState.COMPLETED, ("work", "complete")),
    (OrderState.INSPECTED, ("inspect",)),
    (OrderState.WASHED, ("wash",)),
    (OrderState.READY, ("take_over",)),
    (OrderState.SETTLED, ("settle", "pay")),
    (OrderState.RELEASED, ("release",)),
    (OrderState.ARCHIVED, ("archive",)),
)
