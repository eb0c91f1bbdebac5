"""Upkeep of archives, by the worker."""

from __future__ import annotations

from datetime import timedelta

from django.tasks import task
from django.utils import timezone

from aftersales.customers import merging

LOOKED_BACK = timedelta(hours=1)


@task()
def follow_merges() -> int:
    """Let late-comers follow the archives merged within the hour."""
    at = timezone.now()
    return merging.follow_merges(at, since=at - LOOKED_BACK)
