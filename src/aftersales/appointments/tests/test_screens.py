"""The screens of bookings, over HTTP, as the people of the cast use them."""

import json
import re
from datetime import datetime, time, timedelta
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from aftersales.appointments import transitions
from aftersales.appointments.models import Appointment, Arrival
from aftersales.appointments.rules import ItemDraft
from aftersales.printing.models import Paper
from aftersales.seeds.cast import Cast

pytestmark = pytest.mark.django_db
NAUGHTY = ["a\x00b", "\ud800", "x" * 5000, "１２.５", "NaN", "2e400", "99999999999999999999"]


def tomorrow_ten() -> datetime:
    """The next day from tomorrow on that is no Sunday, at ten in Shanghai."""
    now = timezone.now().astimezone(ZoneInfo("Asia/Shanghai"))
    day = now.date() + timedelta(days=1)
    while day.weekday() == 6:
        day += timedelta(days=1)
    return datetime.combine(day, time(10), ZoneInfo("Asia/Shanghai"))


def asked(**changed: Any) -> dict[str, Any]:
    return {
        "contact_name": "陈先生",
        "contact_phone": "13812345678",
        "plate": "沪A12345",
        "model_name": "Model 3",
        "channel": "phone",
        "mobility": "none",
        "concern": "刹车异响",
        "documents_to_bring": "行驶证",
        "command": "request",
    } | changed


@pytest.fixture
def booking(cast: Cast) -> Appointment:
    return transitions.request(
        cast.lin,
        timezone.now(),
        station=cast.station,
        contact_name="陈先生",
        contact_phone="13812345678",
        plate="沪A12345",
        model_name="Model 3",
        concern="刹车异响",
        items=[ItemDraft(text="检查刹车", hours=Decimal(1), price=Decimal("200.00"))],
        arrives_at=tomorrow_ten(),
        duration_minutes=60,
        bay=cast.bays["A2"],
        technician=cast.staff["zhao"],
        advisor=cast.staff["lin"],
    )


def test_every_page_opens_for_the_advisor_and_not_for_the_stranger(client_of: Any, booking: Appointment) -> None:
    lin, ma = client_of("lin"), client_of("ma")
    for path in ("", "new/", "requests/", "arrivals/", f"{booking.number}/", f"{booking.number}/steps/change/"):
        assert lin.get(f"/appointments/{path}").status_code == 200, path
    foreign = ma.get(f"/appointments/{booking.number}/")
    missing = ma.get("/appointments/SH01-AP26-99999/")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    strip = re.compile(rb'(nonce|name="csrfmiddlewaretoken" value|data-csrf|value)="[^"]*"')
    assert strip.sub(b"", foreign.content) == strip.sub(b"", missing.content)
    assert booking.number not in ma.get("/appointments/requests/").content.decode()
    assert ma.post(f"/appointments/{booking.number}/steps/reconfirm/").status_code == 404


def test_APPT_05_a_request_becomes_a_confirmed_booking_step_by_step(client_of: Any, booking: Appointment) -> None:
    lin = client_of("lin")
    page = f"/appointments/{booking.number}/"
    refused = lin.post(f"{page}steps/confirm/", {"version": 1, "override_reason": ""})
    assert refused.status_code == 409
    assert "APPT-05" in refused.content.decode()
    told = lin.post(f"{page}steps/tell_terms/", {"version": 1, "documents_to_bring": "行驶证"})
    assert (told.status_code, told["Location"]) == (303, page)
    assert lin.post(f"{page}steps/confirm/", {"version": 1}).status_code == 409  # somebody else has moved it on
    assert lin.post(f"{page}steps/confirm/", {"version": 2}).status_code == 303
    booking.refresh_from_db()
    assert booking.state == "confirmed"
    shown = lin.get(f"/appointments/?day={booking.arrives_at:%Y-%m-%d}").content.decode()
    assert booking.number in shown


def test_htmx_gets_the_changed_regions(client_of: Any, booking: Appointment) -> None:
    answer = client_of("lin").post(
        f"/appointments/{booking.number}/steps/tell_terms/",
        {"version": 1, "documents_to_bring": "行驶证"},
        headers={"HX-Request": "true", "HX-Target": "booking-actions"},
    )
    text = answer.content.decode()
    assert answer.status_code == 200
    for part in ("booking-actions", "booking-state", "booking-journal"):
        assert f'id="{part}"' in text


