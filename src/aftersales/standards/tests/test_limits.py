"""The screens of limits and thresholds: what holds where, who set it and why."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from aftersales.seeds.cast import Cast
from aftersales.seeds.pytest_cast import ClientOf
from aftersales.standards.models import Threshold
from aftersales.standards.queries import settable_figures, threshold

LIST = "/standard/limits/"
DISCOUNT = f"{LIST}EST-05/discount/"


def filled(**changed: object) -> dict[str, object]:
    today = timezone.localdate()
    return {"value": "15", "effective_from": today.isoformat(), "source": "站务会决定 2026-11", **changed}


def test_EST_05_the_manager_sets_the_discount_of_the_own_station_with_a_reason(cast: Cast, client_of: ClientOf) -> None:
    wu, here, there = client_of("wu"), cast.station, cast.other_station
    assert wu.get(LIST).status_code == 200
    posted = filled(station_id=here.pk, idempotency_key="limit-0001")
    saved = wu.post(DISCOUNT, posted)
    assert (saved.status_code, wu.post(DISCOUNT, posted).status_code) == (303, 303)
    today = timezone.localdate()
    assert threshold("EST-05", "discount", station_id=here.pk, on=today) == 15
    assert threshold("EST-05", "discount", station_id=there.pk, on=today) == 10
    shown = wu.get(DISCOUNT).content.decode()
    for text in ("站务会决定 2026-11", "吴刚", here.name):
        assert text in shown
    assert "站务会决定 2026-11" in wu.get(LIST).content.decode()
    twice = wu.post(DISCOUNT, filled(station_id=here.pk, value="16"))
    assert twice.status_code == 422
    assert Threshold.objects.count() == 1


def test_what_was_typed_stays_beside_the_refusal(cast: Cast, client_of: ClientOf) -> None:
    wu = client_of("wu")
    for wrong in ({"value": "-3"}, {"value": "many"}, {"source": "  "}, {"effective_from": "2026-02-31"}):
        answer = wu.post(DISCOUNT, filled(station_id=cast.station.pk, **wrong))
        assert answer.status_code == 422, wrong
        assert "站务会决定 2026-11" in answer.content.decode() or "source" in wrong
    assert not Threshold.objects.exists()


def test_a_station_sets_nothing_for_others_and_headquarters_for_all(cast: Cast, client_of: ClientOf) -> None:
    for where in (cast.other_station.pk, "network", 10**9, "x"):
        assert client_of("wu").post(DISCOUNT, filled(station_id=where)).status_code == 422, where
    gu = client_of("gu")
    later = timezone.localdate() + timedelta(days=1)
    saved = gu.post(DISCOUNT, filled(station_id="network", value="8", effective_from=later.isoformat()))
    assert saved.status_code == 303
    for station in (cast.station, cast.other_station):
        assert threshold("EST-05", "discount", station_id=station.pk, on=later) == Decimal(8)
        assert threshold("EST-05", "discount", station_id=station.pk, on=later - timedelta(days=1)) == 10
    own = gu.post(DISCOUNT, filled(station_id=cast.other_station.pk, source="只给杭州"))
    assert own.status_code == 303
    assert "只给杭州" in gu.get(f"{DISCOUNT}?station={cast.other_station.pk}").content.decode()
    assert "只给杭州" not in client_of("wu").get(DISCOUNT).content.decode()


def test_only_who_may_reads_or_sets(cast: Cast, client_of: ClientOf) -> None:
    assert client_of("fang").get(DISCOUNT).status_code == 200
    assert client_of("fang").post(DISCOUNT, filled(station_id=cast.station.pk)).status_code == 403
    assert client_of("lin").get(LIST).status_code == 403
    assert client_of("wu").get(f"{LIST}EST-05/nothing/").status_code == 404
    assert client_of("wu").get(f"{LIST}NONE-1/value/").status_code == 404


def test_every_figure_has_a_page_in_both_languages(cast: Cast, client_of: ClientOf) -> None:
    english = client_of("wu")
    english.cookies["django_language"] = "en"
    assert "Discount an advisor may grant" in english.get(LIST).content.decode()
    chinese = client_of("wu")
    for clause, code in settable_figures():
        assert chinese.get(f"{LIST}{clause}/{code}/").status_code == 200, (clause, code)
