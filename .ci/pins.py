"""Writes the versions of uv.lock into [tool.uv] constraint-dependencies (`make pins`); `clear` empties the list.

uv.lock names a registry's address and stays out of the repository; these lines hold the same versions without it.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def locked() -> list[str]:
    """`name==version` of every locked package; two versions of one package (by platform) stay unpinned."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    versions: dict[str, set[str]] = {}
    for package in lock["package"]:
        versions.setdefault(package["name"], set()).add(package["version"])
    versions.pop("aftersales", None)
    return sorted(f"{name}=={found.pop()}" for name, found in versions.items() if len(found) == 1)


def main(arguments: list[str]) -> None:
    """Replace the list between the brackets; the rest of pyproject.toml is left as it is."""
    pins = [] if arguments == ["clear"] else locked()
    lines = "".join(f'    "{pin}",\n' for pin in pins)
    file = ROOT / "pyproject.toml"
    text, count = re.subn(
        r"constraint-dependencies = \[.*?\]\n",
        lambda _found: f"constraint-dependencies = [\n{lines}]\n",
        file.read_text(encoding="utf-8"),
        count=1,
        flags=re.S,
    )
    if count != 1:
        raise SystemExit("pyproject.toml has no constraint-dependencies")
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
