"""What this app declares at start-up: parts as a kind of search result."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from aftersales.catalog.permissions import P
from aftersales.search.kinds import Kind, register_kind

PART = Kind("part", 20, _("Part"), P.VIEW, "catalog:part", "package", is_network=True)


def declare_all() -> None:
    """Enter the register of search results."""
    register_kind(PART)
