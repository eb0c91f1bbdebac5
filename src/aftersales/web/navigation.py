"""The navigation's table and how it is cut to what a user may do.

The lead of the house fills it in `config/navigation.py`; `settings.WEB_NAVIGATION` names the object there:

    NAVIGATION = Navigation(
        items=(NavigationItem(_("My work"), "home", "layout-list", on_phone=True), …),
        bell=notifications.queries.unread_count_for_request,
        bell_url_name="notifications:list",
        station=lambda request: request.actor.station_name,
    )
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.module_loading import import_string

type Text = Any  # a str or a lazy translation

PHONE_ENTRIES = 4  # the fifth place of the bottom bar is "More"


class MayAnywhere(Protocol):
    """The one thing the frame asks of an actor."""

    def may_anywhere(self, code: str) -> bool: ...


@dataclass(frozen=True, slots=True, eq=False)  # one of its kind: rows are kept by it
class NavigationItem:
    """One row of the table. An empty `permission_code` means every signed-in user; `group` starts a heading."""

    label: Text
    url_name: str
    icon: str
    permission_code: str = ""
    group: Text = ""
    on_phone: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class NavigationRow:
    """One entry as drawn."""

    label: Text
    url: str
    icon: str
    active: bool
    group: Text = ""
    on_phone: bool = False


@dataclass(frozen=True, slots=True)
class Navigation:
    """What the frame shows around every page, given by the rooms above."""

    items: tuple[NavigationItem, ...] = ()
    account_items: tuple[NavigationItem, ...] = ()
    bell: Callable[[HttpRequest], int] | None = None
    bell_url_name: str = ""
    station: Callable[[HttpRequest], str] | None = None


@lru_cache(maxsize=4)
def _named(path: str) -> Navigation:
    found = import_string(path)
    if not isinstance(found, Navigation):
        raise TypeError(f"{path} is not a Navigation")
    return found


def installed() -> Navigation:
    """Return the navigation that the settings name, or an empty one."""
    path: str = getattr(settings, "WEB_NAVIGATION", "")
    return _named(path) if path else Navigation()


def rows_for(items: tuple[NavigationItem, ...], actor: MayAnywhere | None, path: str) -> tuple[NavigationRow, ...]:
    """Return the entries the actor may use; the one whose address is the longest head of `path` is active."""
    if actor is None:
        return ()
    allowed = tuple(item for item in items if not item.permission_code or actor.may_anywhere(item.permission_code))
    entries = _addressed(allowed, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())
    here = max((url for _item, url in entries if _covers(url, path)), key=len, default="")
    return _rows(entries, here)


@lru_cache(maxsize=256)
def _addressed(
    allowed: tuple[NavigationItem, ...], _urlconf: object, _prefix: str
) -> tuple[tuple[NavigationItem, str], ...]:
    items = {item.url_name: item for item in allowed}.values()  # one entry, two rights
    return tuple((item, reverse(item.url_name)) for item in items)


@lru_cache(maxsize=1024)
def _rows(entries: tuple[tuple[NavigationItem, str], ...], here: str) -> tuple[NavigationRow, ...]:
    return tuple(
        NavigationRow(
            label=item.label, url=url, icon=item.icon, active=url == here, group=item.group, on_phone=item.on_phone
        )
        for item, url in entries
    )


@lru_cache(maxsize=2048)
def drawn(rows: tuple[NavigationRow, ...], _language: str) -> str:
    """Return the entries as HTML in the present language: the same for everybody who may use the same ones."""
    return render_to_string("web/navigation.html", {"rows": rows})


def phone_rows(rows: tuple[NavigationRow, ...]) -> tuple[NavigationRow, ...]:
    """Return what fits into the bottom bar: the marked rows, else the first ones."""
    marked = tuple(row for row in rows if row.on_phone)
    return (marked or rows)[:PHONE_ENTRIES]


def _covers(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))
