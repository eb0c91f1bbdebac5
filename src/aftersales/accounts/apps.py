from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    name = "aftersales.accounts"
    label = "accounts"

    def ready(self) -> None:
        from aftersales.accounts.roles import require_known_codes

        # Every app's codes first: a grant of a code that nobody has registered must stop the start, not open a door.
        autodiscover_modules("permissions")
        require_known_codes()
