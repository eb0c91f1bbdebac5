"""What a test may need from the machine: a browser, the example data beside the checkout."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


# The browser driver keeps an event loop in this thread until the run ends, and Django then takes every later test of
# the same process for asynchronous code. Nothing here is: the guard is lifted for the whole run.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def _browser() -> str | None:
    given = os.environ.get("AFTERSALES_CHROMIUM")
    return given or next((path for name in _BROWSERS if (path := shutil.which(name))), None)


def _shared_data(root: Path) -> Path:
    return Path(os.environ.get("AFTERSALES_SHARED_DATA", root.parent / "shared" / "data"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for a page is a browser test, one that asks for the example data needs it."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "page" in names or "browser" in names or "context" in names:
            item.add_marker("browser")
        if "shared_data" in names:
            item.add_marker("shared_data")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and _browser() is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on this machine, and CI must not leave the browser tests out", pytrace=False)
        pytest.skip("no Chromium on this machine (Debian: the package chromium)")
    if item.get_closest_marker("shared_data") and not _shared_data(item.config.rootpath).is_dir():
        pytest.skip("the example data is not beside this checkout (../shared/data)")


@pytest.fixture(scope="session")
def shared_data(pytestconfig: pytest.Config) -> Path:
    """Folder of the example data beside the checkout; the test is skipped where it is absent."""
    return _shared_data(pytestconfig.rootpath)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The distribution's Chromium: nothing is downloaded. Root needs --no-sandbox."""
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": _browser(), "args": arguments}
