"""A prepared query yields what its queryset yields, for every argument and every number of them."""

from collections.abc import Callable

import pytest
from django.db import models

from aftersales.core.errors import UnscopedQuery
from aftersales.core.prepared import prepared
from aftersales.staff.models import StaffMember

pytestmark = pytest.mark.django_db


@prepared
def _people(stations: tuple[int, ...] | None, post: str) -> models.QuerySet[StaffMember]:
    rows = StaffMember.objects.everywhere() if stations is None else StaffMember.objects.at_stations(stations)
    return rows.filter(post=post).exclude(name="").select_related("station", "user").order_by("pk")


@prepared
def _names(station_id: int) -> models.QuerySet[StaffMember, str]:
    return StaffMember.objects.at_station(station_id).order_by("pk").values_list("name", flat=True)


def test_the_same_rows_with_what_hangs_on_them(
    cast, django_assert_num_queries: Callable[[int], models.Manager]
) -> None:
    home = cast.station.pk
    for stations in ((home,), (home, home + 1), (), None):
        for post in ("technician", "service_advisor", "nobody's"):
            rows = StaffMember.objects.everywhere().filter(post=post).order_by("pk")
            wanted = list(rows if stations is None else rows.filter(station_id__in=stations))
            assert _people(stations, post) == wanted
    with django_assert_num_queries(1):
        assert {person.station.name for person in _people((home,), "technician")} == {cast.station.name}
        assert _people((), "technician") == []


def test_flat_values(cast) -> None:
    wanted = list(StaffMember.objects.at_station(cast.station.pk).order_by("pk").values_list("name", flat=True))
    assert _names(cast.station.pk) == wanted != []
    assert _names(cast.station.pk + 1_000) == []


def test_the_fence_stands() -> None:
    @prepared
    def unfenced(pk: int) -> models.QuerySet[StaffMember]:
        return StaffMember.objects.filter(pk=pk)

    with pytest.raises(UnscopedQuery):
        unfenced(1)


def test_an_argument_that_is_worked_upon_would_be_remembered_and_is_refused() -> None:
    @prepared
    def doubled(pk: int) -> models.QuerySet[StaffMember]:
        return StaffMember.objects.everywhere().filter(pk=pk * 2)

    with pytest.raises(AssertionError, match="as they came"):
        doubled(1)
    with pytest.raises(TypeError):
        _names(True)
