from django.utils.translation import gettext_lazy as _

from aftersales.core.permissions import permission


class P:
    VIEW = permission("network.station:view", _("Everybody of a station sees the station's own master data."))
    CHANGE = permission("network.station:change", _("Managers keep bays, teams and opening hours of their station."))
    OPEN_STATION = permission("network.station:open", _("Headquarters opens stations and keeps regions."))
    KEEP_CALENDAR = permission(
        "network.calendar:keep", _("Headquarters and managers keep holidays and make-up workdays.")
    )
