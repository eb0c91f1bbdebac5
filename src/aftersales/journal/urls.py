"""Addresses of the audit's pages; they hang below `administration:`."""

from django.urls import path

from aftersales.journal import views

urlpatterns = [
    path("journal/", views.search, name="journal"),
    path("journal/export/", views.export, name="journal_export"),
]
