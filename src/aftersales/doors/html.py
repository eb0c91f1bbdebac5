"""The request layer of pages: a form's key and version, one attempt at its command, and where a refusal is said."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.db import DataError, models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden, InputRefused, NotVisible, Refusal, StaleVersion, Text
from aftersales.doors.commands import actor_of
from aftersales.journal.idempotency import Answer, answer_once

MISFILLED = 422
REFUSED = 409
DONE = 303
LONGEST_KEY = 80
MOST_CHANGES_SHOWN = 20

_LOG = logging.getLogger(__name__)

type Command = Callable[[Actor, datetime], str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: `value` from the command, else `refusal` (None: the form itself is not valid)."""

    status: int
    value: str = ""
    refusal: Refusal | None = None

    @property
    def is_done(self) -> bool:
        return self.status == DONE

    @property
    def is_stale(self) -> bool:
        return isinstance(self.refusal, StaleVersion)


def version_in(request: HttpRequest) -> int | None:
    """Return the version the form was drawn from; None when it carries none that can be."""
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def fingerprint_of_form(request: HttpRequest) -> str:
    """Return what makes two posted forms the same: every field but the security token, each file by name and size."""
    digest = hashlib.sha256(request.path.encode())
    for name in sorted(request.POST):
        if name != "csrfmiddlewaretoken":
            digest.update(repr((name, request.POST.getlist(name))).encode("utf-8", "surrogatepass"))
    for name in sorted(request.FILES):
        sent = [(upload.name, upload.size) for upload in request.FILES.getlist(name)]
        digest.update(repr((name, sent)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def once(request: HttpRequest, command: Command) -> str:
    """Carry out a form's command once for its `idempotency_key` and return its answer; a repeated POST gets the same.

    Raises what the command refuses, and Busy while the same form is being carried out.
    """
    actor, at = actor_of(request), timezone.now()
    key = request.POST.get("idempotency_key", "")[:LONGEST_KEY]
    if not key or actor.user_id is None or "\x00" in key:
        return command(actor, at)
    answer = answer_once(
        actor_id=actor.user_id,
        key=key,
        fingerprint=fingerprint_of_form(request),
        at=at,
        produce=lambda: Answer(DONE, command(actor, at).encode()),
    )
    return answer.body.decode()


def attempt(request: HttpRequest, form: forms.Form, command: Command) -> Outcome:
    """Check the form and carry out its command; a refusal is written into the form, beside what was typed.

    422 for what was typed, 409 for what stands in the way now. Forbidden and NotVisible pass through.
    """
    if not form.is_valid():
        return Outcome(MISFILLED)
    try:
        return Outcome(DONE, once(request, command))
    except (Forbidden, NotVisible):
        raise
    except InputRefused as refusal:
        add_refusal(form, refusal)
        return Outcome(MISFILLED, refusal=refusal)
    except Refusal as refusal:
        add_refusal(form, refusal)
        return Outcome(REFUSED, refusal=refusal)
    except (DataError, OverflowError, ArithmeticError, UnicodeError):
        _LOG.warning("the form of %s holds what no column can", request.path, exc_info=True)
        too_large = InputRefused(
            _("A text is too long, a figure too large, or a character cannot be stored. Please shorten or correct it."),
            code="out_of_range",
        )
        add_refusal(form, too_large)
        return Outcome(MISFILLED, refusal=too_large)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that somebody else changed, or that would overwrite what stands: label, value now, value typed."""

    label: Text
    now: object
    typed: object


def differences(form: forms.Form, record: models.Model) -> list[Difference]:
    """Return where the form differs from the record as it is now, for the page that refuses a stale version."""
    return [
        Difference(form.fields[name].label, getattr(record, name), typed)
        for name, typed in form.cleaned_data.items()
        if hasattr(record, name) and typed not in ("", None) and getattr(record, name) != typed
    ]


def add_refusal(form: forms.Form, refusal: Refusal) -> None:
    """Put a refusal's sentences at the fields they speak of; the main sentence stands at the head of the form."""
    form.add_error(None, sentence_of(refusal))
    for name, sentence in refusal.fields.items():
        if name in form.fields and str(sentence) != str(refusal.sentence):
            form.add_error(name, str(sentence))


def sentence_of(refusal: Refusal) -> Text:
    """Return the refusal's sentence with its clause, as people read it."""
    return str(refusal)
