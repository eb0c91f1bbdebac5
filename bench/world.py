"""A server of our own for the benchmarks: fresh data folder, seeded dealer, two workers, and what all of it costs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent


@dataclass(slots=True)
class World:
    """A running server with its dealer: `facts` are ids and tokens from `bench.seed`."""

    port: int
    facts: dict[str, Any]
    folder: Path
    server: psutil.Process

    def processes(self) -> list[psutil.Process]:
        """Return the server's processes and those of its PostgreSQL."""
        found = [self.server, *self.server.children(recursive=True)]
        for process in psutil.process_iter(["cmdline"]):
            line = process.info["cmdline"] or []
            if line and "postgres" in line[0] and str(self.folder) in " ".join(line):
                found += [process, *process.children(recursive=True)]
        return list({process.pid: process for process in found}.values())

    def cpu_seconds(self) -> float:
        """Return the CPU time used so far by server and database, ended backends included."""
        total = 0.0
        for process in self.processes():
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
            if process.name().startswith("postgres"):
                continue
        return total

    def proportional_memory_mib(self) -> float:
        """Return the proportional set size of the web server (without PostgreSQL), in MiB."""
        own = [self.server, *self.server.children(recursive=True)]
        return float(sum(process.memory_full_info().pss for process in own if "postgres" not in process.name())) / 2**20


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a world: its own data folder, its own embedded PostgreSQL."""
    # PYTHONDONTWRITEBYTECODE would have every start of a process compile the whole program anew: `make` unsets it, too.
    elsewhere = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE"}
    kept = {name: value for name, value in os.environ.items() if name not in elsewhere}
    return kept | {
        "AFTERSALES_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "aftersales.config.settings",
        "AFTERSALES_IDLE_MINUTES": "600",
    }


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def world(*, orders: int = 0, workers: int = 2) -> Iterator[World]:
    """Seed a dealer (and `orders` finished visits) in a fresh folder, serve it, and take everything down at the end."""
    base = "/var/tmp" if os.path.isdir("/var/tmp") else None
    with tempfile.TemporaryDirectory(prefix="aftersales-bench-", dir=base) as name:
        outer = Path(name)
        outer.chmod(0o755)  # the embedded server's own user must reach its folder when we are root
        folder = outer / "data"
        env = environment(folder)
        program = [sys.executable, "-m", "aftersales"]
        subprocess.run([*program, "migrate"], env=env, check=True, stdout=subprocess.DEVNULL)
        facts_file = outer / "facts.json"
        subprocess.run(
            [sys.executable, "-m", "bench.seed", str(facts_file), str(orders)], env=env, check=True, cwd=ROOT
        )
        port = free_port()
        server = subprocess.Popen(
            [*program, "serve", "--port", str(port), "--workers", str(workers), "--no-worker"],
            env=env,
            stdout=(outer / "serve.log").open("w"),
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(port, server, outer / "serve.log")
            yield World(port, json.loads(facts_file.read_text()), folder, psutil.Process(server.pid))
        finally:
            server.terminate()
            server.wait(60)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError(f"the server did not start:\n{log.read_text()}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=2).close()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"the sign-in page answers {error.code}:\n{log.read_text()[-4000:]}") from error
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server did not answer within a minute")
