"""The technician's pages: one tap a step, tapped twice done once, own jobs only, fenced."""

from __future__ import annotations

import uuid

from django.test import Client
from django.urls import reverse

from aftersales.journal.models import JournalEntry
from aftersales.notifications.models import InboxLine
from aftersales.repairs.models import OrderLine, RepairOrder, WorkSession
from aftersales.repairs.tests.many import fill_the_house
from aftersales.seeds.pytest_cast import ClientOf
from aftersales.seeds.visits import Driver, confirmed

JOBS = "/workshop/"


def _tap(browser: Client, driver: Driver, name: str, *, key: str = "", line: OrderLine | None = None, **more: str):
    order = RepairOrder.objects.everywhere().get(pk=driver.order.pk)
    line = line or OrderLine.objects.filter(order=order, kind="labour").order_by("position")[0]
    typed = {"idempotency_key": key or uuid.uuid4().hex, "version": str(order.version), "line_id": str(line.pk)} | more
    return browser.post(reverse("repairs:tap", args=[order.number, name]), typed)


def test_WORK_04_start_pause_with_reason_and_finish_take_one_tap_each(driver: Driver, client_of: ClientOf) -> None:
    driver.bring_to("dispatched")
    zhao = client_of("zhao")
    assert driver.order.plate[:2] in zhao.get(JOBS).content.decode()
    assert _tap(zhao, driver, "start_work").status_code == 303
    session = WorkSession.objects.get()
    assert (session.technician_id, session.ended_at) == (driver.cast.staff["zhao"].pk, None)
    assert zhao.get(JOBS).context["day"].running is not None
    refused = _tap(zhao, driver, "pause_work")
    assert (refused.status_code, refused.context["refusal"] != "") == (422, True)
    assert _tap(zhao, driver, "pause_work", pause_reason="parts").status_code == 303
    session.refresh_from_db()
    assert (session.ended_at is not None, session.pause_reason) == (True, "parts")
    assert _tap(zhao, driver, "start_work").status_code == 303
    assert _tap(zhao, driver, "finish_work").status_code == 303
    job = zhao.get(JOBS).context["day"].cars[0].jobs[-1]
    assert job.is_finished


def test_a_double_tap_acts_once(driver: Driver, client_of: ClientOf) -> None:
    driver.bring_to("dispatched")
    zhao, key = client_of("zhao"), uuid.uuid4().hex
    version = str(driver.order.version)
    line = OrderLine.objects.filter(order=driver.order, kind="labour").order_by("position")[0]
    answers = [_tap(zhao, driver, "start_work", key=key, line=line, version=version) for _twice in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert WorkSession.objects.count() == 1
    steps = JournalEntry.objects.everywhere().filter(subject_id=driver.order.pk, step="start_work")
    assert steps.count() == 1
    stale = _tap(zhao, driver, "finish_work", line=line, version=version)
    assert stale.status_code == 409
    assert WorkSession.objects.get().ended_at is None


def test_nobody_clocks_a_colleague_and_a_stranger_finds_nothing(driver: Driver, client_of: ClientOf) -> None:
    driver.bring_to("dispatched")
    zhou = client_of("zhou")
    assert zhou.get(JOBS).context["day"].cars == ()
    refused = _tap(zhou, driver, "start_work")
    assert refused.status_code == 422
    assert "赵强" in refused.content.decode()
    assert not WorkSession.objects.exists()
    stranger = client_of("ma")
    assert stranger.get(JOBS).context["day"].cars == ()
    assert stranger.get(reverse("repairs:job", args=[driver.order.number])).status_code == 404
    assert _tap(stranger, driver, "start_work").status_code == 404
    assert client_of("he").get(JOBS).status_code == 403
    assert _tap(zhou, driver, "settle").status_code == 404


def test_DIAG_05_help_parts_and_findings_reach_who_must_know(driver: Driver, client_of: ClientOf) -> None:
    driver.bring_to("dispatched")
    zhao = client_of("zhao")
    assert _tap(zhao, driver, "call_for_help", note="举升机卡住").status_code == 303
    assert _tap(zhao, driver, "ask_for_parts", wanted="卡簧 2 个").status_code == 303
    assert _tap(zhao, driver, "report_finding", finding="后减震漏油").status_code == 303
    told = {
        (line.user.username, line.message.template): line.message.payload["note"]
        for line in InboxLine.objects.select_related("message", "user")
        if line.message.template in ("repairs.help", "repairs.parts_asked", "repairs.finding")
    }
    assert told == {
        ("zheng", "repairs.help"): "举升机卡住",
        ("sun", "repairs.parts_asked"): "卡簧 2 个",
        ("lin", "repairs.finding"): "后减震漏油",
    }
    for nothing in ("  ", "\u0000", "x" * 600):
        assert _tap(zhao, driver, "report_finding", finding=nothing).status_code == 422


def test_QC_01_the_self_check_and_the_repair_record_pass_the_car_to_inspection(
    driver: Driver, client_of: ClientOf
) -> None:
    driver.bring_to("in_progress")
    driver.work()
    zhao = client_of("zhao")
    assert zhao.get(JOBS).context["day"].cars[0].can_be_completed
    typed = {"from": "job", "technician_id": str(driver.cast.staff["zhao"].pk), "repair_report": "已更换,路试正常"}
    half = _tap(zhao, driver, "complete", **typed)
    assert half.status_code == 409
    assert "已更换,路试正常" in half.content.decode()
    ticks = {f"answers-{code}": "1" for code in confirmed("QC-01")}
    assert _tap(zhao, driver, "complete", **typed, **ticks).status_code == 303
    assert RepairOrder.objects.everywhere().get(pk=driver.order.pk).state == "completed"


def test_the_page_costs_the_same_for_many_cars_and_nothing_while_nothing_changed(
    driver: Driver, client_of: ClientOf, django_assert_num_queries
) -> None:
    driver.bring_to("dispatched")
    zhao = client_of("zhao")
    zhao.get(JOBS)
    with django_assert_num_queries(9):
        zhao.get(JOBS)
    fill_the_house(driver.order, 12)
    with django_assert_num_queries(9):
        assert len(zhao.get(JOBS).context["day"].cars) == 13
    region = {"HX-Request": "true", "HX-Target": "my-jobs"}
    tag = zhao.get(JOBS, headers=region).headers["X-Region-Tag"]
    with django_assert_num_queries(2):
        unchanged = zhao.get(JOBS, headers=region | {"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
