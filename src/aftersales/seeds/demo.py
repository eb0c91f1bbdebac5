"""`aftersales demo`: a believable dealer group whose season ends at the moment it is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import translation

from aftersales.billing.days import close_day, day_totals
from aftersales.customers.choices import CustomerKind, Purpose
from aftersales.customers.models import Customer
from aftersales.customers.services import grant_consent
from aftersales.repairs.choices import OrderState
from aftersales.seeds import hours, jobs, people
from aftersales.seeds.cast import Cast, build_cast
from aftersales.seeds.goods import Goods, build_goods, stock_up
from aftersales.seeds.people import Owner
from aftersales.seeds.stage import Stage, Story
from aftersales.seeds.stories import Known, Turn, driver_for, finished_visit, read, stocked, straight_to, watched
from aftersales.seeds.today import NEEDED_CARS, Now
from aftersales.vehicles.visitors import register_visitors

type Progress = Callable[[str, int, int], None]

SEASON_DAYS: Final = 90
VISITS: Final = 60
QUIET_DAYS: Final = 12
"""So many days the parts keeper has left alerts of low stock open."""


def load(at: datetime, progress: Progress = lambda _label, _done, _total: None) -> Cast:
    """Make the demo dealer and tell its last 90 days up to `at`, every document by the steps of its workflow.

    All or nothing: an interrupted load leaves the database as it was. Returns the cast with the passwords generated.
    """
    with transaction.atomic(), translation.override("zh-hans"):
        return _load(at, progress)


def _load(at: datetime, progress: Progress) -> Cast:
    today = at.astimezone(hours.ZONE).date()
    first = hours.working_day_after(today - timedelta(days=SEASON_DAYS), 0)
    opened_at = hours.instant(hours.working_day_before(first, 6), 9)
    progress("People", 0, 1)
    cast = build_cast(at, with_passwords=True)
    progress("People", 1, 1)
    progress("Catalogue and stock", 0, 2)
    goods = build_goods(opened_at)
    stock_up(goods, opened_at, station=cast.station, keeper=cast.staff["sun"])
    progress("Catalogue and stock", 1, 2)
    elsewhere = _other_cast(cast)
    stock_up(goods, opened_at, station=cast.other_station, keeper=cast.staff["ma"])
    progress("Catalogue and stock", 2, 2)

    owners = list(people.owners())
    known = []
    for done, one in enumerate(_on_file(cast, goods, owners, opened_at), start=1):
        known.append(one)
        progress("Customers and cars", done, len(owners))
    strangers = list(_on_file(elsewhere, goods, people.owners(people.ELSEWHERE, first=901), opened_at))

    stage = Stage(at)
    stage.add(stocked(cast, goods, first, today - timedelta(days=QUIET_DAYS)))
    stage.add(watched(first))
    stage.add(read(cast, hours.instant(hours.working_day_before(today), 17, 25)))
    stage.add(_closed_day(cast, hours.working_day_before(today, 2)))
    petrol = [one for one in known if one.owner.model != people.E3]
    electric = [one for one in known if one.owner.model == people.E3]
    here_now = petrol[:NEEDED_CARS]
    for story in _season(cast, goods, first, today, known, busy={one.vehicle.pk for one in (*here_now, electric[0])}):
        stage.add(story)
    Now(cast, goods, at, here_now, electric[0]).enter(stage)
    for story in _elsewhere(elsewhere, goods, at, strangers):
        stage.add(story)

    days = (today - first).days + 1
    stage.play(lambda when: progress("The last 90 days", min((when.date() - first).days + 1, days), days))
    progress("The last 90 days", days, days)
    return cast


def _other_cast(cast: Cast) -> Cast:
    """Return the cast of the other station, where one person does everything she may."""
    return replace(
        cast,
        station=cast.other_station,
        bays=cast.other_bays,
        actors=dict.fromkeys(cast.actors, cast.actors["ma"]),
        staff=dict.fromkeys(cast.staff, cast.staff["ma"]),
    )


def _on_file(cast: Cast, goods: Goods, owners: Iterable[Owner], opened_at: datetime) -> Iterator[Known]:
    """Take customers and cars in, half a minute apart, with what each customer agreed to."""
    lin = cast.actors["lin"]
    companies: dict[str, Customer] = {}
    for number, owner in enumerate(owners):
        at = opened_at + timedelta(seconds=30 * number)
        phones = [owner.phone, owner.second_phone] if owner.second_phone else [owner.phone]
        new = {
            "name": owner.name,
            "phones": phones,
            "kind": CustomerKind.COMPANY.value if owner.is_company else CustomerKind.PERSON.value,
            "address": f"上海市闵行区沪闵路{1200 + number * 6}号",
        }
        visitors = register_visitors(
            lin,
            at,
            station=cast.station,
            customer=companies.get(owner.name) or new,
            vehicle={
                "vin": owner.vin,
                "plate": owner.plate,
                "model": goods.models[owner.model],
                "sold_on": date(owner.sold_year, 3, 1 + number % 27),
                "warranty_starts_on": date(owner.sold_year, 3, 1 + number % 27),
            },
        )
        if owner.name not in companies:
            purposes = [Purpose.REMINDER, Purpose.SURVEY, Purpose.MARKETING][: 3 - number % 3]
            for purpose in purposes:
                grant_consent(visitors.customer, lin, at, purpose=purpose.value, evidence="入会登记表签字")
        if owner.is_company:
            companies[owner.name] = visitors.customer
        yield Known(owner, visitors.customer, visitors.vehicle)


def _season(cast: Cast, goods: Goods, first: date, today: date, known: list[Known], busy: set[int]) -> Iterator[Story]:
    """Yield the finished visits, spread over the working days of the season; cars that are here now came long ago."""
    days = [day for offset in range((today - first).days) if hours.is_open(day := first + timedelta(days=offset))]
    free = [one for one in known if one.vehicle.pk not in busy]
    for number in range(VISITS):
        pool = free if number >= VISITS - 12 else known
        one = pool[(number * 11 + 5) % len(pool)]
        job = jobs.ELECTRIC_SERVICE if one.owner.model == people.E3 else jobs.HISTORY[number % len(jobs.HISTORY)]
        turn = Turn(
            is_booked=number % 5 in (0, 2),
            is_confirmed_late=number % 15 == 0,
            is_late=number % 7 == 3,
            is_reversed=number == 31,
            declines=number % 6 == 4,
            calls_late=number % 9 == 2,
            cannot_be_reached=number % 17 == 8,
            satisfaction=2 if number in (14, 36, 54) else 4 + number % 2,
            case_stays_open=number == 54,
            is_archived_late=number % 11 == 6,
            pays_by=("wechat", "cash", "alipay", "card")[number % 4],
        )
        yield finished_visit(cast, goods, one, job, days[number * len(days) // VISITS], today, turn)


def _closed_day(cast: Cast, day: date) -> Story:
    yield (at := hours.instant(day, 18, 30))
    totals = day_totals(cast.station.pk, day)
    close_day(cast.actors["he"], at, station=cast.station, on=day, cash_counted=totals["cash"])


def _elsewhere(cast: Cast, goods: Goods, at: datetime, known: list[Known]) -> Iterator[Story]:
    """Yield the few cars of the other station."""
    plan = (
        (jobs.SERVICE_10K, OrderState.DIAGNOSED, 60),
        (jobs.ELECTRIC_SERVICE, OrderState.AUTHORIZED, 110),
        (jobs.BRAKES, OrderState.IN_PROGRESS, 180),
    )
    for one, (job, state, minutes) in zip(known, plan, strict=False):
        driver = driver_for(cast, goods, one, job, hours.back(at, timedelta(minutes=minutes)), 0)
        yield straight_to(driver, one, job, state)
