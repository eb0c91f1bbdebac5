"""Telling people and other systems: one outbox, written in the caller's transaction, sent by a task at least once.

Owns Message, InboxLine, SendingRules and WebhookEndpoint. What a notice says is each app's
`templates/<app>/notices/<code>.txt`; whether a customer may be contacted is plugged in by `customers`.
"""
