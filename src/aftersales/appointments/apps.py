from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    name = "aftersales.appointments"
    label = "appointments"

    def ready(self) -> None:
        from aftersales.appointments import printouts  # noqa: F401 - registers the papers
