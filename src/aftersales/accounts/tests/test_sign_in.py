"""Signing in, staying in, being put out."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aftersales.accounts.models import SignInSession
from aftersales.accounts.tokens import issue_token
from aftersales.journal.models import JournalEntry
from aftersales.seeds.cast import Cast
from aftersales.seeds.pytest_cast import ClientOf

PASSWORD = "Wipers-and-filters-7"
WHERE = "/accounts/sessions/"


def steps_about(user_id: int) -> list[str]:
    entries = JournalEntry.objects.everywhere().filter(subject_kind="accounts.user", subject_id=user_id)
    return list(entries.order_by("id").values_list("step", flat=True))


def give_password(cast: Cast, name: str) -> None:
    user = cast.users[name]
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])


def sign_in(client: Client, name: str, password: str = PASSWORD) -> Any:
    return client.post(reverse("account_login"), {"login": name, "password": password})


def confirm_password(client: Client) -> None:
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302


def test_sign_in_page_is_open_and_in_the_readers_language(client: Client, db: None) -> None:
    chinese = client.get(reverse("account_login"))
    english = client.get(reverse("account_login"), headers={"Accept-Language": "en"})
    assert chinese.status_code == english.status_code == 200
    assert "Sign in with a passkey" in english.text


def test_strangers_are_sent_to_the_sign_in_page_and_come_back(client: Client, db: None) -> None:
    answer = client.get(WHERE)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{reverse('account_login')}?next=%2Faccounts%2Fsessions%2F"
    by_htmx = client.get(WHERE, headers={"HX-Request": "true"})
    assert by_htmx.status_code == 401
    assert by_htmx.headers["HX-Redirect"] == reverse("account_login")


def test_signing_in_and_out_is_journalled(cast: Cast, client: Client) -> None:
    give_password(cast, "lin")
    assert sign_in(client, "LIN").status_code == 302  # the sign-in name's case does not matter
    assert client.get(WHERE).status_code == 200
    assert client.post(reverse("account_logout")).status_code == 302
    assert client.get(WHERE).status_code == 302
    assert steps_about(cast.users["lin"].pk) == ["signed_in", "signed_out"]


def test_wrong_password_is_journalled_and_refused_alike_for_unknown_names(cast: Cast, client: Client) -> None:
    give_password(cast, "lin")
    wrong = sign_in(client, "lin", "not-the-password-1")
    unknown = sign_in(client, "nobody-here", "not-the-password-1")
    assert wrong.status_code == unknown.status_code == 200
    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert steps_about(cast.users["lin"].pk) == ["sign_in_failed"]


def test_sign_up_and_password_mails_do_not_exist(client: Client, db: None) -> None:
    for path in ("/accounts/signup/", "/accounts/password/reset/", "/accounts/email/"):
        assert client.get(path).status_code == 404


def test_repeated_failures_lock_out_with_a_page(cast: Cast, client: Client, settings: LazySettings) -> None:
    settings.AXES_ENABLED = True
    give_password(cast, "lin")
    answers = [sign_in(client, "lin", "not-the-password-1") for _turn in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    locked = sign_in(client, "lin")  # now even the right one has to wait
    assert locked.status_code == 429
    assert "locked_out" in steps_about(cast.users["lin"].pk)
    assert "_auth_user_id" not in client.session


def test_a_closed_account_cannot_sign_in(cast: Cast, client: Client) -> None:
    give_password(cast, "lin")
    cast.users["lin"].is_active = False
    cast.users["lin"].save(update_fields=["is_active"])
    sign_in(client, "lin")
    assert client.get(WHERE).status_code == 302


def test_idle_browsers_are_signed_out(cast: Cast, client_of: ClientOf, settings: LazySettings) -> None:
    client = client_of("lin")
    assert client.get(WHERE).status_code == 200
    sessions = SignInSession.objects.filter(user=cast.users["lin"])
    sessions.update(seen_at=timezone.now() - timedelta(minutes=14))
    assert client.get(WHERE).status_code == 200
    sessions.update(seen_at=timezone.now() - timedelta(minutes=16))
    assert client.get(WHERE).status_code == 302
    assert not sessions.exists()


def test_a_longer_rest_can_be_set_but_not_for_administrators(
    cast: Cast, client_of: ClientOf, settings: LazySettings
) -> None:
    settings.IDLE_MINUTES = 600
    for name, expected in (("lin", 200), ("admin_sys", 302)):
        client = client_of(name)
        SignInSession.objects.filter(user=cast.users[name]).update(seen_at=timezone.now() - timedelta(hours=2))
        assert client.get(WHERE).status_code == expected, name


def test_after_twelve_hours_everybody_signs_in_again(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("lin")
    SignInSession.objects.filter(user=cast.users["lin"]).update(
        began_at=timezone.now() - timedelta(hours=12, minutes=1)
    )
    assert client.get(WHERE).status_code == 302


def test_saving_the_session_does_not_renew_the_twelve_hours(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("lin")
    before = SignInSession.objects.get(user=cast.users["lin"]).began_at
    session = client.session
    session["something"] = "else"
    session.save()
    assert SignInSession.objects.get(user=cast.users["lin"]).began_at == before


def test_last_seen_is_written_at_most_once_a_minute(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("lin")
    client.get(WHERE)
    with CaptureQueriesContext(connection) as queries:
        client.get(WHERE)
    assert not [query["sql"] for query in queries if query["sql"].startswith(("UPDATE", "INSERT"))]
    SignInSession.objects.update(seen_at=timezone.now() - timedelta(minutes=2))
    client.get(WHERE)
    assert timezone.now() - SignInSession.objects.get().seen_at < timedelta(minutes=1)


def test_a_token_costs_one_statement_and_rights_none(cast: Cast, api_of: ClientOf) -> None:
    client = api_of("lin")
    client.get("/api/nothing-here")  # rights are read once
    with CaptureQueriesContext(connection) as queries:
        client.get("/api/nothing-here")
    assert len(queries) == 1, [query["sql"] for query in queries]


def test_a_session_costs_one_statement(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("lin")
    client.get("/api/nothing-here")
    with CaptureQueriesContext(connection) as queries:
        client.get("/api/nothing-here")
    assert len(queries) == 1, [query["sql"] for query in queries]


@pytest.mark.parametrize("token", ["as_unknown", "as_", "as_\u00e9", "as_" + "x" * 5000])
def test_a_bad_token_is_401_with_a_sentence(client: Client, db: None, token: str) -> None:
    answer = client.get(WHERE, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "token_refused"


def test_expired_and_revoked_tokens_are_refused(cast: Cast) -> None:
    now = timezone.now()
    expired = issue_token(cast.users["lin"], name="old", at=now, expires_at=now - timedelta(seconds=1))
    for token in (expired,):
        assert Client(headers={"Authorization": f"Bearer {token}"}).get(WHERE).status_code == 401


def test_language_follows_the_user_until_a_cookie_says_otherwise(cast: Cast, client_of: ClientOf) -> None:
    cast.users["lin"].language = "en"
    cast.users["lin"].save(update_fields=["language"])
    client = client_of("lin")
    assert client.get(WHERE).headers["Content-Language"] == "en"
    client.cookies["django_language"] = "zh-hans"
    assert client.get(WHERE).headers["Content-Language"] == "zh-hans"


def test_signing_out_another_browser(cast: Cast, client_of: ClientOf) -> None:
    here, there = client_of("lin"), client_of("lin")
    rows = here.get(WHERE).context["sessions"]
    other = next(row for row in rows if not row.is_current)
    assert here.post(reverse("account_end_session", args=[other.handle])).status_code == 303
    assert there.get(WHERE).status_code == 302
    assert here.get(WHERE).status_code == 200
    assert steps_about(cast.users["lin"].pk) == ["session_ended"]


def test_nobody_ends_a_strangers_session(cast: Cast, client_of: ClientOf) -> None:
    client_of("ma")
    lin = client_of("lin")
    handle = "0" * 16
    assert lin.post(reverse("account_end_session", args=[handle])).status_code == 404


def test_changing_the_password_signs_other_browsers_out(cast: Cast, client: Client, client_of: ClientOf) -> None:
    give_password(cast, "lin")
    sign_in(client, "lin")
    other = client_of("lin")
    changed = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "Other-filters-8-wide", "password2": "Other-filters-8-wide"},
    )
    assert changed.status_code == 302
    assert client.get(WHERE).status_code == 200
    assert other.get(WHERE).status_code == 302
    assert "password_changed" in steps_about(cast.users["lin"].pk)


def test_who_has_no_password_is_told_who_gives_one(cast: Cast, client_of: ClientOf) -> None:
    lin = client_of("lin")
    assert not cast.users["lin"].has_usable_password()
    for method in ("get", "post"):
        answer = getattr(lin, method)(reverse("account_change_password"), follow=True)
        assert answer.status_code == 200
        assert answer.redirect_chain == [(reverse("account_sessions"), 303)]
        assert "系统管理员" in answer.content.decode()


def test_short_and_common_passwords_are_refused(cast: Cast, client: Client) -> None:
    give_password(cast, "lin")
    sign_in(client, "lin")
    for bad in ("short-1", "123456789012", "password1234"):
        answer = client.post(
            reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": bad, "password2": bad}
        )
        assert answer.status_code == 200, bad
        assert answer.context["form"].errors


def test_roles_that_demand_a_second_factor_lead_to_its_set_up(cast: Cast, client: Client) -> None:
    client.force_login(cast.users["admin_sys"], backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get("/administration/")
    assert answer.status_code == 303
    assert answer.headers["Location"] == reverse("mfa_index")
    secret = generate_totp_secret()
    TOTP.activate(cast.users["admin_sys"], secret)
    assert client.get("/administration/").status_code != 303


def test_second_factor_is_asked_at_sign_in(cast: Cast, client: Client) -> None:
    give_password(cast, "lin")
    secret = generate_totp_secret()
    TOTP.activate(cast.users["lin"], secret)
    assert sign_in(client, "lin").headers["Location"] == reverse("mfa_authenticate")
    assert client.get(WHERE).status_code == 302
    code = f"{hotp_value(secret, int(time.time()) // 30):06d}"
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert client.get(WHERE).status_code == 200


@pytest.mark.ignore_template_errors
def test_setting_up_an_authenticator_app_is_journalled(
    cast: Cast, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    give_password(cast, "lin")
    sign_in(client, "lin")
    assert client.get(reverse("mfa_activate_totp")).status_code == 302  # a second factor is added by the owner only
    confirm_password(client)
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200
    secret = page.context["form"].secret
    code = f"{hotp_value(secret, int(time.time()) // 30):06d}"
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    assert Authenticator.objects.filter(user=cast.users["lin"]).exists()
    assert "second_factor_added" in steps_about(cast.users["lin"].pk)


@pytest.mark.ignore_template_errors
@pytest.mark.parametrize(
    "name", ["mfa_index", "mfa_list_webauthn", "mfa_add_webauthn", "account_change_password", "account_logout"]
)
def test_account_pages_draw(cast: Cast, client: Client, name: str) -> None:
    give_password(cast, "lin")
    sign_in(client, "lin")
    confirm_password(client)
    assert client.get(reverse(name)).status_code == 200


def test_signing_in_with_odd_input_is_never_an_error(cast: Cast, client: Client) -> None:
    for odd in ("\x00", "ｌｉｎ", "x" * 10_000, "'; drop table--", "张\u200b"):
        assert sign_in(client, odd, odd).status_code == 200, odd
