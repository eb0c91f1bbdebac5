"""Roles and tokens: what a role may do, and by which token another system acts."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from aftersales.accounts import queries, services
from aftersales.accounts.forms import RoleForm, TokenForm, role_name
from aftersales.accounts.models import ApiToken, Role
from aftersales.accounts.permissions import P
from aftersales.core.documents import held
from aftersales.core.errors import NotVisible
from aftersales.core.permissions import registered
from aftersales.network.rules import business_date
from aftersales.network.screens import answer_button, answer_form, require_page_right, version_in

get_or_post = require_http_methods(["GET", "POST"])


@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """Show the matrix: every right with its policy, and who holds it."""
    require_page_right(request, P.KEEP_RIGHTS, P.READ_AUDIT)
    every = queries.all_roles()
    held_by = {role.pk: frozenset(role.permissions) for role in every}
    groups = [
        (
            group.app,
            [(code, [role_name(role) for role in every if code in held_by[role.pk]]) for code in group.permissions],
        )
        for group in queries.permission_groups()
    ]
    return render(
        request, "accounts/roles.html", {"roles": [(role, role_name(role)) for role in every], "groups": groups}
    )


@get_or_post
def role(request: HttpRequest, role_id: int) -> HttpResponse:
    """Say what a role may do, right by right with its policy."""
    actor = require_page_right(request, P.KEEP_RIGHTS, P.READ_AUDIT)
    row = Role.objects.filter(pk=role_id).first()
    may_change = actor.may(P.KEEP_RIGHTS, None)
    if row is None or (request.method == "POST" and not may_change):
        raise NotVisible
    form = RoleForm(
        request.POST or None,
        codes=[str(code) for code in registered()],
        initial={"permissions": row.permissions, "requires_second_factor": row.requires_second_factor},
    )
    chosen = set(request.POST.getlist("permissions")) if request.method == "POST" else set(row.permissions)
    groups = [
        (group.app, [(code, code in chosen) for code in group.permissions]) for group in queries.permission_groups()
    ]
    return answer_form(
        request,
        form,
        lambda values: services.set_role_rights(held(row, version_in(request)), actor, timezone.now(), **values),
        heading=role_name(row),
        back=reverse("administration:roles"),
        version=row.version,
        template="accounts/role.html",
        extra={"role": row, "groups": groups, "may_change": may_change},
    )


@never_cache
@get_or_post
def tokens(request: HttpRequest) -> HttpResponse:
    """List tokens and make one; its text is on the answer and nowhere else."""
    actor = require_page_right(request, P.KEEP_TOKENS)
    now = timezone.now()
    form = TokenForm(request.POST or None, today=business_date(now))
    made: dict[str, Any] = {}

    def save(values: dict[str, Any]) -> None:
        expires_at = datetime.combine(values["expires_on"], time(15, 59), UTC)  # the end of that day in China
        made["token"] = services.issue_token_for(
            values["user"], actor, timezone.now(), name=values["name"], expires_at=expires_at
        )

    answer = answer_form(
        request,
        form,
        save,
        heading=_("Tokens of other systems"),
        back=reverse("administration:tokens"),
        template="accounts/tokens.html",
        extra={"tokens": [(token, token.revoked_at is None and token.expires_at > now) for token in queries.tokens()]},
    )
    return render(request, "accounts/token_once.html", made) if made else answer


@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """Stop a token at once."""
    actor = require_page_right(request, P.KEEP_TOKENS)
    token = ApiToken.objects.filter(pk=token_id).first()
    if token is None:
        raise NotVisible
    return answer_button(
        request,
        lambda: services.revoke_token(token, actor, timezone.now()),
        back=reverse("administration:tokens"),
        done=_("The token is revoked."),
    )
