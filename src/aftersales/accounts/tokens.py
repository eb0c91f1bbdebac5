"""API tokens: shown once, kept as a digest, looked up with their user in one statement."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.db import connection

from aftersales.accounts.models import ApiToken, User
from aftersales.core.rows import Hot


def digest_of(token: str) -> str:
    """Return the digest a token is kept under; tokens carry 256 random bits, so a plain hash suffices."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue_token(user: User, *, name: str, at: datetime, expires_at: datetime) -> str:
    """Make a token for a user and return it; it cannot be shown again."""
    token = f"as_{secrets.token_urlsafe(32)}"
    ApiToken.objects.create(user=user, name=name, digest=digest_of(token), created_at=at, expires_at=expires_at)
    return token


_BEARER = Hot("""
SELECT t.user_id, u.rights_version, u.version
  FROM accounts_apitoken t JOIN accounts_user u ON u.id = t.user_id
 WHERE t.digest = %s AND t.revoked_at IS NULL AND t.expires_at > %s AND u.is_active
""")
# Users by id as this process last read them; one is used again only while neither rights nor record have changed.
_KNOWN: dict[int, User] = {}
_MOST = 5_000


def user_of_token(token: str, at: datetime) -> User | None:
    """Return the active user behind a token that is neither expired nor revoked, or None; one statement as a rule."""
    with connection.cursor() as cursor:
        cursor.execute(_BEARER, [digest_of(token), at])
        row = cursor.fetchone()
    if row is None:
        return None
    user_id, rights_version, version = row
    known = _KNOWN.get(user_id)
    if known is None or (known.rights_version, known.version) != (rights_version, version):
        known = User.objects.select_related("staff_member").get(pk=user_id)
        if len(_KNOWN) >= _MOST:
            _KNOWN.clear()
        _KNOWN[user_id] = known
    return known
