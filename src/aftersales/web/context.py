"""The one variable the frame needs in every template: `chrome`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csp import get_nonce
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from aftersales.web.navigation import NavigationRow, installed, phone_rows, rows_for

THEMES = ("light", "dark", "auto")
THEME_COOKIE = "theme"


def theme_choice(request: HttpRequest) -> str:
    """Return what the user chose; a cookie with anything else means: follow the system."""
    chosen = request.COOKIES.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    name: str
    current: bool


LANGUAGES = (("zh-hans", "中文"), ("en", "English"))


class Chrome:
    """What the base templates show around a page; each value is worked out only when a template uses it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def theme_choice(self) -> str:
        return theme_choice(self._request)

    @property
    def theme(self) -> str:
        """The theme to draw before the browser has a say: the choice, or light while following the system."""
        return "light" if self.theme_choice == "auto" else self.theme_choice

    @property
    def languages(self) -> tuple[Language, ...]:
        here = get_language() or "zh-hans"
        return tuple(Language(code, name, here.startswith(code[:2])) for code, name in LANGUAGES)

    @property
    def nonce(self) -> Any:
        return get_nonce(self._request)

    @property
    def path(self) -> str:
        return self._request.get_full_path()

    @cached_property
    def now(self) -> datetime:
        """The moment this page is drawn; countdowns are counted from it."""
        return timezone.now()

    @cached_property
    def actor(self) -> Any:
        return getattr(self._request, "actor", None)

    @property
    def user_name(self) -> str:
        return str(getattr(self.actor, "name", "") or "")

    @property
    def user_role(self) -> str:
        return str(getattr(self.actor, "role", "") or "")

    @cached_property
    def navigation(self) -> tuple[NavigationRow, ...]:
        return rows_for(installed().items, self.actor, self._request.path)

    @cached_property
    def account_navigation(self) -> tuple[NavigationRow, ...]:
        return rows_for(installed().account_items, self.actor, self._request.path)

    @property
    def phone_navigation(self) -> tuple[NavigationRow, ...]:
        return phone_rows(self.navigation)

    @cached_property
    def station_name(self) -> str:
        station = installed().station
        return station(self._request) if station and self.actor is not None else ""

    @cached_property
    def unread(self) -> int:
        bell = installed().bell
        return bell(self._request) if bell and self.actor is not None else 0

    @property
    def bell_url(self) -> str:
        return _address(installed().bell_url_name)

    @property
    def logout_url(self) -> str:
        return _address("account_logout")

    @property
    def language_url(self) -> str:
        return _address("set_language")

    @property
    def search_url(self) -> str:
        return _address("search:search") or "/search/"

    @property
    def texts(self) -> dict[str, str]:
        """The few sentences that scripts say, in the user's language."""
        return _texts(get_language() or "")


@lru_cache(maxsize=8)
def _texts(_language: str) -> dict[str, str]:
    return {
        "days": gettext("{days} d "),
        "hours": gettext("{hours} h "),
        "minutes": gettext("{minutes} min"),
        "left": gettext("{span} left"),
        "over": gettext("{span} over"),
        "offline": gettext("The server cannot be reached. Nothing was lost: please try again."),
        "failed": gettext("That did not work. Reload the page and try again."),
        "forbidden": gettext("You are not allowed to do this."),
        "missing": gettext("This record does not exist or is not visible to you."),
        "moved": gettext("Moved."),
        "busy": gettext("Too many requests at once. Please wait a moment."),
    }


def _address(url_name: str) -> str:
    return _reversed(url_name, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix()) if url_name else ""


@lru_cache(maxsize=64)
def _reversed(url_name: str, _urlconf: object, _prefix: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def chrome(request: HttpRequest) -> dict[str, Chrome]:
    """Context processor."""
    return {"chrome": Chrome(request)}
