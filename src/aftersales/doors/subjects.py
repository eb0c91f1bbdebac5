"""Documents named by kind and number: what pictures, papers and the journal hang on, each with the right to see it."""

from __future__ import annotations

from typing import Any, Final

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden, InputRefused, NotVisible

VIEW_RIGHTS: Final = {
    "appointments.appointment": "appointments.appointment:view",
    "billing.dayclose": "billing.settlement:view",
    "billing.settlement": "billing.settlement:view",
    "care.followup": "care.follow_up:view",
    "care.servicecase": "care.case:view",
    "customers.customer": "customers.customer:view",
    "inventory.adjustment": "inventory.stock:view",
    "repairs.repairorder": "repairs.order:view",
    "vehicles.vehicle": "vehicles.vehicle:view",
}


def right_to_see(kind: str) -> str:
    """Return the right to see documents of the kind. Raises InputRefused for a kind that nothing hangs on."""
    try:
        return VIEW_RIGHTS[kind]
    except KeyError:
        sentence = _("Choose a kind of document from the list.")
        raise InputRefused(sentence, code="subject_kind", fields={"subject_kind": sentence}) from None


def document_named(actor: Actor, kind: str, number: str) -> Any:
    """Return the document; a foreign and a missing one raise the same NotVisible, an unknown kind InputRefused."""
    model: Any = apps.get_model(kind) if (right := right_to_see(kind)) else None
    return model.objects.select_related("station").get_visible(actor, right, number=number)


def require_sight(actor: Actor, kind: str, station_id: int) -> None:
    """Raise NotVisible or Forbidden unless the actor may see documents of the kind at the station."""
    stations = actor.stations_with()
    if stations is not None and station_id not in stations:
        raise NotVisible
    if kind in VIEW_RIGHTS and not actor.may(VIEW_RIGHTS[kind], station_id):
        raise Forbidden(_("Your role does not allow this."), code="forbidden")
