from django.apps import AppConfig


class ClocksConfig(AppConfig):
    name = "aftersales.clocks"
    label = "clocks"
