"""What nearly every command needs first: the database there, Django set up, failures told as sentences."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from aftersales.config import database, folders
from aftersales.config.postgres_programs import EmbeddedServerError

SETTINGS = "aftersales.config.settings"


@contextmanager
def ready() -> Iterator[None]:
    """Have the database running and Django set up while the block runs; turn set-up failures into one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    _leave_tidily()
    try:
        with database.running():
            folders.make_uploads_folder()
            _load()
            from django.db import OperationalError, connections

            try:
                yield
            except OperationalError as error:
                raise click.ClickException(f"The database does not answer: {str(error).strip()}") from error
            finally:
                # Before our own server is stopped, or it would have to cut the session off.
                connections.close_all()
    except (EmbeddedServerError, database.DatabaseAddressError) as error:
        raise click.ClickException(str(error)) from error
    except PermissionError as error:
        raise click.ClickException(
            f"{error.filename} cannot be used by this user: {error.strerror}. AFTERSALES_DATA names another folder."
        ) from error


def _load() -> None:
    """Set Django up, then let the garbage collector look less often and not at what was loaded: a command lives for
    seconds, and the program itself is never garbage."""
    import gc

    import django

    gc.disable()
    try:
        django.setup()
    finally:
        gc.enable()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _leave_tidily() -> None:
    """SIGTERM ends a command like Ctrl-C does, through every `finally`: the last one to leave stops our own server."""
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(128 + signal.SIGTERM))


def apply_migrations(*, verbosity: int) -> None:
    """Bring the tables up to this version, as Django's `migrate` does."""
    import gc

    from django.core.management import call_command

    # A migration draws every model anew for each of its operations: looking for garbage among them takes a third of
    # the time.
    gc.disable()
    try:
        call_command("migrate", interactive=False, verbosity=verbosity)
    finally:
        gc.enable()


def _are_all_applied() -> bool:
    """Tell whether the database has seen every migration there is a file of: every start asks, and reading the files
    themselves takes longer than all the rest of the question."""
    import pkgutil
    from importlib.util import find_spec

    from django.apps import apps
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    applied = MigrationRecorder(connection).applied_migrations()
    for app in apps.get_app_configs():
        spec = find_spec(f"{app.name}.migrations")
        files = pkgutil.iter_modules(spec.submodule_search_locations or ()) if spec is not None else ()
        if any((app.label, file.name) not in applied for file in files if not file.name.startswith("_")):
            return False
    return True


def pending_migrations() -> list[str]:
    """Names of the migrations that the database has not seen yet (`app.0002_name`)."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    if _are_all_applied():
        return []
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]
