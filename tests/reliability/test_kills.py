"""D1, W1, M9, S1, L2: what was acknowledged survives kill -9 of everything, exactly once, and nothing is half done.

AFTERSALES_KILLS=200 makes the long run; AFTERSALES_KILL_SEED repeats one.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from bench.life_cycle import Client, Visit

from aftersales.inventory import proofs
from aftersales.journal import verification
from tests.reliability.site import Site

KILLS = int(os.environ.get("AFTERSALES_KILLS", "20"))
CLIENTS = 2
STEP = re.compile(r"/api/(repair-orders|settlements)/([^/]+)(?:/steps/([a-z-]+)|/([^/]+))?$")


@dataclass(slots=True)
class Command:
    """A command as its client knows it: sent under this key, and the answer it got (None: not acknowledged yet)."""

    key: str
    path: str
    answer: tuple[int, bytes] | None = None
    tries: int = 0


@dataclass(slots=True)
class Log:
    """What the clients know, kept outside the killed processes; `is_up` is cleared while the site is down."""

    commands: dict[str, Command] = field(default_factory=dict)
    is_up: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def acknowledged(self) -> list[Command]:
        return [command for command in list(self.commands.values()) if command.answer is not None]


class PersistentClient(Client):
    """A client as every client should be: what was not acknowledged is sent again under its key until it is."""

    log: Log

    def exchange(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        key = headers.get("Idempotency-Key")
        command = self.log.commands.setdefault(key, Command(key, path)) if key else Command("", path)
        while True:
            self.log.is_up.wait(120)
            command.tries += 1
            try:
                answer = super().exchange(method, path, data, headers)
            except (OSError, http.client.HTTPException):
                self.connection.close()
                time.sleep(0.02)
                continue
            command.answer = answer
            return answer


def keep_visiting(site: Site, log: Log, place: int, failures: list[str]) -> None:
    """Take one visit after another from check-in to release until told to end; the visit in hand is finished."""
    client = PersistentClient(site.world(), defaultdict(list), place)
    client.log = log
    serial = 1 + place * 10_000
    while not log.over.is_set():
        try:
            Visit(client, serial).run()
        except Exception as error:
            failures.append(repr(error))
            break
        serial += 1
    client.connection.close()


def findings(database: psycopg.Connection[Any], log: Log, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return everything that is not as the clients were told, or half done."""
    monkeypatch.setattr(proofs, "connection", database)
    monkeypatch.setattr(verification, "connection", database)
    found = [str(flaw) for flaw in proofs.prove_invariants()]
    found += [str(broken) for broken in verification.broken_entries()]
    found += lost_answers(database, log)
    found += untold_commands(database, log)
    found += gaps(database)
    found += half_done(database)
    return found


def lost_answers(database: psycopg.Connection[Any], log: Log) -> list[str]:
    """Every acknowledged answer is stored once, byte for byte."""
    rows = database.execute("SELECT key, status, body FROM journal_commandanswer").fetchall()
    stored = defaultdict(list)
    for key, status, body in rows:
        stored[key].append((status, bytes(body)))
    return [
        f"{command.path} {command.key} was acknowledged, stored is {stored[command.key]}"
        for command in log.acknowledged()
        if command.answer is not None and command.answer[0] in (200, 201) and stored[command.key] != [command.answer]
    ]


def untold_commands(database: psycopg.Connection[Any], log: Log) -> list[str]:
    """Each order's journal tells each of its commands exactly once, in the order they were given (L2)."""
    told: dict[str, list[str]] = defaultdict(list)
    open_ends: Counter[str] = Counter()
    for command in list(log.commands.values()):
        if command.path == "/api/repair-orders":
            if command.answer is not None:
                told[json.loads(command.answer[1])["number"]].append("check_in")
            continue
        match = STEP.match(command.path)
        if match is None or match[1] != "repair-orders" or not match[3]:
            continue
        if command.answer is None:
            open_ends[match[2]] += 1
        else:
            told[match[2]].append(match[3].replace("-", "_"))
    journal: dict[str, list[str]] = defaultdict(list)
    for number, step in database.execute(
        "SELECT o.number, j.step FROM journal_journalentry j JOIN repairs_repairorder o ON o.id = j.subject_id "
        "WHERE j.subject_kind = 'repairs.repairorder' ORDER BY j.id"
    ):
        if step not in ("settle", "note_payment"):  # the cashier's commands are on the settlement
            journal[number].append(step)
    return [
        f"{number}: the journal tells {journal[number]}, the client knows {steps}"
        for number, steps in told.items()
        if journal[number][: len(steps)] != steps or len(journal[number]) - len(steps) > open_ends[number]
    ]


