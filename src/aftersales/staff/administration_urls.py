"""The pages under /administration/: network, people, accounts and the audit's journal, each from its own room."""

from django.urls import URLPattern, URLResolver, path

from aftersales.accounts import administration_urls as accounts
from aftersales.journal import urls as journal
from aftersales.network import urls as network
from aftersales.staff import urls as staff
from aftersales.staff.views import start

app_name = "administration"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start.start, name="start"),
    *network.urlpatterns,
    *staff.urlpatterns,
    *accounts.urlpatterns,
    *journal.urlpatterns,
]
