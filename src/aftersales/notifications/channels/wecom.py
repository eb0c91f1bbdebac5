"""WeCom (企业微信) through the operator's gateway (AFTERSALES_WECOM_GATEWAY)."""

from aftersales.notifications.channels import gateway
from aftersales.notifications.channels.letter import Letter

GATEWAY = "AFTERSALES_WECOM_GATEWAY"


def is_configured() -> bool:
    return bool(gateway.address_of(GATEWAY))


def send(letter: Letter) -> None:
    gateway.post(GATEWAY, letter)
