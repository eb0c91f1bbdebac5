"""Addresses of imports and exports."""

from django.urls import path

from aftersales.exchange.views import exports, imports

app_name = "exchange"
urlpatterns = [
    path("", imports.imports, name="imports"),
    path("templates/<slug:kind>.xlsx", imports.template, name="template"),
    path("exports/<slug:name>/", exports.export, name="export"),
    path("<int:job_id>/", imports.import_page, name="import"),
    path("<int:job_id>/progress/", imports.progress, name="progress"),
    path("<int:job_id>/columns/", imports.choose_columns, name="columns"),
    path("<int:job_id>/steps/<slug:name>/", imports.step, name="step"),
    path("<int:job_id>/report.<slug:form>", imports.import_report, name="report"),
]
