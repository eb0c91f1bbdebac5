"""The posts of the standard are roles, and each role can do what its clause asks of the post."""

from __future__ import annotations

from datetime import date

import pytest

from aftersales.accounts import grants, roles, services
from aftersales.accounts.actors import actor_for
from aftersales.accounts.models import Role, User
from aftersales.core import permissions
from aftersales.core.permissions import UnknownPermission, registered
from aftersales.core.records import require_right
from aftersales.network import services as network
from aftersales.seeds.cast import Cast
from aftersales.seeds.pytest_cast import CAST_AT


def test_every_granted_code_is_registered() -> None:
    roles.require_known_codes()


def test_every_registered_right_is_held_by_a_role() -> None:
    """A failure names the codes to enter in accounts/grants.py, one line each."""
    nobody = sorted(str(code) for code in registered() if not grants.GRANTS.get(code))
    assert nobody == []


def test_an_unknown_code_refuses_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(grants.GRANTS, "repairs.order:typo", (grants.MANAGER,))
    with pytest.raises(UnknownPermission, match=r"repairs\.order:typo"):
        roles.require_known_codes()


def test_a_right_registered_twice_refuses_the_start() -> None:
    with pytest.raises(RuntimeError, match="twice"):
        permissions.permission("accounts.user:keep", "again")


def test_every_grant_names_a_role() -> None:
    holders = {role for line in grants.GRANTS.values() for role in line}
    assert holders <= set(roles.BY_CODE)
    assert all(len(set(line)) == len(line) for line in grants.GRANTS.values())


def test_administrators_hold_no_business_right() -> None:
    for row in roles.ROLES:
        if row.administrator_kind:
            assert row.permissions, row.code
            assert all(code.startswith(("accounts.", "notifications.webhook")) for code in row.permissions), row


@pytest.mark.django_db
def test_loading_the_roles_again_writes_nothing() -> None:
    assert services.load_roles() == len(roles.ROLES)
    assert services.load_roles() == 0


