"""Writes the versions of uv.lock into [tool.uv] constraint-dependencies (`make pins`).

uv.lock names a registry's address and stays out of the repository; these lines hold the same versions without it.
"""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Replace the list between the brackets; the rest of pyproject.toml is left as it is."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    pins = sorted(
        {f"{package['name']}=={package['version']}" for package in lock["package"] if package["name"] != "aftersales"}
    )
    file = ROOT / "pyproject.toml"
    lines = "".join(f'    "{pin}",\n' for pin in pins)
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
    print(f"{len(pins)} versions pinned")


if __name__ == "__main__":
    main()
