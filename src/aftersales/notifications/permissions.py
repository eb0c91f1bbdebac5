"""Who keeps webhooks and watches what is sent."""

from django.utils.translation import gettext_lazy as _

from aftersales.core.permissions import permission


class P:
    """Permission codes of notifications; reading one's own inbox needs none."""

    WEBHOOKS = permission(
        "notifications.webhook:manage", _("May set up the addresses of other systems that are told about events.")
    )
    OUTBOX = permission(
        "notifications.message:oversee",
        _("May see which messages were sent, parked or refused, and send parked ones again."),
    )
    RULES = permission(
        "notifications.rules:set", _("May set quiet hours and the daily limit of messages to a customer.")
    )