@pytest.mark.django_db
def test_loading_takes_over_a_changed_table_and_tells_the_holders(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    before = User.objects.get(username="luo").rights_version
    monkeypatch.setitem(grants.GRANTS, "repairs.order:wash", (grants.FOREMAN,))
    assert services.load_roles() > 0
    assert "repairs.order:wash" not in Role.objects.get(code="cleaner").permissions
    assert User.objects.get(username="luo").rights_version > before


def holds(cast: Cast, name: str, *codes: str) -> None:
    actor = cast.actors[name]
    place = None if actor.sees_network else cast.station.pk
    for code in codes:
        require_right(actor, code, place)


def lacks(cast: Cast, name: str, *codes: str) -> None:
    assert not [code for code in codes if cast.actors[name].may_anywhere(code)]


def test_ORG_01_the_after_sales_department_steers_thresholds_and_sees_the_whole_network(cast: Cast) -> None:
    holds(cast, "gu", "standards.threshold:set", "standards.compliance:read", "repairs.order:view")
    assert cast.gu.stations_with("repairs.order:view") is None
    lacks(cast, "gu", "repairs.order:work", "repairs.order:receive")


def test_ORG_02_the_problem_desk_and_the_stations_clerk_rule_on_warranty(cast: Cast) -> None:
    holds(cast, "qian", "repairs.order:rule_coverage")
    assert "repairs.order:rule_coverage" in roles.BY_CODE[grants.PROBLEMS].permissions
    lacks(cast, "lin", "repairs.order:rule_coverage")


def test_ORG_03_the_network_desk_opens_stations(cast: Cast) -> None:
    desk = services.give_role(
        cast.users["cai"],
        cast.admin_sec,
        CAST_AT,
        role=Role.objects.get(code=grants.NETWORK),
        since_on=date(2026, 11, 1),
    )
    actor = actor_for(User.objects.get(username="cai"), on=date(2026, 11, 2))
    station = network.open_station(actor, CAST_AT, region=cast.region, code="SH02", name="上海第二站")
    assert station.pk
    assert desk.pk


def test_ORG_04_return_visits_see_customers_in_full_but_do_not_repair(cast: Cast) -> None:
    codes = roles.BY_CODE[grants.RETURN_VISITS].permissions
    assert {"customers.customer:view", "customers.customer:unmask"} <= set(codes)
    assert "repairs.order:work" not in codes


def test_ORG_05_the_four_specialist_units_are_roles() -> None:
    units = {row.code for row in roles.ROLES if "ORG-05" in row.clauses and row.tier == "headquarters"}
    assert units == {grants.PARTS_UNIT, grants.INFORMATION_UNIT, grants.TECHNOLOGY_UNIT, grants.CLAIMS_UNIT}


def test_ORG_06_quality_management_rules_on_claims() -> None:
    assert "repairs.order:rule_coverage" in roles.BY_CODE[grants.QUALITY].permissions


def test_ORG_07_purchasing_answers_stock_alerts() -> None:
    assert "inventory.alert:handle" in roles.BY_CODE[grants.PURCHASING].permissions


def test_ORG_08_the_general_manager_sees_everything_and_repairs_nothing() -> None:
    codes = roles.BY_CODE[grants.GENERAL].permissions
    assert {"repairs.order:view", "standards.compliance:read"} <= set(codes)
    assert not [code for code in codes if code.startswith("repairs.") and code != "repairs.order:view"]


def test_ORG_09_the_technical_centre_keeps_operations_and_models() -> None:
    assert {"catalog.operation:maintain", "vehicles.model:change"} <= set(
        roles.BY_CODE[grants.TECHNICAL_CENTRE].permissions
    )


def test_ORG_10_finance_reviews_prices_and_the_cashier_collects(cast: Cast) -> None:
    holds(cast, "cai", "catalog.price:review")
    holds(cast, "he", "repairs.order:settle")
    lacks(cast, "cai", "catalog.price:propose")  # who proposes does not review
    lacks(cast, "he", "catalog.price:review", "repairs.order:estimate")


def test_ORG_11_the_business_supervisor_checks_and_hands_over() -> None:
    codes = set(roles.BY_CODE[grants.BUSINESS].permissions)
    assert {"repairs.order:change_advisor", "standards.compliance:read", "customers.customer:change"} <= codes


def test_ORG_12_the_tracking_clerk_keeps_archives_and_sees_phone_numbers(cast: Cast) -> None:
    holds(cast, "tao", "customers.customer:register", "customers.customer:change", "customers.customer:unmask")
    lacks(cast, "tao", "repairs.order:receive", "repairs.order:settle")


def test_ORG_13_the_service_advisor_owns_the_visit_from_reception_to_hand_over(cast: Cast) -> None:
    holds(
        cast,
        "lin",
        "repairs.order:receive",
        "repairs.order:diagnose",
        "repairs.order:estimate",
        "repairs.order:consent",
        "repairs.order:deliver",
        "customers.customer:change",
    )
    lacks(cast, "lin", "repairs.order:inspect", "repairs.order:discount", "inventory.adjustment:propose")


def test_ORG_14_technicians_diagnose_and_work_but_do_not_pass_their_own_work(cast: Cast) -> None:
    holds(cast, "zhao", "repairs.order:diagnose", "repairs.order:work")
    lacks(cast, "zhao", "repairs.order:inspect", "repairs.order:estimate", "repairs.order:settle")


def test_ORG_15_the_receptionist_books_and_registers_apart_from_technical_posts(cast: Cast) -> None:
    holds(cast, "xie", "appointments.appointment:book", "customers.customer:register")
    lacks(cast, "xie", "repairs.order:work", "repairs.order:inspect", "repairs.order:discount")


def test_ORG_16_the_station_head_authorises_departures_and_keeps_the_station(cast: Cast) -> None:
    holds(cast, "wu", "repairs.order:authorize_departure", "staff.member:change", "network.station:change")
    lacks(cast, "wu", "accounts.role:keep", "accounts.user:keep")


def test_ORG_17_the_inspector_is_independent_of_those_who_sell(cast: Cast) -> None:
    holds(cast, "fang", "repairs.order:inspect", "standards.compliance:read")
    sellers = ("repairs.order:estimate", "repairs.order:settle", "repairs.order:discount", "repairs.order:deliver")
    assert not set(sellers) & set(roles.BY_CODE[grants.INSPECTOR].permissions)


def test_ORG_18_the_complaint_handler_reaches_the_customer(cast: Cast) -> None:
    holds(cast, "xie", "customers.customer:unmask", "customers.customer:view")
