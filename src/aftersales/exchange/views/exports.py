"""Taking a list out: a POST, because every export is journalled."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from aftersales.core.errors import Forbidden, InputRefused, NotVisible
from aftersales.doors.commands import actor_of
from aftersales.exchange import exports
from aftersales.exchange.views.imports import download
from aftersales.web import htmx


@require_POST
def export(request: HttpRequest, name: str) -> HttpResponse:
    """Hand out a list as xlsx or csv."""
    reason = request.POST.get("reason", "").replace("\x00", "")[: exports.LONGEST_REASON]
    try:
        made = exports.export(
            actor_of(request), timezone.now(), name=name, form=request.POST.get("form", "xlsx"), reason=reason
        )
    except (Forbidden, NotVisible):
        raise
    except InputRefused as refusal:
        messages.error(request, str(refusal))
        return htmx.go_to(request, reverse("exchange:imports"))
    return download(made.data, made.content_type, made.file_name)
