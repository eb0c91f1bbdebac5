"""Repair orders: one vehicle's visit from check-in to archive.

Owns the order with its receiving form, concerns, lines, estimates, consents, work sessions, quality checks, notices and
departures. Does not own money (billing), stock (inventory) or bookings (appointments).

States: received → diagnosed → estimated → authorized → dispatched → in_progress → completed → inspected → washed →
ready →
settled → released → archived; closed (no repair) and cancelled end a visit early. Suspension and payment are facts
beside the state.
"""
