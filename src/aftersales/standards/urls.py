from django.urls import path

from aftersales.standards.views import checklist, clause, measures, standard, thresholds

app_name = "standards"
urlpatterns = [
    path("", standard.standard_page, name="list"),
    path("coverage.csv", standard.coverage_csv, name="coverage_csv"),
    path("compliance/", measures.compliance_page, name="compliance"),
    path("compliance/rows/", measures.rows_page, name="rows"),
    path("checklists/", checklist.checklists_page, name="checklists"),
    path("checklists/<str:code>/", checklist.checklist_page, name="checklist"),
    path("limits/", thresholds.thresholds_page, name="thresholds"),
    path("limits/<str:clause_id>/<str:code>/", thresholds.threshold_page, name="threshold"),
    path("<str:clause_id>/", clause.clause_page, name="clause"),
]
