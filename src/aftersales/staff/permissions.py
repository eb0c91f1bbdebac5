from django.utils.translation import gettext_lazy as _

from aftersales.core.permissions import permission


class P:
    VIEW = permission("staff.member:view", _("Everybody of a station sees who works there."))
    CHANGE = permission(
        "staff.member:change", _("Managers keep people, skills, certificates and shifts of their station.")
    )
