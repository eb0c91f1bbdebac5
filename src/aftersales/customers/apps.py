from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "aftersales.customers"
    label = "customers"

    def ready(self) -> None:
        from aftersales.customers.declarations import declare_all

        declare_all()
