from django.utils.translation import gettext_lazy as _

KIND_LABELS = {
    "gate": _("gate"),
    "timer": _("timer"),
    "metric": _("metric"),
    "record": _("record"),
    "attestation": _("attestation"),
    "function": _("function"),
    "role": _("role"),
    "policy": _("policy"),
}
BINDING_LABELS = {
    "function": _("function"),
    "guard": _("guard"),
    "check": _("check"),
    "step": _("step"),
    "opening": _("opening"),
    "metric": _("metric"),
    "printout": _("printout"),
    "clock": _("clock"),
    "checklist": _("checklist"),
    "role": _("role"),
    "model": _("record"),
    "policy": _("policy"),
}
FIGURE_LABELS = {
    ("APPT-08", "value"): _("Reconfirm a booking how long before"),
    ("APPT-08", "missed_call_days"): _("Call after a missed booking within"),
    ("RECP-03", "value"): _("Receive a waiting customer within"),
    ("WORK-08", "warn"): _("Warn before the promised time"),
    ("QC-04", "window"): _("The same fault again counts as rework within"),
    ("CPL-12", "warn"): _("Warn when a complaint has been open for"),
    ("HOT-10", "value"): _("Pass an emergency call on within"),
    ("EST-05", "discount"): _("Discount an advisor may grant without the manager"),
    ("PART-08", "adjustment_limit"): _("Stock corrections a second person approves from"),
    ("FUP-11", "attempts"): _("Call attempts before a customer counts as unreachable"),
    ("FUP-13", "unsatisfied_until"): _("A rating counts as unsatisfied up to"),
    ("SVC-06", "guarantee_days"): _("Quality guarantee, days"),
    ("SVC-06", "guarantee_km"): _("Quality guarantee, distance"),
}
WINDOW_LABELS = {"value": _("Limit"), "min": _("Earliest"), "max": _("Latest")}
