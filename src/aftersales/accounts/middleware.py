"""The door of every request: who is acting, with which rights, in which language, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, get_user
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from aftersales.accounts.actors import Known, known_rights
from aftersales.accounts.models import SignInSession, User
from aftersales.accounts.tokens import TokenChanged, token_on_trust, user_of_token
from aftersales.core.errors import Refusal
from aftersales.network.rules import business_date
from aftersales.web.htmx import is_htmx

ABSOLUTE_LIMIT = timedelta(hours=12)
ADMINISTRATOR_IDLE = timedelta(minutes=15)
SEEN_EVERY = timedelta(minutes=1)
SECOND_FACTOR_FLAG = "second_factor"

_BEARER = "Bearer as_"
_REFUSED = {
    403: _("You are not allowed to do this"),
    404: _("Not found"),
    412: _("Changed in the meantime"),
    422: _("Please check your entries"),
}


class ActorMiddleware:
    """Sets `request.actor` (None: nobody is signed in) and sends strangers to the sign-in page.

    A token's statement travels with the first statement of the command once this process knows the token, a session
    costs one (its user comes along); rights are in memory until they change. Views that anybody may open carry Django's
    `login_not_required`; `/api/` answers for itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        request.actor = None  # type: ignore[attr-defined]
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header.startswith(_BEARER):
            return self._answer(request, _user_of_session(request, now), now, by_token=False)
        token = header[7:].strip()
        try:
            if _can_be_repeated(request) and (trusted := token_on_trust(token, now)):
                response = self._answer(request, trusted.user, now, by_token=True)
                trusted.confirm()
                return response
        except TokenChanged:
            request.actor = None  # type: ignore[attr-defined]
        user = user_of_token(token, now)
        return _refused_token() if user is None else self._answer(request, user, now, by_token=True)

    def _answer(self, request: HttpRequest, user: User | None, now: datetime, *, by_token: bool) -> HttpResponse:
        if user is not None:
            request.user = request._cached_user = user  # type: ignore[attr-defined]
            known = known_rights(user, on=business_date(now))
            request.actor = replace(known.actor, request_id=getattr(request, "request_id", ""))  # type: ignore[attr-defined]
            _speak(request, user, by_token=by_token)
            if not by_token and (answer := _ask_for_second_factor(request, user, known)):
                return answer
        response = self.get_response(request)
        if user is not None:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Turn away who is not signed in, unless the view is open to all."""
        if getattr(request, "actor", None) is not None or not getattr(view, "login_required", True):
            return None
        if request.path.startswith(tuple(settings.PATHS_ANSWERING_FOR_THEMSELVES)):
            return None
        return to_sign_in(request)


class RefusalMiddleware:
    """Turns a refusal that no view has dealt with into its own page, or into JSON for programs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        status = exception.status
        if request.path.startswith("/api/"):
            problem = {
                "type": "about:blank",
                "status": status,
                "code": exception.code,
                "title": str(exception.sentence),
                "clause": exception.clause,
                "fields": {name: str(sentence) for name, sentence in exception.fields.items()},
            }
            return JsonResponse(problem, status=status, content_type="application/problem+json")
        shown = {"error_title": _REFUSED.get(status, _("This is not possible")), "error_sentence": str(exception)}
        return render(request, "web/error.html", shown, status=status)


def _can_be_repeated(request: HttpRequest) -> bool:
    """Tell whether the request can be answered a second time: a body read as a stream is gone after the first."""
    return request.method in {"GET", "HEAD"} or request.content_type == "application/json"


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Answer with the sign-in page, from where the reader comes back to the page asked for."""
    address = reverse("account_login")
    if is_htmx(request):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    if request.method in {"GET", "HEAD"} and request.path != "/":
        address = f"{address}?{urlencode({'next': request.get_full_path()})}"
    return HttpResponseRedirect(address, status=302 if request.method in {"GET", "HEAD"} else 303)


def idle_limit(known: Known) -> timedelta:
    """Return how long a browser may rest before the person has to sign in again."""
    limit = timedelta(minutes=settings.IDLE_MINUTES)
    return min(limit, ADMINISTRATOR_IDLE) if known.is_administrator else limit


def _user_of_session(request: HttpRequest, now: datetime) -> User | None:
    session: Any = request.session
    if session.session_key is None:
        return None
    signed = session.get(HASH_SESSION_KEY)
    row: SignInSession | None = getattr(session, "row", None)
    if row is None or row.user is None or signed is None:
        return None
    user: User = row.user
    if not constant_time_compare(signed, user.get_session_auth_hash()):
        # A new password, or a changed secret key: Django knows which of the two and ends the session if it must.
        found = get_user(request)
        if not isinstance(found, User):
            return None
        user = found
    known = known_rights(user, on=business_date(now))
    if not user.is_active or now - row.began_at > ABSOLUTE_LIMIT or now - row.seen_at > idle_limit(known):
        session.flush()
        return None
    if now - row.seen_at > SEEN_EVERY:
        SignInSession.objects.filter(pk=row.pk).update(seen_at=now)
    return user


def _speak(request: HttpRequest, user: User, *, by_token: bool) -> None:
    chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES or (by_token and "HTTP_ACCEPT_LANGUAGE" in request.META)
    if not chosen and translation.get_language() != user.language:
        translation.activate(user.language)
        request.LANGUAGE_CODE = user.language


def _ask_for_second_factor(request: HttpRequest, user: User, known: Known) -> HttpResponse | None:
    if not known.needs_second_factor or not settings.SECOND_FACTOR_ENFORCED:
        return None
    if request.session.get(SECOND_FACTOR_FLAG) or request.path.startswith(
        reverse("account_login").rsplit("/", 2)[0] + "/"
    ):
        return None
    if is_mfa_enabled(user):
        request.session[SECOND_FACTOR_FLAG] = True
        return None
    address = reverse("mfa_index")
    if is_htmx(request):
        return HttpResponse(status=403, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address, status=303)


def _refused_token() -> HttpResponse:
    problem = {
        "type": "about:blank",
        "status": 401,
        "code": "token_refused",
        "title": str(_("The token is unknown, expired or revoked.")),
    }
    return JsonResponse(
        problem, status=401, content_type="application/problem+json", headers={"WWW-Authenticate": "Bearer"}
    )
