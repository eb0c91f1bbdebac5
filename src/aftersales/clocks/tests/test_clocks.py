"""Clocks driven by real steps of bookings, compared with the journal, and escalated once."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_type_hints

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from aftersales.accounts.models import Role
from aftersales.clocks import calendars, handlers, queries, services, tasks
from aftersales.clocks.definitions import all_definitions, by_step
from aftersales.clocks.models import Clock
from aftersales.core.documents import subject_kind
from aftersales.core.events import StepTaken
from aftersales.core.workflow import Workflow, record_entry
from aftersales.network.models import CalendarDay, Station
from aftersales.notifications.models import Message
from aftersales.seeds.cast import Cast
from aftersales.standards.collection import load_all, workflows
from aftersales.standards.metrics import metric_of

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


class Visit:
    """A stand-in for a document of any kind: it walks steps through the journal and the clocks like the engine does."""

    class _meta:
        label_lower = "repairs.repairorder"

    def __init__(self, cast: Cast, pk: int, kind: str = "repairs.repairorder") -> None:
        self.__class__ = type("Visit", (Visit,), {"_meta": type("_meta", (), {"label_lower": kind})})
        self.cast, self.pk = cast, pk
        self.station_id = cast.station.pk
        self.number = f"RO-{pk}"
        self.promised_at: datetime | None = None
        self.arrives_at: datetime | None = None

    def take(self, step: str, at: datetime, **changes: Any) -> None:
        told = {"number": self.number} | {
            name: [str(getattr(self, name)), str(value)] for name, value in changes.items()
        }
        for name, value in changes.items():
            setattr(self, name, value)
        record_entry(self, step=step, actor=self.cast.lin, at=at, changes=told)  # type: ignore[arg-type]
        handlers.advance(StepTaken(actor=self.cast.lin, at=at, document=self, step=step, before="", after=""))

    def clock(self, definition: str = "promised_completion") -> Clock:
        found = Clock.objects.at_station(self.station_id).filter(subject_id=self.pk, definition=definition)
        return found.order_by("-pk")[0]


@pytest.fixture(autouse=True)
def _fresh_calendars() -> None:
    calendars.forget_calendars()


def test_WORK_08_the_advisor_is_warned_before_the_promised_time_and_the_manager_told_once_after_it(cast: Cast) -> None:
    visit = Visit(cast, 1)
    visit.take("dispatch", AT, promised_at=AT + 4 * HOUR)
    assert tasks.escalate_due(AT + 3 * HOUR) == tasks.Rung(0, 0)
    assert tasks.escalate_due(AT + 3.5 * HOUR) == tasks.Rung(1, 0)
    assert tasks.escalate_due(AT + 3.6 * HOUR) == tasks.Rung(0, 0)
    assert tasks.escalate_due(AT + 4 * HOUR) == tasks.Rung(0, 1)
    assert tasks.escalate_due(AT + 5 * HOUR) == tasks.Rung(0, 0)
    assert visit.clock().breached
    told = Message.objects.everywhere().filter(template__startswith="clocks.").order_by("pk")
    assert [(m.template, m.to_role) for m in told] == [
        ("clocks.warning", "service_advisor"),
        ("clocks.breach", "manager"),
    ]


def test_T2_what_fell_due_while_the_server_was_down_is_escalated_once_on_start(cast: Cast) -> None:
    visit = Visit(cast, 2)
    visit.take("dispatch", AT, promised_at=AT + HOUR)
    first_run = AT + timedelta(days=2)
    assert tasks.escalate_due(first_run) == tasks.Rung(1, 1)
    assert visit.clock().escalated_at == first_run
    assert tasks.escalate_due(first_run + HOUR) == tasks.Rung(0, 0)
    told = Message.objects.everywhere().filter(template__startswith="clocks.")
    assert [m.template for m in told] == ["clocks.breach"]  # no late warning beside the breach


def test_paused_and_ended_clocks_are_not_escalated(cast: Cast) -> None:
    waiting, done = Visit(cast, 3), Visit(cast, 4)
    for visit in (waiting, done):
        visit.take("dispatch", AT, promised_at=AT + HOUR)
    waiting.take("suspend", AT + HOUR / 2)
    done.take("take_over", AT + HOUR / 2)
    assert tasks.escalate_due(AT + timedelta(days=1)) == tasks.Rung(0, 0)
    waiting.take("resume", AT + timedelta(days=1))
    assert waiting.clock().due_at == AT + timedelta(days=1) + HOUR / 2
    assert not done.clock().breached


def test_CRM_01_two_calendar_days_to_file_the_visit(cast: Cast) -> None:
    visit = Visit(cast, 5)
    visit.take("release", AT)
    clock = visit.clock("customer_archive")
    assert clock.due_at == datetime(2026, 11, 25, 16, 0, tzinfo=UTC)  # midnight after the 25th in Shanghai
    visit.take("archive", clock.due_at + timedelta(seconds=1))
    assert visit.clock("customer_archive").breached


def test_APPT_03_a_request_is_confirmed_within_24_hours_or_counted_overdue(cast: Cast) -> None:
    kept, late, gone, forgotten = (Visit(cast, pk, "appointments.appointment") for pk in (6, 7, 8, 20))
    for visit in (kept, late, gone, forgotten):
        visit.take("request", AT)
    kept.take("confirm", AT + 23 * HOUR)
    late.take("confirm", AT + 25 * HOUR)
    gone.take("cancel", AT + 20 * HOUR)  # within the limit: nothing to judge
    forgotten.take("cancel", AT + 30 * HOUR)  # nobody had called for more than a day
    load_all()
    measured = metric_of("APPT-03/kept")
    assert measured is not None
    result = measured.measure((cast.station.pk,), AT.date(), AT.date() + timedelta(days=7))
    assert (result.numerator, result.denominator, result.value) == (1, 3, Decimal("33.33"))
    assert measured.rows is not None
    rows = measured.rows((cast.station.pk,), AT.date(), AT.date() + timedelta(days=7))
    assert sorted(row.subject_id for row in rows) == [7, 20]
    assert measured.measure((cast.other_station.pk,), AT.date(), AT.date() + timedelta(days=7)).value is None


def test_APPT_08_a_visit_must_be_reconfirmed_a_day_before(cast: Cast) -> None:
    visit = Visit(cast, 9, "appointments.appointment")
    visit.take("book", AT, arrives_at=AT + timedelta(days=3))
    assert visit.clock("appointment_reconfirmation").due_at == AT + timedelta(days=2)
    visit.take("reschedule", AT + HOUR, arrives_at=AT + timedelta(days=5))
    assert visit.clock("appointment_reconfirmation").due_at == AT + timedelta(days=4)
    visit.take("reconfirm", AT + timedelta(days=3))
    assert not visit.clock("appointment_reconfirmation").breached


def test_CPL_11_CPL_12_a_complaint_that_turns_out_major_changes_to_the_shorter_limit(cast: Cast) -> None:
    case = Visit(cast, 30, "care.servicecase")
    case.kind, case.level, case.due_at = "complaint", "", None
    case.take("open_case", AT, level="general", kind="complaint", due_at=AT + timedelta(days=3))
    assert case.clock("general_complaint").due_at == AT + timedelta(days=3)
    assert not Clock.objects.everywhere().filter(subject_id=30, definition="major_complaint").exists()
    case.take("classify", AT + HOUR, level="major", due_at=AT + timedelta(days=1))
    assert case.clock("general_complaint").voided
    assert case.clock("major_complaint").due_at == AT + timedelta(days=1)
    case.take("solve", AT + timedelta(days=1, hours=1))
    assert case.clock("major_complaint").breached
    assert services.rebuild(subject_kind="care.servicecase") == services.Drift(0, 0, 0)


def test_FUP_07_FUP_08_a_matter_is_solved_or_reported_in_two_days_and_told_the_same_day(cast: Cast) -> None:
    case = Visit(cast, 31, "care.servicecase")
    case.kind, case.level, case.due_at = "matter", "general", None
    case.take("open_case", AT)
    assert case.clock("matter_reported_up").due_at == datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    case.take("solve", AT + timedelta(days=1))
    assert not case.clock("matter_reported_up").breached
    assert case.clock("solution_told").due_at == datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    case.take("tell_result", AT + timedelta(days=2))
    assert case.clock("solution_told").breached


def test_FUP_01_FUP_02_the_calls_have_their_windows(cast: Cast) -> None:
    first, second = Visit(cast, 32, "care.followup"), Visit(cast, 33, "care.followup")
    first.take("plan_first", AT)
    second.take("plan_second", AT)
    assert first.clock("first_follow_up").due_at == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert first.clock("first_follow_up").earliest_at == datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    assert second.clock("second_follow_up").due_at == datetime(2026, 12, 7, 16, 0, tzinfo=UTC)
    first.take("record_call", AT + timedelta(days=1))
    assert first.clock("first_follow_up").breached  # a call on the next day is too early to tell anything
    second.take("record_call", AT + timedelta(days=8))
    assert not second.clock("second_follow_up").breached


def test_every_clock_listens_to_steps_that_its_document_has() -> None:
    tables = {subject_kind_of(workflow): workflow for workflow in workflows().values()}
    for definition in all_definitions().values():
        workflow = tables.get(definition.subject)
        if workflow is None:
            continue
        known = set(workflow.by_name) | set(workflow.openings_by_name)
        assert definition.steps <= known, (definition.code, definition.steps - known)
        columns = {row.name for row in apps.get_model(definition.subject)._meta.get_fields()}
        assert {definition.due_field, *(name for name, _values in definition.when)} - {""} <= columns, definition.code


def test_every_clock_warns_and_escalates_to_a_role_that_exists(cast: Cast) -> None:
    roles = set(Role.objects.values_list("code", flat=True))
    for definition in all_definitions().values():
        assert {definition.warns, definition.escalates_to} - {""} <= roles, definition.code


def subject_kind_of(workflow: Workflow[Any]) -> str:
    """Return the kind of document a workflow changes, from what its first step's body takes."""
    body = workflow.bodies[workflow.steps[0].name]
    return str(subject_kind(get_type_hints(body)[next(iter(get_type_hints(body)))]))


