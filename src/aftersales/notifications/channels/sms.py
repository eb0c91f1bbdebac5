"""SMS through the operator's gateway (AFTERSALES_SMS_GATEWAY)."""

from aftersales.notifications.channels import gateway
from aftersales.notifications.channels.letter import Letter

GATEWAY = "AFTERSALES_SMS_GATEWAY"


def is_configured() -> bool:
    return bool(gateway.address_of(GATEWAY))


def send(letter: Letter) -> None:
    gateway.post(GATEWAY, letter)
