"""Who holds which right: one line a permission code, the roles that hold it by default."""

from __future__ import annotations

from typing import Final

MANAGER = "manager"
ADVISOR = "service_advisor"
TECHNICIAN = "technician"
FOREMAN = "foreman"
INSPECTOR = "inspector"
KEEPER = "parts_keeper"
CASHIER = "cashier"
WARRANTY = "warranty_clerk"
TRACKING = "tracking_clerk"
BUSINESS = "business_supervisor"
RECEPTION = "receptionist"
COMPLAINTS = "complaint_handler"
SAFETY = "safety_officer"
CLEANER = "cleaner"

DIRECTOR = "after_sales_director"
PROBLEMS = "problem_desk"
NETWORK = "network_desk"
RETURN_VISITS = "return_visit_desk"
PARTS_UNIT = "parts_unit"
INFORMATION_UNIT = "information_unit"
TECHNOLOGY_UNIT = "technology_unit"
CLAIMS_UNIT = "claims_unit"
QUALITY = "quality_manager"
PURCHASING = "purchasing"
GENERAL = "general_manager"
TECHNICAL_CENTRE = "technical_centre"
FINANCE = "finance"
REGIONAL = "regional_manager"

SYSTEM = "system_administrator"
SECURITY = "security_administrator"
AUDIT = "audit_administrator"

STATION: Final = (
    MANAGER,
    ADVISOR,
    TECHNICIAN,
    FOREMAN,
    INSPECTOR,
    KEEPER,
    CASHIER,
    WARRANTY,
    TRACKING,
    BUSINESS,
    RECEPTION,
    COMPLAINTS,
    SAFETY,
    CLEANER,
)
HEADQUARTERS: Final = (
    DIRECTOR,
    PROBLEMS,
    NETWORK,
    RETURN_VISITS,
    PARTS_UNIT,
    INFORMATION_UNIT,
    TECHNOLOGY_UNIT,
    CLAIMS_UNIT,
    QUALITY,
    PURCHASING,
    GENERAL,
    TECHNICAL_CENTRE,
    FINANCE,
    REGIONAL,
)
EVERYBODY: Final = STATION + HEADQUARTERS
FRONT: Final = (ADVISOR, RECEPTION, BUSINESS, MANAGER)  # who meets customers
AFTER_CARE: Final = (TRACKING, COMPLAINTS)  # who calls customers afterwards
WORKSHOP: Final = (TECHNICIAN, FOREMAN, INSPECTOR)
LEADERS: Final = (DIRECTOR, GENERAL, REGIONAL, QUALITY)

