"""A1 inside bodies: on one's own document, the id of another station's record answers like one that is nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from aftersales.accounts import grants
from aftersales.accounts.roles import BY_CODE
from aftersales.appointments import transitions as bookings
from aftersales.core.actor import Actor
from aftersales.files.services import attach_photo
from aftersales.inventory.models import Location
from aftersales.network.models import Team
from aftersales.repairs import transitions as visit
from aftersales.repairs.models import RepairOrder
from aftersales.repairs.services.intake import receive_vehicle
from aftersales.repairs.services.pricing import LineWish
from aftersales.seeds.pytest_cast import CAST_AT
from aftersales.seeds.visits import Driver, confirmed
from aftersales.vehicles.models import Party
from tests.access.openapi import Operation, body_of, document, is_multipart, operations
from tests.access.test_operations import ADMINISTRATION, OF_THE_NETWORK, same
from tests.access.texts import Place, Sender, put
from tests.access.world import World, small_picture

pytestmark = pytest.mark.slow

GONE_IS_GONE = {"customer_remove_phone"}  # what the customer does not have stays away: nothing is done, nothing told
NOWHERE = 2_000_000_011
NO_PICTURE = UUID("00000000-0000-4000-8000-000000000000")
OF_EVERYBODY = OF_THE_NETWORK | {"item_id"}  # operations and parts are the network's


def id_places(schema: Mapping[str, Any], above: Place = ()) -> Iterator[Place]:
    """Yield where a body names a record by its id."""
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    for name in ("anyOf", "allOf", "oneOf"):
        for one in schema.get(name, ()):
            yield from id_places(one, above)
    is_key = schema.get("type") == "integer" or schema.get("format") == "uuid"
    if is_key and above and str(above[-1]).endswith("_id"):
        yield above
    for name, one in schema.get("properties", {}).items():
        yield from id_places(one, (*above, name))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from id_places(schema["additionalProperties"], (*above, "*"))
    if "items" in schema:
        yield from id_places(schema["items"], (*above, 0))


def nowhere(place: Place) -> Any:
    """Return an id that no record has, of the kind that the place takes."""
    return NO_PICTURE if place[-1] == "signature_id" else NOWHERE


def places_of(operation: Operation) -> list[Place]:
    content = operation.spec.get("requestBody", {}).get("content", {}).get("application/json")
    if operation.method == "GET" or content is None:
        return []
    return [place for place in dict.fromkeys(id_places(content["schema"])) if place[-1] not in OF_EVERYBODY]


@dataclass
class Elsewhere:
    """One of everything at the other station, by the name under which a body would name it."""

    ids: dict[str, Any]
    order: RepairOrder


@pytest.fixture
def elsewhere(world: World) -> Elsewhere:
    cast, ma, at = world.cast, world.cast.ma, CAST_AT
    station, her = cast.other_station, cast.staff["ma"]
    order = receive_vehicle(
        ma,
        at,
        station=station,
        advisor=her,
        customer={"name": "孙悦", "phones": ["13600136000"]},
        vehicle={"vin": "LSVAM4187C2184849", "plate": "浙A12345", "accept_oddities": True},
        odometer_km=9_000,
        concerns=["异响"],
        covers=confirmed("RECP-09"),
        papers_checked=["vehicle_licence", "maintenance_manual"],
        walkaround=confirmed("RECP-10"),
        signed_by="孙悦",
    )
    found: Any = {
        "position": 1, "cause": "磨损", "correction": "更换", "coverage": "outside", "confirmed_with": "孙悦"
    }  # fmt: skip
    order = visit.diagnose(order, ma, at, findings=[found], repair_plan="更换")
    order = visit.add_lines(order, ma, at, wishes=[LineWish("labour", world.goods.operations["JX-101"].pk)])
    booked = bookings.request(
        ma, at, station=station, contact_name="孙悦", contact_phone="13600136000", plate="浙A12345", model_name="M5",
        concern="保养",
    )  # fmt: skip
    shelf = Location.objects.everywhere().create(station=station, code="X9", name="外站货位")
    photo = attach_photo(ma, at, document=order, upload=small_picture())
    line, concern = order.all_lines()[0], order.all_concerns()[0]
    phone = order.customer.phones.get()
    party = Party.objects.filter(vehicle=order.vehicle)[0]
    team = Team.objects.at_station(station.pk).get()
    staff = dict.fromkeys(
        ("advisor_id", "technician_id", "inspector_id", "handler_id", "assignee_id", "keeper_id"), her.pk
    )
    return Elsewhere(
        {
            **staff,
            "station_id": station.pk,
            "customer_id": order.customer_id,
            "owner_id": order.customer_id,
            "dropped_id": order.customer_id,
            "vehicle_id": order.vehicle_id,
            "appointment_id": booked.pk,
            "bay_id": cast.other_bays["A1"].pk,
            "team_id": team.pk,
            "location_id": shelf.pk,
            "source_id": shelf.pk,
            "destination_id": shelf.pk,
            "line_id": line.pk,
            "job_line_id": line.pk,
            "concern_id": concern.pk,
            "phone_id": phone.pk,
            "party_id": party.pk,
            "signature_id": photo.pk,
        },
        order,
    )


@pytest.fixture
def sender(world: World) -> Sender:
    """As somebody with every right there is at the first station, and none elsewhere."""
    cast = world.cast
    rights = frozenset(code for role in grants.STATION for code in BY_CODE[role].permissions)
    everything = Actor(
        user_id=cast.wu.user_id,
        name="吴刚",
        role="manager",
        rights={cast.station.pk: rights},
        staff_member_id=cast.staff["wu"].pk,
        home_station_id=cast.station.pk,
    )
    return Sender(
        replace(cast, actors={**cast.actors, "all": everything}, users={**cast.users, "all": cast.users["wu"]}), ()
    )


def test_a_foreign_id_in_the_body_of_any_operation_answers_like_a_missing_one(
    world: World, elsewhere: Elsewhere, sender: Sender
) -> None:
    asked = [one for one in operations() if places_of(one) and one.prefix not in ADMINISTRATION]
    undecided = {str(place[-1]) for one in asked for place in places_of(one)} - elsewhere.ids.keys()
    assert undecided == set()  # a new kind of id gets a record at the other station
    unlike, seen = [], set()
    for one in asked:
        assert not is_multipart(one)
        key = world.keys.get(one.prefix)
        path = one.address(key) if one.has_key else one.path
        version = sender.version_of("all", f"/api{one.prefix}/{key}") if one.has_key else None
        for place in places_of(one):
            answers = []
            for value in (elsewhere.ids[str(place[-1])], nowhere(place)):
                with transaction.atomic():
                    answers.append(sender.ask(one, "all", path, put(body_of(one, world), place, value), version))
                    transaction.set_rollback(True)
            foreign, missing = answers
            is_taken = foreign.status_code < 400 and one.name not in GONE_IS_GONE
            if is_taken or not same(foreign, missing):
                told = [f"{answer.status_code} {answer.content[:200].decode()}" for answer in answers]
                unlike.append(f"{one.name} {place}: {told}")
            if foreign.status_code == 404 or b"wrong_state" not in foreign.content:
                seen.add(place[-1])
    assert unlike == [], "\n".join(unlike)
    assert {"technician_id", "bay_id", "customer_id", "vehicle_id", "location_id", "handler_id"} <= seen


def test_foreign_ids_in_the_steps_of_a_visit_each_in_its_own_state(
    world: World, elsewhere: Elsewhere, sender: Sender
) -> None:
    cast, ids = world.cast, elsewhere.ids
    driver = Driver(cast, world.goods, CAST_AT + timedelta(hours=5))
    unlike: list[str] = []

    def alike(name: str, body: dict[str, Any], place: Place, foreign: Any, who: str = "all") -> None:
        """The body is taken as it is; with a foreign id at the place it is refused like with one that is nowhere."""
        operation = next(one for one in operations() if one.name == f"repairorder_{name}")
        path = operation.address(driver.order.number)
        answers = []
        wrong = (
            [
                {**body, place[0]: {str(value): told for told in body[str(place[0])].values()}}
                for value in (foreign, NOWHERE)
            ]
            if place[-1] == "keys"
            else [put(body, place, foreign), put(body, place, nowhere(place))]
        )
        for sent in (body, *wrong):
            with transaction.atomic():
                answers.append(sender.ask(operation, who, path, sent, driver.order.version))
                transaction.set_rollback(True)
        plain, theirs, nobodys = answers
        if plain.status_code != 200 or theirs.status_code < 400 or not same(theirs, nobodys):
            told = [f"{answer.status_code} {answer.content[:200].decode()}" for answer in answers]
            unlike.append(f"{name} {place}: {told}")

    driver.visitor = type(driver.visitor)(plate="沪D45678", vin="LSVAM4187C2184850", phone="13500135000")
    driver.check_in()
    alike("change_advisor", {"advisor_id": cast.staff["wu"].pk, "reason": "x", "hand_over_note": "x"}, ("advisor_id",),
          ids["advisor_id"])  # fmt: skip
    found = {"position": 1, "cause": "磨", "correction": "换", "coverage": "outside", "confirmed_with": "陈"}
    alike("diagnose", {"findings": [found], "repair_plan": "换", "technician_id": cast.staff["zhao"].pk},
          ("technician_id",), ids["technician_id"])  # fmt: skip
    driver.diagnose()
    concern = driver.order.all_concerns()[0].pk
    job = world.goods.operations["JX-101"].pk
    wish = {"kind": "labour", "item_id": job, "concern_id": concern}
    for name, more in (("add_lines", {}), ("estimate", {"minutes_low": 10, "minutes_high": 20})):
        alike(name, {"wishes": [wish], **more}, ("wishes", 0, "concern_id"), ids["concern_id"])
    driver.estimate()
    line = driver.order.all_lines()[0].pk
    part = {"kind": "part", "item_id": world.goods.parts["LF-OF-01"].pk, "job_line_id": line}
    alike("add_lines", {"wishes": [part]}, ("wishes", 0, "job_line_id"), ids["job_line_id"])
    alike("change_line", {"line_id": line, "discount": "1.00", "reason": "x"}, ("line_id",), ids["line_id"])
    alike("remove_line", {"line_id": line}, ("line_id",), ids["line_id"])
    agreed = {str(one.pk): "agreed" for one in driver.order.all_lines()}
    written = {"given_by": "陈建国", "method": "signature"}
    photo = attach_photo(cast.lin, driver.tick(), document=driver.order, upload=small_picture())
    alike("authorize", {**written, "decisions": agreed, "signature_id": photo.pk}, ("signature_id",),
          ids["signature_id"])  # fmt: skip
    driver.authorize()
    here = [one.pk for one in driver.order.all_lines() if one.is_labour]
    assigned = [{"line_id": pk, "technician_id": cast.staff["zhao"].pk, "bay_id": cast.bays["A2"].pk} for pk in here]
    promised = {"assignments": assigned, "promised_at": "2027-11-03T08:00:00+08:00"}
    for name in ("line_id", "technician_id", "bay_id"):
        alike("dispatch", promised, ("assignments", 0, name), ids[name])
    driver.dispatch()
    parts = [one for one in driver.order.all_lines() if one.is_part]
    alike("issue_parts", {"quantities": {str(parts[0].pk): "1"}}, ("quantities", "keys"), ids["line_id"], "sun")
    driver.issue()
    alike("return_parts", {"quantities": {str(parts[0].pk): "1"}, "reason": "x"}, ("quantities", "keys"),
          ids["line_id"], "sun")  # fmt: skip
    begin = {"line_id": here[0], "technician_id": cast.staff["zhao"].pk}
    alike("start_work", begin, ("line_id",), ids["line_id"], "zheng")
    alike("start_work", begin, ("technician_id",), ids["technician_id"], "zheng")
    alike("call_for_help", {"line_id": here[0]}, ("line_id",), ids["line_id"])
    alike("ask_for_parts", {"line_id": here[0], "wanted": "x"}, ("line_id",), ids["line_id"])
    alike("report_finding", {"line_id": here[0], "finding": "x"}, ("line_id",), ids["line_id"])
    driver.start()
    alike("pause_work", {"line_id": here[0], "pause_reason": "tool"}, ("line_id",), ids["line_id"], "zhao")
    alike("finish_work", {"line_id": here[0]}, ("line_id",), ids["line_id"], "zhao")
    driver.finish()
    for name in ("line_id", "technician_id", "bay_id"):
        alike("reassign", {"assignments": assigned[1:]}, ("assignments", 0, name), ids[name])
    driver.work()
    done = {"technician_id": cast.staff["zhao"].pk, "answers": confirmed("QC-01"), "repair_report": "x"}
    alike("complete", done, ("technician_id",), ids["technician_id"], "zhao")
    driver.complete()
    passed = {"inspector_id": cast.staff["fang"].pk, "answers": confirmed("QC-06")}
    alike("inspect", passed, ("inspector_id",), ids["inspector_id"], "fang")
    failed = passed | {"failures": {str(here[0]): "异响"}}
    alike("fail_inspection", failed, ("inspector_id",), ids["inspector_id"], "fang")
    alike("fail_inspection", failed, ("failures", "keys"), ids["line_id"], "fang")
    alike("reopen", {"reason": "x", "line_id": here[0]}, ("line_id",), ids["line_id"])
    assert unlike == [], "\n".join(unlike)
