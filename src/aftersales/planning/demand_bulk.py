"""A network's parts by the million: in chunks, on several processes, with progress, resumable.

The caller owns files and databases: `read` hands over the rows of a chunk, `keep` stores its result, `is_kept` says
which chunks an earlier call has finished. A call that was cancelled or killed goes on where its last kept chunk ended.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context

from aftersales.planning.effort import Effort, Progress
from aftersales.planning.sentences import Problem, Sentence, refuse

ROWS_A_CHUNK = 5_000
# Each process would otherwise start a thread per core inside every matrix product.
_THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows `start` (inclusive) to `stop` (exclusive); `number` counts chunks from 0."""

    number: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class BulkRun:
    """How far a run came: chunks computed now, found done before, and still open (after a cancel or the time limit)."""

    computed: int
    found: int
    open: int


def chunks_of(rows: int, size: int = ROWS_A_CHUNK) -> tuple[Chunk, ...]:
    """Cut `rows` into chunks of `size`; refuses (InputRefused) negative rows and empty chunks."""
    problems = []
    if rows < 0:
        problems.append(Problem("rows", Sentence(zh="行数不能为负", en="rows can't be negative")))
    if size < 1:
        problems.append(Problem("size", Sentence(zh="每块至少一行", en="a chunk needs a row at least")))
    refuse(problems)
    return tuple(
        Chunk(number, start, min(start + size, rows)) for number, start in enumerate(range(0, rows, max(size, 1)))
    )


def in_chunks[Result](
    rows: int,
    work: Callable[[Chunk], Result],
    keep: Callable[[Chunk, Result], None],
    *,
    is_kept: Callable[[Chunk], bool] | None = None,
    size: int = ROWS_A_CHUNK,
    effort: Effort | None = None,
) -> BulkRun:
    """Do `work` for every chunk that is not kept, in `Effort.workers` processes (1: in this one), and `keep` each.

    `work` and its result are sent between processes, so they must be picklable. At most two chunks a process wait, so
    memory does not grow with rows. Ends early, with everything finished so far kept, when the effort is cancelled or
    its seconds are over. Chunks are kept as they finish; the result of each does not depend on order or workers.
    """
    import time

    effort = effort or Effort(seconds=float("inf"))
    until = time.monotonic() + effort.seconds
    cut = chunks_of(rows, size)
    waiting = [chunk for chunk in cut if is_kept is None or not is_kept(chunk)]
    found, computed = len(cut) - len(waiting), 0

    def stopped() -> bool:
        return effort.cancelled() or time.monotonic() >= until

    for chunk, result in _results(waiting, work, effort.workers, stopped):
        keep(chunk, result)
        computed += 1
        effort.tell(Progress(done=(found + computed) / len(cut)))
    return BulkRun(computed, found, len(cut) - found - computed)


def _results[Result](
    waiting: list[Chunk], work: Callable[[Chunk], Result], workers: int, stopped: Callable[[], bool]
) -> Iterator[tuple[Chunk, Result]]:
    if workers <= 1:
        for chunk in waiting:
            if stopped():
                return
            yield chunk, work(chunk)
        return
    with (
        _one_thread_each(),
        ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn")) as pool,
    ):
        left = iter(waiting)
        running: dict[Future[Result], Chunk] = {}

        def start() -> None:
            while len(running) < 2 * workers and not stopped():
                chunk = next(left, None)
                if chunk is None:
                    return
                running[pool.submit(work, chunk)] = chunk

        start()
        while running:
            done, _open = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield running.pop(future), future.result()
            start()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in _THREAD_SETTINGS}
    os.environ |= dict.fromkeys(_THREAD_SETTINGS, "1")
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
