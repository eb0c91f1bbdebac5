"""Every text users see is there in Chinese, once, complete."""

from __future__ import annotations

import pytest

from aftersales.locale.merge import Merged, languages, merge
from tests.house import messages


@pytest.fixture(scope="module", params=list(languages()), ids=lambda path: path.name)
def merged(request: pytest.FixtureRequest) -> Merged:
    return merge(request.param)


def test_every_text_has_a_translation(merged: Merged) -> None:
    left = [f"{text.where}: {text.texts[0]}" for text in messages.missing(merged)]
    assert left == [], "`make messages` prints them as entries for locale/…/fragments"


def test_translations_are_complete_and_of_one_mind(merged: Merged) -> None:
    assert messages.faults(merged) == []


def test_a_station_is_called_the_same_everywhere(merged: Merged) -> None:
    wrong = [key for key, message in merged.messages.items() if "网点" in str(message.string)]
    assert wrong == []


def test_a_text_without_translation_is_found() -> None:
    """The checks above can fail: an empty catalogue lacks everything, a wrong entry is told."""
    lacking = {text.texts[0] for text in messages.missing(Merged())}
    assert {"Station", "Clock on"} <= lacking
    assert messages.placeholders("%(number)s of {total}, 100%%") == {"%(number)s", "{total}"}
