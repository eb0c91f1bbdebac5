"""What a file of each kind may hold: columns with the Chinese and English headings they are recognised by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

TEXT, DATE, WHOLE, NUMBER = "text", "date", "whole", "number"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `name` as the code calls it, `zh` and `en` its headings, `also` what other systems write there.

    `form` is text, date, whole or number; `example` stands in the template; `note` explains it there, in Chinese.
    """

    name: str
    zh: str
    en: str
    also: tuple[str, ...] = ()
    form: str = TEXT
    is_required: bool = False
    example: str = ""
    note: str = ""


def folded(heading: str) -> str:
    """Return a heading as headings are compared: without blanks, marks, units in brackets, width and case."""
    plain = unicodedata.normalize("NFKC", heading)
    plain = re.sub(r"[(\[【][^)\]】]*[)\]】]", "", plain)
    return "".join(char for char in plain.casefold() if char.isalnum())


def recognised(columns: Sequence[Column], headings: Sequence[str]) -> dict[str, int]:
    """Return {column: place of its heading} for the headings that are known; the first of two equal ones counts."""
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        if key := folded(heading):
            places.setdefault(key, place)
    found: dict[str, int] = {}
    for column in columns:
        for known in (column.zh, column.en, column.name, *column.also):
            spot = places.get(folded(known))
            if spot is not None and spot not in found.values():
                found[column.name] = spot
                break
    return found


CUSTOMERS_VEHICLES = (
    Column("name", "客户姓名", "Customer name", ("姓名", "客户", "客户名称", "车主", "车主姓名", "name"),
           is_required=True,
           example="陈建国", note="必填。公司写全称。"),
    Column("phones", "电话", "Phone", ("手机", "手机号", "联系电话", "电话号码", "mobile", "phones"),
           example="13800138000",
           note="可写多个，用 / 分开。"),
    Column("kind", "客户类别", "Customer kind", ("类别",), note="person 个人、company 公司；空着按名称判断。"),
    Column("address", "地址", "Address", ("联系地址",), example="浦东新区张江路 1 号"),
    Column("region_code", "地区", "District", ("地区代码", "行政区划"), example="310115", note="六位代码或全称。"),
    Column("notes", "备注", "Notes", ("说明",)),
    Column("services_wished", "需要的服务", "Services wished for"),
    Column("visited_on", "来店日期", "Date of visit", form=DATE),
    Column("vin", "车架号", "VIN", ("车辆识别代号", "底盘号", "vin码"), example="LSVAM4187C2184847",
           note="17 位，无 I、O、Q。"),
    Column("plate", "车牌号", "Plate", ("车牌", "牌照号", "车牌号码", "license plate"), example="沪A12345"),
    Column("model_name", "车型", "Model", ("车型名称", "vehicle model"), example="朗逸 1.5L"),
    Column("colour", "颜色", "Colour", ("车身颜色", "color")),
    Column("power_type", "动力类型", "Power type",
           note="fuel 燃油、electric 纯电、plug_in 插混、hybrid 混动、range_extended 增程。"),
    Column("engine_number", "发动机号", "Engine number", ("电机号",)),
    Column("sold_on", "购车日期", "Sold on", ("销售日期",), DATE, example="2021-05-18"),
    Column("warranty_starts_on", "质保开始日期", "Warranty starts on", form=DATE),
    Column("warranty_months", "质保月数", "Warranty months", form=WHOLE, example="36"),
    Column("warranty_km", "质保里程", "Warranty km", form=WHOLE, example="100000"),
    Column("interval_months", "保养间隔月数", "Interval months", form=WHOLE),
    Column("interval_km", "保养间隔里程", "Interval km", form=WHOLE),
    Column("next_service_on", "下次保养日期", "Next service on", form=DATE),
    Column("next_service_km", "下次保养里程", "Next service km", form=WHOLE),
    Column("odometer_km", "行驶里程", "Odometer km", ("里程", "里程数", "公里数", "odometer", "mileage"), WHOLE,
           example="35210"),
)  # fmt: skip

