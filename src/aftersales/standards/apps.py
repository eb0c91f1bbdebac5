from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "aftersales.standards"
    label = "standards"
