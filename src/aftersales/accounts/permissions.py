from django.utils.translation import gettext_lazy as _

from aftersales.core.permissions import permission


class P:
    KEEP_USERS = permission(
        "accounts.user:keep", _("System administrators create users and close them; they see no business rows.")
    )
    KEEP_RIGHTS = permission(
        "accounts.role:keep", _("Security administrators give roles to users and say what a role may do.")
    )
    READ_AUDIT = permission(
        "accounts.audit:read", _("Audit administrators read the journal of everything and change nothing.")
    )
    KEEP_TOKENS = permission(
        "accounts.token:keep", _("System administrators issue and revoke tokens for other systems.")
    )
    UNMASK = permission(
        "accounts.personal:unmask",
        _("Advisors and clerks who must call a customer may see the full number, with a reason."),
    )
