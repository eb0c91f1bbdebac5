"""The sender, every five seconds."""

from __future__ import annotations

from django.tasks import task
from django.utils import timezone

from aftersales.notifications import outbox


@task()
def send_due() -> int:
    """Send what waits in the outbox and is due."""
    return outbox.send_due(timezone.now)
