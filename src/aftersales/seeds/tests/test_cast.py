"""The cast is what every other test stands on."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate

from aftersales.accounts.models import User
from aftersales.seeds.cast import PEOPLE, Cast, build_cast
from aftersales.seeds.pytest_cast import CAST_AT, ClientOf


def test_people_act_at_their_own_station_only(cast: Cast) -> None:
    assert cast.lin.may("repairs.order:receive", cast.station.pk)
    assert not cast.lin.may("repairs.order:receive", cast.other_station.pk)
    assert cast.ma.stations_with() == (cast.other_station.pk,)
    assert cast.gu.stations_with() is None
    assert cast.zhao.staff_member_id == cast.staff["zhao"].pk


def test_administrators_see_no_business_rows(cast: Cast) -> None:
    for administrator in (cast.admin_sys, cast.admin_sec, cast.admin_aud):
        assert administrator.stations_with() == ()


@pytest.mark.django_db
def test_passwords_are_random_and_shown_once() -> None:
    made = build_cast(CAST_AT, with_passwords=True)
    again = User.objects.get(username="lin")
    assert again.check_password(made.passwords["lin"])
    assert len(set(made.passwords.values())) == len(PEOPLE)


def test_without_passwords_nobody_signs_in_by_password(cast: Cast) -> None:
    assert not User.objects.get(username="lin").has_usable_password()
    assert authenticate(None, username="lin", password="") is None


def test_client_of_is_signed_in(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("lin")
    assert client.session["_auth_user_id"] == str(cast.users["lin"].pk)
