"""`aftersales doctor`: one line a finding, exit status 1 when something is missing or unsafe."""

import json
from dataclasses import asdict

import click

from aftersales.config.commands.ready import SETTINGS

_MARKS = {"ok": "ok     ", "note": "note   ", "missing": "MISSING", "unsafe": "UNSAFE "}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For another program.")
def doctor(as_json: bool) -> None:
    """Tell what is configured, what is missing and what is unsafe."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    from aftersales.config.diagnosis import examine

    findings = examine()
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(f"{_MARKS[finding.level]} {finding.subject}: {finding.text}")
    bad = sum(finding.level in {"missing", "unsafe"} for finding in findings)
    if bad:
        if not as_json:
            click.echo(f"{bad} of {len(findings)} findings need attention.")
        raise SystemExit(1)
