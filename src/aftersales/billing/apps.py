from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "aftersales.billing"
    label = "billing"

    def ready(self) -> None:
        from aftersales.billing import printouts  # noqa: F401 - registers the papers
