"""Issued papers: frozen, hashed, reprinted as numbered copies, rendered in both languages, behind the fence."""

import re
import subprocess
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from aftersales.core.errors import Forbidden, InputRefused, NotVisible
from aftersales.network.models import Bay
from aftersales.printing import queries, registry, render, rules, samples, services
from aftersales.printing.models import Paper, PaperCopy, PaperLanguage
from aftersales.printing.permissions import P
from aftersales.seeds.cast import Cast

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
TEMPLATES = sorted(samples.samples())


def text_of(pdf: bytes, tmp_path: Path) -> str:
    found = tmp_path / "paper.pdf"
    found.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(found), "-"], capture_output=True, check=True)
    return done.stdout.decode()


@pytest.fixture
def document(cast: Cast) -> Bay:
    return Bay.objects.create(station=cast.station, code="P1", name="一号")


@pytest.fixture
def kind() -> Iterator[str]:
    """A kind of paper that tells what the bay is called now."""

    @registry.printout("RECP-10", kind="test_receiving", title="接车登记表", template="receiving_form.typ")
    def gather(bay: Bay) -> dict[str, Any]:
        return {**samples.samples()["receiving_form.typ"], "note": bay.name, "advisor": "林晓"}

    yield "test_receiving"
    del registry._REGISTER["test_receiving"]


def test_RECP_10_the_receiving_form_is_a_registered_paper(kind: str) -> None:
    assert "RECP-10" in {row.clause for row in registry.bindings()}
    assert registry.of_kind(kind).template == "receiving_form.typ"
    with pytest.raises(RuntimeError):
        registry.printout(kind=kind, title="twice", template="x.typ")(lambda document: {})


def test_a_reprint_shows_what_was_issued_and_never_todays_data(
    cast: Cast, document: Bay, kind: str, tmp_path: Path
) -> None:
    paper = services.issue_paper(cast.lin, AT, document=document, kind=kind)
    document.name = "改名以后"
    document.save()
    stored = Paper.objects.everywhere().get(pk=paper.pk)
    assert stored.payload["note"] == "一号"
    assert queries.is_intact(stored)
    words = text_of(render.render_pdf(stored, 2), tmp_path)
    assert "一号" in words
    assert "改名以后" not in words
    assert "副本 第 2 份" in words
    assert "原件" in text_of(render.render_pdf(stored), tmp_path)


def test_the_same_paper_always_gives_the_same_bytes(cast: Cast, document: Bay, kind: str) -> None:
    paper = services.issue_paper(cast.lin, AT, document=document, kind=kind)
    assert render.render_pdf(paper, 1) == render.render_pdf(paper, 1)


