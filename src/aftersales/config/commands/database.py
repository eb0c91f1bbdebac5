"""`aftersales migrate`, `backup` and `restore`."""

import os
import shutil
import subprocess
from pathlib import Path

import click

from aftersales.config import database
from aftersales.config.commands.ready import apply_migrations, pending_migrations, ready
from aftersales.config.postgres_programs import EmbeddedServerError


@click.command()
def migrate() -> None:
    """Bring the database's tables up to this version. Safe to repeat."""
    with ready():
        pending = pending_migrations()
        apply_migrations(verbosity=1 if pending else 0)
        click.echo(f"{len(pending)} migrations applied." if pending else "The database is up to date.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the database to FILE (PostgreSQL's custom format, readable by pg_restore). Uploaded files lie in the
    data folder's `files` and are copied like any folder."""
    if file.exists():
        raise click.ClickException(f"{file} exists already.")
    with ready():
        # 0600 from the start: it holds every customer.
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            _run("pg_dump", ["--format=custom", f"--file={file}"])
        except click.ClickException:
            file.unlink()
            raise
    click.echo(f"{file} written ({file.stat().st_size / 1_000_000:.1f} MB).")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
def restore(file: Path) -> None:
    """Read a backup FILE into an empty database; a database that holds tables is refused. All or nothing."""
    with ready():
        from django.db import connection

        if connection.introspection.table_names():
            raise click.ClickException("The database is not empty: restore into a fresh one.")
        connection.close()
        _run("pg_restore", ["--no-owner", "--single-transaction", "--exit-on-error", str(file)], target="--dbname")
    click.echo("Restored.")


def _run(program: str, arguments: list[str], target: str = "") -> None:
    """One of PostgreSQL's tools on our database; the password travels in the environment, never in the arguments."""
    from django.db import connection

    settings = connection.settings_dict
    env = {
        **os.environ,
        "PGHOST": settings["HOST"],
        "PGPORT": str(settings["PORT"]),
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGDATABASE": settings["NAME"],
    }
    if "sslmode" in settings["OPTIONS"]:
        env["PGSSLMODE"] = settings["OPTIONS"]["sslmode"]
    chosen = [target, settings["NAME"]] if target else []
    done = subprocess.run(
        [_tool(program), *chosen, *arguments], env=env, check=False, stderr=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise click.ClickException(f"{program} failed: {done.stderr.strip()}")


def _tool(program: str) -> str:
    """The wheel's program for our own server; for another server the system's if there is one (it may be newer)."""
    found = None if database.is_embedded() else shutil.which(program)
    if found:
        return found
    try:
        return str(database.embedded_server().own_tool(program))
    except EmbeddedServerError as error:
        raise click.ClickException(str(error)) from error
