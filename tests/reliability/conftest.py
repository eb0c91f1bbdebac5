"""A seeded data folder is made once a run; every test that kills a site works on its own copy."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import fasteners
import pytest

from tests.reliability.site import Site, copy_of, seeded_folder


@pytest.fixture(scope="session")
def seeded_template() -> Path:
    """The seeded folder, shared by the xdist workers: the first to ask makes it."""
    run = Path(os.environ["AFTERSALES_TEST_FOLDER"])
    template = run / "seeded-site"
    with fasteners.InterProcessLock(run / "seeded-site.lock"):
        if not (run / "seeded-site.done").exists():
            template.mkdir()
            seeded_folder(template)
            (run / "seeded-site.done").touch()
    return template


@pytest.fixture
def site(seeded_template: Path) -> Iterator[Site]:
    """A site on its own copy of the seeded folder, not started; whatever runs of it is ended at the end."""
    # Not below the pytest folder: a socket's path must be short, and the database's own user must pass through.
    with tempfile.TemporaryDirectory(prefix="aftersales-site-", dir="/var/tmp") as name:
        outer = Path(name)
        outer.chmod(0o755)
        made = copy_of(seeded_template, outer)
        try:
            yield made
        finally:
            made.kill()
