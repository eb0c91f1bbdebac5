"""Reading users, roles, memberships, tokens and sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from aftersales.accounts.models import ApiToken, Membership, Role, SignInSession, User
from aftersales.accounts.sessions import handle_of
from aftersales.core.permissions import Permission, registered


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser somebody is signed in with; `handle` names it without giving it away."""

    handle: str
    began_at: datetime
    seen_at: datetime
    address: str
    browser: str
    is_current: bool


def sessions_of(user_id: int, at: datetime, *, current_key: str | None = None) -> list[SessionRow]:
    """Return the browsers in which a user is signed in, the last used first."""
    rows = SignInSession.objects.filter(user_id=user_id, expire_date__gt=at).order_by("-seen_at")
    return [
        SessionRow(
            handle=handle_of(row.session_key),
            began_at=row.began_at,
            seen_at=row.seen_at,
            address=row.address,
            browser=row.browser,
            is_current=row.session_key == current_key,
        )
        for row in rows
    ]


def users_matching(text: str = "", *, limit: int = 200) -> list[User]:
    """Return users whose sign-in name or name contains the text, with their memberships, by sign-in name."""
    users = User.objects.all()
    if text := text.replace("\x00", "").strip():
        users = users.filter(Q(username__icontains=text) | Q(name__icontains=text))
    return list(
        users.prefetch_related("memberships__role", "memberships__station", "memberships__region").order_by("username")[
            :limit
        ]
    )


def memberships_of(user_id: int, on: date) -> QuerySet[Membership]:
    """Return a user's memberships that have not ended by that day."""
    return (
        Membership.objects.filter(user_id=user_id)
        .filter(Q(until_on__isnull=True) | Q(until_on__gt=on))
        .select_related("role", "station", "region")
    )


def all_roles() -> list[Role]:
    """Return every role by tier and code."""
    return list(Role.objects.order_by("tier", "code"))


def tokens() -> list[ApiToken]:
    """Return every token ever issued with its user, newest first."""
    return list(ApiToken.objects.select_related("user").order_by("-created_at")[:500])


@dataclass(frozen=True, slots=True)
class PermissionGroup:
    """The permissions of one app, with their policies."""

    app: str
    permissions: tuple[Permission, ...]


def permission_groups() -> list[PermissionGroup]:
    """Return every registered permission, grouped by the app it belongs to."""
    groups: dict[str, list[Permission]] = {}
    for code in registered():
        groups.setdefault(code.partition(".")[0], []).append(code)
    return [PermissionGroup(app, tuple(codes)) for app, codes in groups.items()]
