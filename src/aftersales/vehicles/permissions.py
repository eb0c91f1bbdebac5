"""Rights on vehicles."""

from django.utils.translation import gettext_lazy as _

from aftersales.core.permissions import permission


class P:
    """The codes of this app."""

    VIEW = permission("vehicles.vehicle:view", _("See the vehicles of one's station."))
    REGISTER = permission("vehicles.vehicle:register", _("Enter a vehicle."))
    CHANGE = permission("vehicles.vehicle:change", _("Keep a vehicle's data, plates, owners and drivers up to date."))
    ODOMETER = permission("vehicles.odometer:note", _("Note an odometer reading."))
    ODOMETER_OVERRIDE = permission(
        "vehicles.odometer:override",
        _("Keep a reading below the last one, with a reason (instrument replaced, typing error)."),
    )
    MODEL = permission("vehicles.model:change", _("Keep the table of vehicle models and maintenance intervals."))
