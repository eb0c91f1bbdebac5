"""From a user to an actor: the rights of this moment, read once a change."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q

from aftersales.accounts.models import Membership, User
from aftersales.core.actor import Actor
from aftersales.network.models import Station


@dataclass(frozen=True, slots=True)
class Known:
    """What a process remembers of a user's rights; `needs_second_factor` and `is_administrator` come from the roles."""

    rights_version: int
    on: date
    actor: Actor
    needs_second_factor: bool
    is_administrator: bool


# Rights are kept per process under the user's rights_version and the day (memberships begin and end at midnight); the
# version is read with the user on every request, so a revoked right is gone at the next request.
_KNOWN: dict[int, Known] = {}
_LOCK = threading.Lock()
_MOST = 20_000


def actor_for(user: User, *, on: date, request_id: str = "") -> Actor:
    """Return the user as an actor with the rights valid on that day."""
    actor = known_rights(user, on=on).actor
    return replace(actor, request_id=request_id) if request_id else actor


def known_rights(user: User, *, on: date) -> Known:
    """Return the user's rights of that day, from memory while the user's rights_version stays the same."""
    known = _KNOWN.get(user.pk)
    if known is None or (known.rights_version, known.on) != (user.rights_version, on):
        known = _read_rights(user, on)
        with _LOCK:
            if len(_KNOWN) >= _MOST:
                _KNOWN.clear()
            _KNOWN[user.pk] = known
    return known


def forget_rights() -> None:
    """Drop every kept actor of this process: for tests, whose databases give the same ids to other people."""
    with _LOCK:
        _KNOWN.clear()


def _read_rights(user: User, on: date) -> Known:
    memberships = list(
        Membership.objects.filter(user=user, since_on__lte=on)
        .filter(Q(until_on__isnull=True) | Q(until_on__gt=on))
        .select_related("role")
    )
    stations_of_region: dict[int, list[int]] = {}
    regions = {membership.region_id for membership in memberships if membership.region_id}
    if regions:
        for station_id, region_id in Station.objects.filter(region_id__in=regions).values_list("id", "region_id"):
            stations_of_region.setdefault(region_id, []).append(station_id)
    rights: dict[int, set[str]] = {}
    network_rights: set[str] = set()
    sees_network = False
    for membership in memberships:
        codes = membership.role.permissions
        if membership.station_id:
            rights.setdefault(membership.station_id, set()).update(codes)
        elif membership.region_id:
            for station_id in stations_of_region.get(membership.region_id, []):
                rights.setdefault(station_id, set()).update(codes)
        else:
            network_rights.update(codes)
            # An administrator keeps accounts of the whole network but sees no business rows.
            sees_network = sees_network or not membership.administrator_kind
    at_stations = [membership.station_id for membership in memberships if membership.station_id]
    actor = Actor(
        user_id=user.pk,
        name=user.name,
        role=memberships[0].role.code if memberships else "none",
        rights={station_id: frozenset(codes) for station_id, codes in rights.items()},
        network_rights=frozenset(network_rights),
        sees_network=sees_network,
        home_station_id=at_stations[0] if at_stations else None,
        staff_member_id=getattr(getattr(user, "staff_member", None), "pk", None),
    )
    return Known(
        rights_version=user.rights_version,
        on=on,
        actor=actor,
        needs_second_factor=any(membership.role.requires_second_factor for membership in memberships),
        is_administrator=any(membership.administrator_kind for membership in memberships),
    )
