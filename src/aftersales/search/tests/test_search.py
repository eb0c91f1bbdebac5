"""Folding, terms, the fence, and a bounded number of statements."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftersales.core.actor import Actor
from aftersales.search.models import SearchEntry, SearchTerm
from aftersales.search.queries import find
from aftersales.search.rules import fold, name_terms, number_terms, phone_terms, plate_terms, vin_terms, words
from aftersales.search.services import Finding, forget, index, index_many, index_new
from aftersales.seeds.cast import Cast


def test_what_looks_alike_folds_alike() -> None:
    for typed in ("京A12345", "京Ａ１２３４５", "京a·12345", "京A 12345", "京A-12345\u200b", "\ufeff京A12345"):
        assert fold(typed) == "京A12345"
    assert fold("京А12345") != "京A12345"  # Cyrillic stays apart
    assert fold("\ud800\x00") == ""
    assert words("  沪A　123  沪a 123 ") == ["沪A", "123"]


def test_terms_hold_every_useful_piece() -> None:
    assert plate_terms("京A12345") == ["京A12345", "A12345", "12345", "2345", "345", "45"]
    assert vin_terms("LSVAL41Z882104202")[:3] == ["LSVAL41Z882104202", "82104202", "2104202"]
    assert "5678" in phone_terms("13812345678")
    assert {"单雄信", "雄信", "SHANXIONGXIN", "XIONGXIN", "SXX"} <= set(name_terms("单雄信", ("shan", "xiong", "xin")))
    assert {"SH01RO2600042", "00042", "0042"} <= set(number_terms("SH01-RO26-00042"))


def test_the_index_is_written_in_one_statement_and_renewed_in_one(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as statements:
        index(cast.station.pk, "customer", 1, title="王伟", number="C1", terms=["王伟", "伟", "WW"])
    assert len(statements) == 1
    index(cast.station.pk, "customer", 1, title="王薇", number="C1", terms=["王薇", "WW"])
    assert {term.term for term in SearchTerm.objects.all()} == {"王薇", "WW"}
    assert find(cast.lin, "王伟") == []
    assert [hit.title for hit in find(cast.lin, "ww")] == ["王薇"]
    forget("customer", [1])
    assert not SearchTerm.objects.exists()
    assert not SearchEntry.objects.everywhere().exists()


def test_results_stay_inside_the_fence_and_the_right(cast: Cast) -> None:
    index(cast.station.pk, "customer", 1, title="王伟", number="C1", terms=["王伟"])
    index(cast.other_station.pk, "customer", 2, title="王伟", number="C2", terms=["王伟"])
    assert [hit.object_id for hit in find(cast.lin, "王")] == [1]
    assert [hit.object_id for hit in find(cast.ma, "王")] == [2]
    assert {hit.object_id for hit in find(cast.gu, "王")} == {1, 2}
    nobody = Actor(user_id=None, name="x", role="x", rights={cast.station.pk: frozenset()})
    assert find(nobody, "王") == []


def test_wildcards_and_odd_input_find_nothing_and_break_nothing(cast: Cast) -> None:
    index(cast.station.pk, "customer", 1, title="王伟", number="C1", terms=["王伟", "A%B"])
    for text in ("%", "_", "\\", "'", "\x00", "\ud800", "\u202e", "", "   ", "x" * 100_000, "王 %", "% _"):
        assert find(cast.lin, text) == [], repr(text[:20])
    assert [hit.object_id for hit in find(cast.lin, "a%")] == [1]


def test_common_beginnings_stay_within_the_limit_and_one_statement(cast: Cast) -> None:
    rows = [
        Finding(cast.station.pk, "customer", n, f"王{n}", f"C{n}", [f"王{n}", f"1380000{n:04d}"]) for n in range(500)
    ]
    assert index_new(rows) == 500
    with CaptureQueriesContext(connection) as statements:
        assert len(find(cast.lin, "王", limit=20)) == 20
        assert len(find(cast.lin, "1", limit=20)) == 20
    assert len(statements) == 2
    assert [hit.object_id for hit in find(cast.lin, "王49 13800000499")] == [499]
    assert [hit.object_id for hit in find(cast.lin, "王7", limit=1)] == [7]
    assert len(find(cast.lin, "王4 1380000", limit=5)) == 5


def test_repeated_documents_in_one_call_are_written_once(cast: Cast) -> None:
    index_many(
        [
            Finding(cast.station.pk, "customer", 1, "a", "C1", ["A", "A"]),
            Finding(cast.station.pk, "customer", 1, "b", "C1", ["B"]),
        ]
    )
    assert [term.term for term in SearchTerm.objects.all()] == ["B"]


def test_the_box_answers_with_suggestions_and_with_a_page(cast: Cast, client_of) -> None:
    index(cast.station.pk, "customer", 1, title="王伟<script>", number="C00000001", terms=["王伟"])
    answer = client_of("lin").get(
        "/search/", {"q": "王"}, headers={"HX-Request": "true", "HX-Target": "search-results"}
    )
    assert answer.status_code == 200
    assert "/customers/C00000001/" in answer.content.decode()
    assert "<script>" not in answer.content.decode()
    whole = client_of("lin").get("/search/", {"q": "王"})
    assert "<html" in whole.content.decode()
    assert "C00000001" not in client_of("ma").get("/search/", {"q": "王"}).content.decode()
    assert client_of("lin").get("/search/", {"q": "\x00'%"}).status_code == 200
