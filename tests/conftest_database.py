"""One throwaway PostgreSQL a test run, shared by the xdist workers; started by the first test that asks for it.

AFTERSALES_TEST_DATABASE_URL names another server (its role must be allowed to create databases). DATABASE_URL is
never used by tests: it may be somebody's real data.
"""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import fasteners
import psutil
import pytest
import pytest_django

from aftersales.config import database
from aftersales.config.embedded import EmbeddedServer

_PREFIX = "aftersales-tests-"
_TEMPLATE = "test_aftersales_template"


def pytest_configure(config: pytest.Config) -> None:
    """The controller makes the run's folder and names it to its workers."""
    if hasattr(config, "workerinput"):
        return
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)  # our own new folder: the server's user passes through when we are root
    os.environ["AFTERSALES_TEST_FOLDER"] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _remove(Path(os.environ["AFTERSALES_TEST_FOLDER"]))


def _sweep() -> None:
    """Runs that were killed leave a server and a folder behind: clear those whose process is gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        found = re.match(rf"{_PREFIX}(\d+)", folder.name)
        if found and not psutil.pid_exists(int(found[1])):
            _remove(folder)


def _remove(folder: Path) -> None:
    server = EmbeddedServer(folder / "database", durable=False)
    if server.is_running():
        with contextlib.suppress(Exception), server.in_use():
            pass
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def test_server_url() -> Iterator[str]:
    """Address of the run's server (the run's role may create databases on it)."""
    given = os.environ.get("AFTERSALES_TEST_DATABASE_URL")
    if given:
        yield given
        return
    server = EmbeddedServer(Path(os.environ["AFTERSALES_TEST_FOLDER"]) / "database", durable=False)
    with server.in_use():
        yield server.url()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    test_server_url: str,
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
    request: pytest.FixtureRequest,
) -> None:
    """Point Django at the run's server; with xdist, migrate once and let the workers copy the result."""
    from django.conf import settings
    from django.db import connection

    address = database.parse_url(test_server_url)
    for place in (settings.DATABASES["default"], connection.settings_dict):
        place.update(address)
    if hasattr(request.config, "workerinput"):
        folder = Path(os.environ["AFTERSALES_TEST_FOLDER"])
        with fasteners.InterProcessLock(folder / "template.lock"):
            if not (folder / "template.done").exists():
                with django_db_blocker.unblock():
                    _make_template()
                (folder / "template.done").touch()
        connection.settings_dict["TEST"]["TEMPLATE"] = _TEMPLATE


def _make_template() -> None:
    from django.db import connection

    test = connection.settings_dict["TEST"]
    own_name, wanted = connection.settings_dict["NAME"], test["NAME"]
    test["NAME"] = _TEMPLATE
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
    finally:
        connection.close()  # a template that somebody is connected to cannot be copied, nor made again
        connection.settings_dict["NAME"], test["NAME"] = own_name, wanted


@pytest.fixture(scope="session", autouse=True)
def _flush_empties_append_only_tables() -> Iterator[None]:
    """Between tests with real commits Django truncates every table: the journal's and the ledger's triggers refuse."""
    from django.db import transaction
    from django.db.backends.postgresql.operations import DatabaseOperations

    find = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 32 = 32"

    def flush(operations: DatabaseOperations, statements: list[str]) -> None:
        using = operations.connection.alias
        with transaction.atomic(using=using), operations.connection.cursor() as cursor:
            cursor.execute(find)
            guarded = [row[0] for row in cursor.fetchall()]
            for table in guarded:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for statement in statements:
                cursor.execute(statement)
            for table in guarded:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    original = DatabaseOperations.execute_sql_flush
    DatabaseOperations.execute_sql_flush = flush
    yield
    DatabaseOperations.execute_sql_flush = original
