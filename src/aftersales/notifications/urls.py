"""Addresses of the inbox, the outbox and the webhooks, below /inbox/."""

from django.urls import path

from aftersales.notifications.views import inbox, outbox, rules, webhooks

app_name = "notifications"
urlpatterns = [
    path("", inbox.inbox_page, name="inbox"),
    path("read/", inbox.mark_read, name="mark_read"),
    path("outbox/", outbox.outbox_page, name="outbox"),
    path("outbox/<int:message_id>/send-again/", outbox.send_again, name="send_again"),
    path("rules/", rules.rules_page, name="rules"),
    path("rules/<slug:place>/", rules.change_rules, name="change_rules"),
    path("webhooks/", webhooks.webhooks_page, name="webhooks"),
    path("webhooks/<int:endpoint_id>/", webhooks.webhook_page, name="webhook"),
    path("webhooks/<int:endpoint_id>/roll-secret/", webhooks.roll_secret, name="roll_secret"),
]