def gaps(database: psycopg.Connection[Any]) -> list[str]:
    """The numbers of a series are 1, 2, 3 … as many as the series has given (M9)."""
    found = []
    for series, table in (("repair_order", "repairs_repairorder"), ("settlement", "billing_settlement")):
        numbers = [row[0] for row in database.execute(f"SELECT number FROM {table}")]
        given = database.execute("SELECT coalesce(sum(last), 0) FROM network_numberseries WHERE series = %s", [series])
        last = int(given.fetchall()[0][0])
        if sorted(int(number[-5:]) for number in numbers) != list(range(1, last + 1)):
            found.append(f"{series}: {last} given, there are {sorted(numbers)}")
    return found


_HALVES = {
    "an order whose journal does not end at its version": """
        SELECT o.number FROM repairs_repairorder o WHERE o.version <> (SELECT count(*) FROM journal_journalentry j
        WHERE j.subject_kind = 'repairs.repairorder' AND j.subject_id = o.id)""",
    "a part line whose issued quantity is not what left the shelf": """
        SELECT l.id FROM repairs_orderline l WHERE l.kind = 'part' AND l.issued_quantity <> (
            SELECT coalesce(sum(CASE WHEN m.kind = 'issue' THEN m.quantity ELSE -m.quantity END), 0)
            FROM inventory_stockmove m WHERE m.origin_kind = 'repairs.repairorder' AND m.origin_id = l.order_id
            AND m.origin_line_id = l.id)""",
    "a released car without its call": """
        SELECT o.number FROM repairs_repairorder o WHERE o.released_at IS NOT NULL AND 1 <> (
            SELECT count(*) FROM care_followup f WHERE f.order_id = o.id)""",
    "a stored answer of an order that is not there": """
        SELECT a.key FROM journal_commandanswer a WHERE convert_from(a.body, 'UTF8')::jsonb ->> 'number' LIKE '%-RO%'
        AND NOT EXISTS (SELECT 1 FROM repairs_repairorder o
            WHERE o.number = convert_from(a.body, 'UTF8')::jsonb ->> 'number')""",
}


def half_done(database: psycopg.Connection[Any]) -> list[str]:
    return [f"{what}: {rows}" for what, sql in _HALVES.items() if (rows := database.execute(sql).fetchall())]


@pytest.mark.kill
@pytest.mark.slow
def test_D1_what_was_acknowledged_survives_kill_9_exactly_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kill the web server and PostgreSQL at random points under load; after each start everything adds up."""
    seed = int(os.environ.get("AFTERSALES_KILL_SEED") or random.SystemRandom().randrange(10**6))
    print(f"AFTERSALES_KILL_SEED={seed} AFTERSALES_KILLS={KILLS}")
    rng, log = random.Random(seed), Log()
    failures: list[str] = []
    site.start()
    log.is_up.set()
    clients = [threading.Thread(target=keep_visiting, args=(site, log, n, failures)) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        for kill in range(1, KILLS + 1):
            time.sleep(rng.uniform(0.1, 1.5))
            log.is_up.clear()  # cleared first, so that a client waits instead of knocking; what is under way is cut
            site.kill()
            site.start()
            with site.connect() as database:
                assert findings(database, log, monkeypatch) == [], f"after kill {kill}"
            assert not failures
            log.is_up.set()
    finally:
        log.over.set()
        log.is_up.set()
        for client in clients:
            client.join(120)
    assert not failures
    with site.connect() as database:
        assert findings(database, log, monkeypatch) == []
        (stored,) = database.execute("SELECT count(*) FROM journal_commandanswer").fetchall()
    assert all(command.answer is not None for command in log.commands.values())
    assert stored[0] == len(log.commands), "a command has more than one stored answer, or none"
    assert len(log.commands) > KILLS
    retried = sum(command.tries > 1 for command in log.commands.values())
    print(
        f"{len(log.commands)} commands acknowledged through {KILLS} kills, {retried} of them sent again under their key"
    )
