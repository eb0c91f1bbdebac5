"""What a planner says to people, in both languages: the reasons of a plan and what is wrong with its input."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence as a Chinese foreman and as an English one would say it."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a planner's input: the thing's own name, and what is wrong with it."""

    subject: str
    sentence: Sentence


class InputRefused(ValueError):
    """The input can't be planned; `problems` names every reason found, not only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{problem.subject}: {problem.sentence.en}" for problem in problems))
        self.problems = problems


def refuse(problems: list[Problem]) -> None:
    """Raise InputRefused when there are problems."""
    if problems:
        raise InputRefused(tuple(problems))
