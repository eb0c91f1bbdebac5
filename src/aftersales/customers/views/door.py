"""What every writing screen of customers and vehicles does alike: where, once only, and against which version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden, StaleVersion
from aftersales.journal.idempotency import Answer, answer_once, fingerprint_of
from aftersales.network.models import Station
from aftersales.web.htmx import go_to

LARGEST_VERSION = 2**31 - 1


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks; the door before this one has let nobody unknown through."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def station_for(actor: Actor, right: str) -> Station:
    """Return the station a new record belongs to: the actor's own, else the first where he holds the right. Raises
    Forbidden."""
    allowed = actor.stations_with(right)
    if actor.home_station_id is not None and (allowed is None or actor.home_station_id in allowed):
        return Station.objects.get(pk=actor.home_station_id)
    if not allowed:
        raise Forbidden(_("Your role does not allow this."), code="forbidden")
    return Station.objects.get(pk=allowed[0])


def version_of(request: HttpRequest) -> int | None:
    """Return the version the form was drawn from; None when it carries none that can be."""
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and int(typed[:12]) <= LARGEST_VERSION else None


def once(request: HttpRequest, at: datetime, produce: Callable[[], str]) -> HttpResponse:
    """Carry out the command of a form once for its key and go where it says; a repeated POST goes there again."""
    key = request.POST.get("idempotency_key", "")[:80]
    actor = actor_of(request)
    if not key or actor.user_id is None:
        return go_to(request, produce())
    answer = answer_once(
        actor_id=actor.user_id,
        key=key,
        # The parsed fields, not the raw body: a multipart body cannot be read a second time.
        fingerprint=fingerprint_of(
            "POST", request.path, repr(sorted(request.POST.lists())).encode("utf-8", "backslashreplace")
        ),
        at=at,
        produce=lambda: Answer(303, produce().encode()),
    )
    return go_to(request, answer.body.decode())


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that somebody else changed, or that would overwrite what stands: label, value now, value typed."""

    label: Any
    now: Any
    typed: Any


def differences(form: Form, record: models.Model) -> list[Difference]:
    """Return where the form differs from the record as it is now, for the page that refuses a stale version."""
    return [
        Difference(form.fields[name].label, getattr(record, name), typed)
        for name, typed in form.cleaned_data.items()
        if hasattr(record, name) and typed not in ("", None) and getattr(record, name) != typed
    ]


STALE_STATUS = 409
__all__ = [
    "STALE_STATUS", "Difference", "StaleVersion", "actor_of", "differences", "once", "station_for", "version_of",
]  # fmt: skip
