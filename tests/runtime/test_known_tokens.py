"""A token this process has seen before is asked about with the command's first trip, and still decides."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from tests.runtime.test_trips import counted

from aftersales.accounts.models import ApiToken, Membership, User
from aftersales.accounts.tokens import _SEEN, digest_of, issue_token
from aftersales.customers.models import Customer
from aftersales.journal.models import CommandAnswer
from aftersales.seeds.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
WHERE = "/accounts/sessions/"


def test_a_known_token_is_asked_about_with_the_commands_first_trip(cast: Cast) -> None:
    token = issue_token(cast.users["lin"], name="t", at=timezone.now(), expires_at=timezone.now() + timedelta(days=1))
    client = Client(headers={"Authorization": f"Bearer {token}"})
    body = json.dumps({"station_id": cast.station.pk, "name": "陈建国"})

    def send(key: str) -> Any:
        headers = {"Idempotency-Key": f"known-{key}"}
        return client.post("/api/customers", body, content_type="application/json", headers=headers)

    assert send("first").status_code == 201
    with counted() as trips:
        assert send("second").status_code == 201
    known = trips[0]
    _SEEN.clear()
    with counted() as trips:
        assert send("third").status_code == 201
    assert trips[0] == known + 2  # the token, and the user behind it

    # Everything this process remembers says yes: the row says no, and what the command wrote is gone with it.
    ApiToken.objects.filter(digest=digest_of(token)).update(revoked_at=timezone.now())
    refused = send("fourth")
    assert refused.status_code == 401
    assert refused.json()["code"] == "token_refused"
    assert Customer.objects.everywhere().filter(name="陈建国").count() == 3
    assert not CommandAnswer.objects.filter(key="known-fourth").exists()
    assert client.get(WHERE).status_code == 401
    assert client.get("/api/nothing-here").status_code == 401


def test_a_known_token_acts_with_the_rights_of_this_moment(cast: Cast) -> None:
    token = issue_token(cast.users["lin"], name="t", at=timezone.now(), expires_at=timezone.now() + timedelta(days=1))
    client = Client(headers={"Authorization": f"Bearer {token}"})
    body = json.dumps({"station_id": cast.station.pk, "name": "陈建国"})

    def send(key: str) -> int:
        headers = {"Idempotency-Key": f"rights-{key}"}
        return client.post("/api/customers", body, content_type="application/json", headers=headers).status_code

    assert send("first") == 201
    Membership.objects.filter(user=cast.users["lin"]).delete()
    User.objects.filter(pk=cast.users["lin"].pk).update(rights_version=F("rights_version") + 1)
    assert send("second") in (403, 404)
    assert Customer.objects.everywhere().filter(name="陈建国").count() == 1
