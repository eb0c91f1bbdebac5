"""Nothing happens twice (W1): one key, one effect, one answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Lock, Thread

import pytest
from django.db import connection

from aftersales.core.errors import Busy, InputRefused
from aftersales.journal.idempotency import Answer, answer_once, fingerprint_of, sweep_answers
from aftersales.journal.models import CommandAnswer
from aftersales.network.models import Headquarters

AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
PRINT = fingerprint_of("POST", "/api/x", b'{"a": 1}')
RACERS = 32


def make(code: str = "HQ") -> Answer:
    Headquarters.objects.create(code=code, name="总部")
    return Answer(status=201, body="好".encode(), headers={"Location": "/x/1"})


def ask(key: str = "k1", fingerprint: str = PRINT, actor_id: int = 1) -> Answer:
    return answer_once(actor_id=actor_id, key=key, fingerprint=fingerprint, at=AT, produce=make)


@pytest.mark.django_db
def test_the_same_command_gets_the_stored_answer() -> None:
    first = ask()
    second = ask()
    assert (first.is_repeated, second.is_repeated) == (False, True)
    assert (second.status, second.body, second.headers) == (201, "好".encode(), {"Location": "/x/1"})
    assert Headquarters.objects.count() == 1


@pytest.mark.django_db
def test_the_key_with_another_body_is_refused() -> None:
    ask()
    with pytest.raises(InputRefused) as refused:
        ask(fingerprint=fingerprint_of("POST", "/api/x", b'{"a": 2}'))
    assert (refused.value.code, refused.value.status) == ("key_reused", 422)


@pytest.mark.django_db
def test_two_people_may_use_the_same_key() -> None:
    ask()
    answer_once(actor_id=2, key="k1", fingerprint=PRINT, at=AT, produce=lambda: make("HQ2"))
    assert Headquarters.objects.count() == 2


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("POST", "/a", b"b"), ("PUT", "/a", b"b")),
        (("POST", "/a", b"b"), ("POST", "/ab", b"")),
        (("POST", "/a", b""), ("POST", "/a", b" ")),
    ],
)
def test_fingerprints_tell_commands_apart(left: tuple[str, str, bytes], right: tuple[str, str, bytes]) -> None:
    assert fingerprint_of(*left) != fingerprint_of(*right)


@pytest.mark.django_db(transaction=True)
def test_a_refused_command_leaves_no_key() -> None:
    def refuse() -> Answer:
        make("GONE")
        raise InputRefused("no", code="no")

    with pytest.raises(InputRefused, match="no"):
        answer_once(actor_id=1, key="k1", fingerprint=PRINT, at=AT, produce=refuse)
    assert not CommandAnswer.objects.exists()
    assert not Headquarters.objects.exists()
    assert ask().is_repeated is False


@pytest.mark.django_db(transaction=True)
def test_while_in_flight_the_same_key_is_busy() -> None:
    inside, go_on = Event(), Event()

    def slowly() -> Answer:
        done = make()
        inside.set()
        assert go_on.wait(timeout=30)
        return done

    def first() -> None:
        answer_once(actor_id=1, key="k1", fingerprint=PRINT, at=AT, produce=slowly)
        connection.close()

    runner = Thread(target=first)
    runner.start()
    assert inside.wait(timeout=30)
    try:
        with pytest.raises(Busy) as busy:
            ask()
        assert (busy.value.code, busy.value.status) == ("in_flight", 409)
    finally:
        go_on.set()
        runner.join()
    assert ask().is_repeated


@pytest.mark.django_db(transaction=True)
def test_of_many_racers_one_has_the_effect() -> None:
    start, lock = Barrier(RACERS), Lock()
    outcomes: list[str] = []

    def race() -> None:
        try:
            start.wait(timeout=60)
            try:
                outcome = "repeated" if ask().is_repeated else "done"
            except Busy:
                outcome = "busy"
        except Exception as error:
            outcome = f"failed: {error!r}"
        finally:
            connection.close()
        with lock:
            outcomes.append(outcome)

    threads = [Thread(target=race) for _racer in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == RACERS
    assert outcomes.count("done") == 1, outcomes
    assert set(outcomes) <= {"done", "repeated", "busy"}
    assert Headquarters.objects.count() == CommandAnswer.objects.count() == 1


@pytest.mark.django_db
def test_old_answers_are_swept_and_young_ones_stay() -> None:
    ask("old")
    answer_once(
        actor_id=1,
        key="young",
        fingerprint=PRINT,
        at=AT + timedelta(days=6),
        produce=lambda: Answer(status=204, body=b""),
    )
    assert sweep_answers(AT + timedelta(days=8)) == 1
    assert list(CommandAnswer.objects.values_list("key", flat=True)) == ["young"]
