"""Imports through the program's own command, process start included: customers with vehicles, and the job cards."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from bench.history import name_of
from bench.life_cycle import vin_of
from bench.world import ROOT, World, environment

HEADINGS = ("客户姓名", "手机", "车牌号", "VIN", "车型")
JOBCARDS = Path(os.environ.get("AFTERSALES_SHARED_DATA", ROOT.parent / "shared" / "data")) / "jobcards.csv.gz"


def run(*, rows: int, with_jobcards: bool, site: World | None = None) -> dict[str, float | None]:
    """Return how many seconds each import takes, on a fresh dealer unless a site is given; `rows` other than 10,000
    are named by themselves."""
    found: dict[str, float | None] = {}
    place = dealer() if site is None else nullcontext((site.folder.parent, environment(site.folder)))
    with place as (outer, env):
        sheet = outer / "customers.csv"
        write_sheet(sheet, rows)
        name = "import_10k_s" if rows == 10_000 else f"import of {rows} rows, s"
        found[name] = seconds_of(env, str(sheet), "--kind", "customers_vehicles")
        found["import_jobcards_s"] = None
        if with_jobcards and JOBCARDS.exists():
            found["import_jobcards_s"] = seconds_of(env, str(JOBCARDS), "--mapping", "jobcards")
    return found


@contextmanager
def dealer() -> Iterator[tuple[Path, dict[str, str]]]:
    """Make a seeded dealer whose database runs while the block does, as it does behind a running site."""
    base = "/var/tmp" if os.path.isdir("/var/tmp") else None
    with tempfile.TemporaryDirectory(prefix="aftersales-bench-", dir=base) as name:
        outer = Path(name)
        outer.chmod(0o755)
        env = environment(outer / "data")
        program = [sys.executable, "-m", "aftersales"]
        subprocess.run([*program, "migrate"], env=env, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(
            [sys.executable, "-m", "bench.seed", str(outer / "facts.json"), "0"], env=env, check=True, cwd=ROOT
        )
        keeper = subprocess.Popen([*program, "worker"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(5)
            yield outer, env
        finally:
            keeper.terminate()
            keeper.wait(60)


def write_sheet(place: Path, rows: int) -> None:
    """Write a customer and a vehicle a row."""
    with place.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADINGS)
        for n in range(1, rows + 1):
            out.writerow((f"{name_of(n)}{n % 7 or ''}", f"137{n:08d}", f"浙D{n:05d}", vin_of(500_000 + n), "明达 M5"))


def seconds_of(env: dict[str, str], *arguments: str) -> float:
    """Return the seconds of one run of `aftersales import`. Raises RuntimeError with its words when it fails."""
    command = [sys.executable, "-m", "aftersales", "import", *arguments, "--station", "SH01"]
    began = time.perf_counter()
    ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    if ended.returncode:
        raise RuntimeError(f"import {arguments}: {ended.stdout[-1500:]} {ended.stderr[-1500:]}")
    return took
