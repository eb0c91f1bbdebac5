"""`aftersales manage <command>`: Django's management commands, with the database there."""

import click

from aftersales.config.commands.ready import ready


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False, "help_option_names": []}
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run one of Django's own management commands, for example: aftersales manage shell."""
    with ready():
        from django.core.management import execute_from_command_line

        execute_from_command_line(["aftersales manage", *arguments])
