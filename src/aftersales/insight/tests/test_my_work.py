"""My work: everybody sees what is theirs to do, by clock, and nobody anybody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from aftersales.insight.my_work import work_of
from aftersales.notifications.models import InboxLine
from aftersales.repairs import transitions as visit
from aftersales.repairs.models import RepairOrder
from aftersales.repairs.tests.many import fill_the_house
from aftersales.seeds.cast import PEOPLE, Cast
from aftersales.seeds.pytest_cast import ClientOf
from aftersales.seeds.visits import STRAIGHT_WAY, Driver

# What the order asks for in each state, and of whom.
WHOSE = {
    "received": {"lin": {"diagnose"}},
    "diagnosed": {"lin": {"estimate"}},
    "estimated": {"lin": {"authorize"}},
    "authorized": {"lin": {"dispatch"}, "zheng": {"dispatch"}},
    "dispatched": {"zhao": {"job"}},
    "in_progress": {"zhao": {"job"}},
    "completed": {"fang": {"inspect"}},
    "inspected": {"luo": {"wash"}},
    "washed": {"lin": {"take_over"}},
    "ready": {"lin": {"explain"}},
    "settled": {"lin": {"release"}},
    "released": {"lin": {"archive"}, "tao": {"archive"}},
    "archived": {},
}
STATION = tuple(person.key for person in PEOPLE if person.station == "SH01")
ABOUT_ORDERS = {kind for kinds in WHOSE.values() for own in kinds.values() for kind in own} | {
    "issue",
    "settle",
    "unpaid",
}


def _kinds(driver: Driver, person: str) -> set[str]:
    at = driver.at
    midnight = timezone.localtime(at).replace(hour=0, minute=0)
    rows = work_of(driver.cast.actors[person], at, midnight)
    return {row.kind for row in rows} & ABOUT_ORDERS


def test_every_step_of_a_visit_is_on_the_desk_of_whose_job_it_is(driver: Driver) -> None:
    for state, moves in STRAIGHT_WAY:
        for move in moves:
            getattr(driver, move)()
        found = {person: kinds for person in (*STATION, "ma", "gu") if (kinds := _kinds(driver, person))}
        assert found == WHOSE[state], state


def test_parts_to_issue_and_payments_are_the_keepers_and_the_cashiers(driver: Driver) -> None:
    for move in ("check_in", "diagnose", "estimate", "authorize", "dispatch"):
        getattr(driver, move)()
    assert "issue" in _kinds(driver, "sun")
    driver.issue()
    assert "issue" not in _kinds(driver, "sun")
    for move in ("work", "complete", "inspect", "wash", "take_over"):
        getattr(driver, move)()
    assert _kinds(driver, "he") == set()
    driver.order = visit.explain_items(driver.order, driver.cast.lin, driver.tick())
    assert _kinds(driver, "he") == {"settle"}


def test_WORK_08_a_promise_at_risk_is_shown_to_the_advisor_and_a_broken_one_to_the_manager(driver: Driver) -> None:
    driver.bring_to("dispatched")
    promised = driver.order.promised_at
    midnight = timezone.localtime(promised).replace(hour=0, minute=0)
    cast = driver.cast

    def seen(person: str, at):
        return {row.kind: row.is_late for row in work_of(cast.actors[person], at, midnight)}

    assert "risk" not in seen("lin", promised - timedelta(minutes=90))
    assert seen("lin", promised - timedelta(minutes=30))["risk"] is False
    assert "breach" not in seen("wu", promised - timedelta(minutes=1))
    assert seen("lin", promised + timedelta(minutes=1))["risk"] is True
    assert seen("wu", promised + timedelta(minutes=1))["breach"] is True
    assert "breach" not in seen("ma", promised + timedelta(minutes=1))


def test_rows_stand_by_clock_the_late_ones_first_and_those_without_a_limit_last(driver: Driver) -> None:
    driver.bring_to("received")
    order = driver.order
    first, second, third = fill_the_house(order, 3)
    rows = RepairOrder.objects.everywhere()
    rows.filter(pk=first.pk).update(promised_at=driver.at + timedelta(hours=3))
    rows.filter(pk=second.pk).update(promised_at=driver.at - timedelta(hours=1))
    rows.filter(pk=third.pk).update(promised_at=driver.at + timedelta(hours=1))
    midnight = timezone.localtime(driver.at).replace(hour=0, minute=0)
    shown = [row for row in work_of(driver.cast.lin, driver.at, midnight) if row.kind == "diagnose"]
    assert [row.note for row in shown] == [second.number, third.number, first.number, order.number]
    assert [row.is_late for row in shown] == [True, False, False, False]


def test_DIAG_05_a_call_for_help_stands_first_on_the_foremans_desk_until_it_is_dealt_with(
    driver: Driver, client_of: ClientOf
) -> None:
    driver.bring_to("dispatched")
    line = next(line for line in driver.order.all_lines() if line.is_labour)
    visit.call_for_help(driver.order, driver.cast.zhao, driver.tick(), line_id=line.pk, note="举升机卡住")
    foreman = client_of("zheng")
    page = foreman.get("/")
    assert page.context["rows"][0].kind == "repairs.help"
    assert "举升机卡住" in page.content.decode()
    assert "举升机卡住" not in client_of("lin").get("/").content.decode()
    told = InboxLine.objects.get(user=driver.cast.users["zheng"])
    client_of("zhao").post(reverse("put_away", args=[told.pk]))
    assert InboxLine.objects.get(pk=told.pk).read_at is None  # somebody else's line stays
    for _twice in range(2):
        assert foreman.post(reverse("put_away", args=[told.pk])).status_code == 303
    assert "举升机卡住" not in foreman.get("/").content.decode()


@pytest.mark.parametrize("person", [person.key for person in PEOPLE])
def test_everybody_has_a_first_page_that_says_what_to_do(person: str, cast: Cast, client_of: ClientOf) -> None:
    page = client_of(person).get("/")
    assert page.status_code == 200
    text = page.content.decode()
    shown = page.context
    assert shown["rows"] or shown["doors"] or shown["stations"] or "empty-state" in text
    assert bool(shown["stations"]) == (person in {"gu", "cai"})
    assert bool(shown["doors"]) == person.startswith("admin_")


def test_every_address_of_the_menu_opens_for_whom_it_is_shown(cast: Cast, client_of: ClientOf) -> None:
    refused = []
    for person in PEOPLE:
        browser = client_of(person.key)
        rows = browser.get("/").context["chrome"].navigation
        assert rows[0].url == "/"
        assert len({row.url for row in rows}) == len(rows), person.key
        for row in rows:
            if browser.get(row.url).status_code != 200:
                refused.append((person.key, row.url))
    assert refused == []


def test_the_page_costs_the_same_for_many_orders_and_nothing_is_drawn_while_nothing_changed(
    driver: Driver, client_of: ClientOf, django_assert_max_num_queries
) -> None:
    driver.bring_to("received")
    browser = client_of("lin")
    browser.get("/")
    with django_assert_max_num_queries(12) as few:
        browser.get("/")
    fill_the_house(driver.order, 40)
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert len(browser.get("/").context["rows"]) == 41
    region = {"HX-Request": "true", "HX-Target": "my-work"}
    tag = browser.get("/", headers=region).headers["X-Region-Tag"]
    unchanged = browser.get("/", headers=region | {"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    driver.diagnose()
    assert browser.get("/", headers=region | {"If-None-Match": tag}).status_code == 200
