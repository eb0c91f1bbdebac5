"""Calls after a visit: when, by whom, what is asked and kept (FUP-01 to FUP-11, ORG-12)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from aftersales.appointments import transitions as bookings
from aftersales.care import metrics, queries, rules, services
from aftersales.care.choices import CaseKind, FollowUpState, ScriptTopic
from aftersales.care.models import CallRecord, CareHolder, FollowUp, ServiceCase
from aftersales.care.tests.conftest import RELEASED, After
from aftersales.care.transitions import follow_ups
from aftersales.core.errors import Forbidden, InputRefused, NotVisible, TransitionRefused
from aftersales.staff.choices import Post
from aftersales.staff.models import StaffMember

pytestmark = pytest.mark.django_db
THURSDAY = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
CALL: dict[str, Any] = {"points": "车况良好,下次保养十月", "topics": [ScriptTopic.USE_AND_OPINION], "satisfaction": 5}


def test_FUP_01_a_release_plans_a_call_from_the_third_to_the_seventh_day(after: After) -> None:
    planned = after.released()
    assert planned.due_from_on == date(2026, 3, 5)
    assert planned.due_at == datetime(2026, 3, 9, 16, 0, tzinfo=UTC)  # midnight after Monday the 9th in Shanghai
    assert (planned.assignee, planned.about, planned.contact_name) == (after.clerk, after.order.number, "陈先生")
    (row,) = queries.calls_to_make(after.tao, THURSDAY, date(2026, 3, 4))
    assert not row.is_open
    (row,) = queries.calls_to_make(after.tao, planned.due_at, date(2026, 3, 10))
    assert row.is_open
    assert row.is_overdue
    assert queries.calls_to_make(after.ma, THURSDAY, date(2026, 3, 5), only_mine=False) == []


def test_FUP_01_a_car_released_late_at_night_counts_from_the_local_day() -> None:
    due_from_on, due_at = rules.call_window(date(2026, 12, 31), first_day=3, last_day=7, time_zone="Asia/Shanghai")
    assert due_from_on == date(2027, 1, 3)
    assert due_at == datetime(2027, 1, 7, 16, 0, tzinfo=UTC)


def test_an_imported_old_order_plans_no_call(after: After) -> None:
    after.order.is_historical = True
    after.order.save()
    with pytest.raises(FollowUp.DoesNotExist):
        after.released()


def test_FUP_02_the_first_contact_plans_the_second_a_week_later(after: After) -> None:
    first = follow_ups.record_call(after.released(), after.tao, THURSDAY, **CALL)
    assert first.state == FollowUpState.CALLED
    second = FollowUp.objects.everywhere().get(kind="second")
    assert (second.due_from_on, second.follows, second.assignee) == (date(2026, 3, 12), first, after.clerk)
    assert second.due_at == datetime(2026, 3, 19, 16, 0, tzinfo=UTC)
    follow_ups.record_call(
        second, after.tao, THURSDAY + timedelta(days=8), **(CALL | {"points": "第二次:介绍空调检测"})
    )
    assert FollowUp.objects.everywhere().count() == 2


def test_FUP_03_the_topics_of_the_script_are_recorded(after: After) -> None:
    assert len(ScriptTopic.values) == 7
    follow_ups.record_call(after.released(), after.tao, THURSDAY, **(CALL | {"topics": ScriptTopic.values}))
    assert CallRecord.objects.everywhere().get().topics == ScriptTopic.values
    with pytest.raises(InputRefused):
        follow_ups.record_call(
            FollowUp.objects.everywhere().get(kind="second"),
            after.tao,
            THURSDAY,
            **(CALL | {"points": "x", "topics": ["weather"]}),
        )


def test_FUP_04_the_second_call_shows_the_first_notes_and_must_not_repeat_them(after: After) -> None:
    follow_ups.record_call(after.released(), after.tao, THURSDAY, **CALL)
    second = FollowUp.objects.everywhere().get(kind="second")
    assert [call.points for call in queries.previous_calls(after.tao, second)] == [CALL["points"]]
    with pytest.raises(TransitionRefused) as refused:
        follow_ups.record_call(second, after.tao, THURSDAY + timedelta(days=8), **CALL)
    assert refused.value.clause == "FUP-04"


def test_FUP_05_requests_wishes_and_complaints_are_kept_apart_and_dealt_with(after: After) -> None:
    called, opened = services.log_call(
        after.released(),
        after.tao,
        THURSDAY,
        points="通话记录",
        requests="寄一份保养手册",
        wishes="周末营业",
        complaints="洗车不干净",
        answered_at_once=False,
        satisfaction=4,
    )
    record = CallRecord.objects.everywhere().get()
    assert (record.requests, record.wishes, record.complaints) == ("寄一份保养手册", "周末营业", "洗车不干净")
    assert [(case.kind, case.description) for case in opened] == [
        (CaseKind.COMPLAINT, "洗车不干净"),
        (CaseKind.REQUEST, "寄一份保养手册\n周末营业"),
    ]
    assert called.state == FollowUpState.CALLED
    with pytest.raises(TransitionRefused):
        follow_ups.close(called, after.tao, THURSDAY)
    with pytest.raises(InputRefused):
        follow_ups.record_call(
            FollowUp.objects.everywhere().get(kind="second"), after.tao, THURSDAY, points=" ", satisfaction=9
        )


def test_FUP_06_a_question_not_answered_in_the_call_opens_a_task(after: After) -> None:
    _called, (case,) = services.log_call(
        after.released(), after.tao, THURSDAY, points="何时升级系统?", answered_at_once=False
    )
    assert (case.kind, case.description) == (CaseKind.QUESTION, "何时升级系统?")


def test_a_call_that_leaves_nothing_open_is_closed(after: After) -> None:
    called, opened = services.log_call(after.released(), after.tao, THURSDAY, **CALL)
    assert (called.state, opened) == (FollowUpState.CLOSED, [])


def test_FUP_09_every_attempt_is_a_row_of_the_register(after: After) -> None:
    planned = after.released()
    for n in range(2):
        planned = follow_ups.record_attempt(planned, after.tao, THURSDAY + timedelta(hours=n), points="无人接听")
    follow_ups.record_call(planned, after.tao, THURSDAY + timedelta(hours=3), **CALL)
    services.register_call(
        after.tao,
        THURSDAY + timedelta(hours=4),
        station=after.workshop.station,
        direction="in",
        purpose="consultation",
        contact_name="王女士",
        points="询问轮胎价格",
    )
    rows = queries.call_register(after.tao, after.workshop.station, RELEASED, THURSDAY + timedelta(days=1))
    assert [(row.direction, row.is_reached) for row in rows] == [
        ("in", True),
        ("out", True),
        ("out", False),
        ("out", False),
    ]
    with pytest.raises(NotVisible):
        queries.call_register(after.ma, after.workshop.station, RELEASED, THURSDAY)
    with pytest.raises(InputRefused):
        services.register_call(
            after.tao, THURSDAY, station=after.workshop.station, direction="up", purpose="x", contact_name="", points=""
        )


def test_FUP_10_letters_are_registered(after: After) -> None:
    station = after.workshop.station
    services.register_letter(after.tao, THURSDAY, station=station, kind="reply", addressee="陈先生", subject="答复函")
    (letter,) = queries.letter_register(after.tao, station, RELEASED, THURSDAY + timedelta(days=1))
    assert (letter.subject, letter.by_name) == ("答复函", "Tao")
    with pytest.raises(InputRefused):
        services.register_letter(after.tao, THURSDAY, station=station, kind="reply", addressee="", subject="")


def test_FUP_11_the_share_of_customers_reached_is_measured(after: After) -> None:
    march = (date(2026, 3, 1), date(2026, 3, 31))
    here = (after.workshop.station.pk,)
    assert metrics.return_visit_rate(here, *march).value is None
    planned = after.released()
    assert metrics.return_visit_rate(here, *march).value == 0
    follow_ups.record_call(planned, after.tao, THURSDAY, **CALL)
    assert metrics.return_visit_rate(here, *march).value == Decimal("100.00")
    assert metrics.return_visit_rate((after.workshop.other_station.pk,), *march).value is None


def test_SAT_08_the_mean_rating_of_the_calls_is_told_in_percent_of_the_full_score(after: After) -> None:
    march = (date(2026, 3, 1), date(2026, 3, 31))
    here = (after.workshop.station.pk,)
    planned = after.released()
    assert metrics.call_satisfaction(here, *march).value is None  # nobody has been asked yet
    follow_ups.record_call(planned, after.tao, THURSDAY, **CALL | {"satisfaction": 4})
    assert metrics.call_satisfaction(here, *march).value == Decimal("80.00")
    assert metrics.call_satisfaction(None, *march).value == Decimal("80.00")
    assert metrics.call_satisfaction((after.workshop.other_station.pk,), *march).value is None


def test_FUP_11_giving_up_needs_three_attempts_and_leaving_out_a_reason_and_a_right(after: After) -> None:
    planned = after.released()
    for n in range(3):
        with pytest.raises(TransitionRefused):
            follow_ups.give_up(planned, after.tao, THURSDAY)
        planned = follow_ups.record_attempt(planned, after.tao, THURSDAY + timedelta(hours=n))
    with pytest.raises(Forbidden):
        follow_ups.skip(planned, after.tao, THURSDAY, reason="客户要求")
    with pytest.raises(TransitionRefused):
        follow_ups.skip(planned, after.wu, THURSDAY, reason="")
    assert follow_ups.give_up(planned, after.tao, THURSDAY).state == FollowUpState.UNREACHABLE


def test_FUP_13_an_unsatisfied_customer_gets_a_case_and_a_rework_booking_in_the_call(after: After) -> None:
    _called, (case,) = services.log_call(after.released(), after.tao, THURSDAY, points="刹车仍然异响", satisfaction=2)
    assert (case.kind, case.description) == (CaseKind.COMPLAINT, "刹车仍然异响")
    case = services.book_rework(case, after.tao, THURSDAY, wanted_at=THURSDAY + timedelta(days=1))
    assert case.rework is not None
    assert (case.rework.plate, case.rework.concern, case.rework.vehicle) == ("沪A12345", "刹车仍然异响", after.vehicle)
    assert case.rework.state == "requested"


def test_ORG_12_a_customer_has_one_acting_holder_at_every_moment(after: After) -> None:
    after.released()
    holder = CareHolder.objects.everywhere().get(customer=after.customer)
    other = StaffMember.objects.create(
        station=after.workshop.station, employee_number="K2", name="顾工", post=Post.TRACKING_CLERK
    )
    with pytest.raises(Forbidden):
        services.name_holder(holder, after.tao, THURSDAY, staff_member=other)
    holder = services.name_holder(
        holder, after.wu, THURSDAY, staff_member=after.clerk, stand_in=other, stand_in_until=date(2026, 3, 10)
    )
    assert queries.acting_holder(holder, date(2026, 3, 9)) == other
    assert queries.acting_holder(holder, date(2026, 3, 10)) == after.clerk
    with pytest.raises(InputRefused):
        services.name_holder(holder, after.wu, THURSDAY, staff_member=after.clerk, stand_in=other)


def test_a_missed_booking_plans_a_call(after: After) -> None:
    workshop = after.workshop
    missed = workshop.booked(customer=after.customer)
    missed = bookings.mark_no_show(missed, workshop.lin, THURSDAY)
    planned = FollowUp.objects.everywhere().get(kind="missed_booking")
    assert (planned.about, planned.due_from_on) == (missed.number, date(2026, 3, 5))
    assert planned.due_at == datetime(2026, 3, 6, 16, 0, tzinfo=UTC)


def test_a_stranger_cannot_call(after: After) -> None:
    planned = after.released()
    with pytest.raises(Forbidden):
        follow_ups.record_call(planned, after.ma, THURSDAY, **CALL)
    with pytest.raises(NotVisible):
        FollowUp.objects.get_visible(after.ma, pk=planned.pk)
    assert not ServiceCase.objects.everywhere().exists()
