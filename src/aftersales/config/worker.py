"""What the background worker does by itself, and how often: one table. Plain data, read by the settings.

Every worker process looks at it; the database sees to it that each tick is queued once, and a tick missed while no
worker ran is made up for once. Each job has one effect however often it runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """A task and its rhythm: every so many seconds, or at a time of day by a cron line (in TIME_ZONE)."""

    name: str
    task: str
    every_seconds: int | None = None
    cron: str | None = None


PERIODIC_JOBS = (
    PeriodicJob("send messages", "aftersales.notifications.tasks.send_due", every_seconds=5),
    PeriodicJob("escalate broken limits", "aftersales.config.jobs.escalate_due", every_seconds=30),
    PeriodicJob("sweep half-stored files", "aftersales.files.tasks.sweep_orphans", every_seconds=20),
    PeriodicJob("sweep files without an import", "aftersales.exchange.tasks.sweep_orphans", every_seconds=600),
    PeriodicJob("follow merged customers", "aftersales.customers.tasks.follow_merges", every_seconds=60),
    PeriodicJob("prove the journal and the papers", "aftersales.config.jobs.prove", cron="20 3 * * *"),
    PeriodicJob("forget finished tasks", "aftersales.config.jobs.forget_finished_tasks", cron="40 * * * *"),
    PeriodicJob("end old sessions", "aftersales.config.jobs.end_old_sessions", cron="50 3 * * *"),
)


def schedules() -> dict[str, dict[str, Any]]:
    """Return the table as the task backend reads it (its option SCHEDULES)."""
    return {
        job.name: {"task": job.task, "every": job.every_seconds}
        if job.every_seconds is not None
        else {"task": job.task, "cron": job.cron}
        for job in PERIODIC_JOBS
    }
