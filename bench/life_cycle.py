"""Full repair life cycles over HTTP: customer + vehicle + order with 2 labour and 3 part lines, check-in to release."""

from __future__ import annotations

import itertools
import json
import re
import socket
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.world import World

CHECKLISTS = {
    "RECP-09": ("seat_cover", "wheel_cover", "floor_mat"),
    "RECP-10": ("customer_present", "body", "glass_lamps", "wheels", "interior", "boot", "valuables", "odometer"),
    "QC-01": ("items_done", "torque", "fluids", "fault_gone", "old_parts", "tools_out"),
    "QC-06": ("items_done", "old_parts", "cleanliness", "road_test", "next_service"),
    "DELV-02": ("ashtray", "tyres", "body", "glass", "interior", "boot"),
    "DELV-03": ("exterior", "technical", "belongings"),
    "DELV-05": ("walked_round", "work_reported"),
    "DELV-06": ("work", "charges", "cautions", "maintenance", "understood"),
    "DELV-07": ("shown",),
    "DELV-09": ("next_visit", "seen_off"),
}
_serial = itertools.count(1)


def ticked(*clauses: str) -> dict[str, bool]:
    return {code: True for clause in clauses for code in CHECKLISTS[clause]}


def vin_of(number: int) -> str:
    """Return a VIN of the right form for a running number, with its check digit."""
    values = {
        c: v
        for c, v in zip(
            "ABCDEFGHJKLMNPRSTUVWXYZ",
            (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
            strict=True,
        )
    }
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    body = f"LSVAM4180C2{number:06d}"
    check = sum(weight * (int(c) if c.isdigit() else values[c]) for weight, c in zip(weights, body, strict=True)) % 11
    return body[:8] + ("X" if check == 10 else str(check)) + body[9:]


class Line:
    """One kept-alive HTTP/1.1 connection that takes little of the machine it shares with the server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket: socket.socket | None = None

    def exchange(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        """Send one request and return status and body; raises OSError when the connection breaks."""
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        length = {"Content-Length": str(len(data))} if data is not None else {}
        lines = "".join(f"{name}: {value}\r\n" for name, value in (headers | length).items())
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{lines}\r\n"
        self.socket.sendall(head.encode() + (data or b""))
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        start, _, body = got.partition(b"\r\n\r\n")
        found = re.search(rb"\r\ncontent-length: (\d+)", start, re.IGNORECASE)
        if found is None:
            raise OSError("an answer without a length")
        while len(body) < int(found[1]):
            body += self._more()
        return int(start[9:12]), body

    def _more(self) -> bytes:
        assert self.socket is not None
        piece = self.socket.recv(65536)
        if not piece:
            raise OSError("the server closed the connection")
        return piece

    def close(self) -> None:
        """Hang up; the next exchange begins a new connection."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None


class Client:
    """One connection that acts for everybody at the counter, as eight screens of one dealer would."""

    def __init__(self, world: World, timings: dict[str, list[float]], place: int) -> None:
        self.world, self.timings = world, timings
        # A technician is clocked on once at a time, so every client has one of its own.
        self.technician = world.facts["technicians"][place]
        self.connection = Line(world.port)

    def call(
        self, who: str, method: str, path: str, body: Any = None, *, version: int | None = None, name: str = ""
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.world.facts['tokens'][who]}", "Accept-Language": "zh-hans"}
        data = None
        if method == "POST":
            headers["Content-Type"] = "application/json"
            headers["Idempotency-Key"] = f"bench-{next(_serial):012d}"
            data = json.dumps(body or {}).encode()
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        began = time.perf_counter()
        status, content = self.exchange(method, f"/api{path}", data, headers)
        self.timings[name or path].append(time.perf_counter() - began)
        if status not in (200, 201):
            raise RuntimeError(f"{method} {path}: {status} {content.decode()}")
        return json.loads(content)

    def exchange(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        """Send one request and return status and body; what fails on the way is raised."""
        return self.connection.exchange(method, path, data, headers)


class Visit:
    """One life cycle; every gate is passed honestly."""

    def __init__(self, client: Client, serial: int) -> None:
        self.client, self.serial = client, serial
        self.number, self.version = "", 0

    def step(self, who: str, step: str, **body: Any) -> Any:
        path = f"/repair-orders/{self.number}/steps/{step}"
        shown = self.client.call(who, "POST", path, body, version=self.version, name=step)
        self.version = shown["version"]
        return shown

    def check_in(self) -> None:
        """Bring a new customer with a new vehicle."""
        facts, call = self.client.world.facts, self.client.call
        name, number = "陈建国", self.serial
        shown = call(
            "lin",
            "POST",
            "/repair-orders",
            {
                "station_id": facts["station"],
                "advisor_id": facts["staff"]["lin"],
                "customer": {"name": name, "phones": [f"138{number:08d}"]},
                "vehicle": {
                    "vin": vin_of(number),
                    "plate": f"沪A{number % 100000:05d}",
                    "model_id": facts["model"],
                    "accept_oddities": True,
                },
                "odometer_km": 38500,
                "energy_percent": 55,
                "concerns": ["刹车的时候前面有吱吱的响声,早上冷车最明显"],
                "covers": ticked("RECP-09"),
                "papers_checked": ["vehicle_licence", "maintenance_manual"],
                "walkaround": ticked("RECP-10"),
                "damages": [{"x": 0.2, "y": 0.3, "kind": "scratch", "note": "左前门"}],
                "belongings": ["行车记录仪"],
                "signed_by": name,
            },
            name="check-in",
        )
        self.number, self.version = shown["number"], shown["version"]

    def run(self) -> None:
        facts, call = self.client.world.facts, self.client.call
        name, technician = "陈建国", self.client.technician
        self.check_in()
        self.step(
            "lin",
            "diagnose",
            findings=[
                {
                    "position": 1,
                    "cause": "前制动片磨损到限",
                    "correction": "更换前制动片",
                    "coverage": "outside",
                    "confirmed_with": name,
                }
            ],
            repair_plan="更换前制动片,清洁卡钳,路试",
            technician_id=technician,
        )
        operations, parts = facts["operations"], facts["parts"]
        self.step(
            "lin",
            "estimate",
            minutes_low=90,
            minutes_high=150,
            wishes=[
                {"kind": "labour", "item_id": operations["JX-110"]},
                {"kind": "labour", "item_id": operations["JX-101"]},
                {"kind": "part", "item_id": parts["ZD-FP-01"], "quantity": "1", "job": 1},
                {"kind": "part", "item_id": parts["LF-OF-01"], "quantity": "1", "job": 1},
                {"kind": "part", "item_id": parts["LF-0W20-4L"], "quantity": "4", "job": 1},
            ],
        )
        lines = call("lin", "GET", f"/repair-orders/{self.number}", name="read order")["lines"]
        labour = [line["id"] for line in lines if line["kind"] == "labour"]
        self.step(
            "lin",
            "authorize",
            given_by=name,
            method="signature",
            decisions={str(line["id"]): "agreed" for line in lines},
        )
        promised = (datetime.now(UTC) + timedelta(hours=4)).isoformat()
        self.step(
            "zheng",
            "dispatch",
            assignments=[
                {"line_id": line, "technician_id": technician, "bay_id": facts["bays"]["A2"]} for line in labour
            ],
            promised_at=promised,
            wash_minutes=30,
        )
        self.step("sun", "issue-parts")
        for line in labour:
            self.step(f"technician {technician}", "start-work", line_id=line)
            self.step(f"technician {technician}", "finish-work", line_id=line)
        self.step(
            f"technician {technician}",
            "complete",
            technician_id=technician,
            answers=ticked("QC-01"),
            repair_report="已更换前制动片,路试正常。",
        )
        self.step("fang", "inspect", inspector_id=facts["staff"]["fang"], answers=ticked("QC-06"), road_test={"km": 3})
        self.step("luo", "wash")
        self.step(
            "lin", "take-over", cleanliness=ticked("DELV-02"), condition=ticked("DELV-03"), belongings=["行车记录仪"]
        )
        self.step("lin", "explain-items")
        settled = call("he", "POST", f"/settlements/for-order/{self.number}", version=self.version, name="settle")
        sheet = settled["settlements"][0]
        call(
            "he",
            "POST",
            f"/settlements/{sheet['number']}/steps/pay",
            {"means": [{"method": "wechat", "amount": sheet["gross"]}]},
            version=sheet["version"],
            name="pay",
        )
        self.version = settled["version"] + 1  # the payment told the order so
        self.step(
            "lin",
            "release",
            received_by=name,
            answers=ticked("DELV-05", "DELV-06", "DELV-07", "DELV-09"),
            old_parts="returned",
            next_visit_km=48500,
        )


def run(world: World, *, clients: int, seconds: float, first_serial: int) -> dict[str, Any]:
    """Run life cycles with so many clients for so long; return rate, CPU per cycle and the p95 of every step in ms."""
    timings: dict[str, list[float]] = defaultdict(list)
    finished: list[int] = []
    failures: list[str] = []
    serials: Iterator[int] = itertools.count(first_serial)
    lock = threading.Lock()
    until = time.perf_counter() + seconds

    def work(place: int) -> None:
        client = Client(world, timings, place)
        while time.perf_counter() < until:
            with lock:
                serial = next(serials)
            try:
                Visit(client, serial).run()
            except Exception as error:  # a failure is a result, not a crash of the benchmark
                failures.append(str(error))
                client.connection.close()
                if len(failures) > 20:
                    return
            else:
                finished.append(serial)

    before, began = world.cpu_seconds(), time.perf_counter()
    threads = [threading.Thread(target=work, args=(place,)) for place in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, cpu = time.perf_counter() - began, world.cpu_seconds() - before
    p95 = {name: statistics.quantiles(values, n=20)[-1] * 1000 for name, values in timings.items() if len(values) > 1}
    return {
        "cycles": len(finished),
        "failures": failures[:3],
        "failed": len(failures),
        "per_second": len(finished) / took,
        "cpu_ms_per_cycle": cpu * 1000 / max(len(finished), 1),
        "p95_ms": p95,
    }
