"""Merging two archives: everything follows, old links still lead somewhere, and nothing is lost in a race."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

from aftersales.appointments import transitions as bookings
from aftersales.care.models import CareHolder
from aftersales.core.errors import Forbidden, InputRefused, Refusal, TransitionRefused
from aftersales.customers import merging, services
from aftersales.customers.models import Customer
from aftersales.journal.queries import entries_of
from aftersales.notifications.models import Message
from aftersales.repairs.models import RepairOrder
from aftersales.seeds.cast import Cast, build_cast
from aftersales.seeds.pytest_cast import CAST_AT, ClientOf
from aftersales.seeds.visits import Driver

AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


def archive(cast: Cast, name: str = "陈建国", phone: str = "13912345678", **values: object) -> Customer:
    return services.register_customer(cast.lin, AT, station=cast.station, name=name, phones=[phone], **values)


def test_IS_02_everything_that_points_to_the_dropped_archive_follows(driver: Driver) -> None:
    driver.bring_to("released")
    cast, dropped = driver.cast, driver.order.customer
    booked = bookings.request(
        cast.lin, AT, station=cast.station, customer=dropped, contact_name="陈建国", contact_phone="13800138000",
        plate="沪A12345", model_name="M5", concern="保养",
    )  # fmt: skip
    earlier = archive(cast, phone="13700000000")
    merging.merge_customers(dropped, cast.wu, AT, dropped=earlier, reason="同一人")
    kept = archive(cast)
    pointing = {
        model: list(model._base_manager.filter(customer=dropped).values_list("pk", flat=True))
        for model in _models_pointing_to_customers()
    }
    assert {model.__name__ for model, rows in pointing.items() if rows} >= {
        "RepairOrder", "Appointment", "FollowUp", "CareHolder", "Party", "CustomerPhone", "Settlement",
    }  # fmt: skip
    told = Message.objects.everywhere().filter(customer_id=dropped.pk).count()
    into = merging.merge_customers(kept, cast.wu, driver.at, dropped=dropped, reason="电话里本人确认")
    for model, rows in pointing.items():
        left = model._base_manager.filter(customer=dropped)
        if model.__name__ == "Settlement":  # posted: what was posted for whom never changes
            assert left.count() == len(rows)
            continue
        assert not left.exists(), model.__name__
        assert model._base_manager.filter(customer=into, pk__in=rows).count() == len(rows), model.__name__
    assert Message.objects.everywhere().filter(customer_id=into.pk).count() == told > 0
    booked.refresh_from_db()
    earlier.refresh_from_db()
    assert (booked.customer_id, earlier.merged_into_id) == (into.pk, into.pk)
    for row in (into, dropped):
        entry = entries_of(row)[0]
        assert (entry.step, entry.reason, entry.actor_name) == ("merged", "电话里本人确认", "吴刚")


def _models_pointing_to_customers() -> list[type[Model]]:
    """Every table with a column `customer`, also those nobody has thought of here."""
    found = [model for model in apps.get_models() if any(field.name == "customer" for field in model._meta.fields)]
    assert {
        field.name
        for model in apps.get_models()
        for field in model._meta.fields
        if field.is_relation and field.related_model is Customer
    } == {"customer", "merged_into"}
    return found


def test_who_looks_after_the_kept_one_stays(cast: Cast) -> None:
    kept, dropped = archive(cast), archive(cast, phone="13700000000")
    for row, person in ((kept, "tao"), (dropped, "lin")):
        CareHolder.objects.create(station=cast.station, customer=row, staff_member=cast.staff[person], created_at=AT)
    merging.merge_customers(kept, cast.wu, AT, dropped=dropped, reason="同一人")
    assert CareHolder.objects.everywhere().get().staff_member == cast.staff["tao"]


def test_the_dropped_archive_is_closed_and_a_reason_is_needed(cast: Cast) -> None:
    kept, dropped = archive(cast), archive(cast, phone="13700000000")
    with pytest.raises(InputRefused):
        merging.merge_customers(kept, cast.wu, AT, dropped=dropped, reason=" ")
    with pytest.raises(Forbidden):
        merging.merge_customers(kept, cast.lin, AT, dropped=dropped, reason="同一人")
    with pytest.raises(TransitionRefused):
        merging.merge_customers(kept, cast.wu, AT, dropped=kept, reason="同一人")
    merging.merge_customers(kept, cast.wu, AT, dropped=dropped, reason="同一人")
    for write in (
        lambda: services.change_customer(dropped, cast.lin, AT, notes="x"),
        lambda: services.add_phone(dropped, cast.lin, AT, number="13711112222"),
        lambda: services.grant_consent(dropped, cast.lin, AT, purpose="survey", evidence="签字"),
    ):
        with pytest.raises(TransitionRefused) as refused:
            write()
        assert kept.number in str(refused.value.sentence)


def test_the_screen_finds_compares_and_merges_once_and_old_links_still_answer(cast: Cast, client_of: ClientOf) -> None:
    kept, dropped = archive(cast), archive(cast, phone="13700000000", address="沪闵路1号")
    wu, here = client_of("wu"), f"/customers/{kept.number}/merge/"
    assert dropped.number in wu.get(here).content.decode()  # the same name is proposed
    assert dropped.number in wu.get(here, {"q": "13700000000"}).content.decode()
    compared = wu.get(here, {"dropped": dropped.number}).content.decode()
    assert "13700000000" not in compared  # masked like everywhere
    posted = {"dropped": dropped.number, "reason": "本人确认", "version": "1", "idempotency_key": "merge-0001"}
    empty = wu.post(here, posted | {"reason": ""})
    assert empty.status_code == 422
    assert dropped.number in empty.content.decode()
    stale = wu.post(here, posted | {"version": "0", "idempotency_key": "merge-0002"})
    assert (stale.status_code, "本人确认" in stale.content.decode()) == (409, True)
    done = wu.post(here, posted)
    assert (done.status_code, done.headers["Location"]) == (303, f"/customers/{kept.number}/")
    assert wu.get(f"/customers/{dropped.number}/").headers["Location"] == f"/customers/{kept.number}/"
    assert wu.get(f"/customers/{kept.number}/").status_code == 200
    assert wu.post(here, posted | {"idempotency_key": "merge-0003"}).status_code == 422  # it is no archive any more


def test_the_screen_is_for_those_who_may_and_for_the_own_station(cast: Cast, client_of: ClientOf) -> None:
    kept = archive(cast)
    foreign = services.register_customer(cast.ma, AT, station=cast.other_station, name="陈建国", phones=["13912345678"])
    here = f"/customers/{kept.number}/merge/"
    assert client_of("lin").get(here).status_code == 403
    assert client_of("ma").get(here).status_code == 404
    assert foreign.number not in client_of("wu").get(here).content.decode()
    answer = client_of("wu").post(here, {"dropped": foreign.number, "reason": "本人确认", "version": "1"})
    assert answer.status_code == 422
    foreign.refresh_from_db()
    assert foreign.merged_into_id is None


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_the_other_way_round_one_wins() -> None:
    cast = build_cast(CAST_AT)
    one, two = archive(cast), archive(cast, phone="13700000000")
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def race(kept: Customer, dropped: Customer) -> None:
        try:
            start.wait()
            merging.merge_customers(kept, cast.wu, AT, dropped=dropped, reason="同一人")
            outcomes.append("merged")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        except Exception as error:
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=race, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["merged", "merged_before"]
    assert Customer.objects.everywhere().filter(merged_into__isnull=True).count() == 1


def test_an_order_taken_in_the_same_moment_follows_too(driver: Driver) -> None:
    """The desk has the dropped archive on its screen, the merge commits, then the desk's order is written."""
    driver.check_in()
    cast, dropped = driver.cast, driver.order.customer
    kept = archive(cast)
    merging.merge_customers(kept, cast.wu, driver.at, dropped=dropped, reason="同一人")
    RepairOrder.objects.everywhere().filter(pk=driver.order.pk).update(customer=dropped)
    assert merging.follow_merges(driver.at + timedelta(minutes=1), since=driver.at - timedelta(minutes=5)) == 1
    assert RepairOrder.objects.everywhere().get(pk=driver.order.pk).customer_id == kept.pk
    assert merging.follow_merges(driver.at + timedelta(days=1), since=driver.at + timedelta(hours=23)) == 0
