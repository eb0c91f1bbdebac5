"""Repair orders behind the one search box."""

from aftersales.repairs.choices import OrderState
from aftersales.search.models import SearchEntry
from aftersales.search.queries import find
from aftersales.search.reindex import reindex_all
from aftersales.seeds.visits import Driver


def test_an_order_is_found_by_its_number_and_again_after_the_index_is_built_anew(driver: Driver) -> None:
    order = driver.bring_to(OrderState.RECEIVED)
    lin, ma = driver.cast.actors["lin"], driver.cast.actors["ma"]
    assert [hit.number for hit in find(lin, order.number.lower())] == [order.number]
    SearchEntry.objects.everywhere().filter(kind="repair_order").delete()
    assert find(lin, order.number) == []
    reindex_all()
    assert [hit.number for hit in find(lin, order.number)] == [order.number]
    assert find(ma, order.number) == []
