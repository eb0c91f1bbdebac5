"""Addresses of the kit's own tests."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from aftersales.web.navigation import Navigation, NavigationItem


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [
    path("web/", include("aftersales.web.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", nothing, name="home"),
    path("orders/", nothing, name="orders"),
    path("orders/late/", nothing, name="late"),
    path("secret/", nothing, name="secret"),
]

NAVIGATION = Navigation(
    items=(
        NavigationItem("我的工作", "home", "layout-list"),
        NavigationItem("工单", "orders", "clipboard-list", on_phone=True),
        NavigationItem("超时", "late", "alarm"),
        NavigationItem("机密", "secret", "lock", "nobody.may"),
    ),
    bell=lambda request: 120,
    bell_url_name="home",
    station=lambda request: "上海虹桥路服务站",
)
