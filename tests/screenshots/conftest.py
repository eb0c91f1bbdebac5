"""`--screenshots` writes the pictures; without it they are taken, looked at and thrown away."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="write docs/images")


@pytest.fixture(scope="session", autouse=True)
def _database_before_browser(django_db_setup: None) -> None:
    """The browser keeps an event loop in this thread, beside which Django makes no database."""
