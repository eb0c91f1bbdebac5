"""The pages: upload to report through the browser's requests, the fence, exports that are no formulas."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aftersales.customers.models import Customer
from aftersales.exchange import queries, services
from aftersales.exchange.models import ImportJob
from aftersales.exchange.readers import read_table
from aftersales.exchange.services import Upload
from aftersales.exchange.tests.conftest import AT, csv_of
from aftersales.journal.models import JournalEntry

HEADINGS = ("客户姓名", "电话", "车架号", "车牌号")
CHEN = ("陈建国", "13800138000", "LSVAM4187C2184847", "沪A12345")


def job_of(cast: Any, data: bytes) -> ImportJob:
    file = Upload("客户.csv", iter([data]))
    return services.upload(cast.wu, AT, station=cast.station, kind="customers_vehicles", file=file)


def test_a_file_goes_from_upload_to_report_through_the_pages(
    client_of: Any, cast: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    wu = client_of("wu")
    assert "客户" in wu.get("/exchange/", headers={"accept-language": "zh-hans"}).content.decode()
    data = csv_of(("某列", *HEADINGS[1:]), CHEN)
    answer = wu.post(
        "/exchange/",
        {
            "kind": "customers_vehicles",
            "station": cast.station.pk,
            "file": SimpleUploadedFile("../../客户\x00.csv", data),
            "idempotency_key": "upload-1",
        },
    )
    assert answer.status_code == 303
    page = wu.get(answer["Location"])
    assert page.status_code == 200
    job = ImportJob.objects.everywhere().get()
    assert ".." not in job.file_name
    chosen = {"column_name": "0", "column_phones": "1", "column_vin": "2", "column_plate": "3", "version": job.version}
    answer = wu.post(f"/exchange/{job.pk}/columns/", chosen)
    assert answer.status_code == 303, answer.content.decode()
    job.refresh_from_db()
    assert (job.state, job.units_total) == ("checked", 1)
    assert wu.get(f"/exchange/{job.pk}/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        answer = wu.post(f"/exchange/{job.pk}/steps/start_writing/", {"version": job.version})
    assert answer.status_code == 303
    job.refresh_from_db()
    assert (job.state, job.created_count) == ("committed", 2)
    assert Customer.objects.at_station(cast.station.pk).get().name == "陈建国"
    assert wu.get(f"/exchange/{job.pk}/").status_code == 200
    report = wu.get(f"/exchange/{job.pk}/report.xlsx")
    assert report["Content-Disposition"].startswith("attachment")
    place = tmp_path / "report.xlsx"
    place.write_bytes(report.content)
    assert read_table(place).rows
    assert wu.get(f"/exchange/{job.pk}/report.csv").content.startswith(b"\xef\xbb\xbf")
    assert wu.get(f"/exchange/{job.pk}/report.exe").status_code == 404
    assert wu.get(f"/exchange/{job.pk}/progress/").headers["HX-Refresh"] == "true"


def test_the_progress_bar_is_drawn_while_rows_are_written(client_of: Any, cast: Any) -> None:
    job = services.check(job_of(cast, csv_of(HEADINGS, CHEN)), cast.wu, AT)
    services.start(job, cast.wu, AT, in_background=False)
    ImportJob.objects.everywhere().update(moved_at="2999-01-01T00:00Z")
    wu = client_of("wu")
    answer = wu.get(f"/exchange/{job.pk}/progress/").content.decode()
    assert 'id="import-progress"' in answer
    assert "<html" not in answer
    assert "<noscript>" in wu.get(f"/exchange/{job.pk}/").content.decode()
    ImportJob.objects.everywhere().update(moved_at=AT)
    assert "resume_writing" in wu.get(f"/exchange/{job.pk}/").content.decode()


def test_strangers_meet_nothing(client_of: Any, cast: Any) -> None:
    job = job_of(cast, csv_of(HEADINGS, CHEN))
    for person in ("ma", "zhao"):
        visitor = client_of(person)
        for address in ("", "progress/", "report.xlsx", "report.csv"):
            assert visitor.get(f"/exchange/{job.pk}/{address}").status_code == 404
        for address in ("columns/", "steps/check_file/", "steps/cancel_import/"):
            assert visitor.post(f"/exchange/{job.pk}/{address}", {"version": job.version}).status_code == 404
    assert client_of("wu").get("/exchange/999999999999999999999/").status_code == 404
    assert client_of("wu").post(f"/exchange/{job.pk}/steps/save_progress/", {}).status_code == 404


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n\xff\xff", b"PK\x03\x04rubbish", b"a\x00" * 50])
def test_a_file_that_is_no_table_is_refused_beside_the_form(client_of: Any, cast: Any, data: bytes) -> None:
    answer = client_of("wu").post(
        "/exchange/",
        {"kind": "customers_vehicles", "station": cast.station.pk, "file": SimpleUploadedFile("x.xlsx", data)},
    )
    assert answer.status_code == 422
    assert not ImportJob.objects.everywhere().exists()


def test_a_refused_upload_leaves_no_file(client_of: Any, cast: Any, settings: Any) -> None:
    client_of("wu").post(
        "/exchange/",
        {"kind": "parts", "station": cast.station.pk, "file": SimpleUploadedFile("x.csv", b"PK\x03\x04rubbish")},
    )
    assert [place for place in Path(settings.MEDIA_ROOT).rglob("*") if place.is_file()] == []


def test_impossible_choices_come_back_to_the_form(client_of: Any, cast: Any) -> None:
    job = job_of(cast, csv_of(HEADINGS, CHEN))
    wu = client_of("wu")
    for chosen in (
        {"column_name": "9"},
        {"column_name": "0", "column_phones": "0"},
        {"column_name": "0", "date_format": "DD-DD-DD"},
        {"column_name": "0", "date_format": "\x00"},
        {"column_name": "٣"},
        {},
    ):
        assert wu.post(f"/exchange/{job.pk}/columns/", {"version": job.version} | chosen).status_code == 422
    assert wu.post(f"/exchange/{job.pk}/columns/", {"version": 99, "column_name": "0"}).status_code == 409


def test_templates_and_lists_are_handed_out_as_files(client_of: Any, cast: Any, tmp_path: Path) -> None:
    wu = client_of("wu")
    for kind in ("customers_vehicles", "parts", "operations", "opening_stock", "history"):
        assert wu.get(f"/exchange/templates/{kind}.xlsx").content.startswith(b"PK")
    assert wu.get("/exchange/templates/war.xlsx").status_code == 404
    for name in ("customers", "vehicles", "orders", "parts"):
        assert wu.post(f"/exchange/exports/{name}/", {"form": "xlsx"}).content.startswith(b"PK")
        assert wu.post(f"/exchange/exports/{name}/", {"form": "csv"}).content.startswith(b"\xef\xbb\xbf")
        assert wu.get(f"/exchange/exports/{name}/").status_code == 405
    assert wu.post("/exchange/exports/secrets/", {"form": "csv"}).status_code == 404
    assert client_of("zhao").post("/exchange/exports/customers/", {"form": "csv"}).status_code == 404


def test_IS_09_an_export_is_fenced_masked_journalled_and_in_full_only_with_a_reason(
    client_of: Any, cast: Any, written_in: Any
) -> None:
    written_in(csv_of(HEADINGS, CHEN))
    seen = client_of("wu").post("/exchange/exports/customers/", {"form": "csv"}).content.decode()
    assert "陈建国" in seen
    assert "13800138000" not in seen
    cars = client_of("wu").post("/exchange/exports/vehicles/", {"form": "csv"}).content.decode()
    assert "LSVAM4187C2184847" not in cars
    full = (
        client_of("wu").post("/exchange/exports/customers/", {"form": "csv", "reason": "年度回访名单"}).content.decode()
    )
    assert "13800138000" in full
    entries = JournalEntry.objects.everywhere().filter(subject_kind="accounts.user", step="exported").order_by("pk")
    assert [(entry.changes["rows"], entry.changes["unmasked"], entry.reason) for entry in entries] == [
        (1, False, ""),
        (1, False, ""),
        (1, True, "年度回访名单"),
    ]
    assert "陈建国" not in client_of("gu").post("/exchange/exports/parts/", {"form": "csv"}).content.decode()
    refused = client_of("he").post("/exchange/exports/customers/", {"form": "csv", "reason": "x"})
    assert refused.status_code == 403


def test_names_that_look_like_formulas_leave_the_house_as_text(
    client_of: Any, cast: Any, written_in: Any, tmp_path: Path
) -> None:
    names = ["=1+1", "+SUM(A1)", "-2+3", "@cmd", '=HYPERLINK("http://x","y")', "普通"]
    written_in(csv_of(("客户姓名",), *((name,) for name in names)))
    wu = client_of("wu")
    text = wu.post("/exchange/exports/customers/", {"form": "csv"}).content.decode("utf-8-sig")
    for name in names[:4]:
        assert f",'{name}," in text
    book = wu.post("/exchange/exports/customers/", {"form": "xlsx"}).content
    place = tmp_path / "customers.xlsx"
    place.write_bytes(book)
    assert {row.cells[3] for row in read_table(place).rows[1:]} == set(names)
    import zipfile

    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_the_list_shows_only_what_a_person_may_see(client_of: Any, cast: Any) -> None:
    job_of(cast, csv_of(HEADINGS, CHEN))
    assert queries.imports_visible_to(cast.wu).count() == 1
    assert queries.imports_visible_to(cast.ma).count() == 0
    assert client_of("tao").get("/exchange/").status_code == 200
    assert client_of("zhao").get("/exchange/").status_code == 404
