"""Quiet hours, retries, subscriptions and signatures, without a database."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersales.core.errors import InputRefused
from aftersales.notifications import egress, rules, signing

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 2, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        (local(20, 59), None),
        (local(21), local(8) + timedelta(days=1)),
        (local(23, 59), local(8) + timedelta(days=1)),
        (local(0), local(8)),
        (local(7, 59), local(8)),
        (local(8), None),
    ],
)
def test_quiet_hours_run_over_midnight(now: datetime, ends: datetime | None) -> None:
    assert rules.quiet_end(now, rules.Sending()) == ends


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    noon = rules.Sending(quiet_from=time(12), quiet_until=time(14))
    assert rules.quiet_end(local(13), noon) == local(14)
    assert rules.quiet_end(local(14), noon) is None
    assert rules.quiet_end(local(3), rules.Sending(quiet_from=time(8), quiet_until=time(8))) is None


@given(st.integers(min_value=1, max_value=200))
def test_retries_wait_longer_each_time_and_at_most_an_hour(tries: int) -> None:
    at = datetime(2026, 11, 2, tzinfo=UTC)
    assert at < rules.next_try_at(at, tries) <= rules.next_try_at(at, tries + 1) <= at + timedelta(hours=1)


def test_an_event_is_subscribed_by_name_prefix_or_star() -> None:
    patterns = rules.subscriptions_of("repairs.repairorder.release")
    assert patterns == ["*", "repairs.*", "repairs.repairorder.*", "repairs.repairorder.release"]


BODY = '{"id":1,"名":"陈"}'.encode()


def test_W3_both_live_secrets_sign_and_either_verifies() -> None:
    header = signing.sign(BODY, ["new", "old"], 1_000_000)
    assert header.count("v1=") == 2
    for secret in ("new", "old"):
        assert signing.verify(header, BODY, [secret], 1_000_000)
    assert not signing.verify(header, BODY, ["other"], 1_000_000)


@pytest.mark.parametrize(("skew", "accepted"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_W3_the_window_is_300_seconds(skew: int, accepted: bool) -> None:
    header = signing.sign(BODY, ["s"], 1_000_000)
    assert signing.verify(header, BODY, ["s"], 1_000_000 + skew) is accepted


def test_W3_no_forged_call_is_accepted() -> None:
    header = signing.sign(BODY, ["s"], 1_000_000)
    assert not signing.verify(header, BODY + b" ", ["s"], 1_000_000)
    assert not signing.verify(header.replace("t=1000000", "t=1000001"), BODY, ["s"], 1_000_000)
    for forged in ("", "t=1000000", "v1=00", "t=1000000,v1=", "t=x,v1=1", "t=1,t=1000000,v1=é", "t=9" * 50):
        assert not signing.verify(forged, BODY, ["s"], 1_000_000)
    assert not signing.verify(header, BODY, [""], 1_000_000)


@given(st.text(max_size=80))
def test_any_header_is_answered_and_none_accepted(header: str) -> None:
    assert signing.verify(header, BODY, ["s"], 1_000_000) is False


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://user:pw@example.com/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://0.0.0.0/",
        "https:///path",
        "https://example.com:99999/",
        "https://exa mple.com/",
        "https://example.com/\r\nX: y",
        "gopher://x",
        "",
        "javascript:alert(1)",
        "https://[::1",
    ],
)
def test_addresses_that_must_not_be_called_are_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(InputRefused) as refused:
        egress.check_address(url)
    assert refused.value.fields["url"]


def test_a_name_that_leads_into_a_private_network_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("192.168.0.7", 443))]
    monkeypatch.setattr(egress.socket, "getaddrinfo", lambda *_args, **_more: answers)
    with pytest.raises(egress.PermanentFailure, match="private"):
        egress.resolve("https://rebind.example.com/hook", may_be_private=False)
    answers.pop()
    target = egress.resolve("https://rebind.example.com/hook?a=1", may_be_private=False)
    assert (target.ip, target.host, target.path) == ("93.184.216.34", "rebind.example.com", "/hook?a=1")
