"""`make bench-planning QUICK=1` works: every driver runs in small and prints its rows. Not how fast."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from bench.planning.__main__ import DRIVERS

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("driver", DRIVERS)
def test_a_driver_prints_a_figure_or_a_dash_for_each_goal(driver: str) -> None:
    command = [sys.executable, "-m", "bench.planning", "--quick", "--only", driver]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-4000:]
    for goal in import_module(f"bench.planning.{driver}").GOALS:
        assert goal.what in done.stdout
