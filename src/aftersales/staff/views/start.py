"""The first page of the administration: the doors the reader may open."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from aftersales.accounts.permissions import P as Accounts
from aftersales.network.permissions import P as Network
from aftersales.network.screens import actor_of
from aftersales.staff.permissions import P as Staff

_DOORS = (
    (_("Stations"), "administration:stations", "building", (Network.VIEW,)),
    (_("People"), "administration:members", "users", (Staff.VIEW,)),
    (_("Calendar"), "administration:network_calendar", "calendar", (Network.VIEW,)),
    (_("Users"), "administration:users", "user-circle", (Accounts.KEEP_USERS, Accounts.KEEP_RIGHTS)),
    (_("Roles"), "administration:roles", "shield", (Accounts.KEEP_RIGHTS, Accounts.READ_AUDIT)),
    (_("Tokens of other systems"), "administration:tokens", "key", (Accounts.KEEP_TOKENS,)),
    (_("Journal"), "administration:journal", "history", (Accounts.READ_AUDIT,)),
)


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Show the doors."""
    actor = actor_of(request)
    doors = [
        {"label": label, "url_name": url_name, "icon": icon}
        for label, url_name, icon, codes in _DOORS
        if any(actor.may_anywhere(code) for code in codes)
    ]
    return render(request, "administration/start.html", {"doors": doors})
