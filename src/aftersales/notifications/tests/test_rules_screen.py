"""The screens of the rules of sending: quiet hours and the daily limit, of the network and of stations."""

from __future__ import annotations

from datetime import time

from aftersales.notifications.models import SendingRules
from aftersales.seeds.cast import Cast
from aftersales.seeds.pytest_cast import ClientOf

LIST = "/inbox/rules/"
FILLED = {"quiet_from": "20:30", "quiet_until": "09:00", "care_messages_a_day": "1", "version": "0"}


def test_CRM_07_the_manager_sets_the_own_stations_quiet_hours(cast: Cast, client_of: ClientOf) -> None:
    wu, here = client_of("wu"), f"{LIST}{cast.station.pk}/"
    assert wu.get(LIST).status_code == 200
    assert wu.get(here).status_code == 200
    assert wu.post(here, FILLED).status_code == 303
    row = SendingRules.objects.get(station=cast.station)
    assert (row.quiet_from, row.quiet_until, row.care_messages_a_day) == (time(20, 30), time(9), 1)
    stale = wu.post(here, FILLED | {"quiet_from": "22:15"})  # somebody has set them since the form was drawn
    assert stale.status_code == 409
    assert "22:15" in stale.content.decode()
    assert wu.post(here, FILLED | {"quiet_from": "22:15", "version": str(row.version)}).status_code == 303
    shown = wu.get(here).content.decode()
    assert "吴刚" in shown
    assert "22:15" in shown
    assert "22:15" in wu.get(LIST).content.decode()


def test_impossible_input_comes_back_with_what_was_typed(cast: Cast, client_of: ClientOf) -> None:
    wu, here = client_of("wu"), f"{LIST}{cast.station.pk}/"
    for wrong in ({"care_messages_a_day": "99"}, {"quiet_from": "25:00"}, {"quiet_until": ""}):
        answer = wu.post(here, FILLED | wrong)
        assert answer.status_code == 422, wrong
        typed = next(iter(wrong.values()))
        assert typed in answer.content.decode()
    assert not SendingRules.objects.exists()


def test_a_station_sets_nothing_for_others_and_headquarters_for_all(cast: Cast, client_of: ClientOf) -> None:
    wu, gu = client_of("wu"), client_of("gu")
    for place in ("network", str(cast.other_station.pk), str(10**9), "nowhere"):
        assert wu.get(f"{LIST}{place}/").status_code == 404, place
        assert wu.post(f"{LIST}{place}/", FILLED).status_code == 404, place
    assert gu.post(f"{LIST}network/", FILLED).status_code == 303
    assert gu.post(f"{LIST}{cast.other_station.pk}/", FILLED | {"quiet_from": "19:45"}).status_code == 303
    assert "19:45" not in wu.get(LIST).content.decode()
    assert "20:30" in wu.get(LIST).content.decode()  # the network's hold where there are no own
    for person in ("lin", "zhao", "admin_sys"):
        assert client_of(person).get(LIST).status_code == 403
        assert client_of(person).post(f"{LIST}network/", FILLED).status_code == 403
