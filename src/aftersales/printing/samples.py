"""One believable payload for each template: for tests, for the template gallery, and as an example for printouts."""

from __future__ import annotations

from typing import Any

from aftersales.printing import papers
from aftersales.printing.papers import pen_box

STATION: papers.StationHead = {
    "code": "HZ01",
    "name": "杭州远景汽车销售服务有限公司",
    "name_en": "Hangzhou Yuanjing Motors Service Co., Ltd.",
    "address": "浙江省杭州市西湖区文一西路 998 号",
    "phone": "0571-8888 6600",
}
CUSTOMER: papers.CustomerLines = {
    "name": "陈静怡",
    "contact": "陈大力（配偶）",
    "phone": "138****5678",
    "address": "杭州市余杭区良渚街道玉鸟路 12 号 3 幢 502 室",
}
VEHICLE: papers.VehicleLines = {
    "plate": "浙A·D12345",
    "vin": "LSVAA49J132047371",
    "model": "远景 X5 1.5T 旗舰版",
    "colour": "珍珠白",
    "engine_number": "JLE-4G18TD-0087321",
    "odometer_km": 45210,
}


def _labour(code: str, name: str, hours: str, amount: str, payer: str, technician: str) -> papers.LabourLine:
    return {"code": code, "name": name, "hours": hours, "amount": amount, "payer": payer, "technician": technician}


LABOUR = [
    _labour("11.20.01", "发动机机油及滤清器更换", "0.5", "90.00", "", "赵师傅"),
    _labour("34.10.05", "前制动片更换（含制动盘检查）", "1.2", "216.00", "", "赵师傅"),
    _labour("64.31.02", "空调压缩机异响诊断", "0.8", "144.00", "厂家质保", "方晓"),
]
PARTS: list[papers.PartLine] = [
    {
        "number": "1010025U2010-A",
        "name": "全合成机油 5W-30 4L",
        "quantity": "1",
        "unit": "桶",
        "price": "328.00",
        "amount": "328.00",
        "payer": "",
    },
    {
        "number": "1012100-EG01T",
        "name": "机油滤清器",
        "quantity": "1",
        "unit": "件",
        "price": "38.50",
        "amount": "38.50",
        "payer": "",
    },
    {
        "number": "3501080-W08",
        "name": "前制动片总成",
        "quantity": "1",
        "unit": "套",
        "price": "465.00",
        "amount": "465.00",
        "payer": "",
    },
]
# A small drawn stroke: enough to see that a signature is printed.
INK = (
    "iVBORw0KGgoAAAANSUhEUgAAAHgAAAAoAQAAAAAdkQOIAAAA9ElEQVR42r2RsU3DUBRFj3+CI1ExQKR4hDR0SPEAFBETsIm9QTJC"
    "CnpWiERBxgjCEnUMEt+S+YfCQSjp4VXvvFu9czM5mcC/c3PG+zPOh836yNuB02Y4O1UfNT6pojfqRA9RNWAAC2jzEgiksibdQpMt"
    "AexTZTzoyhcVowsPUWf2lQY6oB1jwWgDgcA9TahTCQ8Q+AB2bPsariGwB9bZvgPyksCOuQV1C2RLAleQSuYNwB048y3q80q1r4IF"
    "dDBdA4wgVX6+artQ1ZCgbyAvj4Kivq80DrF02s3068ghDt//eA+XMC5//WZCNznt54LT/C/7/wY/wps8otA5twAAAABJRU5ErkJg"
    "gg=="
)


def _lines(count: int) -> tuple[list[papers.LabourLine], list[papers.PartLine]]:
    labour: list[papers.LabourLine] = [{**LABOUR[index % 3], "code": f"99.{index:02d}"} for index in range(count)]
    parts: list[papers.PartLine] = [
        {**PARTS[index % 3], "number": f"P-{index:05d}-LONGNUMBER-{index}"} for index in range(count)
    ]
    return labour, parts


