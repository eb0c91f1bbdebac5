"""Keeps the processes of `serve` together: starts them, restarts the worker, stops all of them in order."""

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

log = logging.getLogger("aftersales.serve")

_PATIENCE_SECONDS = 25
_LONGEST_PAUSE_SECONDS = 30.0


@dataclass
class Child:
    """A process of ours. When a `needed` one ends, all end; another one is started again after a growing pause."""

    name: str
    arguments: list[str]
    needed: bool
    process: subprocess.Popen[bytes] | None = None
    restart_at: float | None = None
    pause: float = field(default=1.0)

    def start(self) -> None:
        # A session of its own: Ctrl-C in the terminal reaches the supervisor only, which stops them in order.
        self.process = subprocess.Popen(self.arguments, stdin=subprocess.DEVNULL, start_new_session=os.name != "nt")
        self.restart_at = None

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            log.error("%s did not stop in %s s and is killed", self.name, _PATIENCE_SECONDS)
            self.process.kill()
            self.process.wait()


class Supervisor:
    """Runs the children until SIGINT, SIGTERM, or the end of a needed one."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.stopping = threading.Event()

    def run(self, when_started: Callable[[], None] = lambda: None) -> int:
        """Start the children, watch them, stop them; the exit status: 0 when asked to stop, else a needed child's."""
        status = 0
        before = {number: signal.signal(number, self._asked) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            for child in self.children:
                child.start()
            threading.Thread(target=when_started, daemon=True).start()
            while not self.stopping.wait(0.2):
                status = self._look()
        finally:
            for child in self.children:
                child.stop()
            for number, handler in before.items():
                signal.signal(number, handler)
        return status

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def _look(self) -> int:
        for child in self.children:
            assert child.process is not None
            ended = child.process.poll()
            if ended is None:
                continue
            if child.needed:
                log.error("%s ended by itself with status %s", child.name, ended)
                self.stopping.set()
                return ended if ended > 0 else 1
            if child.restart_at is None:
                log.error("%s ended by itself with status %s; next try in %.0f s", child.name, ended, child.pause)
                child.restart_at = time.monotonic() + child.pause
                child.pause = min(child.pause * 2, _LONGEST_PAUSE_SECONDS)
            elif time.monotonic() >= child.restart_at:
                child.start()
        return 0


def end_with_parent() -> None:
    """Ask Linux to end this process when the supervisor is killed outright; elsewhere nothing happens."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            raise SystemExit("the supervisor is gone")


def wait_for_port(host: str, port: int, supervisor: Supervisor, seconds: float = 60) -> bool:
    """Whether the address accepts connections before `seconds` are over or the supervisor stops."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - asked, not listened on
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not supervisor.stopping.wait(0.1):
        try:
            socket.create_connection((target, port), timeout=1).close()
            return True
        except OSError:
            continue
    return False
