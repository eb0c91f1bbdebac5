from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    name = "aftersales.appointments"
    label = "appointments"
