"""Rights in customer care."""

from django.utils.translation import gettext_lazy as _

from aftersales.core.permissions import permission


class P:
    """Permission codes of this room."""

    VIEW = permission("care.follow_up:view", _("May see follow-up calls and the registers of calls and letters."))
    CALL = permission("care.follow_up:call", _("May plan and make follow-up calls and register calls and letters."))
    SKIP = permission("care.follow_up:skip", _("May authorise leaving out a follow-up call, with the reason."))
    HOLD = permission("care.holder:assign", _("May name who looks after a customer, and a stand-in."))
    CASE_VIEW = permission("care.case:view", _("May see complaints and other cases."))
    CASE_OPEN = permission("care.case:open", _("May register complaints and other cases."))
    CASE_HANDLE = permission("care.case:handle", _("May investigate, solve and close cases."))
    CASE_ASSIGN = permission("care.case:assign", _("May name the handler of a case and its level."))
