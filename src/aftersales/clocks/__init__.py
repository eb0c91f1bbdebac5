"""SLA clocks: how long a customer waits, counted from the journal on each station's working calendar, with escalation.

Owns the arithmetic of working time and the clocks that workflow steps start, pause, resume and stop. A clock is a view
of the journal kept up to date in the step's own transaction; no timer runs in memory, and `rebuild` computes the same
rows again.
"""
