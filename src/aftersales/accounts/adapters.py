"""How the sign-in library is fitted to this house: nobody signs up, and everything about signing in is journalled."""

from __future__ import annotations

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from aftersales.accounts.models import User
from aftersales.accounts.sessions import ADDRESS, BROWSER
from aftersales.accounts.sign_in import note_about, note_failure

log = structlog.get_logger(__name__)

# The library tells of these by asking for a mail; the mail's name is the event's name.
_NOTED_MAILS = {
    "account/email/password_changed": "password_changed",
    "account/email/password_set": "password_changed",
    "mfa/email/totp_activated": "second_factor_added",
    "mfa/email/totp_deactivated": "second_factor_removed",
    "mfa/email/webauthn_added": "second_factor_added",
    "mfa/email/webauthn_removed": "second_factor_removed",
    "mfa/email/recovery_codes_generated": "recovery_codes_made",
}


def request_id_of(request: HttpRequest | None) -> str:
    return str(getattr(request, "request_id", ""))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library is not typed
    """Sign-in of staff: accounts are made by the system administrator, never by the visitor."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        request.session[ADDRESS] = self.get_client_ip(request)
        request.session[BROWSER] = request.headers.get("User-Agent", "")[:200]
        super().login(request, user)
        if isinstance(user, User):
            note_about(
                user,
                "signed_in",
                timezone.now(),
                request_id=request_id_of(request),
                address=self.get_client_ip(request),
            )

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        super().logout(request)
        if isinstance(user, User):
            note_about(user, "signed_out", timezone.now(), request_id=request_id_of(request))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        address = self.get_client_ip(request)
        name = str(credentials.get("username", ""))
        if not note_failure(name, "sign_in_failed", timezone.now(), request_id=request_id_of(request), address=address):
            log.warning("sign_in_failed_unknown_name", address=address)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        if isinstance(user, User):
            user.password_changed_at = timezone.now()
        super().set_password(user, password)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        _note_mail(template_prefix, user)


def _note_mail(template_prefix: str, user: AbstractBaseUser) -> None:
    step = _NOTED_MAILS.get(template_prefix)
    if step and isinstance(user, User):
        kind = template_prefix.rsplit("/", 1)[-1]
        note_about(user, step, timezone.now(), request_id=request_id_of(context.request), kind=kind)


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Answer somebody who failed too often: 429 with a page that says when to try again (AXES_LOCKOUT_CALLABLE)."""
    name = str((credentials or {}).get("username") or request.POST.get("login", ""))
    note_failure(name, "locked_out", timezone.now(), request_id=request_id_of(request))
    return render(request, "account/locked_out.html", {"minutes": 15}, status=429)
