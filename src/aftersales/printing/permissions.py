"""Who may print again."""

from django.utils.translation import gettext_lazy as _

from aftersales.core.permissions import permission


class P:
    """Permission codes of printing; seeing a paper needs no more than belonging to its station."""

    REPRINT = permission(
        "printing.paper:reprint", _("May print a numbered copy of an issued paper, giving the reason.")
    )
