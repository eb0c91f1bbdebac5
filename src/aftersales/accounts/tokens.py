"""API tokens: shown once, kept as a digest, looked up with their user in one statement."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from aftersales.accounts.models import ApiToken, User
from aftersales.core.statements import Hot, Row, ask, ask_along, settle_questions


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
# Users by token digest as this process last read them; one is used again only while neither rights nor record change.
_SEEN: dict[str, User] = {}
_MOST = 5_000


def user_of_token(token: str, at: datetime) -> User | None:
    """Return the active user behind a token that is neither expired nor revoked, or None; one statement as a rule."""
    digest = digest_of(token)
    found = ask(_BEARER, [digest, at])
    if not found:
        return None
    ((user_id, rights_version, version),) = found
    seen = _SEEN.get(digest)
    if seen is None or (seen.pk, seen.rights_version, seen.version) != (user_id, rights_version, version):
        seen = User.objects.select_related("staff_member").get(pk=user_id)
        if len(_SEEN) >= _MOST:
            _SEEN.clear()
        _SEEN[digest] = seen
    return seen


class TokenChanged(BaseException):
    """The token, its user or the rights are no longer what they were: what was done in their name is undone.

    No `Exception`: nobody between the database and the door may take it for an error of his own.
    """


class TokenOnTrust:
    """A token this process has seen before: its user acts at once, and the first trip to the database asks whether the
    token still holds, before anything else is read or written there. When it does not, TokenChanged comes out of that
    trip and the transaction is rolled back."""

    def __init__(self, digest: str, user: User, at: datetime) -> None:
        self.user = user
        self._digest = digest
        self._is_confirmed = False
        ask_along(_BEARER, [digest, at], self._compare)

    def _compare(self, rows: list[Row]) -> None:
        user = self.user
        if rows != [(user.pk, user.rights_version, user.version)]:
            _SEEN.pop(self._digest, None)
            raise TokenChanged
        self._is_confirmed = True

    def confirm(self) -> None:
        """Ask now unless the answer is there; raises TokenChanged."""
        if not self._is_confirmed:
            settle_questions()


def token_on_trust(token: str, at: datetime) -> TokenOnTrust | None:
    """Return the token with its user as this process last saw them, to be confirmed on the way, or None."""
    digest = digest_of(token)
    user = _SEEN.get(digest)
    return TokenOnTrust(digest, user, at) if user is not None else None
