"""`python -m bench.planning.cluster`: from what size a cluster pays; optional, needs `fugue[dask]` and `distributed`.

Two doors, each in this process (or two processes of our own) and on a local cluster of two workers: the forecasting
library's frame (statsforecast hands a Dask frame to the cluster by itself; a Spark or Ray frame takes the same way),
and our own chunks. On one machine a cluster can only cost; what it costs is the size from which a second machine pays.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

from aftersales.planning.demand import learn
from aftersales.planning.demand_bulk import Chunk, chunks_of, in_chunks
from aftersales.planning.effort import Effort
from bench.planning.stock import MONTHS, ForecastAndPolicy, network

SIZES = (2_000, 20_000, 100_000)
# The library's frame is shuffled between workers, which takes minutes beyond this.
LIBRARY_MOST = 20_000
CHUNK = 10_000


def frame(rows: int) -> pd.DataFrame:
    """Make the library's long frame of the made-up network."""
    demand = np.nan_to_num(network(Chunk(0, 0, rows)).demand)
    months = pd.date_range("2020-01-01", periods=MONTHS, freq="MS")
    return pd.DataFrame(
        {"unique_id": np.repeat(np.arange(rows), MONTHS), "ds": np.tile(months, rows), "y": demand.ravel()}
    )


def library(table: Any) -> int:
    """Forecast a frame, wherever it lives, with SBA and TSB; return the number of rows that came back."""
    from statsforecast import StatsForecast
    from statsforecast.models import TSB, CrostonSBA

    found = StatsForecast(models=[CrostonSBA(), TSB(0.1, 0.1)], freq="MS").forecast(df=table, h=1)
    return len(found)


def main() -> int:
    """Print seconds of each way at each size."""
    asked = argparse.ArgumentParser(prog="python -m bench.planning.cluster")
    asked.add_argument("--rows", type=int, action="append")
    sizes = asked.parse_args().rows or SIZES
    if find_spec("distributed") is None:
        print("dask[distributed] is not installed: nothing to compare")
        return 0
    import dask.dataframe
    from distributed import Client, LocalCluster

    warnings.simplefilter("ignore")
    work = ForecastAndPolicy(learn(network(Chunk(10**6, 0, 4_000))))
    started = time.perf_counter()
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        print(f"start of the cluster: {time.perf_counter() - started:.1f} s")
        print(f"{'rows':>10} {'library':>10} {'on cluster':>11} {'our chunks':>11} {'on cluster':>11}   seconds")
        for rows in sizes:
            table = frame(min(rows, LIBRARY_MOST))
            seconds = []
            for way in (
                None if rows > LIBRARY_MOST else lambda table=table: library(table),
                None
                if rows > LIBRARY_MOST
                else lambda table=table: library(dask.dataframe.from_pandas(table, npartitions=4)),
                lambda rows=rows: in_chunks(
                    rows, work, lambda _chunk, _found: None, size=CHUNK, effort=Effort(float("inf"), workers=2)
                ),
                lambda rows=rows: client.gather(client.map(work, chunks_of(rows, CHUNK), pure=False)),
            ):
                started = time.perf_counter()
                if way is not None:
                    way()
                seconds.append(time.perf_counter() - started if way is not None else float("nan"))
            print(f"{rows:>10,} {seconds[0]:>10.1f} {seconds[1]:>11.1f} {seconds[2]:>11.1f} {seconds[3]:>11.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
