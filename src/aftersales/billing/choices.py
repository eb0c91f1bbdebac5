from django.db import models
from django.utils.translation import gettext_lazy as _


class SettlementState(models.TextChoices):
    POSTED = "posted", _("posted")
    REVERSED = "reversed", _("reversed")


class SettlementKind(models.TextChoices):
    SETTLEMENT = "settlement", _("settlement sheet")
    REVERSAL = "reversal", _("reversal")


class PaymentKind(models.TextChoices):
    PAYMENT = "payment", _("payment")
    REFUND = "refund", _("refund")
    COLLECTION = "collection", _("collection of an account")


class PaymentMethod(models.TextChoices):
    CASH = "cash", _("cash")
    CARD = "card", _("bank card")
    WECHAT = "wechat", _("WeChat Pay")
    ALIPAY = "alipay", _("Alipay")
    TRANSFER = "transfer", _("bank transfer")
