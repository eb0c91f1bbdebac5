"""Repair orders of earlier years from a table of their lines: judged without the database, written in bulk, each once.

The lines of one visit are grouped into one order, archived and never billed again. What the source says is kept word
for word: odd dates, odd odometers and lines that stand twice are reported, not repaired.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import Text
from aftersales.core.money import to_fen
from aftersales.customers.names import UnwritableText, tidy
from aftersales.customers.phones import ImpossiblePhone, parse_phone
from aftersales.standards.binding import fulfils
from aftersales.vehicles.models import ODOMETER_LIMIT_KM
from aftersales.vehicles.plates import ImpossiblePlate, parse_plate
from aftersales.vehicles.vins import ImpossibleVin, parse_vin

SUSPECT_ABOVE_KM = 1_000_000
LARGEST_AMOUNT = Decimal("9999999999.99")
LENGTHS = {"customer_name": 100, "plate": 12, "model_name": 80, "line_text": 300, "reference": 60}
GROUP_BY = ("reference", "received_on", "customer_name", "plate", "vin", "model_name", "odometer_km")
ODDITIES: dict[str, tuple[Text, Text]] = {
    "invoiced_before_received": (
        _("Invoiced before the job card"),
        _("The line was invoiced before the vehicle was received; both dates are kept."),
    ),
    "invoiced_later": (_("Invoiced on a later day"), _("The line was invoiced on a later day than the job card's.")),
    "exact_duplicate": (_("Line stands twice"), _("A line before says exactly the same; both are kept.")),
    "no_text": (_("Line without text"), _("The line has no text; it is kept.")),
    "odometer_zero": (_("Odometer 0"), _("The odometer reading 0 is kept as an anomaly.")),
    "odometer_suspect": (
        _("Odometer too high"),
        _("The odometer reading is above what can be; it is kept as an anomaly."),
    ),
    "odometer_unreadable": (_("Odometer cannot be read"), _("This is not an odometer reading; it stays empty.")),
    "plate_as_written": (_("Plate is no plate"), _("This is not a number plate; it is kept as it is written.")),
    "vin_as_written": (_("VIN is no VIN"), _("This cannot be a VIN; it is left out, the plate tells the vehicle.")),
    "phone_unreadable": (_("Phone cannot be dialled"), _("This cannot be a telephone number; it is left out.")),
    "several_invoice_dates": (
        _("Several invoice dates"),
        _("The visit's lines were invoiced on different days; the last one counts."),
    ),
    "received_missing": (_("No date of the job card"), _("A line without a readable date cannot be placed.")),
    "invoice_unreadable": (_("Invoice date cannot be read"), _("This is not a date; the day of the job card counts.")),
    "customer_missing": (_("No customer"), _("A line without a customer cannot be placed.")),
    "vehicle_missing": (_("No vehicle"), _("A line without plate and VIN cannot be placed.")),
    "value_too_long": (_("Value too long"), _("The value is longer than its column.")),
    "value_unwritable": (_("Control characters"), _("The text contains invisible control characters.")),
    "amount_unreadable": (_("Amount cannot be read"), _("This is not an amount; it stays 0.00.")),
}
REFUSED = frozenset({"received_missing", "customer_missing", "vehicle_missing", "value_too_long", "value_unwritable"})


@dataclass(frozen=True, slots=True)
class HistoryOddity:
    """One strange thing about one line; `row` as the file counts, `kind` a key of `ODDITIES`."""

    row: int
    kind: str
    field: str
    value: str

    @property
    def is_refused(self) -> bool:
        return self.kind in REFUSED


@dataclass(frozen=True, slots=True)
class HistoryRules:
    """How lines become visits: which values make the same order, customer and vehicle, and what is odd.

    `empty_texts` are what the source writes for nothing; readings above `suspect_above_km` kilometres are anomalies.
    """

    group_by: tuple[str, ...] = GROUP_BY
    customer_by: tuple[str, ...] = ("customer_name", "phone")
    vehicle_by: tuple[str, ...] = ("vin", "plate")
    empty_texts: frozenset[str] = frozenset()
    suspect_above_km: int = SUSPECT_ABOVE_KM
    power_type: str = ""


@dataclass(frozen=True, slots=True)
class RawLine:
    """One line as the file has it: `texts` under our names word for word, dates and figures read."""

    row: int
    texts: Mapping[str, str]
    received_on: date | None
    invoiced_on: date | None
    odometer_km: int | None
    amount: Decimal | None


@dataclass(slots=True)
class HistoryOrder:
    """One visit with its lines; the keys say which order, customer and vehicle of the source it is."""

    key: str
    customer_key: str
    vehicle_key: str
    texts: Mapping[str, str]
    received_on: date
    invoiced_on: date
    odometer_km: int | None
    odometer_anomaly: str
    phone: str
    plate_kind: str
    plate: str
    vin: str
    power_type: str
    lines: list[tuple[int, str, Decimal]] = field(default_factory=list)
    invoice_days: set[date] = field(default_factory=set)


@dataclass(slots=True)
class HistoryPlan:
    """The visits in the order of the file, every oddity by row, and figures about the whole file."""

    orders: list[HistoryOrder] = field(default_factory=list)
    oddities: list[HistoryOddity] = field(default_factory=list)
    figures: dict[str, int] = field(default_factory=dict)


def key_of(kind: str, values: Iterable[str]) -> str:
    """Return the short fingerprint by which a source's record is known again."""
    return blake2b("\x1f".join((kind, *values)).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@fulfils("IS-10")
def plan_history(lines: Iterable[RawLine], rules: HistoryRules) -> HistoryPlan:
    """Group lines into visits and name everything odd about them; change nothing.

    Refused are only lines that cannot be placed (no day, customer, vehicle) or kept (too long, control characters).
    """
    planner = _Planner(rules)
    for line in lines:
        planner.take(line)
    return planner.result()


class _Planner:
    def __init__(self, rules: HistoryRules) -> None:
        self.rules = rules
        self.plan = HistoryPlan()
        self.orders: dict[str, HistoryOrder] = {}
        self.seen: set[tuple[str, ...]] = set()
        self.texts: set[str] = set()
        self.folded_texts: set[str] = set()
        self.plates: dict[str, tuple[str, str]] = {}
        self.figures: Counter[str] = Counter()

    def take(self, line: RawLine) -> None:
        self.figures["lines"] += 1
        if faults := self._faults(line):
            for kind, name in faults:
                self._note(line, kind, name)
            return
        self._look(line)
        group = key_of("order", [line.texts.get(name, "") for name in self._grouped_by(line)])
        order = self.orders.get(group)
        if order is None:
            order = self.orders[group] = self._opened(group, line)
        assert line.received_on is not None  # _faults refuses a line without a day
        day = line.invoiced_on or line.received_on
        order.invoice_days.add(day)
        order.invoiced_on = max(order.invoice_days)
        order.lines.append((line.row, line.texts.get("line_text", ""), line.amount or Decimal("0.00")))

    def _grouped_by(self, line: RawLine) -> tuple[str, ...]:
        """A source that numbers its orders says itself what belongs together."""
        names = self.rules.group_by
        return ("reference", "vin", "plate") if names == GROUP_BY and line.texts.get("reference", "").strip() else names

    def _customer_by(self, line: RawLine) -> tuple[str, ...]:
        """A name without a phone is one person only together with the vehicle."""
        names = self.rules.customer_by
        lacks_phone = "phone" in names and not line.texts.get("phone", "").strip()
        return (*names, *self.rules.vehicle_by) if lacks_phone else names

    def _faults(self, line: RawLine) -> list[tuple[str, str]]:
        """Return why the line cannot be placed or kept."""
        faults: list[tuple[str, str]] = []
        texts = line.texts
        if line.received_on is None:
            faults.append(("received_missing", "received_on"))
        if not texts.get("customer_name", "").strip():
            faults.append(("customer_missing", "customer_name"))
        if not texts.get("plate", "").strip() and not texts.get("vin", "").strip():
            faults.append(("vehicle_missing", "plate"))
        for name, text in texts.items():
            if len(text) > LENGTHS.get(name, 300):
                faults.append(("value_too_long", name))
            elif not text.isprintable():
                try:
                    tidy(text, lines=name == "line_text")
                except UnwritableText:
                    faults.append(("value_unwritable", name))
        return faults

    def _look(self, line: RawLine) -> None:
        """Name what is odd about a line that is kept."""
        texts, received = line.texts, line.received_on
        if texts.get("invoiced_on", "").strip() and line.invoiced_on is None:
            self._note(line, "invoice_unreadable", "invoiced_on")
        elif line.invoiced_on and received and line.invoiced_on != received:
            kind = "invoiced_before_received" if line.invoiced_on < received else "invoiced_later"
            self._note(line, kind, "invoiced_on")
            self.figures["most_days_later"] = max(self.figures["most_days_later"], (line.invoiced_on - received).days)
        whole_line = tuple(texts.values())
        if whole_line in self.seen:
            self._note(line, "exact_duplicate", "line_text")
        self.seen.add(whole_line)
        text = texts.get("line_text", "")
        if not text.strip() or text.strip() in self.rules.empty_texts:
            self._note(line, "no_text", "line_text")
        else:
            self.texts.add(text)
            self.folded_texts.add(text.strip().upper())
        if texts.get("odometer_km", "").strip():
            self._look_at_odometer(line)
        if texts.get("amount", "").strip() and line.amount is None:
            self._note(line, "amount_unreadable", "amount")

    def _look_at_odometer(self, line: RawLine) -> None:
        km = line.odometer_km
        if km is None or not 0 <= km <= ODOMETER_LIMIT_KM:
            self._note(line, "odometer_unreadable", "odometer_km")
        elif km == 0:
            self._note(line, "odometer_zero", "odometer_km")
        elif km > self.rules.suspect_above_km:
            self._note(line, "odometer_suspect", "odometer_km")

    def _opened(self, group: str, line: RawLine) -> HistoryOrder:
        texts, km = line.texts, line.odometer_km
        assert line.received_on is not None
        if km is not None and not 0 <= km <= ODOMETER_LIMIT_KM:
            km = None
        suspect = km is not None and km > self.rules.suspect_above_km
        plate, plate_kind = self._plate(line)
        return HistoryOrder(
            key=group,
            customer_key=key_of("customer", [texts.get(name, "").strip() for name in self._customer_by(line)]),
            vehicle_key=key_of("vehicle", [texts.get(name, "").strip() for name in self.rules.vehicle_by]),
            texts=texts,
            received_on=line.received_on,
            invoiced_on=line.invoiced_on or line.received_on,
            odometer_km=km,
            odometer_anomaly="odometer_zero" if km == 0 else "odometer_suspect" if suspect else "",
            phone=self._phone(line),
            plate_kind=plate_kind,
            plate=plate,
            vin=self._vin(line),
            power_type=self.rules.power_type,
        )

    def _plate(self, line: RawLine) -> tuple[str, str]:
        """Return the plate and its kind; what is no plate stays as written, without kind, told once for each text."""
        written = line.texts.get("plate", "").strip()
        if written not in self.plates:
            try:
                parsed = parse_plate(written)
                self.plates[written] = (parsed.text, parsed.kind)
            except ImpossiblePlate:
                self.plates[written] = (written, "")
                if written:
                    self._note(line, "plate_as_written", "plate")
        return self.plates[written]

    def _vin(self, line: RawLine) -> str:
        written = line.texts.get("vin", "").strip()
        if not written:
            return ""
        assert line.received_on is not None
        try:
            return parse_vin(written, line.received_on.year).text
        except ImpossibleVin:
            self._note(line, "vin_as_written", "vin")
            return ""

    def _phone(self, line: RawLine) -> str:
        written = line.texts.get("phone", "").strip()
        if not written:
            return ""
        try:
            return parse_phone(written).number
        except ImpossiblePhone:
            self._note(line, "phone_unreadable", "phone")
            return ""

    def _note(self, line: RawLine, kind: str, name: str) -> None:
        self.plan.oddities.append(HistoryOddity(line.row, kind, name, line.texts.get(name, "")[:120]))

    def result(self) -> HistoryPlan:
        plan = self.plan
        plan.orders = list(self.orders.values())
        for order in plan.orders:
            if len(order.invoice_days) > 1:
                days = " ".join(sorted(day.isoformat() for day in order.invoice_days))
                plan.oddities.append(HistoryOddity(order.lines[0][0], "several_invoice_dates", "invoiced_on", days))
        self.figures["orders"] = len(plan.orders)
        self.figures["customers"] = len({order.customer_key for order in plan.orders})
        self.figures["vehicles"] = len({order.vehicle_key for order in plan.orders})
        self.figures["texts"] = len(self.texts)
        self.figures["texts_folded"] = len(self.folded_texts)
        plan.figures = dict(self.figures)
        return plan


def checked_amount(value: Decimal | None) -> Decimal | None:
    """Return an amount to the fen that an order line can hold, or None."""
    return to_fen(value) if value is not None and 0 <= value <= LARGEST_AMOUNT else None


def rules_from(options: Mapping[str, Any]) -> HistoryRules:
    """Return the rules of a mapping's options; unknown or misformed options are left at their defaults."""

    def names(option: str, default: tuple[str, ...]) -> tuple[str, ...]:
        given = options.get(option)
        return (
            tuple(map(str, given)) if isinstance(given, Sequence) and not isinstance(given, str) and given else default
        )

    limit = options.get("suspect_above_km")
    return HistoryRules(
        group_by=names("group_by", GROUP_BY),
        customer_by=names("customer_by", ("customer_name", "phone")),
        vehicle_by=names("vehicle_by", ("vin", "plate")),
        empty_texts=frozenset(names("empty_texts", ())),
        suspect_above_km=limit if isinstance(limit, int) and limit > 0 else SUSPECT_ABOVE_KM,
        power_type=str(options.get("power_type", "")),
    )
