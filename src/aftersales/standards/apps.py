from django.apps import AppConfig
from django.core.checks import register


class StandardsConfig(AppConfig):
    name = "aftersales.standards"
    label = "standards"

    def ready(self) -> None:
        from aftersales.standards.checks import clauses_are_known

        register(clauses_are_known)
