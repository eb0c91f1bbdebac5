from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "aftersales.exchange"
    label = "exchange"

    def ready(self) -> None:
        from aftersales.exchange import exporters

        exporters.register_all()
