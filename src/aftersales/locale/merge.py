"""Merge the fragments of a language into the one catalogue Django reads. Needs babel, nothing else of this package.

The build (hatch_build.py), `make messages` and the tests call this; the merged file is never edited and not in git.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

HERE = Path(__file__).parent

type Key = tuple[str, str | tuple[str, ...]]  # context, text


@dataclass(slots=True)
class Merged:
    """One language's texts, and the texts two fragments translate differently: {key: {fragment: translation}}."""

    messages: dict[Key, Message] = field(default_factory=dict)
    sources: dict[Key, str] = field(default_factory=dict)
    conflicts: dict[Key, dict[str, str]] = field(default_factory=dict)


def languages(folder: Path = HERE) -> Iterator[Path]:
    """Yield the folder of every language that has fragments."""
    yield from sorted(path.parent for path in folder.glob("*/fragments"))


def fragments(language: Path) -> list[tuple[str, Catalog]]:
    """Return every fragment of a language by name; a syntax error in one is raised with its file and line."""
    found = []
    for path in sorted(language.glob("fragments/*.po")):
        with path.open("rb") as file:
            found.append((path.stem, read_po(file, locale="zh_Hans", abort_invalid=True)))
    return found


def merge(language: Path) -> Merged:
    """Return all texts of a language; of two translations the first by the fragment's name counts."""
    merged = Merged()
    for name, catalogue in fragments(language):
        for message in catalogue:
            if not message.id:
                continue
            key = (message.context or "", message.id if isinstance(message.id, str) else tuple(message.id))
            known = merged.messages.setdefault(key, message)
            source = merged.sources.setdefault(key, name)
            if known.string != message.string:
                merged.conflicts.setdefault(key, {source: str(known.string)})[name] = str(message.string)
    return merged


def compile_fragments(folder: Path = HERE) -> list[Path]:
    """Write LC_MESSAGES/django.mo of every language whose fragments are newer, and return those written."""
    written = []
    for language in languages(folder):
        compiled = language / "LC_MESSAGES" / "django.mo"
        newest = max(path.stat().st_mtime for path in language.glob("fragments/*.po"))
        if compiled.exists() and compiled.stat().st_mtime >= newest:
            continue
        catalogue = Catalog(locale="zh_Hans", charset="utf-8")
        for message in merge(language).messages.values():
            catalogue.add(message.id, message.string, context=message.context)
        compiled.parent.mkdir(exist_ok=True)
        partial = compiled.with_suffix(".part")
        with partial.open("wb") as file:
            write_mo(file, catalogue)
        partial.replace(compiled)
        written.append(compiled)
    return written


if __name__ == "__main__":
    for path in compile_fragments():
        sys.stdout.write(f"{path}\n")
