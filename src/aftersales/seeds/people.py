"""The demo dealer's customers with their cars: invented names and numbers, VINs with right check digits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from aftersales.vehicles.vins import check_digit

M5, M7, E3 = "M5 1.5T 豪华型", "M7 2.0T 尊享型", "E3 纯电 510"
_YEAR_LETTERS: Final = {2021: "M", 2022: "N", 2023: "P", 2024: "R", 2025: "S", 2026: "T"}
_MODEL_CODES: Final = {M5: "AM418", M7: "BN52E", E3: "CE3A1"}
_COLOURS: Final = ("珠光白", "曜石黑", "星空灰", "深海蓝", "烈焰红")

#    name, plate, model, year of sale, odometer in km, kilometres a month, second telephone
_ROWS: Final = (
    ("陈建国", "沪A12345", M5, 2023, 38_500, 1100, ""),
    ("李秀英", "沪B6K218", M5, 2024, 21_300, 900, ""),
    ("王海涛", "沪AD30517", E3, 2025, 18_900, 1700, ""),
    ("张志远", "沪C80M66", M7, 2022, 61_200, 1500, ""),
    ("刘婷", "沪AF82036", E3, 2024, 42_700, 1900, ""),
    ("杨文博", "沪D5T901", M5, 2025, 9_400, 800, ""),
    ("赵雪梅", "沪E37N88", M5, 2022, 55_800, 1200, ""),
    ("黄志强", "苏E9L620", M7, 2023, 47_100, 1400, ""),
    ("周敏", "沪F1P358", M5, 2024, 19_600, 700, ""),
    ("吴建军", "沪G62R19", M7, 2021, 88_400, 1300, ""),
    ("徐静怡", "沪AD71264", E3, 2026, 7_200, 1500, ""),
    ("孙立新", "沪H83S40", M5, 2023, 33_900, 1000, ""),
    ("胡晓东", "沪J4V772", M5, 2022, 58_300, 1100, ""),
    ("朱琳", "沪K15W63", M5, 2025, 12_800, 900, ""),
    ("高翔", "浙F8X206", M7, 2024, 29_500, 1600, ""),
    ("林国栋", "沪L90Y51", M7, 2022, 66_000, 1200, ""),
    ("何佳", "沪AF10983", E3, 2025, 26_400, 2000, ""),
    ("郭明亮", "沪M27Z34", M5, 2021, 79_700, 1100, ""),
    ("马晓燕", "沪N5A816", M5, 2024, 17_500, 800, ""),
    ("罗永强", "沪A6B829", M7, 2023, 51_600, 1500, "021-54886611"),
    ("梁思远", "沪AD55820", E3, 2024, 39_800, 1800, ""),
    ("宋雅琴", "沪B3C471", M5, 2022, 49_200, 900, ""),
    ("郑凯", "沪C9D135", M5, 2025, 8_800, 700, ""),
    ("谢伟明", "沪D1E264", M7, 2023, 44_500, 1300, ""),
    ("韩雪", "沪E8F397", M5, 2024, 22_100, 1000, ""),
    ("唐俊", "皖A6G518", M5, 2022, 63_400, 1400, ""),
    ("冯丽娟", "沪F4H620", M5, 2023, 31_700, 800, ""),
    ("于洋", "沪AF66105", E3, 2025, 21_900, 1600, ""),
    ("董浩", "沪G7J843", M7, 2021, 92_300, 1500, ""),
    ("肖燕", "沪H2K956", M5, 2024, 18_200, 700, ""),
    ("程远航", "沪J5L072", M5, 2023, 36_600, 1100, ""),
    ("曹蕾", "沪K8M189", M5, 2025, 10_500, 900, ""),
    ("袁博", "沪AD24891", E3, 2026, 5_600, 1400, ""),
    ("邓家豪", "沪L1N295", M7, 2022, 57_900, 1200, ""),
    ("许婉清", "沪M4P306", M5, 2024, 20_800, 800, ""),
    ("傅斌", "沪N7Q418", M5, 2023, 34_200, 1000, ""),
    ("沈秋月", "沪A0R527", M5, 2022, 52_500, 900, ""),
    ("曾志伟", "沪B3S638", M7, 2023, 48_800, 1400, ""),
    ("上海申浦物流有限公司", "沪D88T12", M7, 2022, 118_600, 3200, "021-58770301"),
    ("上海申浦物流有限公司", "沪D88T26", M7, 2023, 96_300, 3100, "021-58770301"),
    ("上海云帆出行科技有限公司", "沪AD90018", E3, 2024, 87_500, 4200, "021-60317788"),
    ("上海云帆出行科技有限公司", "沪AD90033", E3, 2024, 91_200, 4300, "021-60317788"),
)  # fmt: skip

ELSEWHERE: Final = (
    ("方文静", "浙A3K590", M5, 2024, 23_400, 900, ""),
    ("金国华", "浙AD61842", E3, 2025, 15_300, 1500, ""),
    ("叶枫", "浙A8M277", M7, 2023, 41_100, 1200, ""),
    ("潘小红", "浙A5P064", M5, 2022, 56_700, 1000, ""),
)


@dataclass(frozen=True, slots=True)
class Owner:
    """A customer with one car, as the archive takes them in."""

    name: str
    phone: str
    second_phone: str
    plate: str
    vin: str
    model: str
    sold_year: int
    odometer_km: int
    km_a_month: int
    colour: str

    @property
    def is_company(self) -> bool:
        return self.name.endswith("公司")


def owners(rows: tuple[tuple[str, str, str, int, int, int, str], ...] = _ROWS, *, first: int = 1) -> Iterator[Owner]:
    """Yield customers with cars; a company stands once for each of its cars. Odometers are today's."""
    for number, (name, plate, model, year, km, a_month, second) in enumerate(rows, start=first):
        yield Owner(
            name=name,
            phone=f"1380013{8000 + number:04d}",
            second_phone=second,
            plate=plate,
            vin=valid_vin(_MODEL_CODES[model], year, 180_000 + 37 * number),
            model=model,
            sold_year=year,
            odometer_km=km,
            km_a_month=a_month,
            colour=_COLOURS[number % len(_COLOURS)],
        )


def valid_vin(model_code: str, year: int, serial: int) -> str:
    """Return a VIN whose ninth character is right: maker LSV, five of the model, year, plant, serial number."""
    bare = f"LSV{model_code}0{_YEAR_LETTERS[year]}2{serial:06d}"
    return f"{bare[:8]}{check_digit(bare)}{bare[9:]}"
