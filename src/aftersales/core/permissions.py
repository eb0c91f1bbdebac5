"""The register of permission codes: a right exists only here, with its policy in one sentence."""

from __future__ import annotations

from collections.abc import Iterable

from aftersales.core.errors import Text


class UnknownPermission(RuntimeError):
    """A code that no app has registered; raised at start-up, so a typing error never becomes an open door."""


class Permission(str):
    """A registered permission code, such as `repairs.order:release`, that carries its policy."""

    policy: Text
    __slots__ = ("policy",)


_REGISTER: dict[str, Permission] = {}


def permission(code: str, policy: Text) -> Permission:
    """Register a code with its one-sentence policy and return it; a code registered twice is an error."""
    if code in _REGISTER:
        raise RuntimeError(f"permission {code} is registered twice")
    registered = Permission(code)
    registered.policy = policy
    _REGISTER[code] = registered
    return registered


def require_known(codes: Iterable[str]) -> None:
    """Raise UnknownPermission naming every code that is not registered."""
    if unknown := sorted(set(codes) - _REGISTER.keys()):
        raise UnknownPermission(f"unknown permission codes: {', '.join(unknown)}")


def registered() -> tuple[Permission, ...]:
    """Return every registered permission, ordered by code."""
    return tuple(_REGISTER[code] for code in sorted(_REGISTER))
