"""Requests of one signed-in person, timed, and the p95 of them."""

from __future__ import annotations

import http.client
import statistics
import time
from dataclasses import dataclass, field
from typing import Any

from bench.world import World


@dataclass(slots=True)
class Reader:
    """One browser (session) or program (token) of a person, on one connection."""

    world: World
    who: str = "lin"
    connection: http.client.HTTPConnection = field(init=False)
    cpu_ms: dict[str, float] = field(default_factory=dict)
    """CPU of server and database for one request, by path: what other programs on the machine do not blur."""

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.world.port, timeout=60)

    def get(self, path: str, *, headers: dict[str, str] | None = None) -> tuple[int, bytes, float]:
        """Ask for a page or, below /api/, as a program; return status, body and seconds."""
        facts = self.world.facts
        sent = {"Accept-Language": "zh-hans", **(headers or {})}
        if path.startswith("/api/"):
            sent["Authorization"] = f"Bearer {facts['tokens'][self.who]}"
        else:
            sent["Cookie"] = f"aftersales-session={facts['sessions'][self.who]}"
        began = time.perf_counter()
        self.connection.request("GET", path, headers=sent)
        answer = self.connection.getresponse()
        body = answer.read()
        return answer.status, body, time.perf_counter() - began

    def p95_ms(self, path: str, *, times: int, headers: dict[str, str] | None = None) -> float | None:
        """Return the p95 of so many requests in ms after three to warm up; None where the page does not exist.

        Raises RuntimeError for any answer but 200.
        """
        took = []
        cpu = 0.0
        for turn in range(times + 3):
            status, body, seconds = self.get(path, headers=headers)
            if status == 404 and turn == 0:
                return None
            if status != 200:
                raise RuntimeError(f"{path}: {status} {body[:300]!r}")
            if turn >= 3:
                took.append(seconds)
            elif turn == 2:
                cpu = self.world.cpu_seconds()
        self.cpu_ms[path] = (self.world.cpu_seconds() - cpu) * 1000 / times
        return p95(took) * 1000


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def json_of(body: bytes) -> Any:
    import json

    return json.loads(body)
