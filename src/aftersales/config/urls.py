"""The address table: each app brings its own `urls`, this page says where it hangs."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