GRANTS: Final[dict[str, tuple[str, ...]]] = {
    # -- accounts and journal
    "accounts.user:keep": (SYSTEM,),
    "accounts.token:keep": (SYSTEM,),
    "accounts.role:keep": (SECURITY,),
    "accounts.audit:read": (AUDIT,),
    "accounts.personal:unmask": (*FRONT, *AFTER_CARE, WARRANTY, RETURN_VISITS),
    # -- network and staff
    "network.station:view": EVERYBODY,
    "network.station:change": (MANAGER, NETWORK, DIRECTOR),
    "network.station:open": (NETWORK, DIRECTOR),
    "network.calendar:keep": (MANAGER, NETWORK, DIRECTOR),
    "staff.member:view": EVERYBODY,
    "staff.member:change": (MANAGER, BUSINESS),
    # -- standard
    "standards.compliance:read": (MANAGER, BUSINESS, INSPECTOR, SAFETY, *HEADQUARTERS),
    "standards.threshold:set": (MANAGER, DIRECTOR),
    "standards.attestation:sign": (MANAGER, FOREMAN, INSPECTOR, SAFETY, BUSINESS, KEEPER),
    # -- papers
    "printing.paper:reprint": (*FRONT, CASHIER, KEEPER, WARRANTY, FOREMAN),
    # -- customers and vehicles
    "customers.customer:view": EVERYBODY,
    "customers.customer:register": (*FRONT, *AFTER_CARE),
    "customers.customer:change": (*FRONT, *AFTER_CARE),
    "customers.customer:grant_credit": (MANAGER,),
    "customers.consent:record": (*FRONT, *AFTER_CARE),
    "customers.customer:unmask": (*FRONT, *AFTER_CARE, WARRANTY, RETURN_VISITS),
    "customers.customer:merge": (MANAGER, BUSINESS),
    "vehicles.vehicle:view": EVERYBODY,
    "vehicles.vehicle:register": (*FRONT, *AFTER_CARE, WARRANTY),
    "vehicles.vehicle:change": (*FRONT, *AFTER_CARE, WARRANTY),
    "vehicles.odometer:note": (*FRONT, *AFTER_CARE, *WORKSHOP, WARRANTY),
    "vehicles.odometer:override": (MANAGER, ADVISOR),
    "vehicles.model:change": (TECHNICAL_CENTRE, TECHNOLOGY_UNIT, DIRECTOR, MANAGER),
    # -- catalogue
    "catalog.item:view": EVERYBODY,
    "catalog.operation:maintain": (TECHNICAL_CENTRE, TECHNOLOGY_UNIT, DIRECTOR, MANAGER),
    "catalog.part:maintain": (PARTS_UNIT, NETWORK, DIRECTOR, KEEPER, MANAGER),
    "catalog.package:maintain": (TECHNOLOGY_UNIT, DIRECTOR, MANAGER),
    "catalog.tax:maintain": (FINANCE,),
    "catalog.price:propose": (PARTS_UNIT, NETWORK, DIRECTOR, MANAGER),
    "catalog.price:review": (FINANCE,),
    "catalog.price:depart": (MANAGER,),
    # -- care: follow-ups, complaints and other cases
    "care.follow_up:view": (*FRONT, *AFTER_CARE, RETURN_VISITS, *LEADERS),
    "care.follow_up:call": (TRACKING, ADVISOR, BUSINESS, RETURN_VISITS),
    "care.follow_up:skip": (MANAGER, BUSINESS),
    "care.holder:assign": (MANAGER, BUSINESS),
    "care.case:view": (*FRONT, *AFTER_CARE, WARRANTY, INSPECTOR, PROBLEMS, RETURN_VISITS, *LEADERS),
    "care.case:open": (*FRONT, *AFTER_CARE, WARRANTY, PROBLEMS, RETURN_VISITS),
    "care.case:handle": (COMPLAINTS, MANAGER, ADVISOR, TRACKING, PROBLEMS),
    "care.case:assign": (MANAGER, BUSINESS, DIRECTOR),
    # -- stock
    "inventory.stock:view": (*FRONT, *AFTER_CARE, *WORKSHOP, KEEPER, CASHIER, WARRANTY, *HEADQUARTERS),
    "inventory.cost:view": (MANAGER, KEEPER, DIRECTOR, FINANCE, GENERAL, PARTS_UNIT, PURCHASING),
    "inventory.receipt:post": (KEEPER,),
    "inventory.receipt:cancel": (KEEPER, MANAGER),
    "inventory.adjustment:propose": (KEEPER,),
    "inventory.adjustment:approve": (MANAGER, FINANCE),
    "inventory.stock:transfer": (KEEPER,),
    "inventory.reservation:take-over": (MANAGER, FOREMAN),
    "inventory.policy:set": (KEEPER, MANAGER, PARTS_UNIT, NETWORK),
    "inventory.location:maintain": (KEEPER, MANAGER),
    "inventory.alert:handle": (KEEPER, MANAGER, PURCHASING),
    # -- imports and exports
    "exchange.import:run": (MANAGER, BUSINESS, KEEPER, PARTS_UNIT, NETWORK),
    "exchange.data:export": (MANAGER, BUSINESS, KEEPER, CASHIER, WARRANTY, TRACKING, *HEADQUARTERS),
    # -- messages
    "notifications.webhook:manage": (SYSTEM,),
    "notifications.message:oversee": (MANAGER, BUSINESS, INFORMATION_UNIT, DIRECTOR),
    "notifications.rules:set": (MANAGER, DIRECTOR),
    # -- appointments
    "appointments.appointment:view": (
        *FRONT,
        *AFTER_CARE,
        *WORKSHOP,
        KEEPER,
        CASHIER,
        WARRANTY,
        CLEANER,
        *HEADQUARTERS,
    ),
    "appointments.appointment:book": (*FRONT, *AFTER_CARE),
    "appointments.appointment:acknowledge": (*FRONT, *WORKSHOP, KEEPER),
    "appointments.appointment:prepare": (*FRONT, FOREMAN),
    "appointments.appointment:receive": FRONT,
    "appointments.slot:override_hours": (MANAGER, BUSINESS),
    # -- repair orders
    "repairs.order:view": EVERYBODY,
    "repairs.order:receive": (ADVISOR, MANAGER),
    "repairs.order:diagnose": (ADVISOR, *WORKSHOP, MANAGER),
    "repairs.order:rule_coverage": (WARRANTY, CLAIMS_UNIT, PROBLEMS, QUALITY),
    "repairs.order:estimate": (ADVISOR, MANAGER),
    "repairs.order:discount": (MANAGER,),
    "repairs.order:consent": (ADVISOR, MANAGER),
    "repairs.order:dispatch": (FOREMAN, ADVISOR, MANAGER),
    "repairs.order:issue_parts": (KEEPER,),
    "repairs.order:work": (TECHNICIAN, FOREMAN),
    "repairs.order:inspect": (INSPECTOR,),
    "repairs.order:wash": (CLEANER, *WORKSHOP),
    "repairs.order:deliver": (ADVISOR, MANAGER),
    "repairs.order:settle": (ADVISOR, CASHIER, MANAGER),
    "repairs.order:note_payment": (CASHIER, MANAGER),
    "repairs.order:archive": (TRACKING, ADVISOR, BUSINESS),
    "repairs.order:cancel": (ADVISOR, MANAGER),
    "repairs.order:reopen": (MANAGER,),
    "repairs.order:change_advisor": (MANAGER, BUSINESS),
    "repairs.order:authorize_departure": (MANAGER, DIRECTOR),
    "repairs.order:import_history": (MANAGER,),
    "billing.settlement:view": (ADVISOR, CASHIER, BUSINESS, MANAGER, WARRANTY, FINANCE, DIRECTOR),
    "billing.settlement:post": (CASHIER, MANAGER),
    "billing.payment:take": (CASHIER, MANAGER),
    "billing.account:use": (CASHIER, MANAGER),
    "billing.payment:refund": (MANAGER,),
    "billing.settlement:reverse": (MANAGER,),
    "billing.day:close": (CASHIER, MANAGER),
}


def codes_of(role: str) -> tuple[str, ...]:
    """Return the codes a role holds by default, sorted."""
    return tuple(sorted(code for code, holders in GRANTS.items() if role in holders))
