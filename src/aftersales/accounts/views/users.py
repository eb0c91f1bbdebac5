"""Users: made and closed by the system administrator, put into roles by the security administrator."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from aftersales.accounts import queries, services
from aftersales.accounts.forms import GiveRoleForm, UserForm, role_name
from aftersales.accounts.models import Membership, User
from aftersales.accounts.permissions import P
from aftersales.core.documents import held
from aftersales.core.errors import NotVisible
from aftersales.network.rules import business_date
from aftersales.network.screens import answer_button, answer_form, require_page_right, version_in

get_or_post = require_http_methods(["GET", "POST"])


@require_GET
def users(request: HttpRequest) -> HttpResponse:
    """List users; `?q=` searches names."""
    actor = require_page_right(request, P.KEEP_USERS, P.KEEP_RIGHTS)
    found = queries.users_matching(request.GET.get("q", "")[:80])
    context = {
        "lines": [(user, [role_name(membership.role) for membership in user.memberships.all()]) for user in found],
        "may_keep": actor.may(P.KEEP_USERS, None),
        "asked": request.GET.get("q", "")[:80],
    }
    return render(request, "accounts/users.html", context)


def _user(user_id: int) -> User:
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotVisible
    return user


def _address(user_id: int) -> str:
    return reverse("administration:user", args=[user_id])


@never_cache
@get_or_post
def add_user(request: HttpRequest) -> HttpResponse:
    """Make an account; the password is on the answer and nowhere else."""
    actor = require_page_right(request, P.KEEP_USERS)
    form = UserForm(request.POST or None, initial={"language": "zh-hans"})
    made: dict[str, Any] = {}

    def save(values: dict[str, Any]) -> None:
        at = timezone.now()
        if values.pop("is_machine"):
            services.create_machine_account(actor, at, username=values["username"], name=values["name"])
        else:
            made["user"], made["password"] = services.create_user(actor, at, **values)

    answer = answer_form(
        request,
        form,
        save,
        heading=_("New account"),
        back=reverse("administration:users"),
        done=_("The account is made."),
    )
    return render(request, "accounts/password_once.html", made) if made else answer


@get_or_post
def user(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show a user; the system administrator changes names here."""
    actor = require_page_right(request, P.KEEP_USERS, P.KEEP_RIGHTS)
    row = _user(user_id)
    may_keep = actor.may(P.KEEP_USERS, None)
    if request.method == "POST" and not may_keep:
        raise NotVisible
    initial = {"name": row.name, "email": row.email, "phone": row.phone, "language": row.language}
    form = UserForm(request.POST or None, initial=initial)
    del form.fields["username"], form.fields["is_machine"]
    now = timezone.now()
    memberships = queries.memberships_of(row.pk, business_date(now))
    return answer_form(
        request,
        form,
        lambda values: services.change_user(held(row, version_in(request)), actor, timezone.now(), **values),
        heading=row.name,
        back=_address(row.pk),
        version=row.version,
        template="accounts/user.html",
        extra={
            "person": row,
            "memberships": [(membership, role_name(membership.role)) for membership in memberships],
            "sessions": queries.sessions_of(row.pk, now),
            "may_keep": may_keep,
            "may_give": actor.may(P.KEEP_RIGHTS, None) and actor.user_id != row.pk,
        },
    )


@require_POST
def close_user(request: HttpRequest, user_id: int) -> HttpResponse:
    """Close an account."""
    actor = require_page_right(request, P.KEEP_USERS)
    row = _user(user_id)
    return answer_button(
        request,
        lambda: services.close_user(row, actor, timezone.now()),
        back=_address(row.pk),
        done=_("The account is closed."),
    )


@require_POST
def reopen_user(request: HttpRequest, user_id: int) -> HttpResponse:
    """Open a closed account again."""
    actor = require_page_right(request, P.KEEP_USERS)
    row = _user(user_id)
    return answer_button(request, lambda: services.reopen_user(row, actor, timezone.now()), back=_address(row.pk))


@never_cache
@require_POST
def renew_password(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give a user a new password and show it once."""
    actor = require_page_right(request, P.KEEP_USERS)
    row = _user(user_id)
    password = services.renew_password(row, actor, timezone.now())
    return render(request, "accounts/password_once.html", {"user": row, "password": password})


@get_or_post
def give_role(request: HttpRequest, user_id: int) -> HttpResponse:
    """Put a user into a role."""
    actor = require_page_right(request, P.KEEP_RIGHTS)
    row = _user(user_id)
    form = GiveRoleForm(request.POST or None, initial={"since_on": business_date(timezone.now())})
    return answer_form(
        request,
        form,
        lambda values: services.give_role(row, actor, timezone.now(), **values),
        heading=_("New role of %(name)s") % {"name": row.name},
        back=_address(row.pk),
        done=_("The role is given."),
    )


@require_POST
def end_role(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Take a role away."""
    actor = require_page_right(request, P.KEEP_RIGHTS)
    membership = Membership.objects.select_related("role", "station", "region").filter(pk=membership_id).first()
    if membership is None:
        raise NotVisible
    return answer_button(
        request,
        lambda: services.end_role(membership, actor, timezone.now()),
        back=_address(membership.user_id),
        done=_("The role is taken away."),
    )


@require_POST
def end_session(request: HttpRequest, user_id: int, handle: str) -> HttpResponse:
    """Sign a user out of one browser."""
    actor = require_page_right(request, P.KEEP_RIGHTS)
    row = _user(user_id)
    return answer_button(
        request,
        lambda: services.end_session(row, actor, timezone.now(), handle=handle),
        back=_address(row.pk),
        done=_("Signed out."),
    )
