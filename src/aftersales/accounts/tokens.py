"""API tokens: shown once, kept as a digest, looked up with their user in one statement."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from aftersales.accounts.models import ApiToken, User


def digest_of(token: str) -> str:
    """Return the digest a token is kept under; tokens carry 256 random bits, so a plain hash suffices."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue_token(user: User, *, name: str, at: datetime, expires_at: datetime) -> str:
    """Make a token for a user and return it; it cannot be shown again."""
    token = f"as_{secrets.token_urlsafe(32)}"
    ApiToken.objects.create(user=user, name=name, digest=digest_of(token), created_at=at, expires_at=expires_at)
    return token


def user_of_token(token: str, at: datetime) -> User | None:
    """Return the active user behind a token that is neither expired nor revoked, or None."""
    row = (
        ApiToken.objects.select_related("user", "user__staff_member")
        .filter(digest=digest_of(token), revoked_at__isnull=True, expires_at__gt=at, user__is_active=True)
        .first()
    )
    return row.user if row else None
