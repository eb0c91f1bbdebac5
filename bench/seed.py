"""Run in a world's environment: the dealer, its tokens, plenty of stock, and as many finished visits as asked."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any


def main(facts_file: str, orders: int) -> None:
    from aftersales.config.commands.ready import ready

    with ready():
        from django.db import connection, transaction

        from aftersales.accounts.tokens import issue_token
        from aftersales.seeds.cast import build_cast
        from aftersales.seeds.goods import build_goods, stock_up
        from aftersales.staff.choices import Post
        from aftersales.staff.models import StaffMember

        at = datetime.now(UTC)
        with transaction.atomic():
            cast = build_cast(at)
            goods = build_goods(at)
            stock_up(goods, at, station=cast.station, keeper=cast.staff["sun"], times=500)
            technicians = StaffMember.objects.bulk_create(
                StaffMember(station=cast.station, employee_number=f"B{n:03d}", name=f"技师{n}", post=Post.TECHNICIAN)
                for n in range(1, 17)
            )
            hands = technicians_on_their_own(technicians, cast.station, at)
        tokens = {
            name: issue_token(user, name="bench", at=at, expires_at=at + timedelta(days=1))
            for name, user in (cast.users | hands).items()
        }
        sessions = {name: signed_in(user, at) for name, user in cast.users.items()}
        facts = {
            "sessions": sessions,
            "station": cast.station.pk,
            "tokens": tokens,
            "staff": {name: person.pk for name, person in cast.staff.items()},
            "technicians": [technician.pk for technician in technicians],
            "bays": {code: bay.pk for code, bay in cast.bays.items()},
            "operations": {code: operation.pk for code, operation in goods.operations.items()},
            "parts": {number: part.pk for number, part in goods.parts.items()},
            "model": goods.models["M5 1.5T 豪华型"].pk,
        }
        if orders:
            from bench.history import write_history

            facts |= write_history(cast.station.pk, orders, at)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        Path(facts_file).write_text(json.dumps(facts))


def technicians_on_their_own(technicians: list[Any], station: Any, at: datetime) -> dict[str, Any]:
    """Return a user for each technician, by the technician's key: nobody clocks a colleague on."""
    from aftersales.accounts.models import Membership, Role, User

    users = User.objects.bulk_create(User(username=f"bench-{one.pk}", name=one.name) for one in technicians)
    for one, user in zip(technicians, users, strict=True):
        one.user = user
        one.save(update_fields=["user"])
    role = Role.objects.get(code="technician")
    Membership.objects.bulk_create(
        Membership(user=user, role=role, station=station, since_on=at.date() - timedelta(days=1)) for user in users
    )
    return {f"technician {one.pk}": user for one, user in zip(technicians, users, strict=True)}


def signed_in(user: Any, at: datetime) -> str:
    """Return the key of a session in which the user is signed in, as after the sign-in page and the second factor."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from aftersales.accounts.middleware import SECOND_FACTOR_FLAG
    from aftersales.accounts.sessions import BEGAN, SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[BEGAN] = at.isoformat()
    session[SECOND_FACTOR_FLAG] = True
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
