"""`aftersales manage reindex`: build the search index anew, with a line of progress for every kind."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from aftersales.search.reindex import reindex_all


class Command(BaseCommand):
    help = "Build the search index anew from the documents."

    def handle(self, *args: Any, **options: Any) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns) as bar:
            tasks: dict[str, TaskID] = {}

            def told(kind: str, done: int) -> None:
                if kind not in tasks:
                    tasks[kind] = bar.add_task(kind, total=None)
                bar.update(tasks[kind], completed=done)

            total = reindex_all(told)
        self.stdout.write(f"{total} documents are findable.")
