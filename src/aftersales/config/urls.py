"""The address table: each app brings its own `urls`, this page says where it hangs."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("aftersales.accounts.urls")),
    path("administration/", include("aftersales.staff.administration_urls")),
    path("files/", include("aftersales.files.urls")),
    path("papers/", include("aftersales.printing.urls")),
    path("inbox/", include("aftersales.notifications.urls")),
    path("", include("aftersales.web.urls")),
]
