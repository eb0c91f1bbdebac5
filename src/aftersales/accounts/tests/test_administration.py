"""The three administrators: each their own task, none the others', and no business rows for any of them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from aftersales.accounts import services
from aftersales.accounts.actors import actor_for
from aftersales.accounts.models import ApiToken, Membership, Role, SignInSession, User
from aftersales.accounts.tokens import user_of_token
from aftersales.core.errors import Forbidden, InputRefused
from aftersales.journal.models import JournalEntry
from aftersales.seeds.cast import Cast
from aftersales.seeds.pytest_cast import CAST_AT, ClientOf

ON = date(2026, 11, 2)


def page(name: str, *args: object) -> str:
    return reverse(f"administration:{name}", args=args)


def last_step(kind: str, pk: int) -> str:
    entries = JournalEntry.objects.everywhere().filter(subject_kind=kind, subject_id=pk)
    return entries.order_by("-sequence").values_list("step", flat=True)[0]


# -- apart ---------------------------------------------------------------------------------------------------


def test_the_database_keeps_the_three_administrators_apart(cast: Cast) -> None:
    audit = Role.objects.get(code="audit_administrator")
    with pytest.raises(IntegrityError, match="administrators_are_apart"), transaction.atomic():
        Membership.objects.create(user=cast.users["admin_sys"], role=audit, administrator_kind="audit", since_on=ON)


def test_an_administrator_holds_no_business_role(cast: Cast) -> None:
    advisor = Role.objects.get(code="service_advisor")
    with pytest.raises(InputRefused) as refused:
        services.give_role(
            cast.users["admin_sys"], cast.admin_sec, CAST_AT, role=advisor, station=cast.station, since_on=ON
        )
    assert refused.value.code == "administrators_apart"
    system = Role.objects.get(code="system_administrator")
    with pytest.raises(InputRefused):
        services.give_role(cast.users["lin"], cast.admin_sec, CAST_AT, role=system, since_on=ON)


def test_an_administrators_role_gets_no_business_right(cast: Cast) -> None:
    system = Role.objects.get(code="system_administrator")
    with pytest.raises(InputRefused) as refused:
        services.set_role_rights(
            system,
            cast.admin_sec,
            CAST_AT,
            permissions=[*system.permissions, "repairs.order:view"],
            requires_second_factor=True,
        )
    assert refused.value.code == "administrators_apart"


@pytest.mark.parametrize("name", ["admin_sys", "admin_aud", "wu", "gu"])
def test_only_the_security_administrator_gives_roles(cast: Cast, name: str) -> None:
    with pytest.raises(Forbidden):
        services.give_role(
            cast.users["zhou"],
            cast.actors[name],
            CAST_AT,
            role=Role.objects.get(code="foreman"),
            station=cast.station,
            since_on=ON,
        )
    assert cast.users["zhou"].memberships.count() == 1


@pytest.mark.parametrize("name", ["admin_sec", "admin_aud", "wu", "gu"])
def test_only_the_system_administrator_makes_users(cast: Cast, name: str) -> None:
    with pytest.raises(Forbidden):
        services.create_user(cast.actors[name], CAST_AT, username="new.one", name="新人")
    assert not User.objects.filter(username="new.one").exists()


def test_nobody_gives_or_takes_rights_of_their_own(cast: Cast) -> None:
    own = cast.users["admin_sec"].memberships.get()
    with pytest.raises(Forbidden):
        services.end_role(own, cast.admin_sec, CAST_AT)
    with pytest.raises(Forbidden):
        services.give_role(
            cast.users["admin_sec"],
            cast.admin_sec,
            CAST_AT,
            role=Role.objects.get(code="general_manager"),
            since_on=ON,
        )
    with pytest.raises(Forbidden):
        services.set_role_rights(
            Role.objects.get(code="security_administrator"),
            cast.admin_sec,
            CAST_AT,
            permissions=[],
            requires_second_factor=False,
        )


# -- at once -------------------------------------------------------------------------------------------------


def test_a_revoked_role_is_gone_at_the_next_request(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("wu")
    assert client.get(page("members")).status_code == 200
    services.end_role(cast.users["wu"].memberships.get(), cast.admin_sec, CAST_AT, reason="moved away")
    assert client.get(page("members")).status_code == 404
    assert last_step("accounts.user", cast.users["wu"].pk) == "role_ended"


def test_a_changed_role_reaches_everybody_in_it(cast: Cast) -> None:
    role = Role.objects.get(code="technician")
    before = {user.pk: user.rights_version for user in cast.users.values()}
    services.set_role_rights(
        role, cast.admin_sec, CAST_AT, permissions=["repairs.order:view"], requires_second_factor=False
    )
    bumped = {user.username for user in User.objects.all() if user.rights_version > before[user.pk]}
    assert bumped == {"zhao", "zhou", "fang", "ma"}
    zhou = actor_for(User.objects.get(username="zhou"), on=ON)
    assert not zhou.may("repairs.order:work", cast.station.pk)


def test_a_closed_user_is_out_at_once(cast: Cast, client_of: ClientOf, api_of: ClientOf) -> None:
    browser, program = client_of("lin"), api_of("lin")
    assert browser.get(page("start")).status_code == program.get(page("start")).status_code == 200
    services.close_user(User.objects.get(username="lin"), cast.admin_sys, CAST_AT)
    assert browser.get(page("start")).status_code == 302
    assert program.get(page("start")).status_code == 401
    assert not SignInSession.objects.filter(user=cast.users["lin"]).exists()


@pytest.mark.django_db(transaction=True)
def test_roles_given_twice_at_once_are_given_once(cast: Cast) -> None:
    foreman = Role.objects.get(code="foreman")
    start = Barrier(2)
    refused: list[str] = []

    def give() -> None:
        start.wait()
        try:
            services.give_role(
                cast.users["zhou"], cast.admin_sec, CAST_AT, role=foreman, station=cast.station, since_on=ON
            )
        except InputRefused as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=give) for _turn in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Membership.objects.filter(user=cast.users["zhou"], role=foreman).count() == 1


# -- accounts and tokens -------------------------------------------------------------------------------------


def test_a_new_account_has_a_random_password_shown_once(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin_sys")
    answer = client.post(
        page("add_user"), {"username": "Chen.Jie", "name": "陈洁", "language": "zh-hans", "phone": "", "email": ""}
    )
    assert answer.status_code == 200
    password = answer.context["password"]
    user = User.objects.get(username="chen.jie")
    assert user.check_password(password)
    assert password not in str(list(JournalEntry.objects.everywhere().values("changes")))
    assert user.memberships.count() == 0


@pytest.mark.parametrize(
    ("username", "name"),
    [
        ("", "陈洁"),
        ("lin", "第二个林晓"),
        ("陈洁", "陈洁"),
        ("a b", "x"),
        ("x" * 61, "x"),
        ("ok", ""),
        ("ok", "a\x00b"),
    ],
)
def test_bad_accounts_are_refused_beside_their_field(cast: Cast, client_of: ClientOf, username: str, name: str) -> None:
    client = client_of("admin_sys")
    answer = client.post(page("add_user"), {"username": username, "name": name, "language": "zh-hans"})
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert User.objects.filter(username="ok").count() == 0


def test_a_stale_form_does_not_overwrite(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin_sys")
    lin = cast.users["lin"]
    data = {"name": "林小晓", "language": "zh-hans", "email": "", "phone": "", "version": "1"}
    assert client.post(page("user", lin.pk), data).status_code == 303
    stale = client.post(page("user", lin.pk), data | {"name": "林大晓"})
    assert stale.status_code == 409
    assert "林大晓" in stale.text  # what was typed stays
    assert User.objects.get(pk=lin.pk).name == "林小晓"


def test_tokens_are_for_machines_and_stop_when_revoked(cast: Cast) -> None:
    now = timezone.now()
    person = cast.users["lin"]
    person.set_password("Wipers-and-filters-7")
    with pytest.raises(InputRefused) as refused:
        services.issue_token_for(person, cast.admin_sys, now, name="x", expires_at=now + timedelta(days=1))
    assert refused.value.code == "not_a_machine"
    machine = services.create_machine_account(cast.admin_sys, now, username="dms.link", name="厂家DMS")
    token = services.issue_token_for(machine, cast.admin_sys, now, name="DMS", expires_at=now + timedelta(days=30))
    assert user_of_token(token, now) == machine
    assert token not in str(list(ApiToken.objects.values()))
    services.revoke_token(ApiToken.objects.get(), cast.admin_sys, now)
    assert user_of_token(token, now) is None


@pytest.mark.parametrize("days", [0, -1, 400])
def test_tokens_live_at_most_a_year(cast: Cast, days: int) -> None:
    now = timezone.now()
    machine = services.create_machine_account(cast.admin_sys, now, username="dms.link", name="厂家DMS")
    with pytest.raises(InputRefused):
        services.issue_token_for(machine, cast.admin_sys, now, name="DMS", expires_at=now + timedelta(days=days))


# -- pages ---------------------------------------------------------------------------------------------------


def addresses(cast: Cast) -> dict[str, tuple[str, ...]]:
    """Every page of accounts and journal, with who may open it."""
    role = Role.objects.get(code="technician")
    lin = cast.users["lin"].pk
    return {
        page("users"): ("admin_sys", "admin_sec"),
        page("add_user"): ("admin_sys",),
        page("user", lin): ("admin_sys", "admin_sec"),
        page("give_role", lin): ("admin_sec",),
        page("roles"): ("admin_sec", "admin_aud"),
        page("role", role.pk): ("admin_sec", "admin_aud"),
        page("tokens"): ("admin_sys",),
        page("journal"): ("admin_aud",),
        page("journal_export"): ("admin_aud",),
    }


@pytest.mark.parametrize("name", ["admin_sys", "admin_sec", "admin_aud", "wu", "gu", "lin", "ma"])
def test_each_page_opens_for_its_administrator_only(cast: Cast, client_of: ClientOf, name: str) -> None:
    client = client_of(name)
    for address, allowed in addresses(cast).items():
        assert client.get(address).status_code == (200 if name in allowed else 404), address


@pytest.mark.parametrize("name", ["admin_sys", "admin_sec", "admin_aud"])
def test_administrators_see_no_station(cast: Cast, client_of: ClientOf, name: str) -> None:
    client = client_of(name)
    for address in (page("stations"), page("members"), page("station", cast.station.pk)):
        assert client.get(address).status_code == 404


def without_tokens(html: str) -> str:
    """The page without what is different in every answer: tokens, and the address that was asked for."""
    return re.sub(r'(data-csrf|nonce)="[^"]*"|value="[A-Za-z0-9]{64}"|/users/[0-9]+/', "", html)


POSTS: list[tuple[str, str, Any]] = [
    ("close_user", "lin", {}),
    ("reopen_user", "lin", {}),
    ("renew_password", "lin", {}),
]


@pytest.mark.parametrize("name", ["wu", "ma", "admin_sec", "admin_aud"])
def test_strangers_cannot_press_the_system_administrators_buttons(cast: Cast, client_of: ClientOf, name: str) -> None:
    client = client_of(name)
    for url_name, key, data in POSTS:
        here = client.post(page(url_name, cast.users[key].pk), data)
        nowhere = client.post(page(url_name, 987_654_321), data)
        assert here.status_code == nowhere.status_code == 404
        assert without_tokens(here.text) == without_tokens(nowhere.text)
    assert User.objects.get(username="lin").is_active


def test_buttons_answer_get_with_405(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin_sys")
    for url_name, key, _data in POSTS:
        assert client.get(page(url_name, cast.users[key].pk)).status_code == 405


def test_the_security_administrator_gives_a_role_on_the_page(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin_sec")
    foreman = Role.objects.get(code="foreman")
    zhou = cast.users["zhou"]
    data = {"role": foreman.pk, "station": cast.station.pk, "region": "", "since_on": "2026-11-02", "until_on": ""}
    assert client.post(page("give_role", zhou.pk), data).status_code == 303
    assert last_step("accounts.user", zhou.pk) == "role_given"
    again = client.post(page("give_role", zhou.pk), data)
    assert again.status_code == 422


def test_the_rights_of_a_role_are_set_on_its_page(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin_sec")
    role = Role.objects.get(code="cleaner")
    data = {"permissions": ["repairs.order:view", "repairs.order:wash"], "version": role.version}
    assert client.post(page("role", role.pk), data).status_code == 303
    role.refresh_from_db()
    assert role.permissions == ["repairs.order:view", "repairs.order:wash"]
    unknown = client.post(page("role", role.pk), data | {"permissions": ["repairs.order:fly"], "version": role.version})
    assert unknown.status_code == 422
    services.load_roles()
    role.refresh_from_db()
    assert role.permissions == ["repairs.order:view", "repairs.order:wash"]  # local edits outlive an upgrade


def test_a_session_is_ended_by_the_security_administrator(cast: Cast, client_of: ClientOf) -> None:
    lin, security = client_of("lin"), client_of("admin_sec")
    row = security.get(page("user", cast.users["lin"].pk)).context["sessions"][0]
    assert security.post(page("end_session", cast.users["lin"].pk, row.handle)).status_code == 303
    assert lin.get(page("start")).status_code == 302
