"""The session engine: a session is found together with its user in one statement, and can be listed and ended."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from aftersales.accounts.models import SignInSession
from aftersales.core.prepared import prepared

BEGAN = "began_at"
ADDRESS = "address"
BROWSER = "browser"


class SessionStore(DatabaseSessions):
    """Sessions in `accounts.SignInSession`; `row` is the stored row, with its user, once the session has been read."""

    row: SignInSession | None = None

    @classmethod
    def get_model_class(cls) -> type[SignInSession]:
        return SignInSession

    def _get_session_from_db(self) -> SignInSession | None:
        key = self.session_key
        try:
            if key is None or "\x00" in key:
                raise SignInSession.DoesNotExist
            self.row = next(iter(_sessions(key, timezone.now())), None)
            if self.row is None:
                raise SignInSession.DoesNotExist
        except (SignInSession.DoesNotExist, SuspiciousOperation):
            self._session_key = None
            self.row = None
        return self.row

    def create_model_instance(self, data: dict[str, Any]) -> SignInSession:
        now = timezone.now()
        user_id = data.get(SESSION_KEY)
        # The sign-in's own time travels in the data, so that it outlives every new key and every save.
        began = data.setdefault(BEGAN, now.isoformat()) if user_id is not None else ""
        return SignInSession(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=int(user_id) if user_id is not None else None,
            began_at=parse_datetime(began) or now,
            seen_at=now,
            address=str(data.get(ADDRESS, ""))[:45],
            browser=str(data.get(BROWSER, ""))[:200],
        )


@prepared
def _sessions(key: str, now: datetime) -> QuerySet[SignInSession]:
    return SignInSession.objects.select_related("user__staff_member").filter(session_key=key, expire_date__gt=now)


def handle_of(session_key: str) -> str:
    """Return the short name under which a session is shown and ended; the key itself is as good as a password."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:16]
