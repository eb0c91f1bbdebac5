"""The catalogue's pages, in a browser without JavaScript."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from aftersales.catalog.models import LabourOperation, LabourRate, Part, PartPrice, ServicePackage, TaxRate
from aftersales.catalog.tests.conftest import PriceList
from aftersales.vehicles.models import VehicleModel

D = Decimal


def at(name: str, *args: Any) -> str:
    return reverse(f"catalog:{name}", args=args)


def test_pages_show(price_list: PriceList, client_of) -> None:  # type: ignore[no-untyped-def]
    price_list.price(price_list.filter, "39.00", market_reference=D(35))
    price_list.rate("200.00")
    gu = client_of("gu")
    for name in ("price_list", "parts", "operations", "packages", "prices", "rates"):
        assert gu.get(at(name)).status_code == 200, name
    for name in ("register_part", "register_operation", "register_package", "propose_price", "propose_rate"):
        assert gu.get(at(name)).status_code == 200, name
    assert "39.00" in gu.get(at("part", "OF-1001")).text
    assert gu.get(at("operation", "HV-001")).status_code == 200
    assert gu.get(at("parts"), {"q": "制动", "part_class": "common"}).text.count("BP-2001") >= 1
    assert client_of("cai").get(at("enter_tax_rate")).status_code == 200
    assert client_of("cai").get(at("prices"), {"state": "reviewed"}).status_code == 200


def test_EST_05_the_price_list_is_open_to_everybody_who_works_here(price_list: PriceList, client_of) -> None:  # type: ignore[no-untyped-def]
    price_list.price(price_list.filter, "39.00")
    price_list.rate("200.00")
    page = client_of("zhao").get(at("price_list")).text
    assert "39.00" in page
    assert "200.00" in page


def test_a_part_is_entered_changed_and_followed_by_forms(price_list: PriceList, client_of) -> None:  # type: ignore[no-untyped-def]
    sun = client_of("sun")
    typed = {
        "number": "wb/30 01",
        "name": "冬季雨刮",
        "unit": "C62",
        "part_class": "seasonal",
        "handling": "wear",
        "origin": "original",
        "tax_code": "goods",
    }
    assert sun.post(at("register_part"), typed).status_code == 303
    part = Part.objects.get(number="WB/30 01")
    assert sun.get(at("part", part.number)).status_code == 200
    assert sun.post(at("register_part"), typed).status_code == 422
    alternative = typed | {"number": "ALT", "origin": "alternative", "alternative_to": "OF-1001"}
    refused = sun.post(at("register_part"), alternative)
    assert refused.status_code == 422
    change = typed | {"name": "雨刮片", "is_active": "on", "version": part.version}
    assert sun.post(at("change_part", part.number), change).status_code == 303
    assert sun.post(at("change_part", part.number), change | {"name": "y"}).status_code == 409
    successor = {"successor": "OF-1001", "reason": "换号", "version": 2}
    assert sun.post(at("supersede", part.number), successor).status_code == 303
    part.refresh_from_db()
    assert (part.name, part.superseded_by) == ("雨刮片", price_list.filter)
    assert client_of("zhao").post(at("register_part"), typed).status_code == 404


def test_operations_and_packages_by_forms(price_list: PriceList, client_of) -> None:  # type: ignore[no-untyped-def]
    gu = client_of("gu")
    typed = {
        "code": "br-1",
        "name": "更换制动片",
        "category": "mechanical",
        "standard_hours": "1.2",
        "tax_code": "goods",
    }
    assert gu.post(at("register_operation"), typed).status_code == 303
    operation = LabourOperation.objects.get(code="BR-1")
    assert gu.post(at("register_operation"), typed | {"standard_hours": "x"}).status_code == 422
    model = VehicleModel.objects.create(brand="明达", name="E5")
    assert gu.post(at("set_model_hours", "BR-1"), {"vehicle_model": model.pk, "hours": "1.5"}).status_code == 303
    assert operation.model_hours.get().hours == D("1.5")
    change = typed | {"name": "换制动片", "is_active": "on", "version": 1}
    assert gu.post(at("change_operation", "BR-1"), change).status_code == 303
    package = {"code": "P1", "name": "制动保养", "item_1": "BR-1", "item_2": "bp-2001", "amount_2": "2"}
    assert gu.post(at("register_package"), package | {"item_3": "NOPE"}).status_code == 422
    assert gu.post(at("register_package"), package).status_code == 303
    row = ServicePackage.objects.get(code="P1")
    assert row.lines.count() == 2
    assert "BP-2001" in gu.get(at("change_package", "P1")).text
    changed = package | {"item_2": "", "amount_2": "", "is_active": "on", "version": row.version}
    assert gu.post(at("change_package", "P1"), changed).status_code == 303
    assert row.lines.count() == 1
    assert gu.get(at("packages")).status_code == 200


def test_PART_12_prices_are_proposed_and_reviewed_on_the_page(price_list: PriceList, client_of) -> None:  # type: ignore[no-untyped-def]
    gu, cai = client_of("gu"), client_of("cai")
    typed = {"part": "OF-1001", "gross_price": "39", "effective_from": "2026-11-01", "market_reference": "38"}
    assert gu.post(at("propose_price"), typed).status_code == 303
    price = PartPrice.objects.get()
    assert gu.post(at("review_price", price.pk)).status_code == 404
    assert "OF-1001" in cai.get(at("prices"), {"state": "proposed"}).text
    assert cai.post(at("review_price", price.pk), {"version": 1}).status_code == 303
    price.refresh_from_db()
    assert price.state == "reviewed"
    assert cai.get(at("withdraw_price", price.pk)).status_code == 200
    assert cai.post(at("withdraw_price", price.pk), {"reason": "调价", "version": 2}).status_code == 303
    rate = {"gross_per_hour": "200", "effective_from": "2026-11-01", "category": "body"}
    assert gu.post(at("propose_rate"), rate).status_code == 303
    row = LabourRate.objects.get()
    assert cai.post(at("reject_rate", row.pk), {"reason": ""}).status_code == 422
    assert cai.post(at("reject_rate", row.pk), {"reason": "太高"}).status_code == 303
    assert gu.post(at("propose_rate"), rate | {"gross_per_hour": "210"}).status_code == 303
    second = LabourRate.objects.get(state="proposed")
    assert cai.post(at("review_rate", second.pk)).status_code == 303
    tax = {"code": "goods", "rate": "9", "effective_from": "2027-01-01"}
    assert cai.post(at("enter_tax_rate"), tax).status_code == 303
    assert TaxRate.objects.filter(rate=9).count() == 1


@pytest.mark.parametrize("gross", ["NaN", "-1", "1e9", "", "abc", "12.345"])
def test_odd_prices_get_a_sentence(price_list: PriceList, client_of, gross: str) -> None:  # type: ignore[no-untyped-def]
    typed = {"part": "OF-1001", "gross_price": gross, "effective_from": "2026-11-01"}
    assert client_of("gu").post(at("propose_price"), typed).status_code == 422


def test_what_does_not_exist_is_not_found(price_list: PriceList, client_of) -> None:  # type: ignore[no-untyped-def]
    for address in ("/catalog/part/NOPE/", "/catalog/operation/NOPE/", "/catalog/prices/999/reject_part_price/"):
        assert client_of("cai").get(address).status_code == 404
