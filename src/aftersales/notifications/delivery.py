"""What stands between a claimed message and its channel: consent, quiet hours, daily limit, address, words."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aftersales.notifications import ports, rules, webhooks
from aftersales.notifications.channels import CONFIGURED, SEND, Letter
from aftersales.notifications.choices import Channel, MessageState, Purpose
from aftersales.notifications.egress import NotConfigured, PermanentFailure
from aftersales.notifications.models import Message, SendingRules
from aftersales.notifications.notices import UnknownNotice, notice_of

WAYS = (Channel.WECOM, Channel.SMS, Channel.EMAIL)  # in the order tried for a customer reachable in any way


class Postponed(Exception):
    """Not now: quiet hours or the daily limit."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class NotAllowed(Exception):
    """Never: the customer has not agreed, or cannot be reached."""


def deliver(message: Message, at: datetime) -> None:
    """Hand the message to its channel.

    Raises Postponed, NotAllowed, NotConfigured, TemporaryFailure or PermanentFailure; a customer's consent is asked at
    this moment, so that one withdrawn after the message was written is honoured.
    """
    if message.channel == Channel.WEBHOOK:
        webhooks.deliver(message, at)
        return
    language = message.language
    if message.customer_id is not None:
        address, language = _customer_address(message, message.customer_id, at)
    elif message.to_user is not None:
        if not message.to_user.is_active:
            raise NotAllowed("the user is not active any more")
        address = message.to_user.email if message.channel == Channel.EMAIL else message.to_user.phone
        language = message.to_user.language
    else:
        address = message.address
    if not address:
        raise NotAllowed("no address for this channel")
    try:
        notice = notice_of(message.template, message.payload, language)
    except UnknownNotice as error:
        raise PermanentFailure(f"no notice {error}") from error
    letter = Letter(f"message-{message.pk}", address, notice.subject, notice.text, message.template, at)
    SEND[message.channel](letter)


def _customer_address(message: Message, customer_id: int, at: datetime) -> tuple[str, str]:
    """Settle the channel and return the address and the language; asks consent, quiet hours and the daily limit."""
    known = ports.addresses_of(customer_id)
    wanted = WAYS if message.channel == Channel.ANY else (message.channel,)
    reachable = [way for way in wanted if known.get(way)]
    if not reachable:
        raise NotAllowed("the customer cannot be reached this way")
    allowed = [way for way in reachable if ports.may_contact(customer_id, message.purpose, way, at)]
    if not allowed:
        raise NotAllowed("the customer has not agreed")
    configured = [way for way in allowed if CONFIGURED[way]()]
    if not configured:
        raise NotConfigured(f"no gateway for {', '.join(allowed)}")
    message.channel = configured[0]
    sending = sending_rules(message.station_id)
    local = at.astimezone(ZoneInfo(message.station.time_zone))
    if ends := rules.quiet_end(local, sending):
        raise Postponed(ends)
    if message.purpose != Purpose.SERVICE and (until := _limit_until(message, customer_id, at, sending)):
        raise Postponed(until)
    return known[message.channel], known.get("language", message.language)


def _limit_until(message: Message, customer_id: int, at: datetime, sending: rules.Sending) -> datetime | None:
    """Return when the customer may get the next care message, or None for now; counted over all stations."""
    if sending.care_messages_a_day == 0:
        raise NotAllowed("the limit of care messages is zero")
    day = timedelta(hours=24)
    sent = list(
        Message.objects.everywhere()
        .filter(customer_id=customer_id, state=MessageState.SENT, sent_at__gt=at - day)
        .exclude(purpose=Purpose.SERVICE)
        .order_by("-sent_at")
        .values_list("sent_at", flat=True)[: sending.care_messages_a_day]
    )
    if len(sent) < sending.care_messages_a_day or sent[-1] is None:
        return None
    return sent[-1] + day


def sending_rules(station_id: int) -> rules.Sending:
    """Return the rules in force: the station's own, else the network's, else the proposal."""
    rows = {row.station_id: row for row in SendingRules.objects.filter(station_id=station_id)}
    row = rows.get(station_id) or SendingRules.objects.filter(station__isnull=True).first()
    if row is None:
        return rules.Sending()
    return rules.Sending(row.quiet_from, row.quiet_until, row.care_messages_a_day)
