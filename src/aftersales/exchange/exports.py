"""Lists that can be taken out: each with its right, behind the fence, personal data masked, every export journalled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.utils.translation import gettext_lazy as _

from aftersales.accounts.models import User
from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden, InputRefused, NotVisible, Text
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import lock_fresh, record_entry
from aftersales.customers.permissions import P as CustomerRight
from aftersales.exchange.permissions import P
from aftersales.exchange.sheets import CONTENT_TYPES, Cell, Sheet, written
from aftersales.standards.binding import fulfils

ROWS_AT_MOST = 100_000
LONGEST_REASON = 200

type Rows = Callable[[Actor, bool], Iterable[Sequence[Cell]]]


@dataclass(frozen=True, slots=True)
class Exporter:
    """One list: `right` is what its reader must hold besides the right to export; `rows(actor, unmasked)` fenced."""

    name: str
    label: Text
    right: str
    headings: Sequence[Text]
    rows: Rows
    holds_personal_data: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished file."""

    data: bytes
    content_type: str
    file_name: str


_EXPORTERS: dict[str, Exporter] = {}


def register_exporter(exporter: Exporter) -> Exporter:
    """Add a list; a name used twice is an error."""
    if exporter.name in _EXPORTERS:
        raise RuntimeError(f"exporter {exporter.name} is registered twice")
    _EXPORTERS[exporter.name] = exporter
    return exporter


def exporters_for(actor: Actor) -> list[Exporter]:
    """Return the lists the actor may take out."""
    if not actor.may_anywhere(P.EXPORT):
        return []
    return [exporter for exporter in _EXPORTERS.values() if actor.may_anywhere(exporter.right)]


@fulfils("IS-09")
def export(actor: Actor, at: datetime, *, name: str, form: str, reason: str = "") -> Exported:
    """Return a list as xlsx or csv and journal who took it, how many rows, and why.

    Phones, addresses and VINs are masked; with a `reason`, and the right to unmask, they are written in full. Raises
    NotVisible, Forbidden, InputRefused (too many rows).
    """
    exporter = _EXPORTERS.get(name)
    if exporter is None or form not in CONTENT_TYPES or exporter not in exporters_for(actor):
        raise NotVisible
    unmasked = bool(reason.strip()) and exporter.holds_personal_data
    if unmasked and not actor.may_anywhere(CustomerRight.UNMASK):
        raise Forbidden(_("Your role does not allow taking out personal data in full."), code="forbidden")

    def command() -> Exported:
        rows = list(islice(exporter.rows(actor, unmasked), ROWS_AT_MOST + 1))
        if len(rows) > ROWS_AT_MOST:
            sentence = _("The list has more than %(limit)s rows. Ask the operator for a copy of the database.")
            raise InputRefused(sentence % {"limit": ROWS_AT_MOST}, code="too_many_rows")
        if actor.user_id is not None:
            record_entry(
                lock_fresh(User(pk=actor.user_id)),
                step="exported",
                actor=actor,
                at=at,
                changes={"list": name, "form": form, "rows": len(rows), "unmasked": unmasked},
                reason=reason.strip()[:LONGEST_REASON],
            )
        sheet = Sheet(str(exporter.label), [str(heading) for heading in exporter.headings], rows)
        return Exported(written(form, [sheet]), CONTENT_TYPES[form], f"{name}-{at:%Y%m%d-%H%M}.{form}")

    return run_in_transaction(command)
