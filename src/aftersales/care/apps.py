from django.apps import AppConfig


class CareConfig(AppConfig):
    name = "aftersales.care"
    label = "care"
