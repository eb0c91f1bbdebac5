"""The screens of the table of vehicle models."""

from __future__ import annotations

import re

from aftersales.seeds.cast import Cast
from aftersales.seeds.pytest_cast import ClientOf
from aftersales.vehicles.models import VehicleModel

LIST = "/vehicles/models/"
FILLED = {"brand": "明达", "name": "M9 2.0T", "power_type": "fuel", "interval_km": "10000", "is_active": "on"}


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_SVC_04_a_model_is_entered_and_its_interval_changed_with_history(cast: Cast, client_of: ClientOf) -> None:
    wu = client_of("wu")
    assert "empty" in wu.get(LIST).content.decode()
    posted = FILLED | {"idempotency_key": "model-0001"}
    assert (wu.post(f"{LIST}new/", posted).status_code, wu.post(f"{LIST}new/", posted).status_code) == (303, 303)
    model = VehicleModel.objects.get()
    here = f"{LIST}{model.pk}/"
    version = version_in(wu.get(here).content.decode())
    assert wu.post(here, FILLED | {"interval_km": "7500", "version": version}).status_code == 303
    stale = wu.post(here, FILLED | {"interval_km": "5000", "version": version})
    assert stale.status_code == 409
    assert "5000" in stale.content.decode()
    model.refresh_from_db()
    assert model.interval_km == 7500
    shown = wu.get(here).content.decode()
    assert "吴刚" in shown
    assert "10000" in shown
    assert "M9 2.0T" in wu.get(LIST, {"q": "m9 明达"}).content.decode()
    assert "M9 2.0T" not in wu.get(LIST, {"q": "zzz"}).content.decode()
    assert wu.get(LIST, {"q": "\x00%"}).status_code == 200


def test_impossible_input_comes_back_with_what_was_typed(cast: Cast, client_of: ClientOf) -> None:
    wu = client_of("wu")
    assert wu.post(f"{LIST}new/", FILLED).status_code == 303
    for wrong in ({}, {"brand": ""}, {"interval_km": "9" * 12}, {"name": "x" * 200}):  # {}: it is there already
        answer = wu.post(f"{LIST}new/", FILLED | {"maker_code": "KEEP-ME"} | wrong)
        assert answer.status_code == 422, wrong
        assert "KEEP-ME" in answer.content.decode()
    assert VehicleModel.objects.count() == 1


def test_only_who_keeps_the_table_may_change_it(cast: Cast, client_of: ClientOf) -> None:
    model = VehicleModel.objects.create(brand="明达", name="M9 2.0T")
    lin = client_of("lin")
    assert "M9 2.0T" in lin.get(LIST).content.decode()
    assert f"{LIST}{model.pk}/" not in lin.get(LIST).content.decode()
    for path in (f"{LIST}new/", f"{LIST}{model.pk}/"):
        assert lin.get(path).status_code == 403
        assert lin.post(path, FILLED).status_code == 403
    assert client_of("wu").get(f"{LIST}{10**9}/").status_code == 404
    assert client_of("admin_sys").get(LIST).status_code == 403
