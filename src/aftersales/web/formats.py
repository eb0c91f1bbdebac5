"""Values as people read them: money, kilometres, hours, durations, masked phones, moments. Plain functions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

DASH = "—"  # there is no value
DAY_MINUTES = 1440


def _decimal(value: Any) -> Decimal | None:
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def money(value: Any) -> str:
    """`¥1,234.50`, `-¥80.00`; a dash for no value."""
    amount = _decimal(value)
    if amount is None:
        return DASH
    sign = "-" if amount < 0 else ""
    return f"{sign}¥{abs(amount):,.2f}"


def is_negative(value: Any) -> bool:
    amount = _decimal(value)
    return amount is not None and amount < 0


def quantity(value: Any) -> str:
    """`1.5`, `12`: no zeros at the end."""
    amount = _decimal(value)
    if amount is None:
        return DASH
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def km(value: Any) -> str:
    """`35,210 km`."""
    amount = _decimal(value)
    return DASH if amount is None else f"{amount:,.0f} km"


def hours(value: Any) -> str:
    """Labour hours with one decimal: `2.5 h` / `2.5 工时`."""
    amount = _decimal(value)
    return DASH if amount is None else gettext("%(hours)s h") % {"hours": f"{amount:,.1f}"}


def percent(value: Any) -> str:
    """A share of one as percent: 0.964 is `96.4%`."""
    amount = _decimal(value)
    return DASH if amount is None else f"{amount * 100:.1f}%"


def duration(value: Any) -> str:
    """Minutes or a timedelta as `1小时20分`, `3天2小时`."""
    if isinstance(value, timedelta):
        value = value.total_seconds() // 60
    amount = _decimal(value)
    if amount is None:
        return DASH
    minutes = int(abs(amount))
    days, rest = divmod(minutes, DAY_MINUTES)
    whole_hours, rest = divmod(rest, 60)
    parts = [gettext("{days} d ").format(days=days)] if days else []
    if whole_hours:
        parts.append(gettext("{hours} h ").format(hours=whole_hours))
    if not days and (rest or not whole_hours):
        parts.append(gettext("{minutes} min").format(minutes=rest))
    return ("-" if amount < 0 else "") + "".join(parts).strip()


def mask_phone(value: Any) -> str:
    """`138****5678`; of a shorter number only the last two digits stay."""
    text = str(value or "").strip()
    if not text:
        return DASH
    if len(text) >= 11:
        return f"{text[:-8]}****{text[-4:]}"
    return "*" * max(len(text) - 2, 1) + text[-2:] if len(text) > 2 else "**"


def mask_name(value: Any) -> str:
    """The family name stays: `陈**`."""
    text = str(value or "").strip()
    return text[:1] + "*" * max(len(text) - 1, 1) if text else DASH


def moment(value: Any, now: datetime | None = None) -> str:
    """`11-21 14:30` in the shown zone; with the year when it is not this one."""
    if not isinstance(value, datetime):
        return day(value)
    here = timezone.localtime(value) if timezone.is_aware(value) else value
    this_year = timezone.localtime(now).year if now is not None else here.year
    return here.strftime("%m-%d %H:%M" if here.year == this_year else "%Y-%m-%d %H:%M")


def moment_full(value: Any) -> str:
    """`2026-11-21 14:30`."""
    if not isinstance(value, datetime):
        return day(value)
    here = timezone.localtime(value) if timezone.is_aware(value) else value
    return here.strftime("%Y-%m-%d %H:%M")


def day(value: Any) -> str:
    """`2026-11-21`."""
    if isinstance(value, datetime):
        return moment_full(value)[:10]
    return value.isoformat() if isinstance(value, date) else DASH


def clock_time(value: Any) -> str:
    """`14:30`."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return value.strftime("%H:%M") if hasattr(value, "strftime") else DASH
