"""The workflow engine: a declared table of steps, and one code path by which every document changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import wraps
from typing import Any, Concatenate, Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from aftersales.core.actor import Actor
from aftersales.core.documents import subject_kind
from aftersales.core.errors import Forbidden, NotVisible, Refusal, StaleVersion, Text, TransitionRefused
from aftersales.core.events import StepTaken, publish
from aftersales.core.rows import Children, lock_row, lock_visible, update_statement
from aftersales.core.statements import Statement
from aftersales.core.transactions import run_in_transaction

type Predicate = Callable[..., Text | None]  # answers None, or the sentence that says why not


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition that must hold before a step, looked at on the document alone: it greys the button and refuses the
    step.

    `waivable` guards yield to a recorded departure: a named authoriser and a reason (SVC-02, ORG-20).
    """

    clause: str
    holds: Callable[[Any], Text | None]
    waivable: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A condition on the step's own input: `holds(document, actor, at, **arguments)`; for an opening without the
    document."""

    clause: str
    holds: Predicate
    waivable: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a workflow table. `target` None means the state stays; `clauses` are what the step itself fulfils."""

    name: str
    label: Text
    sources: tuple[str, ...]
    target: str | None
    permission: str
    guards: tuple[Guard, ...] = ()
    checks: tuple[Check, ...] = ()
    clauses: tuple[str, ...] = ()

    @property
    def conditions(self) -> tuple[Guard | Check, ...]:
        """Everything that must hold before the step."""
        return (*self.guards, *self.checks)


@dataclass(frozen=True, slots=True)
class Opening:
    """The row by which a document comes into being; `target` is its first state."""

    name: str
    label: Text
    target: str
    permission: str
    checks: tuple[Check, ...] = ()
    clauses: tuple[str, ...] = ()


class Recorder(Protocol):
    """The journal's door: write one entry about a document."""

    def __call__(
        self,
        *,
        document: models.Model,
        step: str,
        before: str,
        after: str,
        changes: dict[str, Any],
        actor: Actor,
        at: datetime,
        reason: str = "",
        after_writing: Statement | None = None,
    ) -> None: ...


class _Ports:
    """What the rooms above plug in at start-up, so that the engine knows none of them."""

    record: Recorder | None = None
    departures: Callable[[models.Model], frozenset[str]] | None = None


def plug_in(
    *, record: Recorder | None = None, departures: Callable[[models.Model], frozenset[str]] | None = None
) -> None:
    """Install the journal and the source of authorised departures (clauses waived on a document)."""
    _Ports.record = record or _Ports.record
    _Ports.departures = departures or _Ports.departures


def record_entry(
    document: models.Model,
    *,
    step: str,
    actor: Actor,
    at: datetime,
    before: str = "",
    after: str = "",
    changes: dict[str, Any] | None = None,
    reason: str = "",
    after_writing: Statement | None = None,
) -> None:
    """Write the journal entry of a command; `after_writing` is a last statement that goes to the server with it."""
    if _Ports.record is None:
        raise RuntimeError("the journal is not plugged in")
    _Ports.record(
        document=document,
        step=step,
        before=before,
        after=after,
        changes=changes or {},
        actor=actor,
        at=at,
        reason=reason,
        after_writing=after_writing,
    )  # fmt: skip


def plain(value: Any) -> Any:
    """Return a value as JSON keeps it: decimals and instants as text, so that nothing is rounded."""
    if isinstance(value, Decimal | datetime | date):
        return str(value)
    if isinstance(value, str | int | float | bool | list | dict) or value is None:
        return value
    return str(value)


def snapshot(document: models.Model) -> dict[str, Any]:
    """Return the document's own columns as they are now."""
    values = document.__dict__
    return {f.attname: values[f.attname] for f in document._meta.concrete_fields if f.attname in values}


def changed_columns(before: dict[str, Any], document: models.Model) -> dict[str, list[Any]]:
    """Return {column: [old, new]} for the columns that differ from a snapshot."""
    values = document.__dict__
    return {name: [plain(old), plain(values[name])] for name, old in before.items() if values[name] != old}


