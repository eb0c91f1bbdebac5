"""The built browser files: which hashed file an entry became, and the drawing of each icon."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

DIST = Path(__file__).parent / "static" / "dist"


@lru_cache(maxsize=1)
def _manifest() -> dict[str, Any]:
    # A checkout without a front-end build (AFTERSALES_SKIP_FRONTEND) still serves pages, only bare.
    return _read("manifest.json")


@lru_cache(maxsize=1)
def _icons() -> dict[str, str]:
    return _read("icons.json")


def _read(name: str) -> dict[str, Any]:
    path = DIST / name
    if not path.is_file():
        return {}
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def is_built() -> bool:
    return bool(_manifest())


def icon_names() -> frozenset[str]:
    """Return the icons a template may name; empty when the front end was not built."""
    return frozenset(_icons())


def icon_drawing(name: str) -> SafeString:
    """Return what stands inside the icon's <svg>; a name that is not in frontend/src/icons.txt draws a dot."""
    drawing = _icons().get(name, '<circle cx="12" cy="12" r="3" />')
    return mark_safe(drawing)  # noqa: S308  our own build output, never user text


def _address(file: str) -> str:
    # Not static(): a storage that renames files again would load a shared chunk under two names, and run it twice.
    return f"{settings.STATIC_URL}dist/{file}"


def entry_tags(entry: str, nonce: object) -> SafeString:
    """Return the <link> and <script> of one vite entry (frontend/src/<entry>.js); nothing when it was not built.

    Raises KeyError for an entry that the build does not have.
    """
    manifest = _manifest()
    if not manifest:
        return SafeString("")
    chunk = manifest[f"src/{entry}.js"]
    styles = format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((_address(file),) for file in chunk.get("css", []))
    )
    ahead = format_html_join(
        "\n",
        '<link rel="modulepreload" href="{}">',
        ((_address(manifest[name]["file"]),) for name in chunk.get("imports", [])),
    )
    token = format_html(' nonce="{}"', nonce) if nonce else ""
    script = format_html('<script type="module" src="{}"{}></script>', _address(chunk["file"]), token)
    return mark_safe("\n".join(part for part in (styles, ahead, script) if part))  # noqa: S308  built by format_html


def blocking_script(entry: str, nonce: object) -> SafeString:
    """Return a classic <script> that runs before the page is drawn; only for an entry without imports."""
    manifest = _manifest()
    if not manifest:
        return SafeString("")
    token = format_html(' nonce="{}"', nonce) if nonce else ""
    return format_html('<script src="{}"{}></script>', _address(manifest[f"src/{entry}.js"]["file"]), token)