def test_APPT_02_the_new_page_takes_a_request_once(client_of: Any, cast: Cast) -> None:
    lin = client_of("lin")
    first = lin.post("/appointments/new/", asked(idempotency_key="k" * 32))
    again = lin.post("/appointments/new/", asked(idempotency_key="k" * 32))
    assert first.status_code == again.status_code == 303
    assert first["Location"] == again["Location"]
    assert Appointment.objects.everywhere().count() == 1
    refused = lin.post("/appointments/new/", asked(plate="", model_name=""))
    assert refused.status_code == 422
    assert "APPT-02" in refused.content.decode() or "field-errors" in refused.content.decode()


def test_the_preview_shows_free_times_and_unknown_codes_are_refused(client_of: Any, cast: Cast) -> None:
    lin = client_of("lin")
    shown = lin.post(
        "/appointments/new/",
        asked(command="preview", wanted_at=f"{tomorrow_ten():%Y-%m-%dT%H:%M}", duration_minutes="60"),
    )
    assert shown.status_code == 200
    assert 'id="booking-free"' in shown.content.decode()
    refused = lin.post("/appointments/new/", asked(operations="NO-SUCH", parts="NONE 2"))
    assert refused.status_code == 422
    assert "NO-SUCH" in refused.content.decode()


def test_odd_input_is_refused_with_a_sentence_or_kept(client_of: Any) -> None:
    lin = client_of("lin")
    for name in ("concern", "duration_minutes", "price_low", "parts", "wanted_at"):
        for text in NAUGHTY:
            body = urlencode(asked(**{name: text}), errors="surrogatepass")
            answer = lin.post("/appointments/new/", body, content_type="application/x-www-form-urlencoded")
            assert answer.status_code in (303, 422), (name, text[:20])


def test_RECP_07_arrivals_are_put_into_the_queue(client_of: Any, booking: Appointment, cast: Cast) -> None:
    lin = client_of("lin")
    assert lin.post("/appointments/arrivals/note/", {"plate": "苏B88888"}).status_code == 303
    assert lin.post("/appointments/arrivals/note/", {}).status_code == 422
    assert lin.post("/appointments/arrivals/note/", {"number": booking.number}).status_code == 303
    shown = lin.get("/appointments/arrivals/").content.decode()
    assert "林晓" in shown
    walk_in = Arrival.objects.everywhere().get(plate="苏B88888")
    assert client_of("ma").post(f"/appointments/arrivals/{walk_in.pk}/left/").status_code == 404
    assert lin.post(f"/appointments/arrivals/{walk_in.pk}/left/").status_code == 303


def test_APPT_05_the_booking_slip_says_what_was_told(client_of: Any, booking: Appointment, cast: Cast) -> None:
    transitions.tell_terms(booking, cast.lin, timezone.now(), documents_to_bring="行驶证", special_care="免费洗车")
    answer = client_of("lin").post(f"/appointments/{booking.number}/slip/")
    assert answer.status_code == 303
    paper = Paper.objects.everywhere().get(number=booking.number)
    assert answer["Location"] == f"/papers/{paper.reference}/"
    assert (paper.payload["total"], paper.payload["papers_to_bring"]) == ("200.00", ["行驶证"])
    assert paper.payload["care_promised"] == ["免费洗车"]