def test_an_issued_paper_cannot_be_changed_or_removed_by_any_way(cast: Cast, document: Bay, kind: str) -> None:
    paper = services.issue_paper(cast.lin, AT, document=document, kind=kind)
    wu = services.reprint
    copy = wu(cast.wu, AT, paper=paper, reason="客户遗失") if cast.wu.may(P.REPRINT, cast.station.pk) else None
    for statement in (
        "UPDATE printing_paper SET payload = '{}'",
        "DELETE FROM printing_paper",
        *(("UPDATE printing_papercopy SET reason = 'x'", "DELETE FROM printing_papercopy") if copy else ()),
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(IntegrityError), transaction.atomic():
        paper.delete()
    assert queries.damaged_papers() == []


def test_a_changed_content_is_found(cast: Cast, document: Bay, kind: str) -> None:
    paper = services.issue_paper(cast.lin, AT, document=document, kind=kind)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE printing_paper DISABLE TRIGGER paper_is_never_changed")
        cursor.execute("UPDATE printing_paper SET payload = jsonb_set(payload, '{note}', '\"99\"')")
        cursor.execute("ALTER TABLE printing_paper ENABLE TRIGGER paper_is_never_changed")
    assert [row.pk for row in queries.damaged_papers()] == [paper.pk]


def test_copies_are_numbered_and_need_a_right_and_a_reason(cast: Cast, document: Bay, kind: str) -> None:
    paper = services.issue_paper(cast.lin, AT, document=document, kind=kind)
    may = with_right(cast.lin, cast.station.pk)
    with pytest.raises(Forbidden):
        services.reprint(without_right(cast.lin, cast.station.pk), AT, paper=paper, reason="x")
    with pytest.raises(InputRefused):
        services.reprint(may, AT, paper=paper, reason=" \x00 ")
    numbers = [services.reprint(may, AT, paper=paper, reason="客户遗失").copy_number for _ in range(3)]
    assert numbers == [1, 2, 3]
    assert PaperCopy.objects.filter(paper=paper, reason="客户遗失").count() == 3


def with_right(actor: Any, station_id: int) -> Any:
    return changed(actor, station_id, actor.rights.get(station_id, frozenset()) | {P.REPRINT})


def without_right(actor: Any, station_id: int) -> Any:
    return changed(actor, station_id, actor.rights.get(station_id, frozenset()) - {P.REPRINT})


def changed(actor: Any, station_id: int, codes: frozenset[str]) -> Any:
    from dataclasses import replace

    return replace(actor, rights={**actor.rights, station_id: codes})


def test_a_print_button_issues_again_only_when_something_changed(cast: Cast, document: Bay, kind: str) -> None:
    first = services.paper_for(cast.lin, AT, document=document, kind=kind)
    assert services.paper_for(cast.lin, AT, document=document, kind=kind) == first
    document.name = "二号"
    second = services.paper_for(cast.lin, AT, document=document, kind=kind)
    assert second != first
    assert len(queries.papers_of(cast.lin, document)) == 2


def test_a_stranger_can_neither_issue_nor_see(cast: Cast, document: Bay, kind: str) -> None:
    with pytest.raises(NotVisible):
        services.issue_paper(cast.ma, AT, document=document, kind=kind)
    services.issue_paper(cast.lin, AT, document=document, kind=kind)
    assert queries.papers_of(cast.ma, document) == []


@pytest.mark.parametrize("name", ["坏\x00字", "\ud800"])
def test_characters_that_cannot_be_kept_are_refused_with_a_sentence(
    cast: Cast, document: Bay, kind: str, name: str
) -> None:
    document.name = name
    with pytest.raises(InputRefused):
        services.issue_paper(cast.lin, AT, document=document, kind=kind)


def test_the_paper_speaks_the_active_language(cast: Cast, document: Bay, kind: str, tmp_path: Path) -> None:
    with translation.override("en"):
        paper = services.issue_paper(cast.lin, AT, document=document, kind=kind)
    assert paper.language == PaperLanguage.ENGLISH
    assert "Vehicle receiving form" in text_of(render.render_pdf(paper), tmp_path)


def test_papers_are_served_only_inside_the_fence(
    cast: Cast, document: Bay, kind: str, client_of: Callable[..., Client]
) -> None:
    paper = services.issue_paper(cast.lin, AT, document=document, kind=kind)
    services.reprint(with_right(cast.lin, cast.station.pk), AT, paper=paper, reason="客户遗失")
    own, stranger = client_of("lin"), client_of("ma")
    for part in ("", "copies/1/"):
        seen = own.get(f"/papers/{paper.reference}/{part}")
        assert seen.status_code == 200
        assert seen.content.startswith(b"%PDF")
        assert seen["X-Content-Type-Options"] == "nosniff"
        assert seen["Content-Security-Policy"].startswith("default-src 'none'")
        foreign = stranger.get(f"/papers/{paper.reference}/{part}")
        missing = stranger.get(f"/papers/{uuid.UUID(int=5)}/{part}")
        assert foreign.status_code == missing.status_code == 404
        assert without_tokens(foreign.content) == without_tokens(missing.content)
    assert own.get(f"/papers/{paper.reference}/copies/2/").status_code == 404
    listed = own.get(f"/papers/of/network.bay/{document.pk}/")
    assert listed.status_code == 200
    assert str(paper.reference) in listed.content.decode()
    assert stranger.get(f"/papers/of/network.bay/{document.pk}/").status_code == 404
    assert stranger.post(f"/papers/{paper.reference}/copies/", {"reason": "x"}).status_code == 404


def without_tokens(page: bytes) -> bytes:
    return re.sub(rb"[A-Za-z0-9+/=_-]{16,}", b"", page)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_renders_its_sample(template: str, language: str, tmp_path: Path) -> None:
    payload = samples.samples()[template]
    number = payload["number"]
    pdf = render.render_payload(template=template, payload=payload, language=language, number=number, sha256="ab" * 32)
    words = text_of(pdf, tmp_path)
    assert number in words
    assert "abababababababab" in words
    if language == "en":
        assert payload["station"]["name_en"].split()[0] in words
    else:
        assert payload["station"]["name"] in words


def test_SETL_01_sixty_lines_run_over_pages_and_none_is_lost(tmp_path: Path) -> None:
    payload = samples.long_settlement(60)
    pdf = render.render_payload(
        template="settlement_sheet.typ", payload=payload, language="zh", number=payload["number"], sha256="0" * 64
    )
    words = text_of(pdf, tmp_path)
    pages = words.count("\f")
    assert pages >= 3
    assert f"第{pages}页/共{pages}页" in re.sub(r"\s", "", words)
    for line in payload["labour"]:
        assert line["code"] in words
    assert "1,250.00" in words


def test_text_of_users_is_shown_and_never_run(tmp_path: Path) -> None:
    hostile = '#panic("x") $x^2$ *bold* @ref <tag> `raw` \\ // # {{7*7}} #read("/etc/passwd") =cmd'
    payload = {**samples.samples()["delivery_note.typ"], "note": hostile, "advice": [hostile]}
    pdf = render.render_payload(
        template="delivery_note.typ", payload=payload, language="zh", number="", sha256="0" * 64
    )
    flat = re.sub(r"[\s\u200b]", "", text_of(pdf, tmp_path))
    assert '#read("/etc/passwd")' in flat
    assert "root:" not in flat


def test_templates_cannot_leave_their_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import typst

    (tmp_path / "steal.typ").write_text('#read("/../../../../../../etc/hostname")')
    monkeypatch.setattr(render, "TEMPLATES", tmp_path)
    with pytest.raises(typst.TypstError):
        render.render_payload(template="steal.typ", payload={}, language="zh", number="", sha256="0")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.00", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角整"),
        ("1.05", "人民币壹元零伍分"),
        ("10.00", "人民币壹拾元整"),
        ("1301.50", "人民币壹仟叁佰零壹元伍角整"),
        ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("107000.53", "人民币壹拾万柒仟元伍角叁分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("100000000.00", "人民币壹亿元整"),
        ("100010000.00", "人民币壹亿零壹万元整"),
        ("99999999.99", "人民币玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ("-20.00", "人民币负贰拾元整"),
    ],
)
def test_money_in_capitals(amount: str, words: str) -> None:
    assert rules.in_capitals(Decimal(amount)) == words


