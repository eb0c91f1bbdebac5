from django.apps import AppConfig


class VehiclesConfig(AppConfig):
    name = "aftersales.vehicles"
    label = "vehicles"

    def ready(self) -> None:
        from aftersales.vehicles.declarations import declare_all

        declare_all()
