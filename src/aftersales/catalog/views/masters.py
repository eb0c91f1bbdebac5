"""Pages of the masters: parts, operations, packages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from aftersales.catalog import forms, queries, services
from aftersales.catalog.choices import OperationCategory, PartClass
from aftersales.catalog.models import LabourOperation, Part, ServicePackage
from aftersales.catalog.permissions import P
from aftersales.catalog.screens import PAGE_ROWS, chosen, page_of, searched, timeline, turned
from aftersales.core.actor import Actor
from aftersales.core.documents import held
from aftersales.core.errors import NotVisible
from aftersales.doors.html import version_in
from aftersales.network.rules import business_date
from aftersales.network.screens import answer_form, require_page_right

get_or_post = require_http_methods(["GET", "POST"])


def _found[M: (Part, LabourOperation, ServicePackage)](model: type[M], **lookup: str) -> M:
    found = model.objects.filter(**lookup).first()
    if found is None:
        raise NotVisible
    return found


@require_GET
def parts(request: HttpRequest) -> HttpResponse:
    """List the parts, by text and class."""
    actor = require_page_right(request, P.VIEW)
    text, part_class = searched(request), chosen(request, "part_class", PartClass)
    before = turned(request)
    rows = list(queries.parts_matching(text, part_class=part_class)[before : before + PAGE_ROWS + 1])
    context = {
        "page": page_of(request, rows),
        "text": text,
        "part_class": part_class,
        "classes": PartClass.choices,
        "may_maintain": actor.may_anywhere(P.MAINTAIN_PARTS),
    }
    return render(request, "catalog/parts.html", context)


@require_GET
def part(request: HttpRequest, number: str) -> HttpResponse:
    """Show one part with its prices and its succession."""
    actor = require_page_right(request, P.VIEW)
    row = _found(Part, number=number)
    prices = list(queries.part_price_rows(actor, part=row)[:PAGE_ROWS])
    chain = queries.successors([row.pk]).get(row.pk, [])
    known = Part.objects.in_bulk(chain)
    context = {
        "part": row,
        "prices": prices,
        "successors": [known[part_id] for part_id in chain],
        "alternatives": list(row.alternatives.order_by("number")),
        "journal": timeline(row),
        "may_maintain": actor.may_anywhere(P.MAINTAIN_PARTS),
        "may_propose": actor.may_anywhere(P.PROPOSE_PRICE),
    }
    return render(request, "catalog/part.html", context)


@get_or_post
def register_part(request: HttpRequest) -> HttpResponse:
    """Enter a part."""
    actor = require_page_right(request, P.MAINTAIN_PARTS)
    form = forms.PartForm(request.POST or None)
    del form.fields["is_active"]
    return answer_form(
        request,
        form,
        lambda values: services.register_part(actor, timezone.now(), **values),
        heading=_("New part"),
        back=reverse("catalog:parts"),
    )


@get_or_post
def change_part(request: HttpRequest, number: str) -> HttpResponse:
    """Change a part."""
    actor = require_page_right(request, P.MAINTAIN_PARTS)
    row = _found(Part, number=number)
    names = list(forms.PartForm.base_fields)
    initial = {name: getattr(row, name) for name in names} | {
        "alternative_to": row.alternative_to.number if row.alternative_to else ""
    }
    form = forms.PartForm(request.POST or None, initial=initial)
    del form.fields["number"]

    def save(values: dict[str, Any]) -> Part:
        other = values.pop("alternative_to")
        values["alternative_to_id"] = other.pk if other else None
        return services.change_part(held(row, version_in(request)), actor, timezone.now(), **values)

    return answer_form(
        request, form, save, heading=str(row), back=reverse("catalog:part", args=[row.number]), version=row.version
    )


@get_or_post
def supersede(request: HttpRequest, number: str) -> HttpResponse:
    """Name the part that follows this one."""
    actor = require_page_right(request, P.MAINTAIN_PARTS)
    row = _found(Part, number=number)
    initial = {"successor": row.superseded_by.number if row.superseded_by else ""}
    return answer_form(
        request,
        forms.SuccessorForm(request.POST or None, initial=initial),
        lambda values: services.supersede(held(row, version_in(request)), actor, timezone.now(), **values),
        heading=_("Successor of %(part)s") % {"part": row},
        back=reverse("catalog:part", args=[row.number]),
        version=row.version,
    )


@require_GET
def operations(request: HttpRequest) -> HttpResponse:
    """List the labour operations."""
    actor = require_page_right(request, P.VIEW)
    text, category = searched(request), chosen(request, "category", OperationCategory)
    before = turned(request)
    rows = queries.operations_matching(text, category=category)[before : before + PAGE_ROWS + 1]
    context = {
        "page": page_of(request, list(rows)),
        "text": text,
        "category": category,
        "categories": OperationCategory.choices,
        "may_maintain": actor.may_anywhere(P.MAINTAIN_OPERATIONS),
    }
    return render(request, "catalog/operations.html", context)


@require_GET
def operation(request: HttpRequest, code: str) -> HttpResponse:
    """Show one operation with its hours by model."""
    actor = require_page_right(request, P.VIEW)
    row = _found(LabourOperation, code=code)
    context = {
        "operation": row,
        "hours": list(row.model_hours.select_related("vehicle_model").order_by("vehicle_model__name")),
        "journal": timeline(row),
        "may_maintain": actor.may_anywhere(P.MAINTAIN_OPERATIONS),
    }
    return render(request, "catalog/operation.html", context)


@get_or_post
def register_operation(request: HttpRequest) -> HttpResponse:
    """Enter a labour operation."""
    actor = require_page_right(request, P.MAINTAIN_OPERATIONS)
    form = forms.OperationForm(request.POST or None)
    del form.fields["is_active"]
    return answer_form(
        request,
        form,
        lambda values: services.register_operation(actor, timezone.now(), **values),
        heading=_("New operation"),
        back=reverse("catalog:operations"),
    )


@get_or_post
def change_operation(request: HttpRequest, code: str) -> HttpResponse:
    """Change a labour operation."""
    actor = require_page_right(request, P.MAINTAIN_OPERATIONS)
    row = _found(LabourOperation, code=code)
    initial = {name: getattr(row, name) for name in forms.OperationForm.base_fields}
    form = forms.OperationForm(request.POST or None, initial=initial)
    del form.fields["code"]
    return answer_form(
        request,
        form,
        lambda values: services.change_operation(held(row, version_in(request)), actor, timezone.now(), **values),
        heading=str(row),
        back=reverse("catalog:operation", args=[row.code]),
        version=row.version,
    )


@get_or_post
def set_model_hours(request: HttpRequest, code: str) -> HttpResponse:
    """Set the standard hours of an operation on one model."""
    actor = require_page_right(request, P.MAINTAIN_OPERATIONS)
    row = _found(LabourOperation, code=code)
    return answer_form(
        request,
        forms.ModelHoursForm(request.POST or None),
        lambda values: services.set_model_hours(
            row, actor, timezone.now(), vehicle_model_id=values["vehicle_model"].pk, hours=values["hours"]
        ),
        heading=_("Hours of %(operation)s by model") % {"operation": row},
        back=reverse("catalog:operation", args=[row.code]),
    )


@require_GET
def packages(request: HttpRequest) -> HttpResponse:
    """List the service packages with what is in them."""
    actor = require_page_right(request, P.VIEW)
    context = {
        "packages": list(queries.packages_with_lines()),
        "may_maintain": actor.may_anywhere(P.MAINTAIN_PACKAGES),
    }
    return render(request, "catalog/packages.html", context)


@get_or_post
def register_package(request: HttpRequest) -> HttpResponse:
    """Enter a service package."""
    actor = require_page_right(request, P.MAINTAIN_PACKAGES)
    form = forms.PackageForm(request.POST or None)
    del form.fields["is_active"]

    def save(values: dict[str, Any]) -> ServicePackage:
        return services.register_package(
            actor,
            timezone.now(),
            code=values["code"],
            name=values["name"],
            name_en=values["name_en"],
            items=values["items"],
            vehicle_model_ids=[model.pk for model in values["vehicle_models"]],
        )

    return answer_form(request, form, save, heading=_("New package"), back=reverse("catalog:packages"))


@get_or_post
def change_package(request: HttpRequest, code: str) -> HttpResponse:
    """Change a service package with its lines."""
    actor = require_page_right(request, P.MAINTAIN_PACKAGES)
    row = _found(ServicePackage, code=code)
    form = forms.PackageForm(request.POST or None, initial=_package_values(row))
    del form.fields["code"]

    def save(values: dict[str, Any]) -> ServicePackage:
        return services.change_package(
            held(row, version_in(request)),
            actor,
            timezone.now(),
            name=values["name"],
            name_en=values["name_en"],
            is_active=values["is_active"],
            items=values["items"],
            vehicle_model_ids=[model.pk for model in values["vehicle_models"]],
        )

    return answer_form(request, form, save, heading=str(row), back=reverse("catalog:packages"), version=row.version)


def _package_values(row: ServicePackage) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": row.name,
        "name_en": row.name_en,
        "is_active": row.is_active,
        "vehicle_models": list(row.vehicle_models.all()),
    }
    for n, line in enumerate(row.lines.select_related("operation", "part"), start=1):
        values[f"item_{n}"] = line.operation.code if line.operation else line.part.number if line.part else ""
        values[f"amount_{n}"] = line.hours if line.operation else line.quantity
    return values


@require_GET
def price_list(request: HttpRequest) -> HttpResponse:
    """The price list as everybody may read it: reviewed prices in force today (EST-05)."""
    actor: Actor = require_page_right(request, P.VIEW)
    text, before = searched(request), turned(request)
    found = list(queries.parts_matching(text, only_active=True)[before : before + PAGE_ROWS + 1])
    station_id = actor.home_station_id or 0
    today = business_date(timezone.now())
    prices = queries.part_prices([row.pk for row in found], station_id=station_id, on=today)
    rows = [(row, prices.get(row.pk)) for row in found]
    book = queries.labour_rates(station_id, today)
    rates = [(label, book(value)) for value, label in OperationCategory.choices]
    context = {"page": page_of(request, rows), "text": text, "rates": rates, "today": today}
    return render(request, "catalog/price_list.html", context)
