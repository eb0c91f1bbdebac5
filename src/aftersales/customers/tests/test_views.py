"""The screens of the customer archive: masked, fenced, nothing typed is lost."""

import re
from datetime import UTC, datetime

import pytest

from aftersales.customers import services
from aftersales.customers.models import Customer
from aftersales.journal.queries import entries_of
from aftersales.seeds.cast import Cast

AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def chen(cast: Cast) -> Customer:
    return services.register_customer(
        cast.lin, AT, station=cast.station, name="陈小明", phones=["13812345678"], address="上海市浦东新区世纪大道100号"
    )


def test_the_page_masks_and_shows_in_full_only_after_a_reason(cast: Cast, client_of, chen: Customer) -> None:
    client = client_of("lin")
    body = client.get(f"/customers/{chen.number}/").content.decode()
    assert "138****5678" in body
    assert "13812345678" not in body
    assert "世纪大道100号" not in body
    refused = client.post(f"/customers/{chen.number}/unmask/", {"unmask-reason": ""})
    assert refused.status_code == 422
    shown = client.post(f"/customers/{chen.number}/unmask/", {"unmask-reason": "客户要求回电"}).content.decode()
    assert "13812345678" in shown
    assert "世纪大道100号" in shown
    assert entries_of(chen)[0].reason == "客户要求回电"


def test_foreign_and_missing_customers_answer_alike(cast: Cast, client_of, chen: Customer) -> None:
    stranger = client_of("ma")
    for path in ("", "edit/"):
        foreign = stranger.get(f"/customers/{chen.number}/{path}")
        missing = stranger.get(f"/customers/C99999999/{path}")
        assert (foreign.status_code, missing.status_code) == (404, 404)
    assert "陈小明" not in stranger.get("/customers/").content.decode()
    assert stranger.post(f"/customers/{chen.number}/unmask/", {"unmask-reason": "x x"}).status_code == 404


def test_the_list_shows_and_searches(cast: Cast, client_of, chen: Customer) -> None:
    client = client_of("lin")
    assert "陈小明" in client.get("/customers/").content.decode()
    assert "陈小明" in client.get("/customers/", {"q": "cxm"}).content.decode()
    assert "陈小明" not in client.get("/customers/", {"q": "ZZZ"}).content.decode()
    part = client.get("/customers/", {"q": "cxm"}, headers={"HX-Request": "true", "HX-Target": "customers-rows"})
    assert "<html" not in part.content.decode()
    for text in ("\x00", "%", "' OR 1=1--", "x" * 5000):
        assert client.get("/customers/", {"q": text, "after": text}).status_code == 200


def test_a_new_customer_is_made_once_and_a_duplicate_is_shown_first(cast: Cast, client_of, chen: Customer) -> None:
    client = client_of("lin")
    typed = {"name": "王伟", "phone": "13911112222", "kind": "person", "idempotency_key": "k" * 32}
    first = client.post("/customers/new/", typed)
    assert first.status_code == 303
    assert client.post("/customers/new/", typed | {"is_another": "on"}).status_code == 422  # same key, other body
    assert Customer.objects.everywhere().filter(name="王伟").count() == 1
    twin = client.post("/customers/new/", {"name": "陈先生", "phone": "138 1234 5678", "kind": "person"})
    assert twin.status_code == 422
    assert chen.number in twin.content.decode()
    assert "陈先生" in twin.content.decode()
    anyway = {"name": "陈先生", "phone": "138 1234 5678", "kind": "person", "is_another": "on"}
    assert client.post("/customers/new/", anyway).status_code == 303


@pytest.mark.parametrize("phone", ["123", "\x00", "٣" * 11, "1" * 3000, "\u202e138", "<b>"])
def test_bad_input_comes_back_with_what_was_typed(cast: Cast, client_of, phone: str) -> None:
    typed = {"name": "留下的名字", "phone": phone, "kind": "person"}
    answer = client_of("lin").post("/customers/new/", typed)
    assert answer.status_code == 422
    assert "留下的名字" in answer.content.decode()


def test_a_stale_form_answers_409_with_the_differences(cast: Cast, client_of, chen: Customer) -> None:
    client = client_of("lin")
    page = client.get(f"/customers/{chen.number}/edit/").content.decode()
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    services.change_customer(chen, cast.wu, AT, notes="经理的备注")
    typed = {"name": "陈小明", "kind": "person", "notes": "我的备注", "version": version.group(1)}
    stale = client.post(f"/customers/{chen.number}/edit/", typed)
    assert stale.status_code == 409
    assert "经理的备注" in stale.content.decode()
    assert "我的备注" in stale.content.decode()
    saved = client.post(f"/customers/{chen.number}/edit/", typed | {"version": "2"})
    assert saved.status_code == 303
    chen.refresh_from_db()
    assert (chen.notes, chen.address) == ("我的备注", "上海市浦东新区世纪大道100号")


def test_the_small_commands_of_the_page(cast: Cast, client_of, chen: Customer) -> None:
    client = client_of("lin")
    base = f"/customers/{chen.number}"
    assert client.post(f"{base}/add-phone/", {"phone-number": "021-62334455", "phone-label": "work"}).status_code == 303
    assert client.post(f"{base}/add-phone/", {"phone-number": "hello", "phone-label": "work"}).status_code == 422
    granted = {"consent-purpose": "survey", "consent-channel": "", "consent-evidence": "电话录音"}
    assert client.post(f"{base}/grant-consent/", granted).status_code == 303
    assert client.post(f"{base}/withdraw-consent/", {"purpose": "survey"}).status_code == 303
    credit = {"credit-on_account": "on", "credit-credit_limit": "5000", "credit-credit_days": "30"}
    assert client.post(f"{base}/grant-credit/", credit).status_code == 403
    assert client_of("wu").post(f"{base}/grant-credit/", credit).status_code == 303
    second = chen.phones.exclude(is_primary=True).get()
    assert client.post(f"{base}/phones/{second.pk}/remove/").status_code == 303
    assert chen.phones.count() == 1
