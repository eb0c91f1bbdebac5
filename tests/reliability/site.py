"""A real site of our own: the program with two web workers on its own durable database, killed and started at will."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
from bench.world import ROOT, World, environment, free_port

from aftersales.config.embedded import EmbeddedServer

PROGRAM = [sys.executable, "-m", "aftersales"]
START_SECONDS = 90


def seeded_folder(outer: Path) -> Path:
    """Make a data folder with the migrated, seeded dealer in `outer`, stopped and ready to be copied; return it."""
    outer.chmod(0o755)  # the database's own user passes through when we are root
    folder = outer / "data"
    env = environment(folder)
    subprocess.run([*PROGRAM, "migrate"], env=env, check=True, stdout=subprocess.DEVNULL)
    seed = [sys.executable, "-m", "bench.seed", str(outer / "facts.json"), "0"]
    subprocess.run(seed, env=env, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return folder


@dataclass(slots=True)
class Site:
    """One data folder and the processes that run on it now; `facts` are ids and tokens from `bench.seed`."""

    outer: Path
    port: int = field(default_factory=free_port)
    facts: dict[str, Any] = field(default_factory=dict)
    server: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.facts = json.loads((self.outer / "facts.json").read_text())

    @property
    def folder(self) -> Path:
        return self.outer / "data"

    @property
    def log(self) -> Path:
        return self.outer / "serve.log"

    @property
    def database(self) -> EmbeddedServer:
        return EmbeddedServer(self.folder / "database")

    def start(self) -> None:
        """Start the web server with two workers and wait until it answers."""
        with self.log.open("a") as log:
            self.server = subprocess.Popen(
                [*PROGRAM, "serve", "--web-only", "--port", str(self.port), "--workers", "2"],
                env=environment(self.folder),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.server.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/accounts/login/", timeout=10).close()
            except urllib.error.HTTPError as error:
                raise RuntimeError(f"the sign-in page answers {error.code}:\n{self.tail()}") from error
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"the server did not start:\n{self.tail()}")

    def start_worker(self) -> None:
        """Start one more background worker."""
        with self.log.open("a") as log:
            process = subprocess.Popen(
                [*PROGRAM, "worker"],
                env=environment(self.folder),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.workers.append(process)

    def tail(self) -> str:
        return self.log.read_text()[-4000:]

    def own_processes(self) -> list[psutil.Process]:
        """Return the web server, its workers, the background workers and every process of the site's PostgreSQL."""
        started = [process for process in (self.server, *self.workers) if process is not None]
        found = [psutil.Process(process.pid) for process in started if process.poll() is None]
        pid_file = self.database.cluster / "postmaster.pid"
        if pid_file.exists():
            pid = int(pid_file.read_text().split()[0])
            if psutil.pid_exists(pid) and str(self.folder) in " ".join(psutil.Process(pid).cmdline()):
                found.append(psutil.Process(pid))
        return [process for parent in found for process in (parent, *parent.children(recursive=True))]

    def kill(self) -> None:
        """SIGKILL everything at once, the database included, as a power cut for the processes would."""
        victims = self.own_processes()
        for victim in victims:
            try:
                os.kill(victim.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._reap()
        psutil.wait_procs(victims, timeout=20)

    def stop(self) -> None:
        """Ask everything to end, in order; the database stops with its last user."""
        for process in (*self.workers, self.server):
            if process is not None and process.poll() is None:
                process.terminate()
        self._reap()

    def _reap(self) -> None:
        for process in (*self.workers, self.server):
            if process is not None:
                process.wait(60)
        self.server = None
        self.workers = []

    def world(self) -> World:
        """Return the running site as the drivers of `bench` know it."""
        assert self.server is not None
        return World(self.port, self.facts, self.folder, psutil.Process(self.server.pid))

    def connect(self) -> psycopg.Connection[Any]:
        """Return a connection to the running site's database, past the program; a recovering database is waited for."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return psycopg.connect(self.database.url(), autocommit=True)
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)


def copy_of(template: Path, outer: Path) -> Site:
    """Return a site on a copy of a stopped, seeded folder."""
    shutil.copytree(template, outer, symlinks=True, dirs_exist_ok=True)
    give_to_the_database(template, outer)
    return Site(outer)


def give_to_the_database(template: Path, outer: Path) -> None:
    """As root the database's files belong to its own user: the copy gets the same owners."""
    if os.geteuid() != 0:
        return
    for original in (template, *template.rglob("*")):
        facts = original.lstat()
        os.chown(outer / original.relative_to(template), facts.st_uid, facts.st_gid, follow_symlinks=False)
