"""What cars of the demo dealer come in for: the customer's words, what was found, work, parts and the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aftersales.repairs.choices import PayType, VisitType


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One reason to come, in the words of customer and workshop. `parts`: number, quantity, position of the labour."""

    words: tuple[str, ...]
    labour: tuple[str, ...]
    parts: Sequence[tuple[str, str, int]] = ()
    interpretation: str
    cause: str
    correction: str
    plan: str
    report: str
    visit_type: str = VisitType.REPAIR
    payer: str = PayType.CUSTOMER
    bay: str = "A2"


SERVICE_10K: Final = Job(
    words=("该做一万公里保养了,顺便看看胎压",),
    labour=("BY-001", "BY-010"),
    parts=(("LF-0W20-4L", "4", 0), ("LF-OF-01", "1", 0)),
    interpretation="到期常规保养",
    cause="到达保养里程",
    correction="更换机油机滤,全车36项检查",
    plan="更换机油机滤,检查制动、轮胎、灯光与液面",
    report="机油机滤已更换,36项检查正常,四轮胎压调至2.4 bar。",
    visit_type=VisitType.MAINTENANCE,
    bay="A1",
)
SERVICE_20K: Final = Job(
    words=("两万公里保养,空调出风有点味道",),
    labour=("BY-001", "BY-002", "BY-003", "BY-010"),
    parts=(("LF-0W20-4L", "4", 0), ("LF-OF-01", "1", 0), ("LF-AF-01", "1", 1), ("LF-CF-01", "1", 2)),
    interpretation="到期常规保养,空调滤芯脏污",
    cause="空调滤清器积尘受潮",
    correction="更换机油、三滤,清洁蒸发箱风道",
    plan="更换机油机滤、空滤、空调滤,全车检查",
    report="机油三滤已更换,风道清洁后无异味,36项检查正常。",
    visit_type=VisitType.MAINTENANCE,
    bay="A1",
)
BRAKES: Final = Job(
    words=("刹车的时候前面有吱吱的响声,早上冷车最明显",),
    labour=("JX-110", "JX-101"),
    parts=(("ZD-FP-01", "1", 1),),
    interpretation="冷车低速制动时前轮异响",
    cause="前制动片磨损到限(余2.1 mm)",
    correction="更换前制动片并清洁导向销",
    plan="更换前制动片,清洁润滑制动卡钳,路试确认",
    report="拆检前轮,制动片余2.1 mm,已更换;导向销清洁润滑;路试无异响。",
)
REAR_BRAKES: Final = Job(
    words=("仪表提示制动片磨损", "倒车时后轮有摩擦声"),
    labour=("JX-102",),
    parts=(("ZD-RP-01", "1", 0),),
    interpretation="后制动片报警,后轮摩擦声可复现",
    cause="后制动片磨损到限(余2.4 mm)",
    correction="更换后制动片,清除报警",
    plan="更换后制动片,检查后制动盘厚度,路试",
    report="后制动片已更换,制动盘厚度合格,报警清除,路试正常。",
    bay="A3",
)
SPARK_PLUGS: Final = Job(
    words=("怠速有点抖,加速没以前有劲",),
    labour=("JX-201",),
    parts=(("FD-SP-01", "4", 0),),
    interpretation="怠速抖动,偶发失火",
    cause="火花塞电极间隙过大(1.3 mm)",
    correction="更换四支火花塞",
    plan="更换火花塞,读取失火计数,路试",
    report="四支火花塞已更换,失火计数为零,怠速平稳。",
    bay="A3",
)
ALIGNMENT: Final = Job(
    words=("高速上方向往右跑偏,松手就偏",),
    labour=("JX-301",),
    interpretation="80 km/h 直线行驶右偏",
    cause="前束超差(左前 +0.32°)",
    correction="四轮定位,调整前束",
    plan="四轮定位,检查胎压与拉杆球头",
    report="四轮定位完成,前束调至标准值,路试直线行驶正常。",
    bay="D1",
)
BATTERY: Final = Job(
    words=("放两天就打不着火,要搭电",),
    labour=("DQ-101",),
    parts=(("DQ-BT-60", "1", 0),),
    interpretation="静置后无法起动",
    cause="蓄电池老化(CCA 210 A,额定 540 A)",
    correction="更换蓄电池,测静态电流",
    plan="更换蓄电池并测量静态电流与发电量",
    report="蓄电池已更换,静态电流22 mA,发电电压14.3 V。",
    bay="A1",
)
AIR_CONDITIONING: Final = Job(
    words=("空调不太凉了,开到最大也只是一点点凉",),
    labour=("DQ-201", "BY-003"),
    parts=(("KT-R134", "0.5", 0), ("LF-CF-01", "1", 1)),
    interpretation="出风口温度 19 °C,制冷不足",
    cause="低压管接头轻微泄漏,制冷剂不足",
    correction="更换密封圈,检漏加注,更换空调滤芯",
    plan="检漏、抽真空、加注制冷剂,更换空调滤芯",
    report="接头密封圈更换,保压30分钟合格,加注500 g,出风口7 °C。",
    bay="A3",
)
WIPERS: Final = Job(
    words=("雨刮刮不干净,一条一条的",),
    labour=("BY-010",),
    parts=(("WG-WB-01", "1", 0),),
    interpretation="雨刮片硬化",
    cause="雨刮胶条老化",
    correction="更换雨刮片,全车检查",
    plan="更换雨刮片,做全车检查",
    report="雨刮片已更换,喷水角度已调整,36项检查正常。",
    visit_type=VisitType.MAINTENANCE,
    bay="A1",
)
ELECTRIC_SERVICE: Final = Job(
    words=("电车做年度保养,冬天续航掉得厉害想查一下电池",),
    labour=("GY-101", "BY-003", "BY-010"),
    parts=(("LF-CF-01", "1", 1),),
    interpretation="年度保养,客户关心续航",
    cause="低温续航下降,电池健康度94%,绝缘正常",
    correction="绝缘检测,更换空调滤芯,全车检查",
    plan="高压下电,动力电池绝缘检测,更换空调滤芯,全车检查",
    report="下电验电后检测,绝缘电阻 >20 MΩ,电池健康度94%,滤芯已更换。",
    visit_type=VisitType.MAINTENANCE,
    bay="E1",
)
HIGH_VOLTAGE: Final = Job(
    words=("仪表报动力系统故障,车还能开但限速了",),
    labour=("GY-101",),
    interpretation="动力系统故障灯亮,限功率",
    cause="高压绝缘偏低,疑似充电口进水",
    correction="绝缘检测,充电口干燥处理",
    plan="高压下电挂牌,检测绝缘,检查充电口与高压线束",
    report="充电口积水已清理干燥,绝缘电阻恢复至 18 MΩ,故障清除。",
    bay="E1",
)
HEADLAMP: Final = Job(
    words=("左前大灯进水起雾,晚上不太亮",),
    labour=("BY-010",),
    parts=(("DG-HL-01", "2", 0),),
    interpretation="两侧大灯内有水雾,密封不良",
    cause="大灯壳体密封胶开裂",
    correction="更换大灯总成",
    plan="更换两侧大灯总成,调整光束",
    report="大灯总成已更换,光束已调整。",
    bay="A3",
)
WARRANTY_BATTERY: Final = Job(
    words=("才两年的车,蓄电池就不行了",),
    labour=("DQ-101",),
    parts=(("DQ-BT-60", "1", 0),),
    interpretation="质保期内蓄电池失效",
    cause="蓄电池单格短路",
    correction="按质保更换蓄电池,旧件待索赔",
    plan="质保更换蓄电池,旧件贴签入索赔库",
    report="蓄电池已按质保更换,旧件已贴索赔标签。",
    visit_type=VisitType.WARRANTY,
    payer=PayType.WARRANTY,
    bay="A1",
)

HISTORY: Final = (
    SERVICE_10K,
    BRAKES,
    SERVICE_20K,
    SPARK_PLUGS,
    SERVICE_10K,
    ALIGNMENT,
    BATTERY,
    SERVICE_20K,
    AIR_CONDITIONING,
    REAR_BRAKES,
    WIPERS,
    WARRANTY_BATTERY,
)
"""The mix of a season, taken round and round by the petrol cars."""
