"""Inbox, outbox and webhooks."""
