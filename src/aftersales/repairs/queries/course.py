"""Where a visit is, what comes next and why not, and what happened to it: stepper, buttons, timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from aftersales.accounts.roles import ROLES
from aftersales.core.actor import Actor
from aftersales.core.errors import Text
from aftersales.core.workflow import Offer
from aftersales.journal.models import JournalEntry
from aftersales.repairs.choices import OrderState as S
from aftersales.repairs.models import RepairOrder
from aftersales.repairs.transitions import WORKFLOW
from aftersales.web.rows import StepRow, Steps, StepState, TimelineRow

STAGES: tuple[tuple[S, Text, str], ...] = (
    # state, its short name, the step that leaves it on the straight way
    (S.RECEIVED, _("Check-in"), "diagnose"),
    (S.DIAGNOSED, _("Diagnosis"), "estimate"),
    (S.ESTIMATED, _("Estimate"), "authorize"),
    (S.AUTHORIZED, _("Consent"), "dispatch"),
    (S.DISPATCHED, _("Dispatch"), "start_work"),
    (S.IN_PROGRESS, _("Work"), "complete"),
    (S.COMPLETED, _("Self-check"), "inspect"),
    (S.INSPECTED, _("Inspection"), "wash"),
    (S.WASHED, _("Wash"), "take_over"),
    (S.READY, _("Take-over"), "settle"),
    (S.SETTLED, _("Settlement"), "release"),
    (S.RELEASED, _("Release"), "archive"),
    (S.ARCHIVED, pgettext_lazy("repair order", "Archive"), ""),
)
AT_THE_LINES = frozenset({"start_work", "pause_work", "finish_work", "change_line", "remove_line", "call_for_help"})
AT_THE_COUNTER = frozenset({"settle", "reopen_settlement", "note_payment"})
STRAIGHT_WAY = frozenset(step for _state, _label, step in STAGES if step) | {
    "add_lines", "record_consent", "issue_parts", "return_parts", "fail_inspection", "explain_items", "tell_progress",
}  # fmt: skip
WITHOUT_FORM = frozenset({"wash", "explain_items", "archive"})

TONES = {
    "check_in": "blue", "authorize": "green", "record_consent": "green", "inspect": "green", "release": "green",
    "archive": "neutral", "fail_inspection": "orange", "reopen": "orange", "authorize_departure": "orange",
    "reopen_settlement": "orange", "cancel": "red", "close_without_repair": "neutral", "suspend": "amber",
    "pause_work": "amber", "start_work": "azure", "call_for_help": "red",
}  # fmt: skip


def reached_at(entries: Sequence[JournalEntry]) -> dict[str, datetime]:
    """Return when each state was last entered."""
    reached: dict[str, datetime] = {}
    for entry in entries:  # newest first: the first one seen is the last time
        if entry.after and entry.after != entry.before:
            reached.setdefault(entry.after, entry.at)
    return reached


def next_obstacle(order: RepairOrder, step_name: str) -> Text:
    """Return what stands in the way of a step whoever takes it, or ''."""
    step = WORKFLOW.by_name[step_name]
    for guard in step.guards:
        if sentence := guard.holds(order):
            return sentence
    return ""


def stages_of(order: RepairOrder, entries: Sequence[JournalEntry]) -> Steps:
    """Return the visit's stages: done, present, and the next with what stands in its way (WORK-09)."""
    reached = reached_at(entries)
    states = [state for state, _label, _step in STAGES]
    if order.state not in states:  # cancelled, or closed without repair
        done = [StepRow(label, StepState.DONE, at=reached[state]) for state, label, _step in STAGES if state in reached]
        return Steps.of([*done, StepRow(S(order.state).label, StepState.CURRENT, at=reached.get(order.state))])
    here = states.index(S(order.state))
    rows = []
    for n, (state, label, _step) in enumerate(STAGES):
        if n < here or (n == here and state == S.ARCHIVED):
            rows.append(StepRow(label, StepState.DONE, at=reached.get(state)))
        elif n == here:
            rows.append(StepRow(label, StepState.CURRENT, at=reached.get(state)))
        elif n == here + 1:
            why = next_obstacle(order, STAGES[here][2])
            rows.append(StepRow(label, StepState.BLOCKED if why else StepState.NEXT, reason=why))
        else:
            rows.append(StepRow(label, StepState.LATER))
    return Steps.of(rows)


