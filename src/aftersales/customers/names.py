"""Names: cleaning, pinyin with the surnames a dictionary gets wrong, and masks. Plain Python."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# A dictionary reads these by their everyday sound; as surnames they sound differently.
SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "盖": "ge", "朴": "piao", "任": "ren", "区":
    "ou",
    "乐": "yue", "折": "she", "种": "chong", "重": "chong", "洗": "xian", "冼": "xian", "员": "yun", "贠": "yun", "召":
    "shao",
    "秘": "bi", "祭": "zhai", "翟": "zhai", "晟": "cheng", "尉": "wei", "隗": "kui", "缪": "miao", "覃": "qin", "黑":
    "he",
    "繁": "po", "卜": "bu", "华": "hua", "宁": "ning", "应": "ying", "燕": "yan", "牟": "mu", "葛": "ge", "逄": "pang",
    "郇": "xun", "郗": "xi", "臧": "zang", "哈": "ha", "佴": "nai", "俞": "yu", "佘": "she", "过": "guo", "句": "gou",
    "车": "che", "沈": "shen", "盛": "sheng", "石": "shi", "曲": "qu", "角": "jue", "褚": "chu", "纪": "ji", "娄":
    "lou",
    "么": "yao", "幺": "yao", "撒": "sa", "那": "na", "能": "nai", "参": "shen", "厦": "xia", "相": "xiang",
    "长孙": "zhang sun", "万俟": "mo qi", "尉迟": "yu chi", "单于": "chan yu", "澹台": "tan tai", "宰父": "zai fu",
    "鲜于": "xian yu", "令狐": "ling hu", "皇甫": "huang fu", "司徒": "si tu", "欧阳": "ou yang", "上官": "shang guan",
}  # fmt: skip
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class UnwritableText(ValueError):
    """The text holds characters that cannot be written down: control characters, half characters, direction
    switches."""


def tidy(text: str, *, lines: bool = False) -> str:
    """Return the text without blanks at its ends, otherwise unchanged; `lines` allows line breaks and tabs.

    Raises UnwritableText: such text is refused, never cleaned in silence.
    """
    if text.isprintable():  # so it has no control characters of any kind
        return text.strip()
    allowed = "\n\r\t" if lines else ""
    for char in text:
        if char < " " or char > "\x7e":  # plain ASCII needs no look
            category = unicodedata.category(char)
            if (category in ("Cc", "Cs") and char not in allowed) or char in BIDI_CONTROLS:
                raise UnwritableText
    return text.strip()


@lru_cache(maxsize=32768)  # an import spells every name twice
def syllables(name: str, *, is_person: bool = True) -> tuple[str, ...]:
    """Return the pinyin of a name, one entry a character, surnames by their own sound; Latin words stay as they are."""
    from pypinyin import lazy_pinyin

    spoken: list[str] = []
    rest = name
    if is_person:
        for length in (2, 1):
            if (sound := SURNAMES.get(name[:length])) and len(name) > length - 1:
                spoken, rest = sound.split(), name[length:]
                break
    spoken += [part for word in lazy_pinyin(rest, errors=_latin) for part in word.split()]
    return tuple(part for part in spoken if part)


def _latin(text: str) -> str:
    """Keep Latin letters and digits as words, drop everything without a sound."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return " ".join("".join(char if char.isascii() and char.isalnum() else " " for char in plain).split())


def spell(name: str, *, is_person: bool = True) -> tuple[str, str]:
    """Return (full pinyin, initials), both lower case: 单雄信 → ("shanxiongxin", "sxx")."""
    parts = syllables(name, is_person=is_person)
    return "".join(parts)[:400], "".join(part[0] for part in parts)[:100]


def mask_name(name: str) -> str:
    """Return a person's name for strangers' eyes: 陈*明, 王*."""
    if len(name) <= 1:
        return name
    return f"{name[0]}*" if len(name) == 2 else f"{name[0]}*{name[-1]}"


def mask_address(address: str) -> str:
    """Return the first six characters of an address: enough to tell the district."""
    return f"{address[:6]}****" if len(address) > 6 else ("****" if address else "")
