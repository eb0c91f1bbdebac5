"""The pages under /administration/: network, people, accounts and the audit's journal, each from its own room."""

from django.urls import URLPattern, URLResolver

app_name = "administration"

urlpatterns: list[URLPattern | URLResolver] = []
