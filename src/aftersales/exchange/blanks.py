"""The templates people fill in: Chinese headings, an example row, notes on every column."""

from __future__ import annotations

from aftersales.exchange.kinds import kind_named
from aftersales.exchange.sheets import Sheet, written


def blank(kind_name: str) -> bytes:
    """Return the template of a kind as xlsx; KeyError for a kind that is none."""
    kind = kind_named(kind_name)
    headings = [column.zh for column in kind.columns]
    notes = [
        (column.zh, column.en, "必填" if column.is_required else "", column.example, column.note)
        for column in kind.columns
    ]
    return written(
        "xlsx",
        [
            Sheet(kind.sheet_name, headings, [[column.example for column in kind.columns]]),
            Sheet("填写说明", ["列名", "英文", "是否必填", "示例", "说明"], notes),
        ],
    )
