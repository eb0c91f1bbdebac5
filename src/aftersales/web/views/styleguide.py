"""Every component with believable Chinese texts, to be looked at in a browser. Only while developing and in tests."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from aftersales.web import charts, fields, htmx, live
from aftersales.web.rows import FactRow, StepRow, Steps, StepState, TabRow, TimelineRow

TEMPLATE = "web/styleguide.html"
STATES = ("draft", "open", "in_progress", "waiting_parts", "adjudicating", "completed", "rework", "overdue")


class SampleForm(forms.Form):
    plate = fields.CharField(label="车牌号", max_length=8, placeholder="沪A12345")
    odometer_km = fields.IntegerField(label="进厂里程", min_value=0, help_text="按仪表盘读数填写，单位公里。")
    labor_hours = fields.DecimalField(label="工时", max_digits=6, decimal_places=1, initial=Decimal("1.5"))
    promised_at = fields.DateTimeField(label="预计交车时间")
    pay_type = forms.ChoiceField(label="付费类型", choices=[("customer", "客户付费"), ("warranty", "索赔")])
    waits = forms.ChoiceField(
        label="客户等候方式", choices=[("in", "在店等候"), ("out", "离店")], widget=forms.RadioSelect
    )
    concern = fields.CharField(label="报修现象", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    old_parts = forms.BooleanField(label="客户要求带走旧件", required=False)
    damage = fields.DamageField(label="环车检查", required=False)
    photos = fields.PhotosField(label="外观照片", required=False)
    signature = fields.SignatureField(label="客户签字")


@login_not_required
def styleguide(request: HttpRequest, part: str = "") -> HttpResponse:
    if not (settings.DEBUG or getattr(settings, "WEB_STYLEGUIDE", False)):
        raise Http404
    now = timezone.now()
    tag = live.etag(request, now.minute)
    if part == "live" and (unchanged := live.not_modified(request, tag)):
        return unchanged
    sample = SampleForm(request.POST, request.FILES) if request.method == "POST" else SampleForm()
    if request.GET.get("said"):
        messages.success(request, "工单 RO20261121-0018 已派工给 赵师傅。")
        messages.error(request, "机油滤清器 可用库存只有 2 件，不能领 4 件。")
    template = "web/styleguide_technician.html" if part == "technician" else TEMPLATE
    status = 422 if request.method == "POST" and not sample.is_valid() else 200
    return htmx.page(request, template, _sample(now, tag) | {"form": sample}, partials=("live",), status=status)


def _sample(now: datetime, tag: str) -> dict[str, Any]:
    return {
        "etag": tag,
        "states": STATES,
        "steps": Steps.of(_steps(now)),
        "timeline": _timeline(now),
        "facts": _facts(),
        "tabs": [
            TabRow("维修项目", "?tab=lines", active=True, count=4),
            TabRow("配件", "?tab=parts", count=7),
            TabRow("照片", "?tab=photos", count=0),
            TabRow("结算", "?tab=bill"),
        ],
        "orders": _orders(now),
        "dues": [now + timedelta(minutes=minutes) for minutes in (215, 40, -25)],
        "plates": ["沪A12345", "京AD06688", "粤B9876警", "浙C1234学", "使014578", "粤Z1234港", ""],
        "bars": charts.bars(
            [("周一", 42, "#"), ("周二", 38, "#"), ("周三", 51, "#"), ("周四", 47, "#"), ("周五", 63, "#")], unit="台次"
        ),
        "pareto": charts.pareto(
            [("刹车异响", 31, "#"), ("空调不冷", 22, "#"), ("漏油", 12, "#"), ("灯光", 6, "#"), ("其他", 9, "#")],
            unit="次",
        ),
        "lines": charts.lines(
            ["6月", "7月", "8月", "9月", "10月", "11月"],
            [
                ("一次修复率", [93.1, 94.2, 92.8, 95.0, 95.6, 96.4]),
                ("按时交车率", [88.0, 90.5, 91.2, 90.1, 93.4, 94.0]),
            ],
            unit="%",
            target=95,
        ),
        "ring": charts.ring([("客户付费", 61, ""), ("索赔", 22, ""), ("保险", 12, ""), ("内部", 5, "")]),
        "plan": json.dumps({"from": "08:00", "until": "18:00", "resources": _bays(), "events": _jobs(now)}),
        "offers": _offers(),
        "now": now,
    }


def _steps(now: datetime) -> list[StepRow]:
    done, start = StepState.DONE, now - timedelta(hours=2)
    return [
        StepRow("接车", done, at=start),
        StepRow("诊断", done, at=start + timedelta(minutes=25)),
        StepRow("报价", done, at=start + timedelta(minutes=48)),
        StepRow("授权", done, at=start + timedelta(minutes=55)),
        StepRow("维修", StepState.CURRENT),
        StepRow("终检", StepState.BLOCKED, reason="还有 2 个配件未领料"),
        StepRow("结算", StepState.LATER),
        StepRow("交车", StepState.LATER),
    ]


def _timeline(now: datetime) -> list[TimelineRow]:
    return [
        TimelineRow(now - timedelta(minutes=8), "暂停作业", "赵师傅", "技师", "原因：等待配件 前制动片", "amber"),
        TimelineRow(now - timedelta(minutes=64), "客户授权报价", "陈先生", "客户", "¥1,286.00，手机签字", "green"),
        TimelineRow(now - timedelta(hours=2), "开单接车", "林顾问", "服务顾问", "里程 35,210 km", "blue"),
    ]


def _facts() -> list[FactRow]:
    return [
        FactRow("车型", "荣威 RX5 2023款 1.5T"),
        FactRow("车架号", "LSJW74U64PZ012345"),
        FactRow("客户", "陈先生 138****5678"),
        FactRow("服务顾问", "林顾问"),
        FactRow("进厂里程", "35,210 km"),
        FactRow("付费类型", "客户付费"),
    ]


def _orders(now: datetime) -> list[dict[str, Any]]:
    rows = [
        ("RO20261121-0018", "沪A12345", "in_progress", "维修中", "前轮刹车异响，更换刹车片", "1286.00", 95),
        ("RO20261121-0017", "京AD06688", "waiting_parts", "待料", "空调不制冷，更换压缩机", "4820.50", 20),
        ("RO20261121-0012", "苏E88K66", "completed", "已完工", "4万公里保养", "899.00", -35),
    ]
    return [
        {"number": number, "plate": plate, "state": state, "label": label, "concern": concern,
         "amount": Decimal(amount), "due": now + timedelta(minutes=minutes)}
        for number, plate, state, label, concern, amount, minutes in rows
    ]  # fmt: skip


def _bays() -> list[dict[str, Any]]:
    names = [
        ("b1", "1号工位", "6.5 / 8 工时", "green"),
        ("b2", "2号工位", "8.5 / 8 工时", "red"),
        ("b3", "四轮定位", "2.0 / 8 工时", ""),
        ("b4", "钣金 1", "7.0 / 8 工时", "amber"),
    ]
    return [
        {"id": key, "title": name, "extendedProps": {"load": load, "tone": tone}} for key, name, load, tone in names
    ]


def _jobs(now: datetime) -> list[dict[str, Any]]:
    today = timezone.localdate(now)
    rows = [
        ("b1", 9, 11, "沪A12345 刹车片", "赵师傅", "blue"),
        ("b2", 8, 12, "京AD06688 压缩机", "周师傅", "amber"),
        ("b2", 13, 16, "苏E88K66 保养", "周师傅", "green"),
        ("b3", 10, 11, "浙B10086 定位", "吴师傅", "violet"),
        ("b4", 9, 17, "皖A66666 右前门", "郑师傅", "red"),
    ]
    return [
        {"id": str(index), "resourceIds": [bay], "title": title, "extendedProps": {"note": note, "tone": tone},
         "start": f"{datetime.combine(today, time(begin)):%Y-%m-%dT%H:%M:%S}",
         "end": f"{datetime.combine(today, time(end)):%Y-%m-%dT%H:%M:%S}"}
        for index, (bay, begin, end, title, note, tone) in enumerate(rows)
    ]  # fmt: skip


class _Sample:
    """Shaped like core.workflow's Step, Offer and Refusal, which this room may not import."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)


def _offers() -> list[Any]:
    refusal = _Sample(sentence="还有 2 个配件未领料，领齐后才能完工。", clause="WORK-06")
    return [
        _Sample(step=_Sample(name="complete", label="完工"), refusal=refusal),
        _Sample(step=_Sample(name="pause", label="暂停作业"), refusal=None),
        _Sample(step=_Sample(name="request_parts", label="要料"), refusal=None),
    ]
