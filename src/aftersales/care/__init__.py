"""Care after the visit: follow-up calls, the registers of calls and letters, complaints and other matters.

Owns: `FollowUp` (planned → called → closed, or unreachable, skipped), `CallRecord`, `Letter`, `CareHolder` (who looks
after a customer) and `ServiceCase` (opened → assigned → solved → closed). Does not own: bookings, orders, customers.
"""