def samples() -> dict[str, dict[str, Any]]:
    """Return {template: payload}."""
    receiving: papers.ReceivingForm = {
        "station": STATION,
        "number": "HZ01-RF-260305-0007",
        "order_number": "HZ01-RO-260305-0007",
        "received_at": "2026-03-05 09:12",
        "advisor": "林晓",
        "customer": CUSTOMER,
        "vehicle": VEHICLE,
        "fuel_percent": 62,
        "concerns": ["怠速时空调有异响，热车后更明显。", "刹车时方向盘轻微抖动。", "到期保养。"],
        "checks": [
            {"item": item, "result": result, "note": note}
            for item, result, note in (
                ("灯光", "ok", ""),
                ("雨刮", "attention", "刮片老化"),
                ("轮胎", "ok", "花纹 4 mm"),
                ("仪表警告灯", "bad", "ABS 灯亮"),
                ("备胎与随车工具", "ok", ""),
                ("灭火器", "none", ""),
                ("内饰", "ok", ""),
            )
        ],
        "damages": [
            {"x": 0.21, "y": 0.20, "position": "右前翼子板", "kind": "划痕", "note": "约 5 cm"},
            {"x": 0.18, "y": 0.50, "position": "发动机罩", "kind": "石击", "note": ""},
            {"x": 0.92, "y": 0.55, "position": "后保险杠", "kind": "凹陷", "note": "停车擦碰，客户已知"},
        ],
        "items_left": ["儿童座椅", "雨伞 1 把", "ETC 卡"],
        "wants_wash": True,
        "wants_old_parts": False,
        "promised_at": "2026-03-05 16:30",
        "note": "",
        "signatures": [
            {"role": "客户签字", "name": "陈大力", "signed_at": "2026-03-05 09:20", "png": INK},
            pen_box("服务顾问", "林晓"),
        ],
    }
    estimate: papers.Estimate = {
        "station": STATION,
        "number": "HZ01-ES-260305-0011",
        "order_number": "HZ01-RO-260305-0007",
        "estimated_at": "2026-03-05 09:40",
        "valid_until": "2026-03-19",
        "advisor": "林晓",
        "customer": CUSTOMER,
        "vehicle": VEHICLE,
        "findings": ["前制动片剩余 2 mm，低于 3 mm 极限。", "空调压缩机离合器轴承磨损。"],
        "labour": LABOUR,
        "parts": PARTS,
        "others": [{"name": "辅料", "amount": "20.00"}],
        "labour_total": "450.00",
        "parts_total": "831.50",
        "others_total": "20.00",
        "discount": "0.00",
        "total": "1301.50",
        "total_capitals": "人民币壹仟叁佰零壹元伍角整",
        "cost_from": "1157.50",
        "cost_to": "1450.00",
        "time_from": "3 小时",
        "time_to": "4 小时",
        "note": "空调压缩机是否质保范围，待厂家确认。",
        "signatures": [pen_box("客户同意"), pen_box("服务顾问", "林晓")],
    }
    order: papers.RepairOrder = {
        "station": STATION,
        "number": "HZ01-RO-260305-0007",
        "kind": "一般维修",
        "opened_at": "2026-03-05 09:45",
        "promised_at": "2026-03-05 16:30",
        "advisor": "林晓",
        "team": "机修一组",
        "bay": "A03 举升机",
        "customer": CUSTOMER,
        "vehicle": VEHICLE,
        "concerns": receiving["concerns"],
        "labour": LABOUR,
        "parts": PARTS,
        "estimated_total": "1301.50",
        "wants_old_parts": False,
        "terms": [
            "实际费用超出估价或增加项目时，须经委托人同意。",
            "委托人应在接到取车通知后三日内提车。",
            "车内贵重物品由委托人自行保管。",
        ],
        "note": "",
        "signatures": [pen_box("委托人签字"), pen_box("服务顾问", "林晓"), pen_box("班组长"), pen_box("检验员")],
    }
    settlement: papers.SettlementSheet = {
        "station": STATION,
        "number": "HZ01-ST-260305-0005",
        "order_number": "HZ01-RO-260305-0007",
        "settled_at": "2026-03-05 16:05",
        "received_at": "2026-03-05 09:12",
        "advisor": "林晓",
        "cashier": "何敏",
        "customer": CUSTOMER,
        "vehicle": VEHICLE,
        "labour": LABOUR,
        "parts": PARTS,
        "others": [{"name": "辅料", "amount": "20.00"}],
        "labour_total": "450.00",
        "parts_total": "831.50",
        "others_total": "20.00",
        "discount": "-51.50",
        "net": "1106.19",
        "tax": "143.81",
        "total": "1250.00",
        "total_capitals": "人民币壹仟贰佰伍拾元整",
        "payers": [{"name": "客户自付", "amount": "1106.00"}, {"name": "厂家质保", "amount": "144.00"}],
        "payments": [{"name": "微信支付", "amount": "1000.00"}, {"name": "现金", "amount": "106.00"}],
        "due": "144.00",
        "guarantee": "小修：自出厂之日起 10 日或 2,000 公里，以先到者为准。",
        "note": "",
        "signatures": [pen_box("客户签字"), pen_box("收银员", "何敏"), pen_box("服务顾问", "林晓")],
    }
    receipt: papers.Receipt = {
        "station": STATION,
        "number": "HZ01-RC-260305-0009",
        "reference": "HZ01-ST-260305-0005",
        "received_at": "2026-03-05 16:10",
        "cashier": "何敏",
        "customer": "陈静怡",
        "plate": "浙A·D12345",
        "lines": [{"name": "维修费（结算单 HZ01-ST-260305-0005）", "amount": "1106.00"}],
        "payments": [{"name": "微信支付", "amount": "1000.00"}, {"name": "现金", "amount": "106.00"}],
        "total": "1106.00",
        "total_capitals": "人民币壹仟壹佰零陆元整",
        "note": "发票请凭此收据到收银台开具。",
    }
    return {
        "receiving_form.typ": dict(receiving),
        "estimate.typ": dict(estimate),
        "repair_order.typ": dict(order),
        "settlement_sheet.typ": dict(settlement),
        "receipt.typ": dict(receipt),
        **_second_half(),
    }


