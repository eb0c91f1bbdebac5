"""Power types, plate kinds, roles of persons towards a vehicle, sources of odometer readings."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PowerType(models.TextChoices):
    FUEL = "fuel", _("Fuel")
    HYBRID = "hybrid", _("Hybrid")
    PLUG_IN = "plug_in", _("Plug-in hybrid")
    ELECTRIC = "electric", _("Battery electric")
    RANGE_EXTENDED = "range_extended", _("Range-extended electric")
    GAS = "gas", _("Natural gas")
    HYDROGEN = "hydrogen", _("Fuel cell")
    MOTORCYCLE = "motorcycle", _("Motorcycle")


class PlateKind(models.TextChoices):
    """Forms of GA 36-2018."""

    CIVIL = "civil", _("Civil plate")
    NEW_ENERGY_SMALL = "new_energy_small", _("Small new-energy plate")
    NEW_ENERGY_LARGE = "new_energy_large", _("Large new-energy plate")
    POLICE = "police", _("Police plate")
    LEARNER = "learner", _("Driving-school plate")
    TRAILER = "trailer", _("Trailer plate")
    HONG_KONG = "hong_kong", _("Hong Kong entry plate")
    MACAU = "macau", _("Macau entry plate")
    CONSULATE = "consulate", _("Consulate plate")
    EMBASSY = "embassy", _("Embassy plate")
    ARMED_POLICE = "armed_police", _("Armed police plate")
    MILITARY = "military", _("Military plate")
    EMERGENCY = "emergency", _("Fire and rescue plate")
    TEMPORARY = "temporary", _("Temporary plate")


class PartyRole(models.TextChoices):
    OWNER = "owner", _("Owner")
    DRIVER = "driver", _("Driver")
    PAYER = "payer", _("Payer")


class ReadingSource(models.TextChoices):
    CHECK_IN = "check_in", _("Check-in")
    RELEASE = "release", pgettext_lazy("odometer", "Release")
    BOOKING = "booking", _("Told at booking")
    PORTAL = "portal", _("Entered by the customer")
    IMPORT = "import", _("Import")
    CORRECTION = "correction", _("Correction")
