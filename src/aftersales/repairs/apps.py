from django.apps import AppConfig


class RepairsConfig(AppConfig):
    name = "aftersales.repairs"
    label = "repairs"

    def ready(self) -> None:
        from aftersales.core.workflow import plug_in
        from aftersales.repairs import declarations, printouts  # noqa: F401 - registers the papers
        from aftersales.repairs.queries import departures_of
        from aftersales.repairs.services.intake import every_order_finding
        from aftersales.search.sources import register_source

        declarations.declare_all()
        register_source(declarations.SEARCH_KIND.name, every_order_finding)
        plug_in(departures=departures_of)
