"""The main job at the level of commands: one vehicle through its whole visit, from check-in to archive."""

from decimal import Decimal

from aftersales.journal.queries import entries_of
from aftersales.journal.verification import broken_entries
from aftersales.repairs.choices import OrderState, PaymentState
from aftersales.seeds.visits import STRAIGHT_WAY, Driver


def test_a_vehicle_goes_through_its_whole_visit(driver: Driver) -> None:
    for state, moves in STRAIGHT_WAY:
        for move in moves:
            getattr(driver, move)()
        assert driver.order.state == state

    order = driver.order
    assert order.state == OrderState.ARCHIVED
    assert order.payment_state == PaymentState.PAID
    # 0.5 h + 1.2 h at 160 yuan, brake pads 460, oil filter 45, 4 l oil at 58
    assert driver.settlements[0].gross == Decimal("272.00") + Decimal("460.00") + Decimal("45.00") + Decimal("232.00")
    steps = [entry.step for entry in reversed(entries_of(order))]
    assert steps[:4] == ["check_in", "diagnose", "estimate", "authorize"]
    assert steps[-3:] == ["note_payment", "release", "archive"]
    assert broken_entries() == []
