"""Text messages go to the operator's gateway as signed JSON; which provider stands behind it is its matter."""

from __future__ import annotations

import json
import os

from django.conf import settings

from aftersales.notifications import egress, signing
from aftersales.notifications.channels.letter import Letter


def address_of(name: str) -> str:
    """Return the gateway's address from the setting or environment variable of that name; empty: none set up."""
    return str(getattr(settings, name, "") or os.environ.get(name, "")).strip()


def post(name: str, letter: Letter) -> None:
    """POST a letter to the gateway named by `AFTERSALES_<CHANNEL>_GATEWAY`, signed with `…_GATEWAY_SECRET`.

    The operator chose the address, so it may lie on the own network. Raises NotConfigured without one.
    """
    url = address_of(name)
    if not url:
        raise egress.NotConfigured(f"{name} is not set")
    body = json.dumps(
        {
            "reference": letter.reference,
            "to": letter.address,
            "subject": letter.subject,
            "text": letter.text,
            "template": letter.template,
        },
        ensure_ascii=False,
    ).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": letter.reference}
    if secret := address_of(f"{name}_SECRET"):
        headers[signing.HEADER] = signing.sign(body, [secret], int(letter.at.timestamp()))
    egress.post(url, body, headers, may_be_private=True)
