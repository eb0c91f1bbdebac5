"""Complaints from registration to a satisfied customer (CPL-01 to CPL-12, FUP-07, FUP-08, ORG-18)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from aftersales.care import metrics, queries, services
from aftersales.care.choices import CaseChannel, CaseKind, CaseState, Level, SolutionKind
from aftersales.care.models import ServiceCase
from aftersales.care.tests.conftest import RELEASED, After
from aftersales.care.transitions import cases
from aftersales.core.errors import Forbidden, InputRefused, NotVisible, TransitionRefused
from aftersales.notifications.models import Message
from aftersales.standards.catalogue import catalogue
from aftersales.standards.metrics import metrics_of_clause

pytestmark = pytest.mark.django_db
SOON = RELEASED + timedelta(hours=12)


def solved(after: After) -> ServiceCase:
    case = cases.assign(after.case(), after.wu, RELEASED, handler=after.clerk)
    case = cases.investigate(case, after.tao, SOON, problem_exists=True, cause="刹车片未研磨")
    return cases.solve(case, after.tao, SOON, solution_kind="repair", solution="免费返修")


@pytest.mark.parametrize("channel", CaseChannel.values)
def test_CPL_01_dissatisfaction_is_registered_as_a_complaint_whatever_the_channel(after: After, channel: str) -> None:
    case = after.case(channel=channel)
    assert (case.kind, case.state, case.channel) == (CaseKind.COMPLAINT, CaseState.OPENED, channel)
    assert [row.case for row in queries.open_cases(after.tao, SOON)] == [case]


def test_CPL_01_a_complaint_made_in_a_call_is_one_too(after: After) -> None:
    _called, opened = services.log_call(
        after.released(),
        after.tao,
        RELEASED + timedelta(days=3),
        points="接通",
        topics=["use_and_opinion"],
        satisfaction=2,
        complaints="要求退还工时费",
    )
    assert [(case.kind, case.channel, case.description) for case in opened] == [
        ("complaint", "follow_up", "要求退还工时费")
    ]
    with pytest.raises(InputRefused):
        after.case(channel="carrier_pigeon")


def test_CPL_07_the_solution_is_entered_told_and_the_talk_recorded(after: After) -> None:
    case = cases.assign(after.case(), after.wu, RELEASED, handler=after.clerk)
    case = cases.investigate(case, after.tao, SOON, problem_exists=True, cause="刹车片未研磨")
    with pytest.raises(InputRefused) as refused:
        cases.solve(case, after.tao, SOON, solution_kind="repair", solution=" ")
    assert refused.value.clause == "CPL-07"
    with pytest.raises(InputRefused):
        cases.solve(case, after.tao, SOON, solution_kind="prayer", solution="免费返修")
    kinds = {"explanation", "repair", "replacement", "compensation", "other"}
    assert set(SolutionKind.values) == kinds
    case = cases.solve(case, after.tao, SOON, solution_kind="compensation", solution="退还工时费200元")
    assert (case.solution_kind, case.solution, case.solved_at) == ("compensation", "退还工时费200元", SOON)
    case = cases.carry_out(case, after.tao, SOON)
    with pytest.raises(InputRefused) as refused:
        services.tell_result(case, after.tao, SOON, talk="", satisfaction=5)
    assert refused.value.clause == "CPL-07"
    case = services.tell_result(case, after.tao, SOON, talk="电话告知,客户接受", satisfaction=5)
    assert (case.talk, case.told_at, case.satisfaction) == ("电话告知,客户接受", SOON, 5)


def test_CPL_13_complaints_are_counted_against_zero_and_nothing_else_is(after: After) -> None:
    march, april = (date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 4, 30))
    here, there = (after.workshop.station.pk,), (after.workshop.other_station.pk,)
    assert metrics.complaint_count(here, *march).value == 0
    first, second = after.case(), after.case(level=Level.MAJOR)
    after.case(kind=CaseKind.SUGGESTION)
    after.case(kind=CaseKind.REQUEST)
    assert metrics.complaint_count(here, *march).value == 2
    assert metrics.complaint_count(None, *march).value == 2
    assert metrics.complaint_count(there, *march).value == 0  # split to each unit
    assert metrics.complaint_count(here, *april).value == 0
    (shown,) = metrics_of_clause("CPL-13")
    assert shown.rows is not None
    assert set(shown.rows(here, *march)) == {first, second}
    target = catalogue().clauses["CPL-13"].target
    assert target is not None
    assert (target.value, target.direction) == (0, "==")


def test_CPL_03_the_record_holds_who_what_when_and_who_handles_it(after: After) -> None:
    case = after.case()
    assert (case.complainant, case.model_name, case.plate, case.description) == (
        "陈先生",
        "Model 3",
        "沪A12345",
        "刹车仍有异响",
    )
    assert case.created_at == RELEASED
    with pytest.raises(InputRefused) as refused:
        after.case(description=" ")
    assert set(refused.value.fields) == {"description"}


def test_CPL_04_class_and_level_fix_the_limit(after: After) -> None:
    assert after.case().due_at == RELEASED + timedelta(days=3)
    case = after.case(level=Level.MAJOR)
    assert case.due_at == RELEASED + timedelta(days=1)
    case = cases.classify(case, after.wu, SOON, content_class="product_quality", level="general")
    assert (case.due_at, case.content_class) == (RELEASED + timedelta(days=3), "product_quality")
    with pytest.raises(Forbidden):
        cases.classify(case, after.tao, SOON, content_class="other", level="major")
    with pytest.raises(InputRefused):
        after.case(level="terrible")


def test_CPL_05_complaints_come_before_other_matters(after: After) -> None:
    request = after.case(kind=CaseKind.REQUEST)
    general = after.case()
    major = after.case(level=Level.EXTRA_MAJOR)
    rows = queries.open_cases(after.tao, RELEASED + timedelta(days=2))
    assert [row.case for row in rows] == [major, general, request]
    assert [row.is_overdue for row in rows] == [True, False, False]
    assert queries.open_cases(after.ma, SOON) == []


def test_ORG_18_every_open_complaint_shows_its_owner(after: After) -> None:
    case = after.case()
    assert case.handler == after.manager
    case = cases.assign(case, after.wu, SOON, handler=after.clerk)
    assert (case.handler, case.state) == (after.clerk, CaseState.ASSIGNED)


def test_CPL_06_no_solution_before_the_investigation(after: After) -> None:
    case = cases.assign(after.case(), after.wu, RELEASED, handler=after.clerk)
    with pytest.raises(TransitionRefused) as refused:
        cases.solve(case, after.tao, SOON, solution_kind="repair", solution="返修")
    assert refused.value.clause == "CPL-06"
    with pytest.raises(InputRefused):
        cases.investigate(case, after.tao, SOON, problem_exists=False, cause="")
    case = cases.investigate(case, after.tao, SOON, problem_exists=False, cause="噪声来自胎面石子")
    assert cases.solve(case, after.tao, SOON, solution_kind="explanation", solution="说明").state == CaseState.SOLVED


def test_CPL_08_a_case_closes_only_when_done_told_and_rated(after: After) -> None:
    case = solved(after)
    with pytest.raises(TransitionRefused) as refused:
        cases.close(case, after.tao, SOON)
    assert refused.value.clause == "CPL-08"
    case = cases.carry_out(case, after.tao, SOON)
    with pytest.raises(TransitionRefused):
        cases.close(case, after.tao, SOON)
    case = services.tell_result(case, after.tao, SOON, talk="客户认可", satisfaction=5)
    assert cases.close(case, after.tao, SOON).state == CaseState.CLOSED


def test_CPL_08_an_unsatisfied_rating_reopens_the_case(after: After) -> None:
    case = cases.carry_out(solved(after), after.tao, SOON)
    case = services.tell_result(case, after.tao, SOON, talk="客户仍不满意", satisfaction=1)
    assert (case.state, case.reopen_count, case.solution, case.satisfaction) == (CaseState.ASSIGNED, 1, "", None)
    assert case.due_at == SOON + timedelta(days=3)
    case = cases.solve(case, after.tao, SOON, solution_kind="replacement", solution="更换刹车片")
    assert case.state == CaseState.SOLVED


def test_CPL_08_even_the_step_alone_does_not_close_an_unsatisfied_case(after: After) -> None:
    case = cases.carry_out(solved(after), after.tao, SOON)
    case = cases.tell_result(case, after.tao, SOON, talk="不满意", satisfaction=2)
    with pytest.raises(TransitionRefused) as refused:
        cases.close(case, after.tao, SOON)
    assert refused.value.code == "customer_is_satisfied"


def test_FUP_07_an_unsolved_matter_is_reported_up(after: After) -> None:
    case = cases.report_up(after.case(), after.tao, SOON, question="是否同意免费更换?")
    assert case.reported_up_at == SOON
    told = Message.objects.everywhere().get(template="care.reported_up")
    assert (told.to_role, told.subject_id, told.payload["question"]) == (
        "business_supervisor",
        case.pk,
        "是否同意免费更换?",
    )
    with pytest.raises(InputRefused):
        cases.report_up(case, after.tao, SOON, question="")


def test_CPL_11_CPL_12_handling_times_are_measured_by_level(after: After) -> None:
    march = (date(2026, 3, 1), date(2026, 3, 31))
    here = (after.workshop.station.pk,)
    assert metrics.general_handling_days(here, *march).value is None
    solved(after)
    assert metrics.general_handling_days(here, *march).value == Decimal("0.50")
    assert metrics.major_handling_days(here, *march).value is None
    assert metrics.complaint_count(here, *march).value == 1


def test_a_stranger_sees_no_case(after: After) -> None:
    case = after.case()
    with pytest.raises(NotVisible):
        ServiceCase.objects.get_visible(after.ma, number=case.number)
    with pytest.raises(Forbidden):
        cases.report_up(case, after.ma, datetime(2026, 3, 3, tzinfo=UTC), question="x")
