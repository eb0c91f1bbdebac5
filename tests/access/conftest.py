"""The world of the matrices, and who asks."""

from datetime import datetime

import pytest

from aftersales.seeds.cast import Cast
from aftersales.seeds.goods import Goods
from aftersales.seeds.pytest_cast import CAST_AT
from tests.access.world import World, build_world


@pytest.fixture
def world(cast: Cast, goods: Goods, settings: object, tmp_path: object) -> World:
    """One of everything at the first station."""
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    at: datetime = CAST_AT
    return build_world(cast, goods, at)
