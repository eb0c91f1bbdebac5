"""The customer screens."""

from django.urls import path, re_path

from aftersales.customers.views import archive, listing, merge

app_name = "customers"
urlpatterns = [
    path("", listing.customers_page, name="list"),
    path("new/", archive.new_customer, name="new"),
    path("<slug:number>/", archive.customer_page, name="customer"),
    path("<slug:number>/edit/", archive.edit_customer, name="edit"),
    path("<slug:number>/merge/", merge.merge_page, name="merge"),
    path("<slug:number>/unmask/", archive.unmask_customer, name="unmask"),
    path("<slug:number>/withdraw-consent/", archive.withdraw_consent, name="withdraw_consent"),
    path("<slug:number>/phones/<int:phone_id>/remove/", archive.remove_phone, name="remove_phone"),
    re_path(
        r"^(?P<number>[\w-]{1,20})/(?P<command>add-phone|grant-consent|grant-credit)/$",
        archive.customer_command,
        name="command",
    ),
]
