"""E-mail through Django's mailer."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.message import BadHeaderError

from aftersales.notifications.channels.letter import Letter
from aftersales.notifications.egress import NotConfigured, PermanentFailure, TemporaryFailure


def is_configured() -> bool:
    """Tell whether a mail server is set up; the dummy backend would drop mail in silence."""
    backend = settings.MAILERS["default"]["BACKEND"] if hasattr(settings, "MAILERS") else settings.EMAIL_BACKEND
    return not str(backend).endswith("dummy.EmailBackend")


def send(letter: Letter) -> None:
    if not is_configured():
        raise NotConfigured("AFTERSALES_MAIL_URL is not set")
    mail = EmailMessage(
        subject=letter.subject,
        body=letter.text,
        to=[letter.address],
        headers={"X-Aftersales-Reference": letter.reference, "Auto-Submitted": "auto-generated"},
    )
    try:
        mail.send()
    except (BadHeaderError, smtplib.SMTPRecipientsRefused, UnicodeError, ValueError) as error:
        raise PermanentFailure(f"{type(error).__name__}: {error}"[:200]) from error
    except (smtplib.SMTPException, OSError) as error:
        raise TemporaryFailure(f"{type(error).__name__}: {error}"[:200]) from error
