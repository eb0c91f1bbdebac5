"""Addresses of papers, below /papers/."""

from django.urls import path

from aftersales.printing import views

app_name = "printing"
urlpatterns = [
    path("<uuid:reference>/", views.paper_pdf, name="paper"),
    path("<uuid:reference>/copies/", views.make_copy, name="make_copy"),
    path("<uuid:reference>/copies/<int:copy_number>/", views.copy_pdf, name="copy"),
    path("of/<str:kind>/<int:subject_id>/", views.papers_page, name="papers"),
]
