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
