"""What a channel is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """A rendered message on its way; `reference` stays the same at every try, so receivers can drop doubles."""

    reference: str
    address: str
    subject: str
    text: str
    template: str
    at: datetime
