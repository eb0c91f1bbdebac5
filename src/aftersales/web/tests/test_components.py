"""Every component draws with and without its options, escapes what it is given, and leaves no undefined variable."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.http import HttpRequest
from django.test import Client, override_settings
from django.utils import translation

from aftersales.web import assets, charts, formats, navigation, plates
from aftersales.web.rows import StepRow, Steps, StepState, TabRow, TimelineRow
from aftersales.web.tones import TONES, tone_of

COTTON = Path(__file__).parents[1] / "templates" / "cotton"
PACKAGE = Path(__file__).parents[2]
ICONS = Path(__file__).parents[4] / "frontend" / "src" / "icons.txt"
NEEDED = {"chart": ' id="c" :option="data"', "live": ' id="x" url="/x/"'}


@pytest.mark.parametrize("name", sorted(path.stem for path in COTTON.glob("*.html")))
def test_a_component_draws_without_any_option(draw: Callable[..., str], name: str) -> None:
    draw(f"<c-{name}{NEEDED.get(name, '')}>内容</c-{name}>", data=charts.bars([("一", 1, "")]))


def test_what_it_is_given_is_escaped(draw: Callable[..., str]) -> None:
    html = draw(
        '<c-card :title="bad"><c-badge :text="bad" /><c-plate :number="bad" /></c-card>', bad="<script>x</script>"
    )
    assert "<script>x" not in html


def test_no_inline_style_or_script() -> None:
    for path in PACKAGE.glob("web/templates/**/*.html"):
        source = path.read_text(encoding="utf-8")
        assert " style=" not in source, path
        assert not re.search(r"\son[a-z]+=|<script(?![^>]*src)|hx-on|javascript:", source), path


def test_icons_that_templates_name_are_built() -> None:
    known = set(ICONS.read_text(encoding="utf-8").split())
    named = set()
    for path in PACKAGE.glob("**/templates/**/*.html"):
        source = path.read_text(encoding="utf-8")
        named |= set(re.findall(r'{% icon "([\w-]+)"', source)) | set(re.findall(r'\sicon="([\w-]+)"', source))
    assert named - known == set()
    if assets.is_built():
        assert assets.icon_names() == known


def test_stepper_says_where_it_is_and_why_not(draw: Callable[..., str]) -> None:
    steps = Steps.of(
        [
            StepRow("接车", StepState.DONE),
            StepRow("维修", StepState.CURRENT),
            StepRow("终检", StepState.BLOCKED, "缺料"),
        ]
    )
    html = draw('<c-stepper :steps="steps" />', steps=steps)
    assert 'aria-current="step"' in html
    assert "缺料" in html
    assert "2/3" in html
    assert Steps.of([]).position == 0


@pytest.mark.parametrize(("minutes", "state"), [(200, "ok"), (30, "soon"), (-5, "over")])
def test_countdown_colours(draw: Callable[..., str], minutes: int, state: str) -> None:
    due = datetime.now(UTC) + timedelta(minutes=minutes, seconds=30)
    assert f'data-state="{state}"' in draw('<c-countdown :due="due" warn="60" />', due=due)
    assert f'data-state="{state}"' in draw('<c-countdown :due="due" />', due=due.isoformat())


def test_step_buttons_say_why_and_carry_a_key(draw: Callable[..., str]) -> None:
    def offer(name: str, refusal: object) -> SimpleNamespace:
        return SimpleNamespace(step=SimpleNamespace(name=name, label=name), refusal=refusal)

    refused = offer("complete", SimpleNamespace(sentence="还有配件未领料", clause="WORK-06"))
    html = draw(
        '{% load web %}{% step_buttons offers "/o/1/steps/" target="ro-actions" version=4 %}',
        offers=[refused, offer("pause", None)],
    )
    assert "还有配件未领料" in html
    assert "WORK-06" in html
    assert 'hx-post="/o/1/steps/pause/"' in html
    assert "/steps/complete/" not in html
    assert 'name="idempotency_key"' in html
    assert 'name="version" value="4"' in html


def test_table_tabs_timeline_pagination(draw: Callable[..., str]) -> None:
    html = draw(
        '<c-table label="工单"><c-slot name="head"><th>单号</th></c-slot>'
        '<tr><td data-label="单号">1</td></tr></c-table>'
        '<c-tabs :tabs="tabs" /><c-timeline :rows="rows" /><c-pagination next="?after=1" />',
        tabs=[TabRow("配件", "?t=1", active=True, count=0)],
        rows=[TimelineRow(datetime(2026, 11, 21, 6, 30, tzinfo=UTC), "接车", "林顾问", "服务顾问")],
    )
    assert "<th>单号</th>" in html
    assert 'aria-current="page"' in html
    assert "11-21 14:30" in html
    assert 'rel="next"' in html


@pytest.mark.parametrize(
    ("number", "kind"),
    [("沪A12345", "blue"), ("沪A·12345", "blue"), ("京AD06688", "green"), ("粤B9876警", "white"),
     ("浙C1234学", "yellow"), ("皖A1234挂", "yellow"), ("粤Z1234港", "black"),
     ("使014578", "black"), ("", "none"), ("临时", "none")],
)  # fmt: skip
def test_plate_colour(number: str, kind: str) -> None:
    assert plates.plate(number).kind == kind


def test_yellow_plate_is_said_by_hand() -> None:
    assert plates.plate("沪B66778", "yellow").kind == "yellow"


def test_formats() -> None:
    with translation.override("en"):
        assert formats.duration(80) == "1 h 20 min"
        assert formats.duration(timedelta(days=3, hours=2, minutes=5)) == "3 d 2 h"
        assert formats.duration(0) == "0 min"
    assert formats.money("1234.5") == "¥1,234.50"
    assert formats.money(-80) == "-¥80.00"
    assert formats.money(None) == formats.money("") == formats.money("NaN") == "—"
    assert formats.quantity("1.500") == "1.5"
    assert formats.quantity("100") == "100"
    assert formats.km(35210) == "35,210 km"
    assert formats.percent("0.964") == "96.4%"
    assert formats.mask_phone("13812345678") == "138****5678"
    assert formats.mask_phone("12345") == "***45"
    assert formats.mask_name("陈大文") == "陈**"


def test_a_state_has_one_tone() -> None:
    codes = [code for codes in TONES.values() for code in codes.split()]
    assert len(codes) == len(set(codes))
    assert tone_of("in_progress") == "azure"
    assert tone_of("never heard of") == "neutral"


def test_navigation_shows_what_the_actor_may_and_where_they_are(get: Callable[..., HttpRequest]) -> None:
    request = get("/orders/late/5/")
    rows = navigation.rows_for(navigation.installed().items, request.actor, request.path)
    assert [row.label for row in rows] == ["我的工作", "工单", "超时"]
    assert [row.label for row in rows if row.active] == ["超时"]
    assert navigation.rows_for(navigation.installed().items, None, "/") == ()


def test_styleguide_draws_and_refuses_a_wrong_form(client: Client) -> None:
    assert client.get("/web/styleguide/").status_code == 200
    assert client.get("/web/styleguide/technician/").status_code == 200
    wrong = client.post("/web/styleguide/", {"odometer_km": "1_000"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text
    assert 'id="id_odometer_km_error"' in wrong.text


def test_styleguide_is_not_there_in_production(client: Client) -> None:
    with override_settings(DEBUG=False, WEB_STYLEGUIDE=False):
        assert client.get("/web/styleguide/").status_code == 404


@pytest.mark.parametrize("page", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_need_no_request(page: str) -> None:
    from django.template.loader import get_template

    assert "<h3>" in get_template(f"{page}.html").render()
