"""Light, dark, or as the system says: kept in a cookie so that the server draws it at once."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from aftersales.web.context import THEME_COOKIE, THEMES

ONE_YEAR = 60 * 60 * 24 * 365


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back, status=303)
    choice = request.POST.get("theme", "")
    if choice in THEMES:
        response.set_cookie(THEME_COOKIE, choice, max_age=ONE_YEAR, samesite="Lax", secure=request.is_secure())
    return response
