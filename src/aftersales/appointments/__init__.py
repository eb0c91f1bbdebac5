"""Bookings: who comes when, for what work, in which bay and with which technician; and the queue of arrivals.

Owns: `Appointment` (requested → confirmed → arrived, or missed, cancelled, declined), its items, `Slot` (the time of a
bay or a technician, which repairs hold too) and `Arrival` (the queue at the door). Does not own: stock reservations
(inventory), repair orders (repairs).
"""
