"""How other systems know that a call is ours: HMAC-SHA256 over the time and the raw body. Plain Python."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

HEADER = "Aftersales-Signature"
WINDOW_SECONDS = 300


def sign(body: bytes, secrets: Sequence[str], timestamp: int) -> str:
    """Return the header's value: `t=<seconds>,v1=<hex>[,v1=<hex>]`, one signature for each live secret."""
    signatures = ",".join(f"v1={_digest(body, secret, timestamp)}" for secret in secrets if secret)
    return f"t={timestamp},{signatures}"


def verify(header: str, body: bytes, secrets: Sequence[str], now: int) -> bool:
    """Tell whether a header was made with one of the secrets over this body within 300 seconds; for receivers."""
    fields = [part.split("=", 1) for part in header.split(",") if "=" in part]
    times = [value for name, value in fields if name.strip() == "t"]
    if len(times) != 1 or not times[0].isascii() or not times[0].isdigit() or len(times[0]) > 12:
        return False
    timestamp = int(times[0])
    if abs(now - timestamp) > WINDOW_SECONDS:
        return False
    given = [value for name, value in fields if name.strip() == "v1" and value.isascii()]
    expected = [_digest(body, secret, timestamp) for secret in secrets if secret]
    return any([hmac.compare_digest(one, other) for one in given for other in expected])


def _digest(body: bytes, secret: str, timestamp: int) -> str:
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
