"""`aftersales demo`: a believable dealer to look at."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from aftersales.config.commands.ready import apply_migrations, pending_migrations, ready

type Progress = Callable[[str, int, int], None]


@click.command()
@click.option("--serve", "serve_after", is_flag=True, help="Serve it afterwards.")
@click.option("--port", default=8000, show_default=True)
@click.pass_context
def demo(context: click.Context, serve_after: bool, port: int) -> None:
    """Fill an empty database with a demo dealer and print, once, who can sign in with which password."""
    with ready():
        if pending_migrations():
            click.echo("Making the tables …")
            apply_migrations(verbosity=0)
        from aftersales.accounts.models import User

        if User.objects.exists():
            click.echo("The database holds people already; nothing was added. (Passwords are shown only once.)")
        else:
            from django.utils import timezone

            from aftersales.seeds import demo as seeds

            with progress_bar() as progress:
                cast = seeds.load(timezone.now(), progress)
            _show(cast)
        if serve_after:
            from aftersales.config.commands.serve import serve

            context.invoke(serve, port=port)


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar that is told `progress(label, done, total)`; plain lines where nobody is watching."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns) as bars:
        tasks: dict[str, Any] = {}

        def tell(label: str, done: int, total: int) -> None:
            if label not in tasks:
                tasks[label] = bars.add_task(label, total=total)
            bars.update(tasks[label], completed=done, total=total)

        yield tell


def _show(cast: Any) -> None:
    """The only time the generated passwords are seen: the database keeps their hashes."""
    from rich.console import Console
    from rich.table import Table

    table = Table("sign-in", "name", "posts", "password", title="The cast (shown once)")
    for key, password in cast.passwords.items():
        user = cast.users[key]
        posts = "、".join(user.memberships.order_by("id").values_list("role__name", flat=True))
        table.add_row(user.username, user.name, posts, password)
    Console().print(table)
