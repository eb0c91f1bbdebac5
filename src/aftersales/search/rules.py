"""How text becomes terms: folding, and the pieces by which a plate, a VIN, a phone, a name or a number is found."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

TERM_LENGTH = 40
SUFFIXES_AT_MOST = 24
WORDS_AT_MOST = 6
_PROVINCES = frozenset("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼")
_DROPPED = frozenset("·•・‧∙-－–—_.,，。、/\\()（）#*'\"’‘“”:：")


def fold(text: str) -> str:
    """Return the text as terms are kept: NFKC, upper case, without blanks, separators, control and invisible
    characters."""
    folded = unicodedata.normalize("NFKC", text).upper()
    if folded.isalnum():  # letters and digits alone: nothing to drop
        return folded
    return "".join(
        char for char in folded if char not in _DROPPED and not char.isspace() and unicodedata.category(char)[0] != "C"
    )


def words(text: str) -> list[str]:
    """Split what was typed into folded words, all of which must match; at most six count."""
    spaced = unicodedata.normalize("NFKC", text[:400])
    folded = (fold(word)[:TERM_LENGTH] for word in spaced.split())
    return list(dict.fromkeys(word for word in folded if word))[:WORDS_AT_MOST]


def weight(word: str) -> float:
    """Return how much a word is likely to narrow a search: a Chinese character twice a letter, a province hardly at
    all."""
    return sum(0.2 if char in _PROVINCES else 2.0 if char > "\u2e80" else 1.0 for char in word)


def suffixes(text: str, shortest: int = 1) -> list[str]:
    """Return the folded text and its endings of at least `shortest` characters, so that any piece is found by its
    beginning."""
    whole = fold(text)
    if not whole:
        return []
    starts = range(min(max(len(whole) - shortest, 0) + 1, SUFFIXES_AT_MOST))
    return [whole[start : start + TERM_LENGTH] for start in starts]


def plate_terms(plate: str) -> list[str]:
    """Return the terms of a number plate: every piece from two characters."""
    return suffixes(plate, 2)


def vin_terms(vin: str) -> list[str]:
    """Return the terms of a VIN: the whole, and its last eight to last four characters."""
    whole = fold(vin)
    return list(dict.fromkeys([whole, *(whole[-length:] for length in (8, 7, 6, 5, 4))])) if whole else []


def phone_terms(national_digits: str) -> list[str]:
    """Return the terms of a phone number: every piece from four digits."""
    return suffixes(national_digits, 4)


def name_terms(name: str, syllables: Iterable[str] = ()) -> list[str]:
    """Return the terms of a name: every ending of it, of its full pinyin by syllable, and of its initials."""
    spoken = [folded for folded in (fold(syllable) for syllable in syllables) if folded]
    full = ["".join(spoken[start:])[:TERM_LENGTH] for start in range(min(len(spoken), SUFFIXES_AT_MOST))]
    initials = suffixes("".join(syllable[0] for syllable in spoken))
    return list(dict.fromkeys([*suffixes(name), *full, *initials]))


def number_terms(number: str) -> list[str]:
    """Return the terms of a document number: the whole, and its digits from every place down to the last four."""
    whole = fold(number)
    digits = whole.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    tails = suffixes(digits, 4) if len(digits) >= 4 else [digits]
    return list(dict.fromkeys(term for term in [whole[:TERM_LENGTH], *tails, digits.lstrip("0")] if term))
