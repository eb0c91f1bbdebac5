from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "aftersales.staff"
    label = "staff"
