"""T2: what fell due while the server was down is escalated once when it is back, however many workers there are."""

from __future__ import annotations

import time
from collections import defaultdict

import pytest
from bench.life_cycle import Client, Visit

from tests.reliability.site import Site

_FALLS_DUE = """
UPDATE clocks_clock SET due_at = now() + interval '1 second', warn_at = NULL
WHERE id = (SELECT max(id) FROM clocks_clock WHERE stopped_at IS NULL AND paused_at IS NULL) RETURNING id
"""


@pytest.mark.kill
@pytest.mark.slow
def test_T2_a_limit_that_passed_while_the_server_was_down_is_escalated_once_at_start(site: Site) -> None:
    site.start()
    client = Client(site.world(), defaultdict(list), 0)
    visit = Visit(client, 1)
    visit.run()  # a released car has its archive and its follow-up call to be done in time
    client.connection.close()
    with site.connect() as database:
        due = database.execute(_FALLS_DUE).fetchall()
        assert len(due) == 1, "a released car has no running clock"
        told_before = database.execute("SELECT count(*) FROM notifications_message").fetchall()[0][0]
    site.kill()
    time.sleep(2)  # the moment passes while nothing runs
    began = time.monotonic()
    site.start_worker()
    site.start_worker()
    clock_id, escalated_at = due[0][0], None
    while escalated_at is None and time.monotonic() - began < 120:
        time.sleep(0.5)
        if site.database.is_running():
            with site.connect() as database:
                escalated_at = database.execute(
                    "SELECT escalated_at FROM clocks_clock WHERE id = %s AND breached", [clock_id]
                ).fetchall()
                escalated_at = escalated_at[0][0] if escalated_at else None
    assert escalated_at is not None, f"not escalated after the start:\n{site.tail()}"
    with site.connect() as database:
        told = database.execute("SELECT count(*) FROM notifications_message").fetchall()[0][0]
        time.sleep(5)
        later = database.execute("SELECT escalated_at FROM clocks_clock WHERE id = %s", [clock_id]).fetchall()[0][0]
        told_later = database.execute("SELECT count(*) FROM notifications_message").fetchall()[0][0]
    assert told > told_before
    assert (later, told_later) == (escalated_at, told), "told a second time"
