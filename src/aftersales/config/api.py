"""The API root: one router a kind of record, OpenAPI at /api/openapi.json, to read and try at /api/docs."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from aftersales import __version__
from aftersales.accounts.middleware import to_sign_in
from aftersales.doors.root import make_api

ROUTERS = {
    "/adjustments": "inventory.api.adjustment_router",
    "/appointments": "appointments.api.router",
    "/attachments": "files.api.router",
    "/attestations": "standards.api.attestation_router",
    "/bays": "network.api.bay_router",
    "/calendar-days": "network.api.calendar_router",
    "/cases": "care.api.case_router",
    "/certificates": "staff.api.certificate_router",
    "/checklists": "standards.api.checklist_router",
    "/clauses": "standards.api.clause_router",
    "/clocks": "clocks.api.router",
    "/customers": "customers.api.router",
    "/exports": "exchange.api.export_router",
    "/follow-ups": "care.api.follow_up_router",
    "/headquarters": "network.api.headquarters_router",
    "/imports": "exchange.api.import_router",
    "/inbox": "notifications.api.inbox_router",
    "/journal": "journal.api.router",
    "/labour-operations": "catalog.api.operation_router",
    "/labour-rates": "catalog.api.rate_router",
    "/locations": "inventory.api.location_router",
    "/me": "accounts.api.me_router",
    "/memberships": "accounts.api.membership_router",
    "/messages": "notifications.api.message_router",
    "/metrics": "standards.api.metric_router",
    "/papers": "printing.api.router",
    "/part-prices": "catalog.api.price_router",
    "/parts": "catalog.api.part_router",
    "/receipts": "inventory.api.receipt_router",
    "/regions": "network.api.region_router",
    "/repair-orders": "repairs.api.router",
    "/roles": "accounts.api.role_router",
    "/search": "search.api.router",
    "/sending-rules": "notifications.api.rules_router",
    "/service-packages": "catalog.api.package_router",
    "/skills": "staff.api.skill_router",
    "/staff-members": "staff.api.member_router",
    "/stations": "network.api.station_router",
    "/stock-alerts": "inventory.api.alert_router",
    "/stock-balances": "inventory.api.balance_router",
    "/stock-moves": "inventory.api.move_router",
    "/stock-policies": "inventory.api.policy_router",
    "/stock-reservations": "inventory.api.reservation_router",
    "/tax-rates": "catalog.api.tax_router",
    "/teams": "network.api.team_router",
    "/thresholds": "standards.api.threshold_router",
    "/tokens": "accounts.api.token_router",
    "/users": "accounts.api.user_router",
    "/vehicle-models": "vehicles.api.model_router",
    "/vehicles": "vehicles.api.router",
    "/webhooks": "notifications.api.webhook_router",
    "": "billing.api.router",
}


class DocsPage(DocsBase):
    """Swagger UI from our own static files: it works without the Internet and under the strict content policy."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        return render(
            request, "config/api_docs.html", {"title": api.title, "schema_url": self.get_openapi_url(api, kwargs)}
        )


def signed_in(view: Any) -> Any:
    """Show the documentation to whoever is signed in; others are sent to the sign-in page."""

    @login_not_required
    def answer(request: HttpRequest, **kwargs: Any) -> Any:
        if getattr(request, "actor", None) is None:
            return to_sign_in(request)
        return view(request, **kwargs)

    return answer


api = make_api(
    title="aftersales",
    version=__version__,
    description="The after-sales service system: every step and every master that the screens have.",
    docs=DocsPage(),
    docs_url="/docs",
    docs_decorator=signed_in,
    openapi_url="/openapi.json",
    urls_namespace="api",
)
for prefix, router in ROUTERS.items():
    api.add_router(prefix, f"aftersales.{router}")
