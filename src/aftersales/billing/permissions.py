from django.utils.translation import gettext_lazy as _

from aftersales.core.permissions import permission


class P:
    VIEW = permission(
        "billing.settlement:view", _("Advisors, cashiers and managers see the settlements of their station.")
    )
    POST = permission(
        "billing.settlement:post", _("Cashiers and managers post settlement sheets they did not price themselves.")
    )
    PAY = permission("billing.payment:take", _("Cashiers take payments and collect accounts."))
    ON_ACCOUNT = permission(
        "billing.account:use", _("Cashiers put amounts on the account of credit customers, within the limit.")
    )
    REFUND = permission("billing.payment:refund", _("Managers refund payments, with a reason."))
    REVERSE = permission("billing.settlement:reverse", _("Managers reverse a settlement, with a reason."))
    CLOSE_DAY = permission("billing.day:close", _("Cashiers close the day against the drawer."))
