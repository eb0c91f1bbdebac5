"""Names, sizes and places: what docs/architecture.md says about files holds for every file."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.house.source import OF_EVERY_ROOM, ROOT, SOURCE, calls, modules, quoted, rooms, table

LONGEST = 400
FORBIDDEN_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|managers?|misc|info|stuff)(_|$)")
DOORS = {"views", "api", "tasks", "commands", "management", "templatetags", "command"}
CLOCK_READERS = {
    # Framework code that is called without a time: sign-in, sessions, the page's frame, the worker's table, the doors.
    "accounts/adapters.py",
    "accounts/middleware.py",
    "accounts/sessions.py",
    "web/context.py",
    "config/jobs.py",
    "seeds/pytest_cast.py",
}
WRITING_ROOMS = {"core", "seeds"}
WRITING_FILES = {"services", "transitions", "handlers", "imports", "tasks"}
WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete", "raw_delete"}


def test_files_are_called_what_the_table_says() -> None:
    everywhere = {name for cell in table("file") for name in quoted(cell)} | OF_EVERY_ROOM
    own = {room: set(quoted(cell)) for room, cell in table("room").items()}
    strange = []
    for room in rooms():
        for path in (SOURCE / room).iterdir():
            if path.name == "__pycache__" or (path.is_file() and path.suffix != ".py"):
                continue
            if path.stem not in everywhere | own.get(room, set()):
                strange.append(f"{room}/{path.name}")
    assert strange == [], "a file by decision: name it in docs/architecture.md"
    gone = [
        f"{room}/{name}" for room, names in own.items() for name in names if not list((SOURCE / room).glob(f"{name}*"))
    ]
    assert gone == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path in modules(with_tests=True) if FORBIDDEN_NAMES.search(path.stem)] == []


def test_no_file_is_too_long() -> None:
    lengths = {str(path): len((SOURCE / path).read_text("utf-8").splitlines()) for path in modules(with_tests=True)}
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def _is_door(path: Path) -> bool:
    return (
        path.parts[0] == "doors"
        or path.as_posix() in CLOCK_READERS
        or bool(DOORS & {part.removesuffix(".py") for part in path.parts})
    )


def test_nothing_below_a_door_reads_the_clock() -> None:
    found = []
    for path in modules():
        if _is_door(path):
            continue
        for call, owner, name in calls(path):
            asks = name in ("now", "utcnow") and owner in ("timezone", "datetime")
            asks |= name == "today" and owner in ("date", "datetime")
            asks |= name in ("localdate", "localtime") and owner == "timezone" and not call.args
            if asks:
                found.append(f"{path}:{call.lineno}")
    assert found == []


def test_rows_are_written_only_where_writing_is_done() -> None:
    writers = {name for cell in table("writer") for name in quoted(cell)}
    found = []
    for path in modules():
        parts = {part.removesuffix(".py") for part in path.parts}
        if parts & WRITING_FILES or path.parts[0] in WRITING_ROOMS or path.as_posix() in writers:
            continue
        for call, _owner, name in calls(path):
            # A dict's update takes a mapping, a picture's save a file: both by position, unlike those of rows.
            by_keyword = name == "update" and call.keywords and not call.args
            of_a_row = name in WRITES and not (name == "save" and call.args)
            if (of_a_row or by_keyword) and not _is_progress_bar(call):
                found.append(f"{path}:{call.lineno} {name}")
    assert found == []


def _is_progress_bar(call: ast.Call) -> bool:
    return any(word.arg == "completed" for word in call.keywords)


def test_nothing_is_left_to_do() -> None:
    words = re.compile(r"\b(TODO|FIXME|HACK)\b|raise NotImplementedError")
    found = []
    for folder in (SOURCE, ROOT / "bench", ROOT / "tests"):
        for path in folder.rglob("*"):
            if path.suffix in (".py", ".html", ".toml") and path != Path(__file__):
                found += [str(path) for line in path.read_text("utf-8").splitlines() if words.search(line)]
    assert found == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_no_machine_is_named_in_the_repository() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    place = re.compile(r"(?<![\w.])/(?:home|Users|work)/[a-z]\w*")
    found = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.suffix in (".png", ".jpg", ".woff2", ".ico", ".xlsx", ".gz") or not path.is_file():
            continue
        found += [f"{name}: {hit}" for hit in place.findall(path.read_text("utf-8", errors="replace"))]
    assert found == []


def test_the_source_is_really_read() -> None:
    """The tests above find what they look for: the engine writes, a door reads the clock, tables are not empty."""
    assert len(list(modules())) > 200
    assert any(name == "save" for _call, _owner, name in calls(Path("core/records.py")))
    assert any(name == "now" for _call, _owner, name in calls(Path("doors/html.py")))
    assert len(table("file")) > 15
    assert "core" in table("room")