def lock_fresh[M: models.Model](document: M, below: tuple[Children, ...] = ()) -> M:
    """Lock the document's row and return it as it is now, with the rows below it.

    Raises StaleVersion when the caller has seen an older version; NotVisible when the row is gone.
    """
    expected = getattr(document, "expected_version", None)
    visible_as = getattr(document, "visible_as", None)
    if visible_as is None:
        fresh = lock_row(type(document), document.pk, below)
    else:
        number, stations = visible_as
        fresh = lock_visible(type(document), number, stations, below)
    if fresh is None:
        raise NotVisible
    if expected is not None and fresh.version != expected:  # type: ignore[attr-defined]
        raise StaleVersion(
            _("Somebody changed this record while you were working on it. Look at the new state and try again."),
            code="stale_version",
        )
    return fresh


@dataclass(frozen=True, slots=True)
class Offer:
    """A step that leaves the current state, with the refusal that stands in its way (None: allowed now)."""

    step: Step
    refusal: Refusal | None

    @property
    def is_open(self) -> bool:
        return self.refusal is None


@dataclass(slots=True)
class Workflow[M: models.Model]:
    """The steps of one kind of document: one table that feeds engine, buttons, API, diagram, clocks and generated
    tests. `reads` names the rows below the document that a step looks at: they come with its lock."""

    field: str
    steps: Sequence[Step]
    opening: Opening | None = None
    openings: Sequence[Opening] = ()
    reads: Mapping[str, tuple[Children, ...]] = dataclasses.field(default_factory=dict)
    bodies: dict[str, Callable[..., Any]] = dataclasses.field(default_factory=dict)
    by_name: dict[str, Step] = dataclasses.field(init=False)
    openings_by_name: dict[str, Opening] = dataclasses.field(init=False)
    has_waivable_conditions: bool = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.by_name = {step.name: step for step in self.steps}
        all_openings: Iterable[Opening] = (self.opening, *self.openings) if self.opening else self.openings
        self.openings_by_name = {row.name: row for row in all_openings}
        if len(self.by_name) != len(self.steps):
            raise ValueError("a step is declared twice")
        if unknown := self.reads.keys() - self.by_name.keys():
            raise ValueError(f"rows are read for steps that do not exist: {sorted(unknown)}")
        self.has_waivable_conditions = any(condition.waivable for step in self.steps for condition in step.conditions)

    def refusal(self, document: M, step: Step, actor: Actor, waived: frozenset[str] = frozenset()) -> Refusal | None:
        """Return why the step may not be taken now, or None."""
        if getattr(document, self.field) not in step.sources:
            return TransitionRefused(
                _("“%(step)s” is not possible in the current state.") % {"step": step.label}, code="wrong_state"
            )
        if not actor.may(step.permission, getattr(document, "station_id", None)):
            return Forbidden(_("Your role does not allow “%(step)s”.") % {"step": step.label}, code="forbidden")
        for guard in step.guards:
            if guard.waivable and guard.clause in waived:
                continue
            if sentence := guard.holds(document):
                return TransitionRefused(sentence, code=guard.holds.__name__, clause=guard.clause)
        return None

    def offers(self, document: M, actor: Actor) -> list[Offer]:
        """Return the steps that leave the current state and that the actor's role allows, each with what stands in
        its way."""
        here = getattr(document, self.field)
        station_id = getattr(document, "station_id", None)
        waived = self._waived(document)
        return [
            Offer(step, self.refusal(document, step, actor, waived))
            for step in self.steps
            if here in step.sources and actor.may(step.permission, station_id)
        ]

    def step[**P](
        self, body: Callable[Concatenate[M, Actor, datetime, P], Any]
    ) -> Callable[Concatenate[M, Actor, datetime, P], M]:
        """Bind a body to its row; KeyError at import for a body without a row.

        The bound function locks the row, re-reads it, refuses or runs the body, saves the changed columns, writes the
        journal entry and publishes StepTaken, all in one transaction, and returns the fresh document.
        """
        step = self.by_name[body.__name__]
        self.bodies[step.name] = body

        @wraps(body)
        def run(document: M, actor: Actor, at: datetime, /, *args: P.args, **kwargs: P.kwargs) -> M:
            return run_in_transaction(lambda: self._take(step, body, document, actor, at, *args, **kwargs))

        run.locks_itself = True  # type: ignore[attr-defined]
        return run

    def _take(
        self, step: Step, body: Callable[..., Any], document: M, actor: Actor, at: datetime, *args: Any, **kwargs: Any
    ) -> M:
        fresh = lock_fresh(document, self.reads.get(step.name, ()))
        conditions = step.conditions
        waived = self._waived(fresh) if any(condition.waivable for condition in conditions) else frozenset[str]()
        if refused := self.refusal(fresh, step, actor, waived):
            raise refused
        for check in step.checks:
            if check.waivable and check.clause in waived:
                continue
            if sentence := check.holds(fresh, actor, at, **kwargs):
                raise TransitionRefused(sentence, code=check.holds.__name__, clause=check.clause)
        before_columns = snapshot(fresh)
        before: str = getattr(fresh, self.field)
        noted = body(fresh, actor, at, *args, **kwargs)
        after = step.target or before
        setattr(fresh, self.field, after)
        fresh.version += 1  # type: ignore[attr-defined]
        changes = changed_columns(before_columns, fresh)
        writing = update_statement(fresh, list(changes))
        del changes["version"]
        changes.pop(self.field, None)
        if isinstance(noted, dict):  # what the body did beyond the document's own columns, told to the journal
            changes |= {name: plain(value) for name, value in noted.items()}
        if departed := waived & {condition.clause for condition in conditions}:
            changes["departures"] = sorted(departed)
        record_entry(
            fresh,
            step=step.name,
            before=before,
            after=after,
            changes=changes,
            actor=actor,
            at=at,
            reason=str(kwargs.get("reason") or ""),
            after_writing=writing,
        )
        publish(StepTaken(actor=actor, at=at, document=fresh, step=step.name, before=before, after=after))
        return fresh

    def opens[**P](
        self, body: Callable[Concatenate[Actor, datetime, P], M]
    ) -> Callable[Concatenate[Actor, datetime, P], M]:
        """Bind the body that makes a new document; it returns the document saved in the opening's target state.

        The right is asked at the station of the keyword `station`; the journal entry and StepTaken follow as with a
        step.
        """
        opening = self.openings_by_name[body.__name__]
        self.bodies[opening.name] = body

        @wraps(body)
        def run(actor: Actor, at: datetime, /, *args: P.args, **kwargs: P.kwargs) -> M:
            return run_in_transaction(lambda: self._open(opening, body, actor, at, *args, **kwargs))

        return run

    def _open(
        self, opening: Opening, body: Callable[..., M], actor: Actor, at: datetime, *args: Any, **kwargs: Any
    ) -> M:
        station: Any = kwargs.get("station")
        if not actor.may(opening.permission, getattr(station, "pk", None)):
            raise Forbidden(_("Your role does not allow “%(step)s”.") % {"step": opening.label}, code="forbidden")
        for check in opening.checks:
            if sentence := check.holds(actor, at, **kwargs):
                raise TransitionRefused(sentence, code=check.holds.__name__, clause=check.clause)
        document = body(actor, at, *args, **kwargs)
        if getattr(document, self.field) != opening.target:
            raise RuntimeError(f"{opening.name} must leave {subject_kind(document)} in state {opening.target}")
        record_entry(
            document,
            step=opening.name,
            after=opening.target,
            changes={
                name: plain(value) for name, value in snapshot(document).items() if value not in (None, "", [], {})
            },
            actor=actor,
            at=at,
        )
        publish(StepTaken(actor=actor, at=at, document=document, step=opening.name, before="", after=opening.target))
        return document

    def _waived(self, document: M) -> frozenset[str]:
        if _Ports.departures is None or not self.has_waivable_conditions:
            return frozenset()
        return _Ports.departures(document)
