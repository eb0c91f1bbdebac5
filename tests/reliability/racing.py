"""Threads that start at the same instant, each with a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


def race(count: int, command: Callable[[int], Any]) -> list[Any]:
    """Run the command in that many threads at once and return what each returned, or the exception it raised."""
    start = threading.Barrier(count)
    outcomes: list[Any] = [None] * count

    def run(place: int) -> None:
        try:
            start.wait(60)
            outcomes[place] = command(place)
        except Exception as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return outcomes
