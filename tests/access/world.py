"""One record of every kind at the first station, for matrices that try every address on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from aftersales.accounts.models import ApiToken, Membership
from aftersales.appointments import transitions as bookings
from aftersales.appointments.rules import ItemDraft
from aftersales.billing.models import Settlement
from aftersales.care.models import FollowUp
from aftersales.care.transitions import cases
from aftersales.catalog import transitions as prices
from aftersales.core.actor import system_actor
from aftersales.exchange.services import Upload, upload
from aftersales.files.services import attach_photo
from aftersales.inventory import transitions as stock
from aftersales.inventory.models import Location, Receipt, StockAlert, StockMove, StockPolicy
from aftersales.inventory.services import ReceiptItem, adjust
from aftersales.network.models import CalendarDay
from aftersales.notifications.models import Message, SendingRules, WebhookEndpoint
from aftersales.printing.services import issue_paper
from aftersales.repairs.models import RepairOrder
from aftersales.seeds.cast import Cast
from aftersales.seeds.goods import Goods
from aftersales.seeds.visits import Driver, Visitor
from aftersales.standards.models import Attestation, Threshold

SECRET = "不可外传"  # stands in every record of the world and must be in no answer to a stranger


@dataclass
class World:
    """The keys by which the API's addresses name the records, and the ids that bodies and filters may name."""

    cast: Cast
    goods: Goods
    at: datetime
    driver: Driver
    keys: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=dict)
    order: RepairOrder | None = None


def small_picture() -> bytes:
    kept = BytesIO()
    Image.new("RGB", (8, 8), (10, 60, 90)).save(kept, "PNG")
    return kept.getvalue()


