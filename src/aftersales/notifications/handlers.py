"""What the outbox hears."""

from __future__ import annotations

from aftersales.core.documents import subject_kind
from aftersales.core.events import StepTaken
from aftersales.notifications import webhooks


def announce_step(event: StepTaken) -> None:
    """Tell subscribed systems that a step was taken on a document: `<app>.<document>.<step>`; no personal data."""
    station_id = getattr(event.document, "station_id", None)
    if station_id is None:
        return
    kind = subject_kind(event.document)
    webhooks.publish(
        event.at,
        f"{kind}.{event.step}",
        station_id,
        {
            "kind": kind,
            "id": event.document.pk,
            "number": str(getattr(event.document, "number", "") or ""),
            "step": event.step,
            "before": event.before,
            "after": event.after,
            "version": getattr(event.document, "version", None),
        },
        kind=kind,
        subject_id=event.document.pk,
    )
