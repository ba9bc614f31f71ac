"""Tables that are shown in a folded section."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.kit.lab import Table
from core.kit.words import inert

LARGEST = 2**53  # from here on, a browser rounds whole numbers
HEIGHT = 420  # pixels of a long table, which then scrolls
SEEN = "\N{WORD JOINER}"  # invisible, but a browser's file of a table begins with it


def table(block: Table, key: str) -> None:
    """Draw a table; if it can explain itself, show the explanation of the chosen cell below it."""
    columns = {name: _exact(values) for name, values in block.columns.items()}
    rows = len(next(iter(columns.values()), ()))
    numeric = [name for name, values in columns.items() if values and not isinstance(values[0], str)]
    digits = [name for name, values in columns.items() if values and all(_is_number(value) for value in values)]
    chosen = st.dataframe(
        columns,
        key=key,
        hide_index=True,
        height="content" if rows <= 15 else HEIGHT,
        column_config={name: st.column_config.TextColumn(alignment="right") for name in digits}
        | {name: st.column_config.NumberColumn(format="localized") for name in numeric},
        **({"on_select": "rerun", "selection_mode": "single-cell"} if block.explain else {}),
    )
    if block.explain is not None:
        cells = [(row, name) for row, name in chosen.selection.cells if row < rows and name in columns]
        words = block.explain(*cells[0]) if cells else "Click a cell to see how its value is computed."
        st.markdown(words)
    if block.caption:
        st.caption(block.caption)


def _is_number(value: Any) -> bool:
    """Return whether something reads as a whole number, or as a missing one."""
    return not isinstance(value, str) or value.replace(",", "").isdigit() or value == "?"


def _exact(values: Sequence[Any]) -> list[Any]:
    """Return values as a browser shows them: whole numbers that it would round become texts with all their digits."""
    if any(isinstance(value, int) and abs(value) >= LARGEST for value in values):
        return [f"{value:,}" if isinstance(value, int) else value for value in values]
    return [inert(value, SEEN) if isinstance(value, str) else value for value in values]
