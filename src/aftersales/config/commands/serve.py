"""`aftersales serve`: the site and the background worker, one Ctrl-C for both."""

import os
import socket
import sys

import click

from aftersales.config.commands.ready import apply_migrations, pending_migrations, ready
from aftersales.config.supervisor import Child, Supervisor, end_with_parent, wait_for_port


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Threads in each of them.")
@click.option("--migrate", "migrate_first", is_flag=True, help="Apply pending migrations before starting.")
@click.option("--no-worker", is_flag=True, help="Leave the background worker out (it runs elsewhere).")
@click.option("--web-only", is_flag=True, hidden=True)
def serve(
    host: str, port: int, workers: int, threads: int, migrate_first: bool, no_worker: bool, web_only: bool
) -> None:
    """Run the site and the background worker until Ctrl-C."""
    if web_only:
        _serve_web(host, port, workers, threads)
        return
    _see_that_port_is_free(host, port)
    with ready():
        _see_to_migrations(migrate_first)
        # A web process has few threads: two places to take memory from are enough, and much less of it lies idle.
        os.environ.setdefault("MALLOC_ARENA_MAX", "2")
        command = [sys.executable, "-m", "aftersales"]
        web = [*command, "serve", "--web-only", "--host", host, "--port", str(port)]
        children = [Child("web", [*web, "--workers", str(workers), "--threads", str(threads)], needed=True)]
        if not no_worker:
            children.append(Child("worker", [*command, "worker", "--supervised"], needed=False))
        supervisor = Supervisor(children)

        def tell() -> None:
            if wait_for_port(host, port, supervisor):
                shown = f"[{host}]" if ":" in host else host
                click.echo(f"aftersales is ready on http://{shown}:{port}  (Ctrl-C stops it)")

        raise SystemExit(supervisor.run(when_started=tell))


def _see_that_port_is_free(host: str, port: int) -> None:
    """Before anything is started: another program's answer on this port must not pass for ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"{host}:{port} cannot be used: {error.strerror}. --port names another."
            ) from error


def _see_to_migrations(migrate_first: bool) -> None:
    from django.db import connections

    pending = pending_migrations()
    if pending and migrate_first:
        apply_migrations(verbosity=1)
    elif pending:
        raise click.ClickException(
            f"{len(pending)} migrations are not applied ({pending[0]} …): "
            "run `aftersales migrate`, or `aftersales serve --migrate`."
        )
    connections.close_all()


def _serve_web(host: str, port: int, workers: int, threads: int) -> None:
    end_with_parent()
    with ready():
        from django.db import connections
        from granian import Granian
        from granian.constants import Interfaces

        _load_everything()
        connections.close_all()  # the web processes are forked from this one
        Granian(
            "aftersales.config.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=threads,
            respawn_failed_workers=True,
            workers_kill_timeout=15,
            websockets=False,
        ).serve()


def _load_everything() -> None:
    """Load the program before the web processes are forked: they share its memory, and no first visitor waits."""
    import gc

    from django.urls import get_resolver

    from aftersales.config import wsgi
    from aftersales.customers.names import syllables

    assert wsgi.application is not None
    assert get_resolver().url_patterns
    assert syllables("陈建国")  # reads the dictionary of pinyin, the biggest thing that only requests ask for
    gc.collect()
    gc.freeze()  # a collection in a web process would otherwise touch, and so copy, every page
