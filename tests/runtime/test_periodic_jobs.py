"""The worker's own table: every job exists, may be scheduled, and has one effect however often it runs."""

import copy
from typing import Any

import pytest
from django.tasks import Task
from django.utils.module_loading import import_string
from django_ox.backend import OxBackend
from django_ox.schedules import schedules_from_options

from aftersales.config import jobs
from aftersales.config import settings as production
from aftersales.config.worker import PERIODIC_JOBS, schedules
from aftersales.seeds.cast import Cast


def test_every_job_is_a_task_of_its_own() -> None:
    assert len({job.name for job in PERIODIC_JOBS}) == len(PERIODIC_JOBS)
    for job in PERIODIC_JOBS:
        assert isinstance(import_string(job.task), Task), job.task
        assert (job.every_seconds is None) != (job.cron is None), job.name


def test_the_task_backend_accepts_the_table() -> None:
    tasks = copy.deepcopy(production.TASKS["default"])
    assert tasks["OPTIONS"]["SCHEDULES"] == schedules()
    OxBackend("default", tasks)
    assert len(schedules_from_options(tasks["OPTIONS"], "default")) == len(PERIODIC_JOBS)


@pytest.mark.parametrize("job", PERIODIC_JOBS, ids=lambda job: job.task)
def test_D8_a_job_run_twice_has_one_effect(job: Any, cast: Cast, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    task = import_string(job.task)
    first, second = task.func(), task.func()
    assert second in (0, None), (job.name, first)


def test_a_broken_journal_fails_the_nightly_proof(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs.verification, "broken_entries", lambda: ["network.bay 7: edited"])
    with pytest.raises(jobs.ProofFailed, match="edited"):
        jobs.prove.func()
