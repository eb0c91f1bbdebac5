"""The `aftersales` command. Each sub-command is one line of the table and is imported only when it is called."""

import importlib
from importlib.util import find_spec
from typing import NamedTuple

import click

from aftersales import __version__


class Row(NamedTuple):
    """One sub-command: its name, where its click command is, what it is for."""

    name: str
    where: str
    purpose: str


HERE = "aftersales.config.commands"
COMMANDS = (
    Row("serve", f"{HERE}.serve:serve", "Run the site and the background worker until Ctrl-C."),
    Row("worker", f"{HERE}.worker:worker", "Run one background worker."),
    Row("migrate", f"{HERE}.database:migrate", "Bring the database's tables up to this version."),
    Row("createadmin", f"{HERE}.createadmin:createadmin", "Make the first administrators' accounts."),
    Row("demo", f"{HERE}.demo:demo", "Fill an empty database with a believable dealer and show who can sign in."),
    Row("import", "aftersales.exchange.commands:import_file", "Read a master or documents from a spreadsheet."),
    Row("standard", f"{HERE}.standard:standard", "Which clauses of the service standard are bound and proven."),
    Row("journal", f"{HERE}.journal:journal", "Prove that nobody has touched the journal."),
    Row("doctor", f"{HERE}.doctor:doctor", "What is configured, what is missing, what is unsafe."),
    Row("backup", f"{HERE}.database:backup", "Write the database to one file."),
    Row("restore", f"{HERE}.database:restore", "Read a backup file into an empty database."),
    Row("manage", f"{HERE}.manage:manage", "Run one of Django's own management commands."),
)


class TableGroup(click.Group):
    """Lists the table without importing anything; a command whose app is not installed is not listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [row.name for row in COMMANDS if _is_there(row)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        row = next((row for row in COMMANDS if row.name == cmd_name and _is_there(row)), None)
        if row is None:
            return None
        module, _, attribute = row.where.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(row.name, row.purpose) for row in COMMANDS if _is_there(row)])


def _is_there(row: Row) -> bool:
    return find_spec(row.where.partition(":")[0]) is not None


@click.group(cls=TableGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="aftersales")
def main() -> None:
    """After-sales service system for car dealers' workshops."""
