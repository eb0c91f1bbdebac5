"""Prices and rates: the most specific, then the most recent reviewed row; four eyes; no arbitrary charging."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from aftersales.catalog import queries, services, transitions
from aftersales.catalog.models import OperationHours, PartPrice
from aftersales.catalog.queries import LineAsked
from aftersales.catalog.tests.conftest import AT, TODAY, PriceList
from aftersales.core.errors import Forbidden, InputRefused, TransitionRefused
from aftersales.vehicles.models import VehicleModel

D = Decimal


def _price(price_list: PriceList, payer: str = "customer", on: date = TODAY, other: bool = False) -> Decimal | None:
    station = price_list.cast.other_station if other else price_list.cast.station
    found = queries.part_prices([price_list.filter.pk], station_id=station.pk, payer=payer, on=on)
    return found[price_list.filter.pk].gross if found else None


def test_PART_12_a_price_is_used_only_after_another_person_has_reviewed_it(price_list: PriceList) -> None:
    cast = price_list.cast
    proposed = transitions.propose_part_price(
        cast.gu, AT, part=price_list.filter, gross_price=D("39.00"), effective_from=TODAY
    )
    assert _price(price_list) is None
    with pytest.raises(Forbidden):
        transitions.review_part_price(proposed, cast.gu, AT)
    both = replace(cast.gu, network_rights=cast.gu.network_rights | {"catalog.price:review"})
    with pytest.raises(TransitionRefused) as refused:
        transitions.review_part_price(proposed, both, AT)
    assert refused.value.clause == "PART-12"
    reviewed = transitions.review_part_price(proposed, cast.cai, AT)
    assert reviewed.reviewed_by_name == cast.cai.name
    assert _price(price_list) == D("39.00")
    transitions.withdraw_part_price(reviewed, cast.cai, AT, reason="厂家调价")
    assert _price(price_list) is None


def test_PART_12_the_database_refuses_a_price_reviewed_by_its_proposer(price_list: PriceList) -> None:
    price = price_list.price(price_list.filter, "39.00")
    with pytest.raises(IntegrityError), transaction.atomic():
        PartPrice.objects.filter(pk=price.pk).update(reviewed_by_id=price.proposed_by_id)


def test_the_most_specific_then_the_most_recent_price_wins(price_list: PriceList) -> None:
    station = price_list.cast.station
    price_list.price(price_list.filter, "50.00", date(2026, 1, 1))
    price_list.price(price_list.filter, "52.00", date(2026, 6, 1))
    price_list.price(price_list.filter, "60.00", date(2027, 1, 1))
    assert _price(price_list) == D("52.00")
    assert _price(price_list, on=date(2026, 3, 1)) == D("50.00")
    assert _price(price_list, on=date(2027, 1, 1)) == D("60.00")
    price_list.price(price_list.filter, "40.00", date(2026, 2, 1), payer="warranty")
    assert _price(price_list, payer="warranty") == D("40.00")
    price_list.price(price_list.filter, "55.00", date(2026, 1, 1), station=station)
    assert _price(price_list) == D("55.00")
    assert _price(price_list, other=True) == D("52.00")


def test_a_rejected_price_never_counts(price_list: PriceList) -> None:
    proposed = transitions.propose_labour_rate(price_list.cast.gu, AT, gross_per_hour=D("900.00"), effective_from=TODAY)
    transitions.reject_labour_rate(proposed, price_list.cast.cai, AT, reason="高于市场价")
    assert queries.labour_rate("maintenance", station_id=price_list.cast.station.pk, on=TODAY) is None


def test_labour_rates_by_category_payer_and_station(price_list: PriceList) -> None:
    station = price_list.cast.station
    price_list.rate("200.00")
    price_list.rate("360.00", category="high_voltage")
    price_list.rate("150.00", payer="warranty")
    book = queries.labour_rates(station.pk, TODAY)
    assert book("maintenance") == D("200.00")
    assert book("high_voltage") == D("360.00")
    assert book("maintenance", "warranty") == D("150.00")
    price_list.rate("220.00", station=station)
    assert queries.labour_rate("maintenance", station_id=station.pk, on=TODAY) == D("220.00")
    assert queries.labour_rate("maintenance", station_id=price_list.cast.other_station.pk, on=TODAY) == D("200.00")


def test_lines_are_priced_in_order_by_one_statement(price_list: PriceList, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    model = VehicleModel.objects.create(brand="明达", name="E5")
    OperationHours.objects.create(operation=price_list.battery, vehicle_model=model, hours=D("2.2"))
    price_list.price(price_list.filter, "39.00")
    price_list.rate("200.00")
    price_list.rate("360.00", category="high_voltage")
    asked = [
        LineAsked("labour", price_list.battery.pk),
        LineAsked("part", price_list.filter.pk, D("2")),
        LineAsked("part", price_list.pads.pk),
        LineAsked("labour", price_list.oil_change.pk, D("0.8"), "warranty"),
        LineAsked("part", 2**40),
    ]
    with django_assert_num_queries(1):
        lines = queries.price_lines(asked, station_id=price_list.cast.station.pk, on=TODAY, vehicle_model_id=model.pk)
    assert [(line.code, line.amount, line.unit_gross, line.tax_rate, line.list_hours) for line in lines] == [
        ("HV-001", D("2.2"), D("360.00"), D("13.00"), D("2.2")),
        ("OF-1001", D("2"), D("39.00"), D("13.00"), None),
        ("BP-2001", D("1"), None, D("13.00"), None),
        ("MT-001", D("0.8"), D("200.00"), D("13.00"), D("0.5")),
    ]
    assert lines[0].required_certificate == "high_voltage"
    agreeing = queries.part_prices([price_list.filter.pk], station_id=price_list.cast.station.pk, on=TODAY)
    assert agreeing[price_list.filter.pk].gross == lines[1].unit_gross
    assert agreeing[price_list.filter.pk].tax_rate == D(13)


def test_EST_04_standard_hours_follow_the_model_and_a_departure_needs_right_and_reason(price_list: PriceList) -> None:
    cast = price_list.cast
    model = VehicleModel.objects.create(brand="明达", name="E5")
    services.set_model_hours(price_list.battery, cast.gu, AT, vehicle_model_id=model.pk, hours=D("2.2"))
    ids = [price_list.battery.pk, price_list.oil_change.pk]
    assert queries.operation_hours(ids, model.pk) == {ids[0]: D("2.2"), ids[1]: D("0.5")}
    assert queries.operation_hours(ids, None)[ids[0]] == D("1.5")
    (line,) = queries.price_lines([LineAsked("labour", ids[0])], station_id=cast.station.pk, on=TODAY)
    ask = {"station_id": cast.station.pk, "line": line}
    assert services.agreed_hours(cast.lin, asked_hours=None, **ask) == D("1.5")
    for actor, reason in ((cast.lin, "锈死"), (cast.wu, " ")):
        with pytest.raises(TransitionRefused) as refused:
            services.agreed_hours(actor, asked_hours=D("3.0"), reason=reason, **ask)
        assert refused.value.clause == "EST-04"
    assert services.agreed_hours(cast.wu, asked_hours=D("3.0"), reason="螺栓锈死", **ask) == D("3.0")


def test_EST_05_a_charge_outside_the_list_is_refused_without_right_and_reason(price_list: PriceList) -> None:
    cast = price_list.cast
    price_list.price(price_list.filter, "39.00")
    asked = [LineAsked("part", price_list.filter.pk), LineAsked("part", price_list.pads.pk)]
    priced, unpriced = queries.price_lines(asked, station_id=cast.station.pk, on=TODAY)
    ask = {"station_id": cast.station.pk, "line": priced}
    assert services.agreed_unit_price(cast.lin, asked_gross=D("39"), **ask) == D("39.00")
    for actor, reason in ((cast.lin, "老客户"), (cast.wu, "")):
        with pytest.raises(TransitionRefused) as refused:
            services.agreed_unit_price(actor, asked_gross=D("99.00"), reason=reason, **ask)
        assert refused.value.clause == "EST-05"
    assert services.agreed_unit_price(cast.wu, asked_gross=D("30"), reason="老客户", **ask) == D("30.00")
    with pytest.raises(TransitionRefused) as no_price:
        services.agreed_unit_price(cast.wu, station_id=cast.station.pk, line=unpriced, asked_gross=None)
    assert no_price.value.code == "no_list_price"


def test_EST_05_a_price_keeps_the_market_reference_beside_it(price_list: PriceList) -> None:
    price = price_list.price(price_list.filter, "39.00", market_reference=D("35.00"))
    assert price.is_above_market
    assert not price_list.price(price_list.pads, "39.00", market_reference=D("39.00")).is_above_market


@pytest.mark.parametrize("gross", ["NaN", "-0.01", "Infinity", "1e400", "10000000"])
def test_a_price_that_cannot_be_is_refused(price_list: PriceList, gross: str) -> None:
    with pytest.raises(InputRefused) as refused:
        price_list.price(price_list.filter, gross)
    assert refused.value.fields["gross_price"]


def test_a_station_proposes_for_itself_and_the_stranger_sees_nothing_of_it(price_list: PriceList) -> None:
    cast = price_list.cast
    own = transitions.propose_part_price(
        cast.wu, AT, part=price_list.filter, gross_price=D(50), effective_from=TODAY, station=cast.station
    )
    with pytest.raises(Forbidden):
        transitions.propose_part_price(cast.wu, AT, part=price_list.filter, gross_price=D(50), effective_from=TODAY)
    assert list(queries.part_price_rows(cast.wu)) == [own]
    assert list(queries.part_price_rows(cast.ma)) == []


def test_tax_rates_change_by_date(price_list: PriceList) -> None:
    services.enter_tax_rate(price_list.cast.cai, AT, code="goods", rate=D("11"), effective_from=date(2027, 1, 1))
    assert queries.tax_rate("goods", TODAY) == D("13.00")
    assert queries.tax_rate("goods", date(2027, 1, 1)) == D("11.00")
    assert queries.tax_rate("service", TODAY) == D("6.00")
    assert queries.tax_rate("none", TODAY) is None
    with pytest.raises(InputRefused):
        services.enter_tax_rate(price_list.cast.cai, AT, code="goods", rate=D("NaN"), effective_from=TODAY)


def test_PART_12_a_labour_rate_out_of_use_is_no_longer_charged(price_list: PriceList) -> None:
    cast = price_list.cast
    proposed = transitions.propose_labour_rate(
        cast.gu, AT, gross_per_hour=D("199.00"), effective_from=TODAY, station=cast.station, payer="insurance"
    )
    rate = transitions.review_labour_rate(proposed, cast.cai, AT)
    assert queries.labour_rate("mechanical", station_id=cast.station.pk, payer="insurance", on=TODAY) == D("199.00")
    transitions.withdraw_labour_rate(rate, cast.cai, AT, reason="保险公司改价")
    assert queries.labour_rate("mechanical", station_id=cast.station.pk, payer="insurance", on=TODAY) != D("199.00")
