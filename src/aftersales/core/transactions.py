"""One command, one transaction: the outermost frame of every write, with bounded retry."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import Busy

TRIES = 4
RETRIED_SQLSTATES = frozenset({"40001", "40P01", "55P03"})  # serialization failure, deadlock, lock timeout


class _Frame(threading.local):
    """Whether this thread is inside a command."""

    is_open = False


_frame = _Frame()


def run_in_transaction[T](command: Callable[[], T]) -> T:
    """Run the command in one transaction and return its result.

    Inside another command it simply joins, so that use cases compose and only the outermost frame commits or retries; a
    refusal goes up through all of them. Inside a transaction that is nobody's command (a test, a script) it gets a
    savepoint,
    so that a refused command leaves nothing behind. Raises Busy when the database stays contended after the bounded
    retry.
    """
    if _frame.is_open:
        return command()
    _frame.is_open = True
    try:
        return _run_outermost(command)
    finally:
        _frame.is_open = False


def _run_outermost[T](command: Callable[[], T]) -> T:
    if connection.in_atomic_block:
        with transaction.atomic():
            return command()
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return command()
        except OperationalError as error:
            sqlstate = getattr(error.__cause__, "sqlstate", None)
            if sqlstate not in RETRIED_SQLSTATES:
                raise
            if attempt == TRIES:
                break
            # Two commands wanted each other's rows: wait a random moment so that they do not meet again.
            time.sleep(random.uniform(0.005, 0.03) * attempt)  # noqa: S311
    raise Busy(_("The record is busy at the moment. Please try again."), code="busy")
