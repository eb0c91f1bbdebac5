from django.apps import AppConfig


class RepairsConfig(AppConfig):
    name = "aftersales.repairs"
    label = "repairs"

    def ready(self) -> None:
        from aftersales.core.workflow import plug_in
        from aftersales.repairs import declarations, printouts  # noqa: F401 - registers the papers
        from aftersales.repairs.queries import departures_of

        declarations.declare_all()
        plug_in(departures=departures_of)