PARTS = (
    Column("number", "配件编号", "Part number", ("零件号", "配件号", "编号", "备件编号"), is_required=True,
           example="LF-OF-01",
           note="必填。"),
    Column("name", "配件名称", "Part name", ("名称", "零件名称", "备件名称", "name"), is_required=True,
           example="机油滤清器",
           note="必填。"),
    Column("name_en", "英文名称", "English name", example="Oil filter"),
    Column("unit", "单位", "Unit", ("计量单位",), example="件", note="件、套、升、千克、米、瓶、盒。"),
    Column("part_class", "配件类别", "Part class", ("类别",), example="常用", note="常用、非常用、季节性。"),
    Column("origin", "来源", "Origin", ("配件来源",), example="原厂", note="原厂、替代件。替代件须写质量凭证。"),
    Column("handling", "保管要求", "Handling", example="普通", note="普通、易损、易碎、贵重。"),
    Column("quality_evidence", "质量凭证", "Evidence of quality"),
    Column("barcode", "条码", "Barcode", ("条形码",)),
)  # fmt: skip

OPERATIONS = (
    Column("code", "工时代码", "Operation code", ("工项代码", "项目代码", "作业代码", "code"), is_required=True,
           example="JX-110",
           note="必填。"),
    Column("name", "作业项目", "Operation", ("项目名称", "工项名称", "名称", "name"), is_required=True,
           example="更换前制动片",
           note="必填。"),
    Column("name_en", "英文名称", "English name", example="Replace front brake pads"),
    Column("category", "工种", "Category", ("作业类别", "类别"), example="机修",
           note="保养、诊断、机修、电气、高压、钣金、喷漆。"),
    Column("standard_hours", "标准工时", "Standard hours", ("工时", "工时数"), NUMBER, is_required=True, example="1.2",
           note="必填，小时，一位小数。"),
    Column("skill", "技能", "Skill", ("技能要求",)),
    Column("required_certificate", "所需证书", "Required certificate"),
)  # fmt: skip

OPENING_STOCK = (
    Column("number", "配件编号", "Part number", ("零件号", "配件号", "编号", "备件编号"), is_required=True,
           example="LF-OF-01",
           note="必填，须已在配件目录中。"),
    Column("quantity", "数量", "Quantity", ("库存数量", "期初数量"), NUMBER, is_required=True, example="12",
           note="必填。"),
    Column("unit_cost", "不含税单价", "Net unit cost", ("单价", "成本单价", "进价"), NUMBER, is_required=True,
           example="28.50",
           note="必填，元，不含税。"),
    Column("shelf", "货位", "Shelf", ("库位",), example="A-01", note="空着入默认货位。"),
)  # fmt: skip

HISTORY = (
    Column("received_on", "接车日期", "Received on", ("进厂日期", "开单日期", "工单日期", "job card date"), DATE,
           is_required=True, example="2023-04-12", note="必填。"),
    Column("invoiced_on", "结算日期", "Invoiced on", ("开票日期", "出厂日期", "invoice date"), DATE,
           example="2023-04-13"),
    Column("reference", "原工单号", "Order number", ("工单号", "施工单号", "order no"), example="RO230412001",
           note="同一工单号的各行合为一张工单。"),
    Column("customer_name", "客户姓名", "Customer name", ("客户", "车主", "姓名", "客户名称"), is_required=True,
           example="陈建国", note="必填。"),
    Column("phone", "电话", "Phone", ("手机", "手机号", "联系电话"), example="13800138000"),
    Column("plate", "车牌号", "Plate", ("车牌", "牌照号", "vehicle no"), example="沪A12345",
           note="车牌号、车架号至少写一个。"),
    Column("vin", "车架号", "VIN", ("车辆识别代号", "底盘号"), example="LSVAM4187C2184847"),
    Column("model_name", "车型", "Model", ("车型名称", "vehicle model"), example="朗逸 1.5L"),
    Column("odometer_km", "行驶里程", "Odometer km", ("里程", "里程数", "公里数", "odometer"), WHOLE, example="35210"),
    Column("line_text", "项目内容", "Line text", ("作业项目", "项目", "配件名称", "维修内容", "line"), is_required=True,
           example="更换机油机滤", note="必填，一行一个项目或配件。"),
    Column("amount", "金额", "Amount", ("含税金额",), NUMBER, example="386.00", note="元，含税。"),
)  # fmt: skip
