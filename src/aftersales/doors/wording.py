"""What is wrong with one field of a request, as a sentence in the caller's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from aftersales.core.errors import Text

_WHOLE, _NUMBER = _("Enter a whole number."), _("Enter a number.")
_DAY, _INSTANT = (
    _("Enter a date such as 2026-03-05."),
    _("Enter a time with its zone, such as 2026-03-05T14:30:00+08:00."),
)
_SHAPE, _ANY = _("Send this in the form that the description of the API shows."), _("This value cannot be used.")

SENTENCES: Final[Mapping[str, Text]] = {
    "missing": _("Please fill in."),
    "extra_forbidden": _("There is no such field, or only the server writes it."),
    "string_type": _("Enter text."),
    "string_too_long": _("At most %(max_length)s characters."),
    "string_too_short": _("At least %(min_length)s characters."),
    "string_pattern_mismatch": _("This is not in the form asked for."),
    "greater_than": _("Enter more than %(gt)s."),
    "greater_than_equal": _("Enter %(ge)s or more."),
    "less_than": _("Enter less than %(lt)s."),
    "less_than_equal": _("Enter %(le)s or less."),
    "decimal_max_digits": _("At most %(max_digits)s digits."),
    "decimal_max_places": _("At most %(decimal_places)s decimals."),
    "enum": _("Choose one of: %(expected)s."),
    "literal_error": _("Choose one of: %(expected)s."),
    "too_long": _("At most %(max_length)s entries."),
    "too_short": _("At least %(min_length)s entries."),
    "timezone_aware": _INSTANT,
    "json_invalid": _SHAPE,
}
BEGINNINGS: Final = (
    ("int_", _WHOLE),
    ("float_", _NUMBER),
    ("decimal_", _NUMBER),
    ("finite_", _NUMBER),
    ("bool_", _("Enter true or false.")),
    ("date_from", _DAY),
    ("date_", _DAY),
    ("datetime_", _INSTANT),
    ("time_", _("Enter a time of day such as 08:30:00.")),
    ("list_", _SHAPE),
    ("dict_", _SHAPE),
    ("model_", _SHAPE),
    ("dataclass_", _SHAPE),
)


def sentence_for(error: Mapping[str, Any]) -> str:
    """Return the sentence for one of pydantic's errors (its `type` and `ctx`)."""
    kind = str(error.get("type", ""))
    sentence = SENTENCES.get(kind) or next((told for start, told in BEGINNINGS if kind.startswith(start)), _ANY)
    try:
        return str(sentence) % {name: str(value)[:200] for name, value in (error.get("ctx") or {}).items()}
    except (KeyError, ValueError):
        return str(_ANY)
