"""What everybody sees of their own account: password, and the browsers they are signed in with."""

from __future__ import annotations

from allauth.account import views as account_views
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from aftersales.accounts import queries, services
from aftersales.accounts.models import User
from aftersales.core.actor import Actor


def change_password(request: HttpRequest) -> HttpResponse:
    """Let the reader change the password; who has none is told who gives the first one."""
    user: User = request.user  # type: ignore[assignment]
    if not user.has_usable_password():
        messages.info(request, _("This account has no password yet. A system administrator gives it the first one."))
        return HttpResponseRedirect(reverse("account_sessions"), status=303)
    answer: HttpResponse = account_views.password_change(request)
    return answer


@require_GET
def sessions(request: HttpRequest) -> HttpResponse:
    """Show where the reader is signed in."""
    user: User = request.user  # type: ignore[assignment]
    rows = queries.sessions_of(user.pk, timezone.now(), current_key=request.session.session_key)
    return render(request, "accounts/sessions.html", {"sessions": rows})


@require_POST
def end_session(request: HttpRequest, handle: str) -> HttpResponse:
    """Sign the reader out of one browser."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    user: User = request.user  # type: ignore[assignment]
    services.end_session(user, actor, timezone.now(), handle=handle)
    return HttpResponseRedirect(reverse("account_sessions"), status=303)
