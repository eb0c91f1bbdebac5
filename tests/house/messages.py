"""The texts users see, found in code and templates. Run as a program it lists those without a translation."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract

from aftersales.locale.merge import Merged, languages, merge

SOURCE = Path(__file__).parents[2] / "src" / "aftersales"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_STRING = r"""[uU]?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_IN_TEMPLATE = re.compile(
    rf"\b(_|gettext|pgettext|ngettext|npgettext)\(\s*{_STRING}(?:\s*,\s*{_STRING})?(?:\s*,\s*{_STRING})?"
)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%|%[sd]|\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class Text:
    """One text as the code asks for it: `texts` holds singular and plural where there are two."""

    context: str
    texts: tuple[str, ...]
    where: str

    @property
    def key(self) -> tuple[str, str | tuple[str, ...]]:
        return self.context, self.texts[0] if len(self.texts) == 1 else self.texts


def texts() -> dict[tuple[str, str | tuple[str, ...]], Text]:
    """Return every text of the package, each with the first place that asks for it."""
    found: dict[tuple[str, str | tuple[str, ...]], Text] = {}
    for text in (*_in_code(), *_in_templates()):
        found.setdefault(text.key, text)
    return found


def _in_code() -> Iterator[Text]:
    for path in sorted(SOURCE.rglob("*.py")):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        with path.open("rb") as file:
            for line, message, _comments, context in extract("python", file, KEYWORDS):
                several = (message,) if isinstance(message, str) else tuple(message)
                yield Text(context or "", several, f"{path.relative_to(SOURCE)}:{line}")


def _in_templates() -> Iterator[Text]:
    from django.utils.translation.template import templatize

    for path in sorted((*SOURCE.rglob("templates/**/*.html"), *SOURCE.rglob("templates/**/*.txt"))):
        for kind, *literals in _IN_TEMPLATE.findall(templatize(path.read_text("utf-8"), origin=str(path))):
            strings = [ast.literal_eval(literal) for literal in literals if literal]
            context = strings.pop(0) if kind in ("pgettext", "npgettext") else ""
            several = tuple(strings[:2] if kind in ("ngettext", "npgettext") else strings[:1])
            yield Text(context, several, str(path.relative_to(SOURCE)))


def placeholders(text: str) -> set[str]:
    """Return what a text fills in, as it is written."""
    return {found.group(0) for found in PLACEHOLDER.finditer(text)} - {"%%"}


def faults(merged: Merged) -> list[str]:
    """Return what is wrong with the fragments: conflicts, fuzzy and empty entries, placeholders that differ."""
    wrong = [f"{key[1]!r} is translated differently: {versions}" for key, versions in merged.conflicts.items()]
    for (_context, text), message in merged.messages.items():
        singular = text if isinstance(text, str) else text[-1]
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        if message.fuzzy:
            wrong.append(f"{text!r} is fuzzy")
        if not all(strings):
            wrong.append(f"{text!r} has no translation")
        elif any(placeholders(string) != placeholders(singular) for string in strings):
            wrong.append(f"{text!r} and {strings!r} do not fill in the same")
    return wrong


def missing(merged: Merged) -> list[Text]:
    """Return the texts that the merged language does not have."""
    known = {key: True for key in merged.messages}
    known |= {(context, text[0]): True for context, text in merged.messages if isinstance(text, tuple)}
    return [text for key, text in texts().items() if key not in known]


def main() -> int:
    """List what is missing or wrong, as entries to paste into a fragment."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aftersales.config.settings_test")
    import django

    django.setup()
    left = 0
    for language in languages():
        merged = merge(language)
        for text in missing(merged):
            left += 1
            sys.stdout.write(f"#: {text.where}\n")
            if text.context:
                sys.stdout.write(f"msgctxt {_quoted(text.context)}\n")
            sys.stdout.write(f"msgid {_quoted(text.texts[0])}\n")
            if len(text.texts) > 1:
                sys.stdout.write(f'msgid_plural {_quoted(text.texts[1])}\nmsgstr[0] ""\n\n')
            else:
                sys.stdout.write('msgstr ""\n\n')
        for fault in faults(merged):
            left += 1
            sys.stdout.write(f"# {fault}\n")
    return 1 if left else 0


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


if __name__ == "__main__":
    raise SystemExit(main())
