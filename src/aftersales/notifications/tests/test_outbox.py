"""The outbox: written with the command, sent at least once, in order, only where allowed."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aftersales.core.errors import Forbidden, InputRefused, TransitionRefused
from aftersales.network.models import Bay
from aftersales.notifications import delivery, notices, outbox, ports, queries, rules, services
from aftersales.notifications.choices import Channel, MessageState, Purpose
from aftersales.notifications.models import InboxLine, Message, SendingRules
from aftersales.notifications.permissions import P
from aftersales.notifications.tests.receiver import Receiver, receiving
from aftersales.seeds.cast import Cast

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
NIGHT = datetime(2026, 11, 2, 14, 30, tzinfo=UTC)  # 22:30 in Shanghai
NOTICE = "notifications.test_call"
CUSTOMER = 4711


class Customers:
    """Stands in for the customers' app."""

    agreed = True
    addresses = {"sms": "13800005678", "email": "chen@example.com", "language": "en"}


@pytest.fixture(autouse=True)
def customers(monkeypatch: pytest.MonkeyPatch) -> type[Customers]:
    monkeypatch.setattr(Customers, "agreed", True)
    monkeypatch.setattr(ports._Ports, "may_contact", staticmethod(lambda *_asked: Customers.agreed))
    monkeypatch.setattr(ports._Ports, "addresses_of", staticmethod(lambda _customer: Customers.addresses))
    return Customers


@pytest.fixture
def gateway(settings: Any) -> Iterator[Receiver]:
    with receiving() as receiver:
        settings.AFTERSALES_SMS_GATEWAY = receiver.url
        settings.AFTERSALES_SMS_GATEWAY_SECRET = "gateway-secret"
        yield receiver


def tell(cast: Cast, **more: Any) -> Message:
    facts = {"station_id": cast.station.pk, "template": NOTICE, "payload": {"name": "陈静怡 {{7*7}}"}, **more}
    if not {"to_user", "to_role", "to_address", "to_customer"} & facts.keys():
        facts["to_customer"] = CUSTOMER
    told = services.enqueue(AT, **facts)
    return Message.objects.everywhere().get(pk=told)


def send(at: datetime = AT) -> int:
    return outbox.send_due(lambda: at)


def fresh(message: Message) -> Message:
    return Message.objects.everywhere().get(pk=message.pk)


def test_a_message_is_one_statement_and_a_double_is_none(cast: Cast, django_assert_num_queries: Any) -> None:
    for facts in ({"to_user": cast.users["lin"].pk}, {"to_role": cast.lin.role}, {"to_customer": CUSTOMER}):
        with django_assert_num_queries(1):
            services.enqueue(
                AT, station_id=cast.station.pk, template=NOTICE, payload={}, dedupe_key=str(facts), **facts
            )
        with django_assert_num_queries(1):
            again = services.enqueue(
                AT, station_id=cast.station.pk, template=NOTICE, payload={}, dedupe_key=str(facts), **facts
            )
        assert again is None
    assert Message.objects.everywhere().count() == 3
    other = services.enqueue(
        AT,
        station_id=cast.other_station.pk,
        template=NOTICE,
        to_customer=CUSTOMER,
        dedupe_key=str({"to_customer": CUSTOMER}),
    )
    assert other is not None


@pytest.mark.parametrize(
    "facts",
    [{}, {"to_user": 1, "to_customer": 2}, {"to_address": "x"}, {"to_customer": 1, "channel": Channel.IN_APP}],
)
def test_exactly_one_receiver_must_be_named(cast: Cast, facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"receiver|inbox"):
        services.enqueue(AT, station_id=cast.station.pk, template=NOTICE, **facts)


def test_a_role_is_told_at_its_station_only(cast: Cast) -> None:
    message = tell(cast, to_role=cast.lin.role)
    told = set(InboxLine.objects.filter(message=message).values_list("user_id", flat=True))
    assert cast.lin.user_id in told
    assert cast.ma.user_id not in told
    assert cast.zhao.user_id not in told
    assert message.state == MessageState.SENT


