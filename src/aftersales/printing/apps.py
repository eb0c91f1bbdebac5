from django.apps import AppConfig


class PrintingConfig(AppConfig):
    name = "aftersales.printing"
    label = "printing"
