"""Reading the journal: a document's timeline."""

from __future__ import annotations

from django.db import models

from aftersales.core.documents import subject_kind
from aftersales.journal.models import JournalEntry


def entries_of(document: models.Model, *, limit: int = 200) -> list[JournalEntry]:
    """Return a document's entries, newest first; the caller has shown that the document is visible."""
    return list(
        JournalEntry.objects.everywhere()
        .filter(subject_kind=subject_kind(document), subject_id=document.pk)
        .order_by("-sequence")[:limit]
    )
