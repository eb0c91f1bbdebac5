"""Rights on the standard."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from aftersales.core.permissions import permission


class P:
    """Permission codes of this app."""

    READ = permission(
        "standards.compliance:read", _("See how well the standard is kept and the rows behind the numbers.")
    )
    SET_THRESHOLD = permission(
        "standards.threshold:set", _("Set a limit of the standard for a station or the network.")
    )
    ATTEST = permission("standards.attestation:sign", _("Sign a daily checklist of the standard."))
