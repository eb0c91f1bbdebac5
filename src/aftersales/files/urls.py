"""Addresses of stored pictures, below /files/."""

from django.urls import path

from aftersales.files import views

app_name = "files"
urlpatterns = [
    path("<uuid:attachment_id>/", views.attachment, name="attachment"),
    path("<uuid:attachment_id>/small/", views.thumbnail, name="thumbnail"),
]
