"""Rights on imports and exports."""

from django.utils.translation import gettext_lazy as _

from aftersales.core.permissions import permission


class P:
    """The codes of this app; what a file may hold is decided by the right on that kind of record besides."""

    IMPORT = permission("exchange.import:run", _("Read masters and documents from a spreadsheet."))
    EXPORT = permission("exchange.data:export", _("Take lists out as a spreadsheet, personal data masked."))
