"""`aftersales standard coverage`."""

import click

from aftersales.config.commands.ready import ready


@click.group()
def standard() -> None:
    """Which clauses of the service standard are bound and proven."""


@standard.command()
@click.option("--json", "as_json", is_flag=True, help="For another program.")
def coverage(as_json: bool) -> None:
    """Print every clause, what binds it, and the test that proves it."""
    with ready():
        from django.utils import timezone

        from aftersales.standards import coverage as clauses

        raise SystemExit(clauses.main(json=as_json, on=timezone.localdate()))


@standard.command()
def diagrams() -> None:
    """Write docs/workflows anew from the workflow tables."""
    with ready():
        from aftersales.standards import diagrams as drawings

        raise SystemExit(drawings.main())
