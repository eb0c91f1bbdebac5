"""Whatever is typed into the search box of a dealer of many years."""

from __future__ import annotations

from urllib.parse import quote

from bench.timing import Reader
from bench.world import World

SUGGESTIONS = {"HX-Request": "true", "HX-Target": "search-results"}


def run(world: World, *, times: int) -> dict[str, float | None]:
    """Return the p95 in ms of the suggestions for each way to look for somebody."""
    reader = Reader(world)
    found: dict[str, float | None] = {}
    for what, text in world.facts["search"].items():
        path = f"/search/?q={quote(text)}"
        _status, body, _took = reader.get(path, headers=SUGGESTIONS)
        if b"href=" not in body:
            raise RuntimeError(f"{what} “{text}” finds nothing:\n{body.decode()[:400]}")
        found[f"search {what}"] = reader.p95_ms(path, times=times, headers=SUGGESTIONS)
        found[f"search {what} cpu"] = reader.cpu_ms.get(path)
    return found
