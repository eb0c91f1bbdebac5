"""What is wrong with a rescue situation, all of it at once, before anybody is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aftersales.planning.rescue_cases import Call, RescueCase, Unit, Worth
from aftersales.planning.road import leg_problems
from aftersales.planning.sentences import Problem, Sentence

MOST_S = 100 * 86_400
MOST_FEN = 10_000_000


def rescue_problems(case: RescueCase) -> list[Problem]:
    """Return everything that is wrong with a situation; a call nobody is free for is no mistake and not named here."""
    problems = leg_problems(case.legs)
    for zh, en, names in (
        ("救援车", "unit", [unit.name for unit in case.units]),
        ("救援单", "call", [call.name for call in case.calls]),
    ):
        for name, times in Counter(names).items():
            if times > 1:
                problems.append(Problem(name, Sentence(f"{zh}名称重复", f"two of the {en}s have this name")))
            if not name:
                problems.append(Problem(en, Sentence(f"{zh}没有名称", f"a {en} has no name")))
    if not case.units:
        problems.append(Problem("units", Sentence("没有救援车", "there is no unit")))
    places = set(case.legs.places)
    for unit in case.units:
        problems += (Problem(unit.name, sentence) for sentence in _of_unit(unit, places))
    for call in case.calls:
        problems += (Problem(call.name, sentence) for sentence in _of_call(call, places, case.now))
        problems += (Problem(call.name, sentence) for sentence in _of_needs(call, case.units))
    problems += (Problem("worth", sentence) for sentence in _of_worth(case.worth))
    return problems


def _of_unit(unit: Unit, places: set[str]) -> Iterator[Sentence]:
    for place in sorted({unit.place, unit.home} - places):
        yield Sentence(f"里程表中没有 {place}", f"the legs don't know {place}")
    if unit.shift_end < unit.shift_start:
        yield Sentence("下班早于上班", "its shift ends before it starts")
    if any(abs(time) > MOST_S for time in (unit.free_at, unit.shift_start, unit.shift_end)):
        yield Sentence("时间超出一百天", "a time is more than a hundred days away")
    if not 0 <= unit.fen_per_km <= MOST_FEN:
        yield Sentence("每公里费用为负或过大", "its price of a kilometre is below zero or too large")


def _of_call(call: Call, places: set[str], now: int) -> Iterator[Sentence]:
    for place in sorted({call.place, call.tow_to or call.place} - places):
        yield Sentence(f"里程表中没有 {place}", f"the legs don't know {place}")
    if call.accepted > now:
        yield Sentence("受理时间在未来", "it is accepted in the future")
    if call.within <= 0:
        yield Sentence("到场时限不为正", "its time to arrival isn't above zero")
    if call.service < 0 or call.unload < 0:
        yield Sentence("现场或卸车时间为负", "a time on the spot or for unloading is below zero")
    if any(abs(time) > MOST_S for time in (call.accepted, call.within, call.service, call.unload, call.earliest)):
        yield Sentence("时间超出一百天", "a time is more than a hundred days")
    if call.refusal_fen is not None and not 0 <= call.refusal_fen <= MOST_FEN:
        yield Sentence("转交的价格为负或过大", "the partner's price is below zero or too large")
    if call.danger and call.refusal_fen is not None:
        yield Sentence("有人身危险的救援不可转交", "people in danger are not handed to a partner")
    if call.danger and call.earliest > now:
        yield Sentence("有人身危险的救援不能预约", "people in danger have no appointment")


def _of_needs(call: Call, units: tuple[Unit, ...]) -> Iterator[Sentence]:
    """Name a need nobody fulfils, a pin that can't be, a job longer than every shift."""
    known = {ability for unit in units for ability in unit.abilities}
    unknown = sorted(call.needs - known)
    for need in unknown:
        yield Sentence(f"没有任何救援车具备「{need}」", f"no unit has the ability “{need}”")
    if unknown or not units:
        return
    able = [unit for unit in units if call.needs <= unit.abilities]
    if not able:
        yield Sentence(
            f"没有一辆车同时具备「{'、'.join(sorted(call.needs))}」",
            f"no single unit has all of “{', '.join(sorted(call.needs))}”",
        )
        return
    if call.unit is not None:
        pinned = [unit for unit in units if unit.name == call.unit]
        if not pinned:
            yield Sentence(f"指定的救援车 {call.unit} 不存在", f"the pinned unit {call.unit} is unknown")
            return
        if lacking := sorted(call.needs - pinned[0].abilities):
            yield Sentence(f"指定的 {call.unit} 不具备「{lacking[0]}」", f"the pinned {call.unit} lacks “{lacking[0]}”")
        able = pinned
    if all(unit.shift_end - unit.shift_start < call.service for unit in able):
        yield Sentence("作业时间长于任何可用班次", "it takes longer than any shift of a unit that may do it")


def _of_worth(worth: Worth) -> Iterator[Sentence]:
    prices = (worth.waiting_minute, worth.late_call, worth.late_minute, worth.changed, worth.grace)
    if not all(0 <= price <= MOST_FEN for price in prices):
        yield Sentence("权重为负或过大", "a weight is below zero or too large")
