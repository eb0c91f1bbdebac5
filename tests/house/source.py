"""The package's source as the house rules see it: rooms, files, syntax trees, tables of docs/architecture.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "aftersales"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
NO_ROOMS = {"locale", "__pycache__"}
OF_EVERY_ROOM = {"migrations", "templates", "tests", "__init__"}


@cache
def rooms() -> tuple[str, ...]:
    """Return the rooms' names."""
    return tuple(sorted(path.name for path in SOURCE.iterdir() if path.is_dir() and path.name not in NO_ROOMS))


def modules(*, with_tests: bool = False) -> Iterator[Path]:
    """Yield every Python file of the package, without migrations; paths below the package."""
    for path in sorted(SOURCE.rglob("*.py")):
        short = path.relative_to(SOURCE)
        if "migrations" not in short.parts and (with_tests or "tests" not in short.parts):
            yield short


@cache
def tree(module: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse((SOURCE / module).read_text("utf-8"))


def calls(module: Path) -> Iterator[tuple[ast.Call, str, str]]:
    """Yield every call `owner.name(…)` of a file as (call, owner's last name, name)."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            yield node, getattr(owner, "id", getattr(owner, "attr", "")), node.func.attr


def table(heading: str) -> dict[str, str]:
    """Return {first cell: second cell} of the table of docs/architecture.md whose header begins with a word."""
    lines = iter(ARCHITECTURE.read_text("utf-8").splitlines())
    for line in lines:
        if line.startswith(f"| {heading} |"):
            break
    next(lines)
    rows: dict[str, str] = {}
    for line in lines:
        if not line.startswith("|"):
            return rows
        first, second = (cell.strip() for cell in line.strip("|").split("|", 1))
        rows[first] = second
    return rows


def quoted(cell: str) -> list[str]:
    """Return what stands between back-quotes."""
    return re.findall(r"`([^`]+)`", cell)
