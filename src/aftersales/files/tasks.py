"""The sweeper, every 20 seconds (F1: no orphan survives a minute)."""

from __future__ import annotations

from django.tasks import task
from django.utils import timezone

from aftersales.files import services


@task()
def sweep_orphans() -> int:
    """Finish or remove pictures that a crash or a lost connection left half stored."""
    return services.sweep_orphans(timezone.now())
