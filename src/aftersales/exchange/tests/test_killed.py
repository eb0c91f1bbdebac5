"""kill -9 in the middle of the writing: the command run again goes on where it was, nothing lost, nothing doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

from aftersales.exchange.models import ImportedKey, ImportJob
from aftersales.repairs.models import OrderLine, RepairOrder

HEAD = (
    "invoice_date,job_card_date,business_partner_name,vehicle_no,vehicle_model,current_km_reading,invoice_line_text\n"
)
VISITS = 4000


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a shell in which `aftersales` works on the test's database."""
    now = connection.settings_dict
    address = (
        f"postgresql://{quote(now['USER'])}:{quote(now['PASSWORD'])}@/{quote(now['NAME'])}"
        f"?host={quote(str(now['HOST']), safe='')}&port={now['PORT']}"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "DJANGO_"))}
    return kept | {"DATABASE_URL": address, "AFTERSALES_DATA": str(tmp_path / "data"), "AFTERSALES_LOG": "console"}


@pytest.fixture
def history(tmp_path: Path) -> Path:
    place = tmp_path / "history.csv"
    with place.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        for n in range(VISITS):
            for text in ("ENGINE OIL", "OIL FILTER"):
                file.write(f"01-06-17,31-05-17,NAME{n % 900},KA{n % 900},PULSAR,{n},{text}\n")
    return place


def importing(history: Path, environment: dict[str, str], *more: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "aftersales",
        "import",
        str(history),
        "--mapping",
        "jobcards",
        "--station",
        "SH01",
        *more,
    ]


def until(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.02)
    pytest.fail("it never came to that")


@pytest.mark.kill
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_import_goes_on_exactly_where_it_was(cast: Any, history: Path, environment: dict[str, str]) -> None:
    child = subprocess.Popen(
        importing(history, environment), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    for _moment in until(120):
        job = ImportJob.objects.everywhere().first()
        if job is not None and 0 < job.units_done < VISITS:
            break
        assert child.poll() is None, child.communicate()[1].decode()
    child.send_signal(signal.SIGKILL)
    child.communicate()
    for _moment in until(60):  # its last transaction ends with its connection
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone()[0] == 0:
                break
    job = ImportJob.objects.everywhere().get()
    done = job.units_done
    orders = RepairOrder.objects.at_station(cast.station.pk)
    assert (job.state, 0 < done < VISITS) == ("committing", True)
    assert orders.count() == done
    assert OrderLine.objects.count() == 2 * done == job.rows_done

    report = history.with_suffix(".xlsx")
    again = subprocess.run(
        importing(history, environment, "--report", str(report)),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, again.stdout + again.stderr
    job.refresh_from_db()
    assert (job.state, job.units_done, job.rows_done) == ("committed", VISITS, 2 * VISITS)
    assert (job.created_count, job.known_count) == (VISITS, 0)
    assert (orders.count(), OrderLine.objects.count()) == (VISITS, 2 * VISITS)
    assert ImportedKey.objects.at_station(cast.station.pk).filter(kind="order").count() == VISITS
    assert report.read_bytes().startswith(b"PK")
    third = subprocess.run(
        importing(history, environment), env=environment, capture_output=True, text=True, check=False
    )
    assert third.returncode == 0, third.stdout + third.stderr
    assert orders.count() == VISITS


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_command_refuses_in_one_sentence(
    cast: Any, history: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    def told(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "aftersales", "import", *arguments],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode != 0
        assert "Traceback" not in done.stderr
        return done.stderr

    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    assert "--kind" in told(str(history), "--station", "SH01")
    assert "NOPE" in told(str(history), "--kind", "history", "--station", "NOPE")
    assert told(str(empty), "--kind", "parts", "--station", "SH01").startswith("Error: ")
    assert "配件编号" in told(str(history), "--kind", "parts", "--station", "SH01")
    assert not ImportJob.objects.everywhere().filter(state="committed").exists()
