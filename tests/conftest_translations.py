"""Tests read the translations as they are in the source now, not as the last build compiled them."""

import pytest

from aftersales.locale.merge import compile_fragments


def pytest_configure(config: pytest.Config) -> None:
    """Compile once, by the process that starts the run."""
    if not hasattr(config, "workerinput"):
        compile_fragments()
