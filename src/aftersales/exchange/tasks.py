"""Writing an import in the background."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.tasks import task
from django.utils import timezone

from aftersales.accounts.actors import actor_for
from aftersales.accounts.models import User
from aftersales.core.actor import Actor, system_actor
from aftersales.exchange import storage, writing
from aftersales.exchange.choices import ImportState
from aftersales.exchange.models import ImportJob

ORPHANS_LIVE = timedelta(hours=1)


@task()
def write_import(job_id: int, user_id: int | None) -> str:
    """Write an import with the rights its starter has now; run again after a kill it goes on where it was."""
    job = ImportJob.objects.everywhere().select_related("station").filter(pk=job_id).first()
    if job is None or job.state != ImportState.COMMITTING:
        return "nothing to do"
    return writing.write(job, _actor(user_id), timezone.now).state


def remove_orphans(now: datetime) -> int:
    """Remove uploaded files that no import names: a server killed between the file and its row leaves one (F1).

    An upload that is still being read is younger than the hour it is given. Returns how many were removed.
    """
    old = list(storage.kept_since((now - ORPHANS_LIVE).timestamp()))
    known = set(ImportJob.objects.everywhere().filter(path__in=old).values_list("path", flat=True))
    orphans = [path for path in old if path not in known]
    for path in orphans:
        storage.drop(path)
    return len(orphans)


@task()
def sweep_orphans() -> int:
    """Remove uploaded files that a killed server left without an import."""
    return remove_orphans(timezone.now())


def _actor(user_id: int | None) -> Actor:
    if user_id is None:
        return system_actor("import")
    return actor_for(User.objects.get(pk=user_id), on=timezone.localdate())


def enqueue_writing(job_id: int, user_id: int | None) -> None:
    """Put the writing into the queue; called after the commit that started it."""
    write_import.enqueue(job_id, user_id)
