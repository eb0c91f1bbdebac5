"""The screens of care, over HTTP, as the people of the cast use them."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from aftersales.appointments import transitions as bookings
from aftersales.appointments.events import AppointmentMissed
from aftersales.care import handlers
from aftersales.care.models import CallRecord, FollowUp, Letter, ServiceCase
from aftersales.care.transitions import cases
from aftersales.seeds.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(cast: Cast) -> FollowUp:
    now = timezone.now()
    request = bookings.request(
        cast.lin,
        now,
        station=cast.station,
        contact_name="陈先生",
        contact_phone="13812345678",
        plate="沪A12345",
        model_name="Model 3",
        concern="保养",
    )
    handlers.plan_missed_call(AppointmentMissed(actor=cast.lin, at=now, document=request))
    return FollowUp.objects.everywhere().get()


@pytest.fixture
def case(cast: Cast) -> ServiceCase:
    return cases.open_case(
        cast.tao,
        timezone.now(),
        station=cast.station,
        channel="hotline",
        complainant="陈先生",
        description="刹车仍有异响",
        plate="沪A12345",
        model_name="Model 3",
        complainant_phone="13812345678",
    )


def test_every_page_opens_for_the_clerk_and_not_for_the_stranger(
    client_of: Any, call: FollowUp, case: ServiceCase
) -> None:
    tao, ma = client_of("tao"), client_of("ma")
    for path in (
        "calls/",
        "calls/?all=1",
        f"calls/{call.number}/",
        f"calls/{call.number}/steps/record_call/",
        "cases/",
        "cases/new/",
        f"cases/{case.number}/",
        f"cases/{case.number}/steps/report_up/",
        "registers/",
    ):
        assert tao.get(f"/care/{path}").status_code == 200, path
    for path in (f"calls/{call.number}/", f"cases/{case.number}/"):
        assert ma.get(f"/care/{path}").status_code == 404
    assert case.number not in ma.get("/care/cases/").content.decode()
    assert ma.post(f"/care/cases/{case.number}/steps/report_up/", {"question": "x"}).status_code == 404


def test_FUP_05_a_call_is_recorded_on_its_page(client_of: Any, call: FollowUp) -> None:
    tao = client_of("tao")
    page = f"/care/calls/{call.number}/"
    missing = tao.post(f"{page}steps/record_call/", {"version": call.version, "points": ""})
    assert missing.status_code == 422
    done = tao.post(
        f"{page}steps/record_call/",
        {"version": call.version, "points": "忘记时间", "answered_at_once": "on", "satisfaction": "2"},
    )
    assert (done.status_code, done["Location"]) == (303, page)
    assert CallRecord.objects.everywhere().get().points == "忘记时间"
    opened = ServiceCase.objects.everywhere().get()
    again = tao.post(f"{page}steps/record_call/", {"version": call.version, "points": "x"})
    assert again.status_code == 409
    assert opened.number in tao.get("/care/cases/").content.decode()


def test_CPL_06_the_case_page_refuses_a_solution_before_the_investigation(
    client_of: Any, case: ServiceCase, cast: Cast
) -> None:
    case = cases.assign(case, cast.wu, timezone.now(), handler=cast.staff["tao"])
    tao = client_of("tao")
    page = f"/care/cases/{case.number}/"
    refused = tao.post(f"{page}steps/solve/", {"version": 2, "solution_kind": "repair", "solution": "返修"})
    assert refused.status_code == 409
    assert "CPL-06" in refused.content.decode()
    when = timezone.now() + timedelta(days=1)
    rework = tao.post(f"{page}steps/book_rework/", {"version": 2, "wanted_at": f"{when:%Y-%m-%dT%H:%M}"})
    assert rework.status_code == 303
    case.refresh_from_db()
    assert case.rework is not None


def test_registers_take_calls_and_letters(client_of: Any, cast: Cast) -> None:
    tao = client_of("tao")
    entry = {
        "entry": "call",
        "call-direction": "in",
        "call-purpose": "consultation",
        "call-contact_name": "王女士",
        "call-points": "询价",
    }
    assert tao.post("/care/registers/", entry).status_code == 303
    assert tao.post("/care/registers/", entry | {"call-points": ""}).status_code == 422
    letter = {"entry": "letter", "letter-kind": "reply", "letter-addressee": "陈先生", "letter-subject": "答复"}
    assert tao.post("/care/registers/", letter).status_code == 303
    shown = tao.get("/care/registers/").content.decode()
    assert "王女士" in shown
    assert "答复" in shown


def test_odd_input_in_a_case_is_refused_or_kept(client_of: Any) -> None:
    tao = client_of("tao")
    for text in ("a\x00b", "\ud800", "x" * 5000, "<script>{{7*7}}</script>"):
        body = urlencode(
            {
                "complainant": "陈",
                "channel": "hotline",
                "kind": "complaint",
                "content_class": "other",
                "level": "general",
                "description": text,
            },
            errors="surrogatepass",
        )
        answer = tao.post("/care/cases/new/", body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in (303, 422)
    kept = ServiceCase.objects.everywhere().filter(description="<script>{{7*7}}</script>")
    assert kept.count() == 1


def test_headquarters_choose_the_station_whose_calls_and_cases_they_see(
    client_of: Any, call: FollowUp, case: ServiceCase, cast: Cast
) -> None:
    gu, here, there = client_of("gu"), cast.station, cast.other_station
    for path, shown in (("calls/", call.number), ("cases/", case.number), ("registers/", here.name)):
        assert gu.get(f"/care/{path}").status_code == 200, path
        assert shown in gu.get(f"/care/{path}?station={here.pk}").content.decode(), path
    assert call.number not in gu.get(f"/care/calls/?station={there.pk}").content.decode()
    assert case.number not in gu.get(f"/care/cases/?station={there.pk}").content.decode()
    # Who belongs to one station gets no other by naming it, and nobody without the right gets any.
    ma = client_of("ma")
    for path in ("calls/?all=1&", "cases/?", "registers/?"):
        stranger = ma.get(f"/care/{path}station={here.pk}").content.decode()
        assert here.name not in stranger, path
        assert call.number not in stranger, path
        assert case.number not in stranger, path
    for path in ("calls/", "cases/", "registers/", "cases/new/"):
        assert client_of("zhao").get(f"/care/{path}").status_code == 403, path


def test_a_register_entry_sent_twice_is_one(client_of: Any, cast: Cast) -> None:
    tao = client_of("tao")
    entry = {
        "entry": "letter", "letter-kind": "reply", "letter-addressee": "陈建国", "letter-subject": "感谢信",
        "idempotency_key": "letter-0001",
    }  # fmt: skip
    first = tao.post("/care/registers/", entry)
    assert (first.status_code, tao.post("/care/registers/", entry).status_code) == (303, 303), first.content.decode()
    assert Letter.objects.everywhere().count() == 1
