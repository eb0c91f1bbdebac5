"""Writing an import in the background."""

from __future__ import annotations

from django.tasks import task
from django.utils import timezone

from aftersales.accounts.actors import actor_for
from aftersales.accounts.models import User
from aftersales.core.actor import Actor, system_actor
from aftersales.exchange import writing
from aftersales.exchange.choices import ImportState
from aftersales.exchange.models import ImportJob


@task()
def write_import(job_id: int, user_id: int | None) -> str:
    """Write an import with the rights its starter has now; run again after a kill it goes on where it was."""
    job = ImportJob.objects.everywhere().select_related("station").filter(pk=job_id).first()
    if job is None or job.state != ImportState.COMMITTING:
        return "nothing to do"
    return writing.write(job, _actor(user_id), timezone.now).state


def _actor(user_id: int | None) -> Actor:
    if user_id is None:
        return system_actor("import")
    return actor_for(User.objects.get(pk=user_id), on=timezone.localdate())


def enqueue_writing(job_id: int, user_id: int | None) -> None:
    """Put the writing into the queue; called after the commit that started it."""
    write_import.enqueue(job_id, user_id)
