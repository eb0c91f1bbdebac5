"""The KPI board shows registered metrics only, fenced, with their course."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from aftersales.clocks.models import Clock
from aftersales.insight.queries import course_of, months_before
from aftersales.seeds.cast import Cast
from aftersales.seeds.pytest_cast import ClientOf
from aftersales.standards.collection import load_all
from aftersales.standards.metrics import metric_of


def test_months_reach_back_over_the_years_end_and_the_leap_day() -> None:
    periods = months_before(date(2028, 3, 15), 4)
    assert [(p.start, p.end) for p in periods] == [
        (date(2027, 12, 1), date(2027, 12, 31)),
        (date(2028, 1, 1), date(2028, 1, 31)),
        (date(2028, 2, 1), date(2028, 2, 29)),
        (date(2028, 3, 1), date(2028, 3, 15)),
    ]


@pytest.mark.django_db
def test_the_board_shows_the_numbers_of_the_own_station_and_their_course(cast: Cast, client_of: ClientOf) -> None:
    now = timezone.now()
    Clock.objects.create(
        station=cast.station,
        definition="appointment_confirmation",
        clause="APPT-03",
        subject_kind="appointments.appointment",
        subject_id=1,
        started_at=now - timedelta(hours=2),
        due_at=now,
        stopped_at=now,
    )
    load_all()
    metric = metric_of("APPT-03/kept")
    assert metric is not None
    course = course_of(metric, (cast.station.pk,), timezone.localdate(now), months=3)
    assert [row.value for row in course[:2]] == [None, None]
    assert course[2].value == 100
    page = client_of("wu").get("/insight/?metric=APPT-03/kept")
    assert page.status_code == 200
    assert "100.00" in page.content.decode()
    assert client_of("ma").get("/insight/").content.decode().count("100.00<small>") == 0
    assert client_of("luo").get("/insight/").status_code == 403
    assert client_of("wu").get("/insight/?metric=NOPE").status_code == 200
