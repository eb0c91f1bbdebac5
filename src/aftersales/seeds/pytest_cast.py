"""Fixtures for tests that need people: `cast`, `client_of(name)`, `api_of(name)`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from aftersales.accounts.actors import forget_rights
from aftersales.accounts.middleware import SECOND_FACTOR_FLAG
from aftersales.accounts.tokens import issue_token
from aftersales.network.queries import forget_stations
from aftersales.seeds.cast import Cast, build_cast
from aftersales.seeds.goods import Goods, build_goods, stock_up
from aftersales.seeds.visits import Driver

CAST_AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai

type ClientOf = Callable[[str], Client]


@pytest.fixture
def cast(db: None) -> Cast:
    """Two stations and their people, each ready to act."""
    forget_rights()
    forget_stations()
    return build_cast(CAST_AT)


@pytest.fixture
def client_of(cast: Cast) -> ClientOf:
    """Return a function from a person's key to a browser in which that person is signed in."""

    def sign_in(name: str, **headers: str) -> Client:
        client = Client(headers=headers or None)
        client.force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session[SECOND_FACTOR_FLAG] = True  # what an administrator has after giving the second factor
        session.save()
        return client

    return sign_in


@pytest.fixture
def api_of(cast: Cast) -> ClientOf:
    """Return a function from a person's key to a client that sends that person's API token."""

    def with_token(name: str, **headers: str) -> Client:
        now = datetime.now(UTC)
        token = issue_token(cast.users[name], name="test", at=now, expires_at=now + timedelta(days=1))
        return Client(headers={"Authorization": f"Bearer {token}", **headers})

    return with_token


@pytest.fixture
def goods(cast: Cast) -> Goods:
    """The demo catalogue with reviewed prices, and stock of every part at the cast's station."""
    built = build_goods(CAST_AT)
    stock_up(built, CAST_AT, station=cast.station, keeper=cast.staff["sun"])
    return built


@pytest.fixture
def driver(cast: Cast, goods: Goods) -> Driver:
    """A visit about to begin: `driver.bring_to(state)` or step by step."""
    return Driver(cast, goods, CAST_AT)
