"""The screens of customer care, below /care/."""

from django.urls import path

from aftersales.care.views import documents, lists

app_name = "care"
urlpatterns = [
    path("calls/", lists.calls_page, name="calls"),
    path("calls/<slug:number>/", documents.call_page, name="call"),
    path("calls/<slug:number>/steps/<slug:step>/", documents.call_step, name="call_step"),
    path("cases/", lists.cases_page, name="cases"),
    path("cases/new/", lists.new_case, name="new_case"),
    path("cases/<slug:number>/", documents.case_page, name="case"),
    path("cases/<slug:number>/steps/<slug:step>/", documents.case_step, name="case_step"),
    path("registers/", lists.registers_page, name="registers"),
]
