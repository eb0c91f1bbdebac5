"""Lists, one order and the board on a dealer of many years."""

from __future__ import annotations

from urllib.parse import quote

from bench.history import order_number
from bench.timing import Reader, json_of
from bench.world import World

DEEP_PAGES = 40


def run(world: World, *, times: int) -> dict[str, float | None]:
    """Return the p95 in ms of the first, a middle and the last page of the list, of one order, and of the board."""
    reader = Reader(world)
    order = world.facts["order"]
    code = order.split("-")[0]
    deepest = cursor_of_the_last_page(reader, code)
    pages = {
        "list_api_first": "/api/repair-orders?size=50",
        "list_api_deepest": f"/api/repair-orders?size=50&cursor={quote(deepest)}",
        "list_html_first": "/repair-orders/?scope=all",
        "list_html_open": "/repair-orders/",
        "order_api": f"/api/repair-orders/{quote(order)}",
        "order_html": f"/repair-orders/{quote(order)}/",
        "board_html": "/board/",
    }
    found = {name: reader.p95_ms(path, times=times) for name, path in pages.items()}
    if found["list_html_first"] is not None:
        found["list_html_deepest"] = reader.p95_ms(f"/repair-orders/?scope=all&cursor={quote(deepest)}", times=times)
        pages["list_html_deepest"] = f"/repair-orders/?scope=all&cursor={quote(deepest)}"
    found |= {f"{name} cpu": reader.cpu_ms.get(path) for name, path in pages.items()}
    return found


def cursor_of_the_last_page(reader: Reader, code: str) -> str:
    """Return the mark of the list's last page: the page behind the oldest visit but fifty."""
    import base64

    _status, body, _took = reader.get(f"/api/repair-orders/{quote(order_number(code, 51))}")
    shown = json_of(body)
    row_id = _id_of(reader, order_number(code, 51))
    mark = f'["after","{shown["received_at"]}",{row_id}]'
    return base64.urlsafe_b64encode(mark.encode()).decode().rstrip("=")


def _id_of(reader: Reader, number: str) -> int:
    return int(reader.world.facts["first_order_id"]) + int(number.rsplit("-", maxsplit=1)[-1])