def _second_half() -> dict[str, dict[str, Any]]:
    inspection: papers.InspectionRecord = {
        "station": STATION,
        "number": "HZ01-QC-260305-0007",
        "order_number": "HZ01-RO-260305-0007",
        "inspected_at": "2026-03-05 15:20",
        "round": 2,
        "vehicle": VEHICLE,
        "work": [line["name"] for line in LABOUR],
        "items": [
            {
                "item": "制动性能",
                "requirement": "无跑偏、无异响",
                "measured": "制动距离正常",
                "result": "passed",
                "note": "",
            },
            {"item": "轮胎螺栓力矩", "requirement": "120 N·m", "measured": "121 N·m", "result": "passed", "note": ""},
            {"item": "机油液位", "requirement": "上下刻度之间", "measured": "2/3", "result": "passed", "note": ""},
            {
                "item": "空调异响",
                "requirement": "无异响",
                "measured": "仍有轻微异响",
                "result": "failed",
                "note": "第一次返工",
            },
            {"item": "故障码", "requirement": "无", "measured": "", "result": "none", "note": ""},
        ],
        "road_test_km": "4.5",
        "road_test_by": "方晓",
        "road_test_note": "60 km/h 制动平顺，方向盘无抖动。",
        "old_parts_shown": True,
        "is_clean": True,
        "next_service_note": "50,000 km 或 2026-09-05 保养；轮胎花纹 4 mm，建议半年内更换。",
        "passed": True,
        "verdict_note": "",
        "signatures": [pen_box("自检", "赵师傅"), pen_box("互检", "孙班长"), pen_box("检验员", "方晓")],
    }
    delivery: papers.DeliveryNote = {
        "station": STATION,
        "number": "HZ01-DN-260305-0007",
        "order_number": "HZ01-RO-260305-0007",
        "delivered_at": "2026-03-05 16:25",
        "advisor": "林晓",
        "customer": CUSTOMER,
        "vehicle": VEHICLE,
        "work_done": [line["name"] for line in LABOUR],
        "parts_replaced": [f"{line['name']} × {line['quantity']}" for line in PARTS],
        "old_parts": "客户委托本店处理",
        "items_returned": ["车钥匙 1 把", "行驶证", "儿童座椅", "雨伞 1 把"],
        "advice": ["新制动片磨合期 200 公里内避免急刹。", "轮胎花纹 4 mm，建议半年内更换。"],
        "guarantees": [{"item": "前制动片更换", "days": "10", "distance_km": "2000", "until": "2026-03-15"}],
        "next_service_on": "2026-09-05",
        "next_service_km": 50000,
        "total": "1250.00",
        "paid": "1250.00",
        "note": "",
        "signatures": [pen_box("客户验收"), pen_box("服务顾问", "林晓")],
    }
    booking: papers.BookingSlip = {
        "station": STATION,
        "number": "HZ01-AP-260303-0021",
        "booked_at": "2026-03-03 10:31",
        "arrives_at": "2026-03-05 09:00",
        "advisor": "林晓",
        "channel": "电话",
        "customer": CUSTOMER,
        "vehicle": VEHICLE,
        "work_items": ["45,000 公里保养", "检查刹车抖动"],
        "parts": [{"name": "全合成机油 5W-30 4L", "amount": "328.00"}, {"name": "机油滤清器", "amount": "38.50"}],
        "parts_total": "366.50",
        "labour_total": "90.00",
        "total": "456.50",
        "duration": "约 1.5 小时",
        "papers_to_bring": ["行驶证", "保养手册（质保凭证）"],
        "care_promised": ["专用接待通道，免等候", "免费洗车一次"],
        "note": "",
    }
    methods: list[papers.DayCloseMethod] = [
        {
            "method": name,
            "receipts": count,
            "received": one,
            "refunded": two,
            "net": net,
            "counted": counted,
            "difference": gap,
        }
        for name, count, one, two, net, counted, gap in (
            ("现金", 6, "3206.00", "0.00", "3206.00", "3205.00", "-1.00"),
            ("微信支付", 18, "22480.50", "120.00", "22360.50", "22360.50", "0.00"),
            ("支付宝", 7, "9050.00", "0.00", "9050.00", "9050.00", "0.00"),
            ("银行卡", 3, "15800.00", "0.00", "15800.00", "15800.00", "0.00"),
        )
    ]
    day: papers.DayClose = {
        "station": STATION,
        "number": "HZ01-DC-260305",
        "business_on": "2026-03-05",
        "closed_at": "2026-03-05 18:40",
        "cashier": "何敏",
        "opening_float": "500.00",
        "methods": methods,
        "total_received": "50536.50",
        "total_refunded": "120.00",
        "total_net": "50416.50",
        "total_counted": "50415.50",
        "total_difference": "-1.00",
        "settlements": 31,
        "settled_total": "54120.00",
        "receivables_total": "3703.50",
        "difference_reason": "找零误差。",
        "signatures": [pen_box("收银员", "何敏"), pen_box("站长", "吴军")],
    }
    archive: papers.CustomerArchive = {
        "station": STATION,
        "number": "C-000812",
        "as_of": "2026-03-05",
        "customer": CUSTOMER,
        "customer_type": "个人",
        "first_visit_on": "2023-05-18",
        "wished_services": ["上门取送车", "短信提醒", "夜间服务"],
        "vehicles": [
            {
                "plate": "浙A·D12345",
                "vin": VEHICLE["vin"],
                "model": VEHICLE["model"],
                "vehicle_type": "SUV",
                "sold_on": "2022-11-20",
                "odometer_km": 45210,
                "interval": "6 个月 / 7,500 km",
                "next_due_on": "2026-09-05",
                "next_due_km": 50000,
            }
        ],
        "visits": [
            {
                "visited_on": f"2025-{month:02d}-12",
                "plate": "浙A·D12345",
                "order_number": f"HZ01-RO-25{month:02d}12-0003",
                "work": "定期保养；更换空调滤芯",
                "odometer_km": 30000 + month * 1000,
                "amount": "486.00",
            }
            for month in (2, 5, 8, 11)
        ],
        "missing": ["电子邮箱"],
        "keeper": "陶然",
    }
    return {
        "inspection_record.typ": dict(inspection),
        "delivery_note.typ": dict(delivery),
        "booking_slip.typ": dict(booking),
        "day_close.typ": dict(day),
        "customer_archive.typ": dict(archive),
    }


def long_settlement(count: int = 60) -> dict[str, Any]:
    """Return a settlement with that many labour and part lines and the longest names the trade has."""
    labour, parts = _lines(count)
    labour[1]["name"] = "更换前保险杠总成并喷漆（含拆装雾灯、雷达传感器、格栅、导流板及线束检查），色差配色两次"
    parts[2]["number"] = "W" * 40
    return {**samples()["settlement_sheet.typ"], "labour": labour, "parts": parts}
