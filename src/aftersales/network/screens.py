"""One way to answer the forms of the administration: keep what was typed, say what is wrong, never lose an update."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden, NotVisible, Refusal
from aftersales.doors.html import attempt, once, version_in
from aftersales.web.htmx import go_to

__all__ = ["actor_of", "answer_button", "answer_form", "require_page_right", "version_in"]

type Save = Callable[[dict[str, Any]], Any]

SAVED = _("Saved.")
INPUT_REFUSED = 422


def actor_of(request: HttpRequest) -> Actor:
    """Return who is acting; pages of the administration are never open to strangers."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise NotVisible
    return actor


def require_page_right(request: HttpRequest, *codes: str) -> Actor:
    """Return the actor if one of the codes is held somewhere; else the page does not exist for them."""
    actor = actor_of(request)
    if not any(actor.may_anywhere(code) for code in codes):
        raise NotVisible
    return actor


def answer_form(
    request: HttpRequest,
    form: forms.Form,
    save: Save,
    *,
    heading: Any,
    back: str,
    version: int | None = None,
    done: Any = SAVED,
    template: str = "network/form.html",
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show the form, or save it and go back to the list.

    A refusal stays on the page beside what was typed: 422 for input, 409 for everything that stands in the way now.
    A form posted twice under its key is carried out once.
    """
    status = 200
    if request.method == "POST":

        def command(_actor: Actor, _at: datetime) -> str:
            save(form.cleaned_data)
            return back

        outcome = attempt(request, form, command)
        if outcome.is_done:
            messages.success(request, done)
            return go_to(request, back)
        status = outcome.status
    context = {
        "form": form,
        "heading": heading,
        "back": back,
        "version": request.POST.get("version", version) if version is not None else "",
    }
    return render(request, template, context | (extra or {}), status=status)


def answer_button(request: HttpRequest, act: Callable[[], Any], *, back: str, done: Any = SAVED) -> HttpResponse:
    """Carry out a button's command once for its key and go back; a refusal is said on the page one comes from."""

    def command(_actor: Actor, _at: datetime) -> str:
        act()
        return back

    try:
        once(request, command)
    except (Forbidden, NotVisible):
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return go_to(request, back)
