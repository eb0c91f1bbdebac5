"""What the tests of imports share: their own media folder, files made on the spot, one way through the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aftersales.core.actor import Actor
from aftersales.exchange import services, writing
from aftersales.exchange.models import ImportJob
from aftersales.exchange.services import Upload

AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def taken_in(cast: Any) -> Callable[..., ImportJob]:
    """Return upload and check of a file as a given person (the manager, if none is named)."""

    def run(
        data: bytes, kind: str = "customers_vehicles", actor: Actor | None = None, name: str = "a.csv"
    ) -> ImportJob:
        who = actor or cast.wu
        job = services.upload(who, AT, station=cast.station, kind=kind, file=Upload(name, iter([data])))
        return services.check(job, who, AT)

    return run


@pytest.fixture
def written_in(taken_in: Any, cast: Any) -> Callable[..., ImportJob]:
    """Return the whole pipeline as a given person."""

    def run(data: bytes, kind: str = "customers_vehicles", actor: Actor | None = None) -> ImportJob:
        who = actor or cast.wu
        job = services.start(taken_in(data, kind, who), who, AT, in_background=False)
        return writing.write(job, who, lambda: AT)

    return run


def csv_of(headings: Sequence[str], *rows: Sequence[str]) -> bytes:
    """Return rows as a csv file."""
    lines = [",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in (headings, *rows)]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8", "surrogatepass")
