"""W3: events reach other systems signed, in order, retried for a day, then parked and shown."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from aftersales.core.documents import held
from aftersales.core.errors import Forbidden, InputRefused, StaleVersion
from aftersales.core.events import StepTaken
from aftersales.network.models import Bay
from aftersales.notifications import handlers, outbox, signing, webhooks
from aftersales.notifications.choices import MessageState
from aftersales.notifications.models import Message, WebhookEndpoint
from aftersales.notifications.permissions import P
from aftersales.notifications.tests.receiver import Receiver, receiving
from aftersales.notifications.tests.test_outbox import with_code
from aftersales.seeds.cast import Cast

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_memory() -> Iterator[None]:
    webhooks.forget_subscriptions()
    yield
    webhooks.forget_subscriptions()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.AFTERSALES_EGRESS_ALLOW_PRIVATE = True
    with receiving() as running:
        yield running


@pytest.fixture
def keeper(cast: Cast) -> Any:
    return with_code(cast.wu, cast.station.pk, P.WEBHOOKS)


def register(keeper: Any, cast: Cast, url: str, *events: str) -> WebhookEndpoint:
    return webhooks.register_endpoint(
        keeper, AT, station_id=cast.station.pk, name="ERP", url=url, events=events or ("network.*",)
    )


def publish(cast: Cast, name: str = "network.bay.close", at: datetime = AT, **more: Any) -> int:
    return webhooks.publish(at, name, cast.station.pk, {"n": 1}, **more)


def send(at: datetime = AT) -> int:
    return outbox.send_due(lambda: at)


def test_nobody_subscribed_costs_no_statement(cast: Cast, django_assert_num_queries: Any) -> None:
    assert publish(cast) == 0
    with django_assert_num_queries(0):
        for _ in range(20):
            assert publish(cast) == 0


def test_an_event_costs_one_statement_and_reaches_those_who_subscribe(
    cast: Cast, keeper: Any, receiver: Receiver, django_assert_num_queries: Any
) -> None:
    for events in (("network.*",), ("*",), ("network.bay.close",), ("repairs.*",), ("network.bay.open",)):
        register(keeper, cast, receiver.url, *events)
    publish(cast)
    with django_assert_num_queries(1):
        assert publish(cast) == 3
    assert webhooks.publish(AT, "network.bay.close", cast.other_station.pk, {}) == 0


def test_W3_a_call_is_signed_over_time_and_raw_body_with_both_secrets(
    cast: Cast, keeper: Any, receiver: Receiver
) -> None:
    endpoint = webhooks.roll_secret(keeper, AT, endpoint=register(keeper, cast, receiver.url))
    publish(cast)
    assert send() == 1
    headers, body = receiver.calls[0]
    for secret in (endpoint.secret, endpoint.previous_secret):
        assert signing.verify(headers["aftersales-signature"], body, [secret], int(AT.timestamp()))
    assert not signing.verify(headers["aftersales-signature"], body, ["whsec_other"], int(AT.timestamp()))
    told = json.loads(body)
    assert told["event"] == headers["aftersales-event"] == "network.bay.close"
    assert told["body"] == {"n": 1}
    assert str(told["id"]) == headers["aftersales-delivery"]


def test_W3_calls_are_retried_for_a_day_with_fresh_signatures_then_parked(
    cast: Cast, keeper: Any, receiver: Receiver
) -> None:
    endpoint = register(keeper, cast, receiver.url)
    publish(cast)
    receiver.answers = [500, 404, 302, *([503] * 100)]
    at = AT
    while (message := Message.objects.everywhere().get()).state == MessageState.QUEUED:
        at = max(at, message.next_try_at)
        send(at)
    assert message.state == MessageState.PARKED
    assert timedelta(hours=24) <= at - AT <= timedelta(hours=25)
    assert len(receiver.calls) > 24
    ids = {json.loads(body)["id"] for _headers, body in receiver.calls}
    assert ids == {message.pk}
    headers, body = receiver.calls[-1]
    assert signing.verify(headers["aftersales-signature"], body, [endpoint.secret], int(at.timestamp()))


def test_a_receiver_that_recovers_is_told_everything_in_order(cast: Cast, keeper: Any, receiver: Receiver) -> None:
    register(keeper, cast, receiver.url)
    for step in ("open", "check", "close"):
        webhooks.publish(AT, f"network.bay.{step}", cast.station.pk, {}, kind="network.bay", subject_id=1)
    receiver.answers = [503, 503]
    send()
    send(AT + timedelta(seconds=31))
    send(AT + timedelta(seconds=300))
    told = [json.loads(body)["event"] for _headers, body in receiver.calls]
    assert told == ["network.bay.open"] * 3 + ["network.bay.check", "network.bay.close"]


def test_a_step_is_announced_without_personal_data(cast: Cast, keeper: Any, receiver: Receiver) -> None:
    register(keeper, cast, receiver.url, "network.bay.*")
    bay = Bay.objects.create(station=cast.station, code="W1", name="一号")
    handlers.announce_step(StepTaken(actor=cast.lin, at=AT, document=bay, step="close", before="open", after="closed"))
    send()
    told = json.loads(receiver.calls[0][1])
    assert told["event"] == "network.bay.close"
    assert (told["body"]["id"], told["body"]["before"], told["body"]["after"]) == (bay.pk, "open", "closed")
    assert cast.lin.name not in receiver.calls[0][1].decode()


def test_a_private_address_is_not_called_in_production(
    cast: Cast, keeper: Any, receiver: Receiver, settings: Any
) -> None:
    register(keeper, cast, receiver.url)
    publish(cast)
    settings.AFTERSALES_EGRESS_ALLOW_PRIVATE = False
    send()
    assert receiver.calls == []
    with pytest.raises(InputRefused):
        register(keeper, cast, receiver.url)


def test_only_keepers_set_webhooks_up_and_secrets_stay_out_of_the_journal(
    cast: Cast, keeper: Any, receiver: Receiver
) -> None:
    from aftersales.journal.models import JournalEntry

    with pytest.raises(Forbidden):
        register(cast.zhao, cast, receiver.url)
    with pytest.raises(Forbidden):
        webhooks.register_endpoint(keeper, AT, station_id=None, name="all", url=receiver.url, events=["*"])
    endpoint = register(keeper, cast, receiver.url)
    kept = [json.dumps(row.changes, default=str) for row in JournalEntry.objects.everywhere()]
    assert any("ERP" in text for text in kept)
    assert not any(endpoint.secret in text for text in kept)


@pytest.mark.parametrize(
    ("name", "url", "events"),
    [
        ("", "https://example.com", ["*"]),
        ("x" * 61, "https://example.com", ["*"]),
        ("a\x00", "https://example.com", ["*"]),
        ("a", "https://example.com", []),
        ("a", "https://example.com", ["../x"]),
        ("a", "https://example.com", ["重要"]),
        ("a", "https://example.com", ["a" * 81]),
        ("a", "https://" + "e" * 400, ["*"]),
        ("a", "nonsense", ["*"]),
    ],
)
def test_odd_webhooks_are_refused_with_a_sentence(
    cast: Cast, keeper: Any, name: str, url: str, events: list[str]
) -> None:
    with pytest.raises(InputRefused) as refused:
        webhooks.register_endpoint(keeper, AT, station_id=cast.station.pk, name=name, url=url, events=events)
    assert refused.value.fields


def test_a_stale_change_is_refused_and_a_switched_off_webhook_is_silent(
    cast: Cast, keeper: Any, receiver: Receiver
) -> None:
    endpoint = register(keeper, cast, receiver.url)
    facts = {"name": "ERP", "url": receiver.url, "events": ["*"], "is_active": False}
    with pytest.raises(StaleVersion):
        webhooks.change_endpoint(keeper, AT, endpoint=held(endpoint, 99), **facts)
    webhooks.change_endpoint(keeper, AT, endpoint=held(endpoint, endpoint.version), **facts)
    assert publish(cast) == 0


def test_pages_are_for_keepers(cast: Cast, client_of: Callable[..., Client], receiver: Receiver) -> None:
    from aftersales.accounts.models import Role

    Role.objects.filter(memberships__user=cast.users["wu"]).update(permissions=[P.WEBHOOKS, P.OUTBOX])
    from aftersales.accounts.actors import forget_rights

    forget_rights()
    client = client_of("wu")
    assert client.get("/inbox/webhooks/").status_code == 200
    facts = {"name": "ERP", "url": receiver.url, "events": "network.*, repairs.*", "station": str(cast.station.pk)}
    assert client.post("/inbox/webhooks/", {**facts, "events": "!"}).status_code == 422
    assert client.post("/inbox/webhooks/", {**facts, "station": str(cast.other_station.pk)}).status_code == 404
    assert client.post("/inbox/webhooks/", facts).status_code == 303
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.events == ["network.*", "repairs.*"]
    publish(cast)
    address = f"/inbox/webhooks/{endpoint.pk}/"
    page = client.get(address)
    assert page.status_code == 200
    assert "network.bay.close" in page.content.decode()
    assert client.post(address, {**facts, "version": "７"}).status_code == 412
    assert client.post(address, {**facts, "name": "财务", "version": str(endpoint.version)}).status_code == 303
    assert client.post(address + "roll-secret/").status_code == 303
    assert WebhookEndpoint.objects.get().previous_secret == endpoint.secret
    assert client.get("/inbox/outbox/?state=queued").status_code == 200
    assert client_of("zhao").get("/inbox/webhooks/").status_code == 403
    assert client_of("zhao").get(address).status_code == 403
    assert client_of("zhao").get("/inbox/outbox/").status_code == 403
