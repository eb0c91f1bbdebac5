"""`aftersales worker`: runs queued tasks until it is stopped."""

import click

from aftersales.config import folders
from aftersales.config.commands.ready import ready
from aftersales.config.supervisor import end_with_parent


@click.command()
@click.option("--concurrency", default=2, show_default=True, help="Tasks at the same time in this process.")
@click.option("--queues", default=None, help="Comma-separated queues; all of them without this.")
@click.option("--supervised", is_flag=True, hidden=True)
def worker(concurrency: int, queues: str | None, supervised: bool) -> None:
    """Run one background worker. Ctrl-C lets the running tasks finish."""
    if supervised:
        end_with_parent()
    with ready():
        from django.core.management import call_command

        options = {"queues": queues} if queues else {}
        heartbeat = folders.make_data_folder() / "worker.heartbeat"
        # verbosity 0: the worker would add a second log handler beside ours.
        call_command("ox_worker", verbosity=0, concurrency=concurrency, heartbeat_file=str(heartbeat), **options)