def build_world(cast: Cast, goods: Goods, at: datetime) -> World:
    """Make one of everything at the first station."""
    station, tao, lin, sun, wu = cast.station, cast.actors["tao"], cast.lin, cast.sun, cast.wu
    past = Driver(cast, goods, at)
    past.bring_to("archived")
    driver = Driver(
        cast,
        goods,
        at,
        visitor=Visitor(name=f"王{SECRET}", plate="沪B23456", vin="LSVAM4187C2184848", phone="13900139000"),
    )
    order = driver.bring_to("estimated")
    world = World(cast, goods, at, driver, order=order)
    customer, vehicle = order.customer, order.vehicle
    part = goods.parts["LF-OF-01"]
    shelf = Location.objects.at_station(station.pk).filter(kind="storage").order_by("pk")[0]
    booking = bookings.request(
        lin,
        at,
        station=station,
        contact_name=f"李{SECRET}",
        contact_phone="13812345678",
        plate="沪A12345",
        model_name="M5",
        concern=SECRET,
        items=[ItemDraft(text=SECRET, price=Decimal("10.00"))],
        wanted_at=at + timedelta(days=2),
    )
    case = cases.open_case(
        tao,
        at,
        station=station,
        channel="hotline",
        complainant=f"赵{SECRET}",
        description=SECRET,
        complainant_phone="13812345678",
    )
    receipt = stock.draft_receipt(
        sun,
        at,
        station=station,
        items=[ReceiptItem(part_id=part.pk, quantity=Decimal(2), value=Decimal("40.00"), location_id=shelf.pk)],
        supplier_name=SECRET,
    )
    adjustment = adjust(sun, at, station=station, part_id=part.pk, location=shelf, quantity=Decimal(-1), reason=SECRET)
    watch = system_actor("stock watch")
    alert = StockAlert.objects.everywhere().filter(station=station, state="open").first() or stock.raise_alert(
        watch,
        at,
        station=station,
        part_id=part.pk,
        available=Decimal(1),
        reorder_point=Decimal(2),
        proposal="purchase",
        proposed_quantity=Decimal(3),
    )
    policy, _new = StockPolicy.objects.everywhere().get_or_create(station=station, part=part)
    price = prices.propose_part_price(
        system_actor("seeds"),
        at,
        part=part,
        gross_price=Decimal("46.00"),
        effective_from=date(2026, 12, 1),
        station=station,
    )
    rate = prices.propose_labour_rate(
        system_actor("seeds"), at, gross_per_hour=Decimal("180.00"), effective_from=date(2026, 12, 1), station=station
    )
    photo = attach_photo(
        lin, at, document=order, upload=SimpleUploadedFile("p.png", small_picture(), "image/png"), caption=SECRET
    )
    paper = issue_paper(lin, at, document=order, kind="repairs.estimate")
    endpoint = WebhookEndpoint.objects.create(
        name=SECRET, url="https://example.com/hook", events=["*"], secret="whsec_x", created_at=at
    )
    message = Message.objects.create(
        station=station,
        channel="webhook",
        template="x",
        endpoint=endpoint,
        next_try_at=at,
        created_at=at,
        state="parked",
        error=SECRET,
    )
    day = CalendarDay.objects.create(station=station, on=date(2026, 12, 25), is_workday=False, name=SECRET)
    Threshold.objects.create(
        clause="PART-08",
        code="adjustment_limit",
        station=station,
        value=500,
        unit="CNY",
        effective_from=date(2026, 1, 1),
        source=SECRET,
    )
    Attestation.objects.create(
        station=station, checklist="PREP-02", on=date(2026, 11, 2), signed_by_name=SECRET, signed_at=at, answers={}
    )
    SendingRules.objects.create(station=station)
    machine = cast.users["luo"]
    token = ApiToken.objects.create(
        user=machine, name=SECRET, digest="d" * 64, created_at=at, expires_at=datetime.now(UTC) + timedelta(days=9)
    )
    sent = Upload(f"{SECRET}.csv", [f"配件编码,配件名称\nX-1,{SECRET}\n".encode()])
    job = upload(wu, at, station=station, kind="parts", file=sent)
    sheet = Settlement.objects.everywhere().filter(station=station).order_by("pk")[0]
    call = FollowUp.objects.everywhere().filter(station=station).order_by("pk").first()
    assert call is not None
    move = StockMove.objects.everywhere().filter(station=station, kind="issue").order_by("pk")[0]
    member = cast.staff["zhao"]
    world.keys = {
        "/adjustments": adjustment.number,
        "/appointments": booking.number,
        "/attachments": photo.pk,
        "/bays": cast.bays["A1"].pk,
        "/calendar-days": day.pk,
        "/cases": case.number,
        "/certificates": member.certificates.order_by("pk")[0].pk,
        "/clauses": "PART-08",
        "/customers": customer.number,
        "/exports": "customers",
        "/follow-ups": call.number,
        "/imports": job.pk,
        "/headquarters": cast.headquarters.pk,
        "/labour-operations": goods.operations["JX-101"].pk,
        "/labour-rates": rate.pk,
        "/locations": shelf.pk,
        "/memberships": Membership.objects.filter(user=cast.users["lin"])[0].pk,
        "/messages": message.pk,
        "/papers": paper.reference,
        "/part-prices": price.pk,
        "/parts": part.pk,
        "/receipts": Receipt.objects.everywhere().get(pk=receipt.pk).pk,
        "/regions": cast.region.pk,
        "/repair-orders": order.number,
        "/roles": "cleaner",
        "/service-packages": next(iter(goods.packages.values())).pk,
        "/settlements": sheet.number,
        "/settlements/for-order": order.number,
        "/skills": member.skills.order_by("pk")[0].pk,
        "/staff-members": member.pk,
        "/stations": station.code,
        "/stock-alerts": alert.pk,
        "/stock-moves": move.pk,
        "/stock-policies": policy.pk,
        "/tax-rates": 1,
        "/teams": cast.team.pk,
        "/tokens": token.pk,
        "/users": cast.users["luo"].pk,
        "/vehicle-models": goods.models["M5 1.5T 豪华型"].pk,
        "/vehicles": vehicle.number,
        "/webhooks": endpoint.pk,
    }
    line = order.all_lines()[0]
    world.ids = {
        "station_id": station.pk,
        "customer_id": customer.pk,
        "dropped_id": past.order.customer_id,
        "vehicle_id": vehicle.pk,
        "owner_id": customer.pk,
        "advisor_id": cast.staff["lin"].pk,
        "technician_id": member.pk,
        "inspector_id": cast.staff["fang"].pk,
        "handler_id": cast.staff["wu"].pk,
        "assignee_id": cast.staff["tao"].pk,
        "keeper_id": cast.staff["sun"].pk,
        "staff_member_id": member.pk,
        "bay_id": cast.bays["A1"].pk,
        "team_id": cast.team.pk,
        "part_id": part.pk,
        "alternative_to_id": part.pk,
        "successor_id": goods.parts["ZD-FP-01"].pk,
        "operation_id": goods.operations["JX-101"].pk,
        "vehicle_model_id": goods.models["M5 1.5T 豪华型"].pk,
        "model_id": goods.models["M5 1.5T 豪华型"].pk,
        "region_id": cast.region.pk,
        "headquarters_id": cast.headquarters.pk,
        "location_id": shelf.pk,
        "source_id": shelf.pk,
        "destination_id": shelf.pk,
        "user_id": cast.users["luo"].pk,
        "line_id": line.pk,
        "order_id": order.pk,
        "appointment_id": booking.pk,
        "subject_number": order.number,
        "wu": wu.user_id,
    }
    return world
