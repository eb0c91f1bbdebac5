"""What an import leaves in the journal: every step it took, in order, and the fault that stopped it."""

from __future__ import annotations

from typing import Any

import pytest

from aftersales.exchange import writing
from aftersales.exchange.services import start
from aftersales.exchange.tests.conftest import AT, csv_of
from aftersales.exchange.tests.test_pipeline import CHEN, HEADINGS
from aftersales.journal.queries import entries_of
from aftersales.vehicles import imports as vehicles


def steps_of(job: Any) -> list[str]:
    return [entry.step for entry in reversed(entries_of(job))]


def test_an_import_journals_upload_file_choose_mapping_and_finish_writing(written_in: Any) -> None:
    steps = steps_of(written_in(csv_of(HEADINGS, CHEN)))
    assert steps[0] == "upload_file"
    assert steps[-1] == "finish_writing"
    assert "check_file" in steps
    assert steps.index("start_writing") < steps.index("save_progress")
    assert "choose_mapping" not in steps  # the headings were recognised by themselves


def test_a_fault_while_writing_is_journalled_as_stop_writing(
    taken_in: Any, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start(taken_in(csv_of(HEADINGS, CHEN)), cast.wu, AT, in_background=False)

    def fail(*_arguments: Any, **_named: Any) -> Any:
        raise ValueError("the disk is full")

    monkeypatch.setattr(vehicles, "write_rows", fail)
    stopped = writing.write(job, cast.wu, lambda: AT)
    assert stopped.state == "failed"
    assert steps_of(stopped)[-1] == "stop_writing"
