"""`aftersales import`: the same pipeline as on the site, in the foreground."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aftersales.config.commands.demo import progress_bar
from aftersales.config.commands.ready import pending_migrations, ready

if TYPE_CHECKING:
    from aftersales.exchange.models import ImportJob

KINDS = ("customers_vehicles", "parts", "operations", "opening_stock", "history")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice(KINDS), help="What the file holds; a mapping file says it, too.")
@click.option("--mapping", help="A mapping file (TOML), or the name of one that is shipped, such as jobcards.")
@click.option("--station", "code", required=True, help="Code of the station the records belong to.")
@click.option("--dry-run", is_flag=True, help="Only check and report; write nothing.")
@click.option(
    "--report", "report_file", type=click.Path(dir_okay=False, path_type=Path), help="Report to write: .xlsx or .csv."
)
def import_file(
    file: Path, kind: str | None, mapping: str | None, code: str, dry_run: bool, report_file: Path | None
) -> None:
    """Read a spreadsheet or csv FILE into the station. Safe to repeat: what is there is left alone."""
    if not kind and not mapping:
        raise click.UsageError("Say --kind, or give a --mapping file.")
    if report_file is not None and report_file.suffix not in (".xlsx", ".csv"):
        raise click.UsageError("The report is written as .xlsx or .csv.")
    text = _mapping_text(mapping) if mapping else ""
    with ready():
        if pending_migrations():
            raise click.ClickException("The tables are not there yet: run `aftersales migrate`.")
        from aftersales.core.errors import Refusal

        try:
            job = _run(file, kind, text, code, dry_run=dry_run)
        except Refusal as refusal:
            told = " ".join(dict.fromkeys([str(refusal), *map(str, refusal.fields.values())]))
            raise click.ClickException(told) from refusal
        _tell(job)
        if report_file is not None:
            from aftersales.exchange.reports import report

            report_file.write_bytes(report(job, report_file.suffix[1:]))
            click.echo(f"{report_file} written.")
    if job.state == "failed":
        raise click.ClickException(f"{job.failure} Run the command again to go on.")


def _mapping_text(mapping: str) -> str:
    given = Path(mapping)
    shipped = Path(__file__).parent / "mappings" / f"{given.name}.toml"
    place = given if given.is_file() else shipped
    if not place.is_file():
        raise click.UsageError(f"There is no mapping file {mapping}.")
    return place.read_text("utf-8")


def _run(file: Path, kind: str | None, mapping_text: str, code: str, *, dry_run: bool) -> ImportJob:
    from django.utils import timezone

    from aftersales.core.actor import system_actor
    from aftersales.exchange import queries, services, transitions, writing
    from aftersales.exchange.mapping import read_mapping
    from aftersales.network.models import Station

    actor = system_actor("import")
    station = Station.objects.filter(code=code).first()
    if station is None:
        raise click.ClickException(f"There is no station {code}.")
    mapped = read_mapping(mapping_text) if mapping_text else None
    wanted = kind or (mapped.kind if mapped else "")
    with file.open("rb") as source:
        upload = services.Upload(file.name, iter(lambda: source.read(1 << 20), b""))
        job = services.upload(actor, timezone.now(), station=station, kind=wanted, file=upload, mapping=mapped)
    prepared = writing.prepare(job, timezone.localdate(job.created_at)) if queries.is_mapped(job) else None
    job = services.check(job, actor, timezone.now(), prepared=prepared)
    if dry_run or not job.units_total:
        return job
    if (begun := queries.unfinished_import_of(job)) is not None:
        # The command was killed while it wrote this very file: go on there instead of beginning again.
        transitions.cancel_import(job, actor, timezone.now())
        job = begun
    job = services.start(job, actor, timezone.now(), in_background=False)
    with progress_bar() as progress:
        return writing.write(
            job, actor, timezone.now, lambda now: progress(file.name, now.rows_done, now.rows_total), prepared
        )


def _tell(job: ImportJob) -> None:
    from aftersales.exchange.reports import figures

    for label, count in figures(job):
        click.echo(f"{label}: {count}")
    click.echo(str(job.get_state_display()))
