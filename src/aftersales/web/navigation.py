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
from django.urls import reverse
from django.utils.module_loading import import_string

type Text = Any  # a str or a lazy translation

PHONE_ENTRIES = 4  # the fifth place of the bottom bar is "More"


class MayAnywhere(Protocol):
    """The one thing the frame asks of an actor."""

    def may_anywhere(self, code: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One row of the table. An empty `permission_code` means every signed-in user; `group` starts a heading."""

    label: Text
    url_name: str
    icon: str
    permission_code: str = ""
    group: Text = ""
    on_phone: bool = False


@dataclass(frozen=True, slots=True)
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
    found = (item for item in items if not item.permission_code or actor.may_anywhere(item.permission_code))
    allowed = list({item.url_name: item for item in found}.values())  # one entry, two rights
    urls = [reverse(item.url_name) for item in allowed]
    here = max((url for url in urls if _covers(url, path)), key=len, default="")
    return tuple(
        NavigationRow(
            label=item.label, url=url, icon=item.icon, active=url == here, group=item.group, on_phone=item.on_phone
        )
        for item, url in zip(allowed, urls, strict=True)
    )


def phone_rows(rows: tuple[NavigationRow, ...]) -> tuple[NavigationRow, ...]:
    """Return what fits into the bottom bar: the marked rows, else the first ones."""
    marked = tuple(row for row in rows if row.on_phone)
    return (marked or rows)[:PHONE_ENTRIES]


def _covers(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))
