from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "aftersales.catalog"
    label = "catalog"

    def ready(self) -> None:
        from aftersales.catalog.declarations import declare_all

        declare_all()