@dataclass(frozen=True, slots=True)
class Actions:
    """What this reader may do now: on the straight way, beside it, at the lines, and at the cash desk."""

    main: tuple[Offer, ...]
    side: tuple[Offer, ...]
    at_lines: Mapping[str, Offer]
    at_counter: tuple[Offer, ...]
    primary: str


def actions_of(order: RepairOrder, actor: Actor) -> Actions:
    """Return the steps the reader's role allows now, sorted by where they belong on the page."""
    offers = WORKFLOW.offers(order, actor)
    elsewhere = AT_THE_LINES | AT_THE_COUNTER
    main = tuple(offer for offer in offers if offer.step.name in STRAIGHT_WAY and offer.step.name not in elsewhere)
    side_out = "suspend" if order.hold_reason else "resume"
    side = tuple(
        offer
        for offer in offers
        if offer.step.name not in STRAIGHT_WAY and offer.step.name not in elsewhere and offer.step.name != side_out
    )
    forward = next((step for state, _label, step in STAGES if state == order.state), "")
    preferred = [forward, "explain_items", "issue_parts", "record_consent"]
    is_open = {offer.step.name for offer in main if offer.refusal is None}
    if forward == "estimate" and "add_lines" in is_open and not order.all_lines():
        preferred.insert(0, "add_lines")
    if order.hold_reason:
        preferred.insert(0, "resume")
    return Actions(
        main=main,
        side=side,
        at_lines={offer.step.name: offer for offer in offers if offer.step.name in AT_THE_LINES},
        at_counter=tuple(offer for offer in offers if offer.step.name == "settle"),
        primary=next((name for name in preferred if name in is_open), ""),
    )


_ROLES = {row.code: row for row in ROLES}
_STEP_LABELS: dict[str, Text] = {
    "attach": _("Picture added"),
    "check_in": _("Check in"),
    "import_history": _("History imported"),
}


def label_of_step(name: str) -> Text:
    """Return a journal step's label in the reader's language; an unknown one stays as it is."""
    if name in WORKFLOW.by_name:
        return WORKFLOW.by_name[name].label
    return _STEP_LABELS.get(name, name)


def role_label(code: str) -> str:
    """Return a role's name in the reader's language; a role that is not ours stays as it was written."""
    row = _ROLES.get(code)
    if row is None:
        return code
    return row.name if (get_language() or "zh").startswith("zh") else row.name_en


def timeline_of(entries: Sequence[JournalEntry]) -> list[TimelineRow]:
    """Return the journal as people read it, newest first."""
    return [
        TimelineRow(
            at=entry.at,
            text=label_of_step(entry.step),
            actor=entry.actor_name,
            role=role_label(entry.actor_role),
            detail=_detail(entry),
            tone=TONES.get(entry.step, "neutral"),
        )
        for entry in entries
    ]


def _detail(entry: JournalEntry) -> str:
    told = [entry.reason] if entry.reason else []
    changes: Mapping[str, Any] = entry.changes or {}
    if clauses := changes.get("departures"):
        told.append(_now("departure from %(clauses)s") % {"clauses": ", ".join(clauses)})
    for name in ("line", "told", "concern", "hand_over_note", "clause", "note"):
        value = changes.get(name)
        if isinstance(value, str) and value and value != entry.reason:
            told.append(value)
    for name in ("technicians", "issued", "returned"):
        value = changes.get(name)
        if isinstance(value, dict):
            told.append("; ".join(f"{item}: {given}" for item, given in value.items()))
    if isinstance(added := changes.get("added"), list):
        told.append("; ".join(str(line.get("text", "")) for line in added if isinstance(line, dict)))
    if isinstance(failures := changes.get("failures"), list):
        told.append("; ".join(f"{row['line']}: {row['reason']}" for row in failures if isinstance(row, dict)))
    if given_by := changes.get("given_by"):
        told.append(str(given_by))
    return " · ".join(part for part in told if part)
