from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "aftersales.journal"
    label = "journal"

    def ready(self) -> None:
        from aftersales.core.workflow import plug_in
        from aftersales.journal.services import record

        plug_in(record=record)
