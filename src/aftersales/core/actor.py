"""Who acts: a user with the rights of this moment, or the program itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or the program, frozen for the length of one command.

    Shape: `rights` maps a station's id to the codes held there; `network_rights` hold at every station.
    """

    user_id: int | None
    name: str
    role: str
    rights: Mapping[int, frozenset[str]] = field(default_factory=dict)
    network_rights: frozenset[str] = frozenset()
    sees_network: bool = False
    request_id: str = ""
    home_station_id: int | None = None
    staff_member_id: int | None = None
    is_system: bool = False

    def may(self, code: str, station_id: int | None) -> bool:
        """Tell whether the code is held at that station; None means the network as a whole."""
        if self.is_system or code in self.network_rights:
            return True
        return station_id is not None and code in self.rights.get(station_id, frozenset())

    def may_anywhere(self, code: str) -> bool:
        """Tell whether the code is held at any station."""
        return self.is_system or code in self.network_rights or any(code in codes for codes in self.rights.values())

    def stations_with(self, code: str | None = None) -> tuple[int, ...] | None:
        """Return the ids of the stations whose rows are visible (with that right, if named); None means every
        station."""
        if self.is_system:
            return None
        if self.sees_network and (code is None or code in self.network_rights):
            return None
        return tuple(sorted(sid for sid, codes in self.rights.items() if code is None or code in codes))


def system_actor(name: str, *, request_id: str = "") -> Actor:
    """Return the program itself as an actor: clocks, imports, background tasks."""
    return Actor(user_id=None, name=name, role="system", is_system=True, sees_network=True, request_id=request_id)
