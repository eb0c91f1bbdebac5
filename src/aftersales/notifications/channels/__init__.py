"""The ways out, behind one seam: each module has `send(letter)` and `is_configured()`.

`send` returns when the receiver has taken the message, and raises TemporaryFailure, PermanentFailure or NotConfigured.
Messages in the program itself need no channel: they arrive with the commit.
"""

from __future__ import annotations

from collections.abc import Callable

from aftersales.notifications.channels import email, sms, wecom
from aftersales.notifications.channels.letter import Letter
from aftersales.notifications.choices import Channel

SEND: dict[str, Callable[[Letter], None]] = {
    Channel.EMAIL: email.send,
    Channel.SMS: sms.send,
    Channel.WECOM: wecom.send,
}
CONFIGURED: dict[str, Callable[[], bool]] = {
    Channel.EMAIL: email.is_configured,
    Channel.SMS: sms.is_configured,
    Channel.WECOM: wecom.is_configured,
}

__all__ = ["CONFIGURED", "SEND", "Letter"]
