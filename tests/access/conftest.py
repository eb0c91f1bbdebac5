"""The world of the matrices, and who asks."""

from datetime import date, datetime
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password

from aftersales.accounts import grants
from aftersales.accounts.models import Membership, Role, User
from aftersales.seeds.cast import Cast
from aftersales.seeds.goods import Goods
from aftersales.seeds.pytest_cast import CAST_AT
from aftersales.staff.choices import Post
from aftersales.staff.models import StaffMember
from tests.access.world import World, build_world


@pytest.fixture
def strangers(cast: Cast) -> None:
    """Beside Ma, who holds every right at the other station, an ordinary person there: Lu, service advisor."""
    people: Any = cast.users
    people["lu"] = User.objects.create(
        username="lu", name="陆遥", password=make_password(None), password_changed_at=CAST_AT
    )
    Membership.objects.create(
        user=people["lu"],
        role=Role.objects.get(code=grants.ADVISOR),
        station=cast.other_station,
        since_on=date(2020, 1, 1),
    )
    StaffMember.objects.create(
        station=cast.other_station, user=people["lu"], employee_number="E900", name="陆遥", post=Post.SERVICE_ADVISOR
    )


@pytest.fixture
def world(cast: Cast, goods: Goods, settings: object, tmp_path: object) -> World:
    """One of everything at the first station."""
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    at: datetime = CAST_AT
    return build_world(cast, goods, at)
