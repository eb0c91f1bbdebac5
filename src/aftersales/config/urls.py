"""The address table: each app brings its own `urls`, this page says where it hangs."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.urls.resolvers import RoutePattern
from django.views.i18n import set_language

from aftersales.config.api import api
from aftersales.doors.root import Addresses
from aftersales.insight.views.my_work import my_work, put_away

urlpatterns: list[URLPattern | URLResolver] = [
    path("", my_work, name="home"),
    path("put-away/<int:line_id>/", put_away, name="put_away"),
    path("accounts/", include("aftersales.accounts.urls")),
    path("administration/", include("aftersales.staff.administration_urls")),
    Addresses(RoutePattern("api/", is_endpoint=False), api.urls[0], app_name=api.urls[1], namespace=api.urls[2]),
    path("appointments/", include("aftersales.appointments.urls")),
    path("catalog/", include("aftersales.catalog.urls")),
    path("care/", include("aftersales.care.urls")),
    path("customers/", include("aftersales.customers.urls")),
    path("exchange/", include("aftersales.exchange.urls")),
    path("files/", include("aftersales.files.urls")),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    path("inbox/", include("aftersales.notifications.urls")),
    path("insight/", include("aftersales.insight.urls")),
    path("papers/", include("aftersales.printing.urls")),
    path("", include("aftersales.billing.urls")),
    path("", include("aftersales.repairs.urls")),
    path("search/", include("aftersales.search.urls")),
    path("standard/", include("aftersales.standards.urls")),
    path("stock/", include("aftersales.inventory.urls")),
    path("vehicles/", include("aftersales.vehicles.urls")),
    path("web/", include("aftersales.web.urls")),
]
