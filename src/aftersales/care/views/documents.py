"""The page of a follow-up call and of a case: state, actions, journal, and every step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from aftersales.care import queries, services
from aftersales.care.choices import ScriptTopic
from aftersales.care.forms import CALL_FORMS, CASE_FORMS, StationForm
from aftersales.care.models import FollowUp, ServiceCase
from aftersales.care.permissions import P
from aftersales.care.transitions import cases, follow_ups
from aftersales.core.actor import Actor
from aftersales.core.documents import held
from aftersales.core.errors import NotVisible
from aftersales.core.workflow import Workflow
from aftersales.doors.commands import actor_of
from aftersales.doors.html import attempt, sentence_of, version_in
from aftersales.journal.queries import entries_of
from aftersales.journal.wording import role_in_words
from aftersales.web.htmx import page, redirect_or_fragments
from aftersales.web.rows import TimelineRow


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between the two documents: how it is found, what its page shows, which functions its steps call."""

    workflow: Workflow[Any]
    template: str
    prefix: str
    url_name: str
    forms: Mapping[str, type[StationForm]]
    functions: Mapping[str, Callable[..., Any]]
    find: Callable[[Actor, str], Any]
    shown: Callable[[Actor, Any], dict[str, Any]]

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(f"{self.prefix}-{name}" for name in ("actions", "state", "journal"))


def _find_call(actor: Actor, number: str) -> FollowUp:
    rows = FollowUp.objects.select_related("assignee", "order", "station")
    found: FollowUp = rows.get_visible(actor, P.VIEW, number=number)
    return found


def _find_case(actor: Actor, number: str) -> ServiceCase:
    rows = ServiceCase.objects.select_related("handler", "rework", "order", "station")
    found: ServiceCase = rows.get_visible(actor, P.CASE_VIEW, number=number)
    return found


def _call_page(actor: Actor, call: FollowUp) -> dict[str, Any]:
    return {
        "script": [topic.label for topic in ScriptTopic],
        "previous": queries.previous_calls(actor, call),
        "may_call": actor.may(P.CALL, call.station_id),
    }


def _case_page(actor: Actor, case: ServiceCase) -> dict[str, Any]:
    return {"calls": queries.calls_of_case(case), "may_call": actor.may(P.CASE_HANDLE, case.station_id)}


CALLS = Kind(
    workflow=follow_ups.WORKFLOW,
    template="care/call.html",
    prefix="call",
    url_name="care:call",
    forms=CALL_FORMS,
    functions={name: getattr(follow_ups, name) for name in follow_ups.WORKFLOW.by_name}
    | {"record_call": lambda call, actor, at, **facts: services.log_call(call, actor, at, **facts)[0]},
    find=_find_call,
    shown=_call_page,
)
CASES = Kind(
    workflow=cases.WORKFLOW,
    template="care/case.html",
    prefix="case",
    url_name="care:case",
    forms=CASE_FORMS,
    functions={name: getattr(cases, name) for name in cases.WORKFLOW.by_name}
    | {"tell_result": services.tell_result, "book_rework": services.book_rework},
    find=_find_case,
    shown=_case_page,
)


def _timeline(kind: Kind, document: Any) -> list[TimelineRow]:
    labels = {name: row.label for name, row in kind.workflow.by_name.items()}
    labels |= {name: row.label for name, row in kind.workflow.openings_by_name.items()}
    return [
        TimelineRow(
            at=entry.at,
            text=labels.get(entry.step, entry.step),
            actor=entry.actor_name,
            role=str(role_in_words(entry.actor_role)),
            detail=entry.reason,
        )
        for entry in entries_of(document, limit=50)
    ]


def _context(kind: Kind, actor: Actor, document: Any, **extra: Any) -> dict[str, Any]:
    return {
        "document": document,
        "offers": kind.workflow.offers(document, actor),
        "asking": frozenset(kind.forms),
        "timeline": _timeline(kind, document),
        "steps_url": reverse(kind.url_name, args=[document.number]) + "steps/",
        "form": None,
        "step": None,
        "sentence": "",
        **kind.shown(actor, document),
    } | extra


def _page(request: HttpRequest, kind: Kind, number: str) -> HttpResponse:
    actor = actor_of(request)
    document = kind.find(actor, number)
    return page(request, kind.template, lambda: _context(kind, actor, document), partials=kind.parts)


def _step(request: HttpRequest, kind: Kind, number: str, step: str) -> HttpResponse:
    actor = actor_of(request)
    document = kind.find(actor, number)
    row = kind.workflow.by_name.get(step)
    if row is None:
        raise NotVisible
    form_class = kind.forms.get(step, StationForm)
    if request.method != "POST":
        initial = {name: getattr(document, name, None) for name in form_class.base_fields if name != "answered_at_once"}
        form = form_class(initial=initial, station_id=document.station_id)
        return page(request, kind.template, _context(kind, actor, document, form=form, step=row), partials=kind.parts)
    form = form_class(request.POST, station_id=document.station_id)
    version, address = version_in(request), reverse(kind.url_name, args=[number])

    def command(who: Actor, when: datetime) -> str:
        kind.functions[step](held(document, version), who, when, **form.arguments())
        return address

    outcome = attempt(request, form, command)
    if outcome.is_done:
        messages.success(request, _("Saved."))
        return redirect_or_fragments(
            request,
            to=address,
            template=kind.template,
            parts=kind.parts,
            context=lambda: _context(kind, actor, kind.find(actor, number)),
        )
    if outcome.is_stale:
        document = kind.find(actor, number)
    sentence = "" if form.fields or outcome.refusal is None else sentence_of(outcome.refusal)
    shown = _context(kind, actor, document, form=form if form.fields else None, step=row, sentence=sentence)
    return redirect_or_fragments(
        request, to="", template=kind.template, parts=kind.parts[:1], context=shown, status=outcome.status
    )


@require_safe
def call_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show a follow-up call with script, earlier notes and actions (FUP-03, FUP-04)."""
    return _page(request, CALLS, number)


@require_http_methods(["GET", "HEAD", "POST"])
def call_step(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """Show the form of a step of a call, or take it."""
    return _step(request, CALLS, number, step)


@require_safe
def case_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show a case with its handler, limits, communications and actions."""
    return _page(request, CASES, number)


@require_http_methods(["GET", "HEAD", "POST"])
def case_step(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """Show the form of a step of a case, or take it."""
    return _step(request, CASES, number, step)
