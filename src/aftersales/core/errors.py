"""Refusals: every way the program says no, each with a sentence for the person and a code for the machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

type Text = Any  # a str or a lazy translation; rendered in the reader's language at the door


class Refusal(Exception):
    """A command the program declines; nothing of it has happened.

    Shape: `sentence` says what is wrong and what to do, `code` is stable, `clause` the standard's clause if one is
    behind it,
    `fields` maps an input's name to its own sentence.
    """

    status = 409

    def __init__(
        self, sentence: Text, *, code: str, clause: str = "", fields: Mapping[str, Text] | None = None
    ) -> None:
        super().__init__(code)
        self.sentence = sentence
        self.code = code
        self.clause = clause
        self.fields = dict(fields or {})

    def __str__(self) -> str:
        cited = f" ({self.clause})" if self.clause else ""
        return f"{self.sentence}{cited}"


class TransitionRefused(Refusal):
    """A workflow step that may not be taken now: wrong state, no right, or a guard that cites its clause."""


class Forbidden(Refusal):
    """The actor may see the document but not do this."""

    status = 403


class NotVisible(Refusal):
    """A foreign or a missing row; both answer alike so that nothing leaks."""

    status = 404

    def __init__(self) -> None:
        from django.utils.translation import gettext_lazy as _

        super().__init__(_("There is no such record."), code="not_found")


class InputRefused(Refusal):
    """Input that cannot be: the sentence says what is wrong and what to enter instead."""

    status = 422


def whole(text: str, longest: int, field: str) -> str:
    """Return the text as it is; one too long for its column is refused at the field, never cut. Raises InputRefused."""
    from django.utils.translation import gettext_lazy as _

    if len(text) > longest:
        sentence = _("At most %(max_length)s characters.") % {"max_length": longest}
        raise InputRefused(sentence, code="too_long", fields={field: sentence})
    return text


class StaleVersion(Refusal):
    """Somebody else changed the document since it was read."""

    status = 412


class Busy(Refusal):
    """The same command is being carried out at this moment, or the database stayed contended after the bounded
    retry."""


class UnscopedQuery(RuntimeError):
    """A query on station rows without a fence: a programming error, never a user's."""
