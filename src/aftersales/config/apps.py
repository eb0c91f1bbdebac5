from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The last app to start: it wires events to their listeners once every room is there."""

    name = "aftersales.config"
    label = "config"

    def ready(self) -> None:
        from aftersales.config import wiring

        wiring.install()