def test_a_running_clock_is_not_reset_by_repeating_its_start(cast: Cast) -> None:
    visit = Visit(cast, 10, "appointments.appointment")
    visit.take("request", AT)
    visit.take("request", AT + 10 * HOUR)
    clocks = Clock.objects.everywhere().filter(subject_id=10, definition="appointment_confirmation")
    assert [clock.started_at for clock in clocks] == [AT]


def test_steps_that_concern_no_clock_cost_no_query(cast: Cast) -> None:
    visit = Visit(cast, 11)
    event = StepTaken(actor=cast.lin, at=AT, document=visit, step="record_concern", before="", after="")
    with CaptureQueriesContext(
        connection,
    ) as queries_made:
        handlers.advance(event)
    assert len(queries_made) == 0


def test_a_step_that_starts_a_clock_costs_one_statement_once_the_calendar_is_known(cast: Cast) -> None:
    Visit(cast, 12).take("release", AT)
    event = StepTaken(actor=cast.lin, at=AT, document=Visit(cast, 13), step="release", before="", after="")
    with CaptureQueriesContext(connection) as queries_made:
        handlers.advance(event)
    statements = [row["sql"] for row in queries_made if "SAVEPOINT" not in row["sql"]]
    assert len(statements) == 1, statements


STEPS = ("dispatch", "suspend", "resume", "reassign", "take_over", "reopen", "cancel", "release", "archive")