def test_pages_ask_the_database_the_same_number_of_times_however_many_rows(
    client_of: Any, booking: Appointment, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    lin = client_of("lin")
    lin.get("/appointments/")
    with django_assert_max_num_queries(14):
        lin.get(f"/appointments/?day={booking.arrives_at:%Y-%m-%d}")
    with django_assert_max_num_queries(10):
        lin.get(f"/appointments/{booking.number}/")


def confirmed(booking: Appointment, cast: Cast) -> Appointment:
    told = transitions.tell_terms(booking, cast.lin, timezone.now(), documents_to_bring="行驶证")
    return transitions.confirm(told, cast.lin, timezone.now())


def plan_in(text: str) -> Any:
    found = re.search(r'data-plan="([^"]*)"', text)
    assert found is not None
    return json.loads(unescape(found[1]))


def test_APPT_09_a_booking_dropped_on_the_plan_is_moved_or_refused_with_its_clause(
    client_of: Any, booking: Appointment, cast: Cast
) -> None:
    booking = confirmed(booking, cast)
    day = f"/appointments/?day={tomorrow_ten():%Y-%m-%d}"
    lin = client_of("lin")
    plan = plan_in(lin.get(day).content.decode())
    jobs = {job["resourceIds"][0]: job for job in plan["events"]}
    bay, person = f"bay-{cast.bays['A2'].pk}", f"technician-{cast.staff['zhao'].pk}"
    assert jobs.keys() == {bay, person}
    assert {bay, person} <= {row["id"] for row in plan["resources"]}
    assert (jobs[bay]["start"][11:], jobs[bay]["end"][11:], jobs[bay]["editable"]) == ("10:00", "11:00", True)

    def drop(at: str, key: str, bay: str = "A2") -> Any:
        facts = jobs[f"bay-{cast.bays['A2'].pk}"]["extendedProps"]
        fields = {"arrives_at": f"{tomorrow_ten():%Y-%m-%d}T{at}", "duration_minutes": 60, "reason": "客户改时间"}
        fields |= {"bay": cast.bays[bay].pk, "version": facts["version"], "idempotency_key": key}
        return lin.post(facts["move"], fields, headers={"Accept": "application/json"})

    moved, again = drop("14:30", "drop-0001", "A3"), drop("14:30", "drop-0001", "A3")
    assert (moved.status_code, again.status_code) == (200, 200)  # the same movement sent twice is one
    booking.refresh_from_db()
    assert booking.reschedule_count == 1
    assert timezone.localtime(booking.arrives_at).strftime("%H:%M") == "14:30"
    assert (booking.bay, booking.technician) == (cast.bays["A3"], cast.staff["zhao"])
    stale = drop("15:30", "drop-0002")
    assert (stale.status_code, stale.headers["Content-Type"]) == (412, "application/problem+json")
    jobs[bay]["extendedProps"]["version"] = booking.version
    refused = drop("20:30", "drop-0003")
    assert (refused.status_code, refused.json()["clause"]) == (409, "APPT-09")
    assert refused.json()["detail"]
    booking.refresh_from_db()
    assert booking.reschedule_count == 1


def test_only_who_may_book_can_move_and_the_region_that_polls_costs_nothing_while_nothing_changes(
    client_of: Any, booking: Appointment, cast: Cast
) -> None:
    booking = confirmed(booking, cast)
    day = f"/appointments/?day={tomorrow_ten():%Y-%m-%d}"
    sun, lin = client_of("sun"), client_of("lin")
    shown = sun.get(day).content.decode()
    assert not any(job["editable"] for job in plan_in(shown)["events"])
    assert "steps/reschedule/" not in shown
    assert f"/appointments/{booking.number}/steps/reschedule/" in lin.get(day).content.decode()  # without a script
    region = {"HX-Request": "true", "HX-Target": "day-plan"}
    tag = {"If-None-Match": lin.get(day, headers=region).headers["X-Region-Tag"]}
    assert lin.get(day, headers=region | tag).status_code == 304
    transitions.reconfirm(booking, cast.lin, timezone.now())
    assert lin.get(day, headers=region | tag).status_code == 200


def test_headquarters_choose_the_station_whose_bookings_they_see(
    client_of: Any, booking: Appointment, cast: Cast
) -> None:
    booking = confirmed(booking, cast)
    day = f"/appointments/?day={tomorrow_ten():%Y-%m-%d}"
    gu = client_of("gu")
    first = gu.get(day)
    assert first.status_code == 200
    assert cast.other_station.name in first.content.decode()
    assert cast.station.name in first.content.decode()
    here = gu.get(f"{day}&station={cast.station.pk}").content.decode()
    assert booking.number in here
    assert booking.number not in gu.get(f"{day}&station={cast.other_station.pk}").content.decode()
    assert gu.get(f"/appointments/arrivals/?station={cast.station.pk}").status_code == 200
    assert gu.get("/appointments/requests/").status_code == 200
    assert gu.get("/appointments/new/").status_code == 403  # they look, they do not book
    # The fence is the same as ever: who belongs to one station gets no other by naming it.
    ma = client_of("ma").get(f"{day}&station={cast.station.pk}").content.decode()
    assert booking.number not in ma
    assert cast.station.name not in ma
    assert client_of("admin_sys").get("/appointments/").status_code == 403
    assert client_of("admin_sys").get("/appointments/requests/").status_code == 403


def test_a_walk_in_is_queued_once_and_what_was_typed_stays(client_of: Any, cast: Cast) -> None:
    lin = client_of("lin")
    for _n in range(2):
        typed = {"plate": "苏B88888", "idempotency_key": "walk-in-1"}
        assert lin.post("/appointments/arrivals/note/", typed).status_code == 303
    assert Arrival.objects.everywhere().count() == 1
    refused = lin.post("/appointments/arrivals/note/", {"plate": "苏B99999" * 5})
    assert refused.status_code == 422
    assert "苏B99999" in refused.content.decode()
