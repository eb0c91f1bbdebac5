from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "aftersales.exchange"
    label = "exchange"