@pytest.mark.parametrize("seed", range(8))
def test_T1_the_rows_are_what_the_journal_says_after_any_history(cast: Cast, seed: int) -> None:
    dice = random.Random(seed)
    visits = [Visit(cast, 100 + n) for n in range(4)]
    at = AT
    for _step in range(60):
        at += timedelta(minutes=dice.randrange(1, 600), seconds=dice.randrange(60))
        visit, step = dice.choice(visits), dice.choice(STEPS)
        changes = {}
        if step in ("dispatch", "reassign") and dice.random() < 0.6:
            changes["promised_at"] = at + timedelta(minutes=dice.randrange(30, 3000))
        visit.take(step, at, **changes)
        if dice.random() < 0.3:
            tasks.escalate_due(at)
    before = list(Clock.objects.everywhere().order_by("pk").values())
    assert before
    assert services.rebuild() == services.Drift(0, 0, 0)
    assert list(Clock.objects.everywhere().order_by("pk").values()) == before
    # Rows that were lost or falsified come back as they were.
    victim = next(row for row in before if row["stopped_at"])
    liar = before[-1]
    Clock.objects.everywhere().filter(pk=victim["id"]).delete()
    Clock.objects.everywhere().filter(pk=liar["id"]).update(paused_for=timedelta(days=9))
    assert services.rebuild() != services.Drift(0, 0, 0)
    course = [[row[name] for name in handlers.COURSE_COLUMNS] for row in before]
    again = [[row[name] for name in handlers.COURSE_COLUMNS] for row in Clock.objects.everywhere().values()]
    assert sorted(map(repr, again)) == sorted(map(repr, course))
    assert services.rebuild() == services.Drift(0, 0, 0)