@given(st.integers(min_value=0, max_value=10**14 - 1))
def test_capitals_read_back_to_the_same_amount(fen: int) -> None:
    assert read_capitals(rules.in_capitals(Decimal(fen) / 100)) == fen


def read_capitals(words: str) -> int:
    """Read capitals back, written apart from the program: an oracle."""
    words = words.removeprefix("人民币").removesuffix("整")
    yuan_words, _, rest = words.partition("元") if "元" in words else ("", "", words)
    total = section = digit = 0
    high = 0
    for letter in yuan_words:
        if letter in rules.DIGITS:
            digit = rules.DIGITS.index(letter)
        elif letter in "拾佰仟":
            section += digit * {"拾": 10, "佰": 100, "仟": 1000}[letter]
            digit = 0
        elif letter == "万":
            total += (section + digit) * 10_000
            section = digit = 0
        elif letter == "亿":
            high = total + section + digit
            total = section = digit = 0
    yuan = high * 10**8 + total + section + digit
    jiao = re.search(f"([{rules.DIGITS}])角", rest)
    fen = re.search(f"([{rules.DIGITS}])分", rest)
    return yuan * 100 + sum(
        rules.DIGITS.index(found.group(1)) * worth for found, worth in ((jiao, 10), (fen, 1)) if found is not None
    )


def test_codes_are_drawn_for_what_a_scanner_reads() -> None:
    assert render.qr_svg("HZ01-RO-1").startswith("<svg")
    assert "<svg" in render.barcode_svg("HZ01-RO-1")
    assert render.barcode_svg("工单") == ""
    assert render.qr_svg("") == render.barcode_svg("") == ""
