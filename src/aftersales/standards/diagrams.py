"""`aftersales standard diagrams`: one Mermaid page in docs/workflows for every workflow table."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from django.utils import translation

from aftersales.core.workflow import Step, Workflow
from aftersales.standards.collection import workflows
from aftersales.standards.coverage import checkout

NOTE = "Generated from the workflow table by `aftersales standard diagrams`; do not edit."


def _plain(text: object) -> str:
    """Return a label that cannot end Mermaid's line or add to its syntax."""
    return " ".join(str(text).replace(":", " ").replace(";", ",").replace("#", "").split())


def _cited(step: Step) -> list[str]:
    cited = [*step.clauses, *(guard.clause for guard in step.guards), *(check.clause for check in step.checks)]
    return list(dict.fromkeys(cited))


def diagram(workflow: Workflow[Any]) -> str:
    """Return the table as a Mermaid state diagram; steps that keep the state are not drawn."""
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for opening in workflow.openings_by_name.values():
        arrows["[*]", str(opening.target)].append(_plain(opening.label))
    for step in workflow.steps:
        if step.target is None:
            continue
        for source in step.sources:
            if str(source) != str(step.target):
                arrows[str(source), str(step.target)].append(_plain(step.label))
    lines = ["stateDiagram-v2"]
    lines += [f"    {source} --> {target}: {' / '.join(labels)}" for (source, target), labels in arrows.items()]
    return "\n".join(lines)


def page(name: str, workflow: Workflow[Any]) -> str:
    """Return the Markdown page of a workflow: its diagram and its table of steps, in English."""
    with translation.override("en"):
        lines = [f"# {name}", "", NOTE, "", "```mermaid", diagram(workflow), "```", ""]
        lines += ["| step | label | from | to | right | clauses |", "|---|---|---|---|---|---|"]
        for opening in workflow.openings_by_name.values():
            cells = [opening.name, _plain(opening.label), "–", opening.target, opening.permission]
            lines.append(f"| {' | '.join(map(str, cells))} | {', '.join(opening.clauses)} |")
        for step in workflow.steps:
            sources = ", ".join(map(str, step.sources))
            cells = [step.name, _plain(step.label), sources, step.target or "stays", step.permission]
            lines.append(f"| {' | '.join(map(str, cells))} | {', '.join(_cited(step))} |")
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """Return the pages of all workflows by file name."""
    found = sorted(workflows().items())
    plain = Counter(dotted.split(".")[0] for dotted, _workflow in found if dotted.endswith(".WORKFLOW"))
    named = {}
    for dotted, workflow in found:
        app, *_modules, module, table = dotted.split(".")
        own = table.removesuffix("_WORKFLOW").lower()
        if table == "WORKFLOW":
            own = module if plain[app] > 1 else ""
        name = "-".join(filter(None, (app, own.replace("_", "-"))))
        named[f"{name}.md"] = page(name, workflow)
    return named


def main(folder: Path | None = None) -> int:
    """Write docs/workflows (or another folder) anew and name the files; 1 when there is no source tree to write to."""
    root = checkout()
    if folder is None and root is None:
        sys.stderr.write("There is no source tree here; name a folder to write to.\n")
        return 1
    target = folder or (root or Path()) / "docs" / "workflows"
    target.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (target / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{target / name}\n")
    return 0