def test_my_work_lists_late_and_soon_clocks_of_my_station_only(cast: Cast) -> None:
    late, soon, calm = (Visit(cast, pk) for pk in (14, 15, 16))
    late.take("dispatch", AT, promised_at=AT + HOUR)
    soon.take("dispatch", AT, promised_at=AT + 3 * HOUR)
    calm.take("dispatch", AT, promised_at=AT + timedelta(days=3))
    now = AT + 2 * HOUR
    rows = queries.due_soon(cast.lin, now)
    assert [(row.subject_id, row.tone) for row in rows] == [(14, "late"), (15, "running")]
    assert rows[0].seconds_left == -3600
    assert queries.due_soon(cast.ma, now) == []
    assert [row.subject_id for row in queries.running_clocks(cast.lin, now)] == [14, 15, 16]
    assert queries.running_clocks(cast.ma, now) == []
    assert [row.clause for row in queries.clocks_of(late, now)] == ["WORK-08"]  # type: ignore[arg-type]


def test_official_days_of_2026_are_exact_and_2027_statutory() -> None:
    days = {day.on.isoformat(): day for day in calendars.official_days(2026)}
    assert not days["2026-01-01"].is_workday
    assert days["2026-01-04"].is_workday  # Sunday worked in exchange
    assert days["2026-02-17"].name == "春节"
    assert "2026-03-07" not in days  # a plain Saturday is the week's business, not the calendar's
    later = {day.on.isoformat(): day for day in calendars.official_days(2027)}
    assert later["2027-10-01"].name == "国庆节"
    assert not any(day.is_workday for day in later.values())


def test_the_stations_own_day_goes_before_the_networks(cast: Cast) -> None:
    sunday = datetime(2026, 1, 4).date()
    CalendarDay.objects.create(on=sunday, is_workday=True, name="调休上班")
    CalendarDay.objects.create(on=sunday, is_workday=False, name="盘点", station=cast.other_station)
    assert calendars.read_calendar(cast.station.pk).is_workday(sunday)
    assert not calendars.read_calendar(cast.other_station.pk).is_workday(sunday)


def test_every_definition_cites_a_figure_that_exists(cast: Cast) -> None:
    for definition in all_definitions().values():
        handlers.limits_of(definition, cast.station.pk, AT)
        assert definition.limit or definition.due_field, definition.code
    assert by_step()["appointments.appointment", "request"][0].clause == "APPT-03"


def test_a_clock_belongs_to_a_kind_of_document_and_runs_once(cast: Cast) -> None:
    assert subject_kind(Visit(cast, 17)) == "repairs.repairorder"  # type: ignore[arg-type]
    assert Station.objects.filter(pk=cast.station.pk).exists()
    with transaction.atomic():
        Visit(cast, 17).take("release", AT)
        Visit(cast, 17).take("release", AT + HOUR)
    assert Clock.objects.everywhere().filter(subject_id=17).count() == 1
