from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "aftersales.search"
    label = "search"
