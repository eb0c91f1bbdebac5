"""`aftersales journal verify` and `journal heads`."""

from pathlib import Path

import click

from aftersales.config.commands.ready import ready


@click.group()
def journal() -> None:
    """Prove that nobody has touched the journal."""


@journal.command()
@click.option("--against", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Heads kept elsewhere.")
def verify(against: Path | None) -> None:
    """Check every document's chain, and the kept heads where given. Exit status 1 when something is broken."""
    with ready():
        from aftersales.journal import verification

        findings = [*verification.broken_entries(), *(verification.missing_tails(against) if against else ())]
        for finding in findings:
            click.echo(f"{finding.fault}: {finding.subject_kind} {finding.subject_id}, entry {finding.sequence}")
        count = verification.count_entries()
    if findings:
        raise click.ClickException(f"{len(findings)} of {count} entries are broken.")
    click.echo(f"{count} entries, every chain whole" + (", no kept head missing." if against else "."))


@journal.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def heads(file: Path) -> None:
    """Write every chain's last entry to FILE: keep it off this machine, and `verify --against` it later."""
    with ready():
        from aftersales.journal import verification

        click.echo(f"{verification.write_heads(file)} heads written to {file}.")
