"""Writes on users, roles, memberships and tokens."""

from __future__ import annotations

from django.db import models
from django.db.models import F

from aftersales.accounts.models import Role, User
from aftersales.accounts.roles import ROLES
from aftersales.core.transactions import run_in_transaction

_FROM_TABLE = ("name", "name_en", "tier", "administrator_kind", "clauses", "permissions", "requires_second_factor")


def load_roles() -> int:
    """Bring the roles up to the code's table and return how many rows were written.

    A role the security administrator has edited (its version is above 1) is left as it is; a second run writes nothing.
    """

    def command() -> int:
        stored = {role.code: role for role in Role.objects.select_for_update()}
        fresh: list[Role] = []
        changed: list[Role] = []
        for row in ROLES:
            values = {
                "name": row.name,
                "name_en": row.name_en,
                "tier": str(row.tier),
                "administrator_kind": str(row.administrator_kind),
                "clauses": list(row.clauses),
                "permissions": list(row.permissions),
                "requires_second_factor": row.requires_second_factor,
            }
            role = stored.get(row.code)
            if role is None:
                fresh.append(Role(code=row.code, **values))
            elif role.version == 1 and any(getattr(role, name) != value for name, value in values.items()):
                for name, value in values.items():
                    setattr(role, name, value)
                changed.append(role)
        Role.objects.bulk_create(fresh)
        if changed:
            Role.objects.bulk_update(changed, _FROM_TABLE)
            bump_rights(User.objects.filter(memberships__role__in=changed))
        return len(fresh) + len(changed)

    return run_in_transaction(command)


def bump_rights(users: models.QuerySet[User, User]) -> None:
    """Make the users' rights be read anew at their next request, in every process."""
    User.objects.filter(pk__in=users.values("pk")).update(rights_version=F("rights_version") + 1)