def test_the_inbox_counts_and_reads(cast: Cast, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        tell(cast, to_user=cast.lin.user_id)
    with django_assert_num_queries(1):
        assert queries.unread_count(cast.lin) == 3
    assert queries.unread_count(cast.zhao) == 0
    _page, rows = queries.inbox_page(cast.lin, 1, "en")
    assert rows[0].notice.subject == "Test for 陈静怡 {{7*7}}"
    # Another person's lines cannot be marked.
    assert services.mark_read(cast.zhao, AT, lines=[row.line_id for row in rows]) == 0
    assert services.mark_read(cast.lin, AT, lines=[rows[0].line_id]) == 1
    assert services.mark_read(cast.lin, AT) == 2
    assert queries.unread_count(cast.lin) == 0


def test_the_inbox_page_shows_ones_own_messages_in_ones_own_language(
    cast: Cast, client_of: Callable[..., Client]
) -> None:
    tell(cast, to_user=cast.lin.user_id)
    client = client_of("lin")
    seen = client.get("/inbox/")
    assert seen.status_code == 200
    assert "陈静怡" in seen.content.decode()
    assert "陈静怡" not in client_of("zhao").get("/inbox/").content.decode()
    line = InboxLine.objects.get()
    assert client_of("zhao").post("/inbox/read/", {"line": str(line.pk)}).status_code == 303
    assert queries.unread_count(cast.lin) == 1
    for odd in ("", "x", "９", "9" * 30, "-1"):
        assert client.post("/inbox/read/", {"line": odd}).status_code == 303
    assert queries.unread_count(cast.lin) == 1
    assert client.get("/inbox/?page=" + "9" * 5000).status_code == 200
    client.post("/inbox/read/", {"line": str(line.pk)})
    assert queries.unread_count(cast.lin) == 0


def test_links_of_messages_stay_inside_the_program(cast: Cast) -> None:
    for url, kept in (
        ("/orders/1/", "/orders/1/"),
        ("//evil.example", ""),
        ("javascript:x", ""),
        ("/\\evil", ""),
        (7, ""),
    ):
        tell(cast, to_user=cast.lin.user_id, payload={"name": "x", "url": url})
        assert queries.inbox_page(cast.lin, 1, "en")[1][0].url == kept


def test_an_sms_reaches_the_gateway_signed(cast: Cast, gateway: Receiver) -> None:
    from aftersales.notifications import signing

    message = tell(cast)
    assert send() == 1
    headers, body = gateway.calls[0]
    assert signing.verify(headers["aftersales-signature"], body, ["gateway-secret"], int(AT.timestamp()))
    sent = json.loads(body)
    assert sent["to"] == "13800005678"
    assert sent["subject"] == "Test for 陈静怡 {{7*7}}"
    assert sent["reference"] == f"message-{message.pk}"
    kept = fresh(message)
    assert (kept.state, kept.channel, kept.sent_at) == (MessageState.SENT, Channel.SMS, AT)
    assert send() == 0


def test_mail_goes_to_users_through_djangos_mailer(cast: Cast) -> None:
    cast.users["lin"].email = "lin@example.com"
    cast.users["lin"].save()
    tell(cast, to_user=cast.lin.user_id, channel=Channel.EMAIL)
    send()
    assert [letter.to for letter in mail.outbox] == [["lin@example.com"]]
    assert "\n" not in mail.outbox[0].subject


def test_without_a_gateway_the_message_is_parked_and_can_be_sent_again(cast: Cast, settings: Any) -> None:
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
    message = tell(cast)
    send()
    parked = fresh(message)
    assert parked.state == MessageState.PARKED
    assert "gateway" in parked.error
    assert queries.outbox_health(AT).parked == 1
    with pytest.raises(Forbidden):
        services.send_again(without(cast.lin), AT, message=parked)
    overseer = with_code(cast.wu, cast.station.pk, P.OUTBOX)
    assert services.send_again(overseer, AT, message=parked).state == MessageState.QUEUED
    with pytest.raises(TransitionRefused):
        services.send_again(overseer, AT, message=parked)


def with_code(actor: Any, station_id: int, code: str) -> Any:
    from dataclasses import replace

    return replace(actor, rights={**actor.rights, station_id: actor.rights.get(station_id, frozenset()) | {code}})


def without(actor: Any) -> Any:
    from dataclasses import replace

    return replace(actor, rights=dict.fromkeys(actor.rights, frozenset()))


def test_P4_nothing_is_sent_once_consent_is_withdrawn(
    cast: Cast, gateway: Receiver, customers: type[Customers]
) -> None:
    before, after = tell(cast), tell(cast, purpose=Purpose.OFFER)
    customers.agreed = False
    send()
    assert {fresh(before).state, fresh(after).state} == {MessageState.SUPPRESSED}
    assert gateway.calls == []


def test_quiet_hours_delay_and_do_not_drop(cast: Cast, gateway: Receiver) -> None:
    message = tell(cast)
    send(NIGHT)
    waiting = fresh(message)
    assert waiting.state == MessageState.QUEUED
    assert waiting.next_try_at == datetime(2026, 11, 3, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
    assert waiting.tries == 0
    assert send(NIGHT + timedelta(hours=1)) == 0
    assert send(waiting.next_try_at) == 1
    assert fresh(message).state == MessageState.SENT


def test_quiet_hours_and_the_limit_are_data_of_the_station(cast: Cast) -> None:
    SendingRules.objects.create(station=None, care_messages_a_day=5)
    SendingRules.objects.create(station=cast.station, quiet_from="20:00", quiet_until="09:00")
    assert delivery.sending_rules(cast.station.pk).quiet_from.hour == 20
    assert delivery.sending_rules(cast.other_station.pk).care_messages_a_day == 5


def test_the_rules_of_sending_are_set_with_a_right_and_journalled(cast: Cast) -> None:
    facts = {"station_id": cast.station.pk, "quiet_from": time(20), "quiet_until": time(9), "care_messages_a_day": 1}
    with pytest.raises(Forbidden):
        services.set_sending_rules(without(cast.lin), AT, **facts)
    keeper = with_code(cast.wu, cast.station.pk, P.RULES)
    services.set_sending_rules(keeper, AT, **facts)
    services.set_sending_rules(keeper, AT, **{**facts, "care_messages_a_day": 3})
    assert delivery.sending_rules(cast.station.pk).care_messages_a_day == 3
    with pytest.raises(InputRefused):
        services.set_sending_rules(keeper, AT, **{**facts, "care_messages_a_day": 2**70})


def test_the_daily_limit_delays_care_messages_but_not_those_about_a_visit(cast: Cast, gateway: Receiver) -> None:
    care = [tell(cast, purpose=Purpose.CARE) for _ in range(3)]
    visit = tell(cast)
    send()
    assert [fresh(message).state for message in care] == [MessageState.SENT, MessageState.SENT, MessageState.QUEUED]
    assert fresh(visit).state == MessageState.SENT
    assert fresh(care[2]).next_try_at == AT + timedelta(hours=24)


def test_failures_are_retried_with_longer_waits_and_then_parked(cast: Cast, gateway: Receiver) -> None:
    message = tell(cast)
    gateway.answers = [503] * 50
    at, waits = AT, []
    while fresh(message).state == MessageState.QUEUED:
        assert send(at) == 1
        due = fresh(message).next_try_at
        waits.append((due - at).total_seconds())
        at = due
        if (at.hour) >= 13 or at.hour < 1:  # past the station's evening: jump to the next morning
            at = datetime(2026, 11, at.day + 1, 2, tzinfo=UTC)
    assert len(gateway.calls) == rules.MOST_TRIES
    assert waits[:4] == [30, 60, 120, 240]
    assert fresh(message).state == MessageState.PARKED
    assert fresh(message).error == "HTTP 503"


@pytest.mark.parametrize("status", [302, 400, 404])
def test_a_refusal_or_a_redirect_is_final(cast: Cast, gateway: Receiver, status: int) -> None:
    message = tell(cast)
    gateway.answers = [status]
    send()
    assert fresh(message).state == MessageState.FAILED
    assert len(gateway.calls) == 1


def test_messages_about_one_document_leave_in_order(cast: Cast, gateway: Receiver) -> None:
    bay = Bay.objects.create(station=cast.station, code="N1", name="一号")
    first, second = (tell(cast, document=bay, channel=Channel.SMS, payload={"name": name}) for name in "甲乙")
    gateway.answers = [503]
    send()
    assert (fresh(first).state, fresh(second).state) == (MessageState.QUEUED, MessageState.QUEUED)
    assert len(gateway.calls) == 1
    send(AT + timedelta(seconds=31))
    told = [json.loads(body)["text"][-1] for _headers, body in gateway.calls]
    assert told == ["甲", "甲", "乙"]


def test_an_unknown_notice_fails_and_does_not_stop_the_others(cast: Cast, gateway: Receiver) -> None:
    lost, kept = tell(cast, template="notifications.no_such"), tell(cast)
    send()
    assert (fresh(lost).state, fresh(kept).state) == (MessageState.FAILED, MessageState.SENT)
    with pytest.raises(notices.UnknownNotice):
        notices.notice_of("../../etc/passwd", {}, "en")


@pytest.mark.django_db(transaction=True)
def test_D7_a_rollback_is_never_sent_and_a_killed_sender_loses_nothing(
    settings: Any, transactional_db: None, gateway: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aftersales.seeds.cast import build_cast

    cast = build_cast(AT)
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        tell(cast)
        raise RuntimeError("the command fails")
    assert send() == 0
    message = tell(cast)

    class Killed(BaseException):
        pass

    def die(*_args: Any, **_more: Any) -> None:
        raise Killed

    # Killed after the claim and before sending.
    with monkeypatch.context() as patched:
        patched.setattr(delivery, "deliver", die)
        with pytest.raises(Killed):
            send()
    assert gateway.calls == []
    assert send(AT + timedelta(seconds=30)) == 0  # the lease still holds
    # Killed after sending and before noting it: sent again, with the same reference.
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "_note", die)
        with pytest.raises(Killed):
            send(AT + rules.LEASE)
    assert len(gateway.calls) == 1
    assert send(AT + 2 * rules.LEASE) == 1
    references = {json.loads(body)["reference"] for _headers, body in gateway.calls}
    assert references == {f"message-{message.pk}"}
    assert fresh(message).state == MessageState.SENT
    assert send(AT + 3 * rules.LEASE) == 0


def test_two_senders_never_take_the_same_message(cast: Cast) -> None:
    for _ in range(6):
        tell(cast)
    first, second = outbox.claim(AT, limit=4), outbox.claim(AT, limit=4)
    assert len(first) == 4
    assert len(second) == 2
    assert not set(first) & set(second)


def test_messages_are_fenced(cast: Cast, client_of: Callable[..., Client]) -> None:
    message = tell(cast)
    Message.objects.everywhere().filter(pk=message.pk).update(state=MessageState.PARKED)
    assert list(Message.objects.visible_to(cast.ma)) == []
    foreign = client_of("ma").post(f"/inbox/outbox/{message.pk}/send-again/")
    missing = client_of("ma").post("/inbox/outbox/999999/send-again/")
    assert foreign.status_code == missing.status_code == 404
    assert fresh(message).state == MessageState.PARKED


def test_the_sender_asks_the_database_little(cast: Cast, gateway: Receiver) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert send() == 0
    assert len(asked) == 1
