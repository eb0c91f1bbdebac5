"""Rights on bookings."""

from django.utils.translation import gettext_lazy as _

from aftersales.core.permissions import permission


class P:
    """Permission codes of this room."""

    VIEW = permission("appointments.appointment:view", _("May see the bookings of the station."))
    BOOK = permission("appointments.appointment:book", _("May take, change, confirm, move and cancel bookings."))
    ACKNOWLEDGE = permission("appointments.appointment:acknowledge", _("May report the own desk ready for a booking."))
    PREPARE = permission("appointments.appointment:prepare", _("May record that a booking is prepared."))
    RECEIVE = permission("appointments.appointment:receive", _("May register arriving customers."))
    OVERRIDE_HOURS = permission(
        "appointments.slot:override_hours", _("May plan work outside opening hours and shifts, with a reason.")
    )
