"""DATABASE_URL, and what Django is told."""

import pytest

from aftersales.config import database
from aftersales.config.database import DatabaseAddressError, parse_url


def test_a_full_address():
    assert parse_url("postgresql://as%40x:p%2Fw%3A@db.example:6432/after?sslmode=verify-full") == {
        "NAME": "after",
        "USER": "as@x",
        "PASSWORD": "p/w:",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "verify-full"},
    }


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("postgres://u@h/d", "h", ""),
        ("postgres://u@[::1]:5433/d", "::1", "5433"),
        ("postgres://u@[::1]/d", "::1", ""),
        ("postgres://u:p@a:5432,b:5433/d", "a,b", "5432,5433"),
        ("postgres:///d?host=/run/postgresql", "/run/postgresql", ""),
    ],
)
def test_hosts(url: str, host: str, port: str):
    found = parse_url(url)
    assert (found["HOST"], found["PORT"]) == (host, port)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://u:geheim@h/d", "must name a PostgreSQL server"),
        ("postgresql://u:geheim@h", "names no database"),
        ("postgresql://u:geheim@h:x/d", "port that is not a number"),
        ("postgresql://u:geheim@h/d?sllmode=require", "not known: sllmode"),
    ],
)
def test_a_wrong_address_is_told_without_its_password(url: str, says: str):
    with pytest.raises(DatabaseAddressError, match=says) as caught:
        parse_url(url)
    assert "geheim" not in str(caught.value)


def test_pgbouncer_turns_off_what_a_pool_of_transactions_cannot_keep(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://u@h/d")
    plain = database.django_settings()
    assert plain["CONN_HEALTH_CHECKS"]
    assert not plain["DISABLE_SERVER_SIDE_CURSORS"]
    monkeypatch.setenv("AFTERSALES_PGBOUNCER", "1")
    pooled = database.django_settings()
    assert pooled["DISABLE_SERVER_SIDE_CURSORS"]
    assert pooled["OPTIONS"]["prepare_threshold"] is None
