from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "aftersales.insight"
    label = "insight"
