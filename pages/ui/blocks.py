"""Draws what stands in a folded section beside words and pictures: tables, and exercises that are judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.kit.lab import Cell, Exercise, Table, Verdict
from core.kit.words import inert, verbatim
from pages.ui import net

LARGEST = 2**53  # from here on a browser rounds whole numbers
HEIGHT = 420  # pixels of a long table, which then scrolls
ABREAST = 3  # answers beside each other
SEEN = "\N{WORD JOINER}"  # nothing to see, but the file that a browser makes of a table begins with it
KEPT = 500  # answers of a session; the oldest go first


def table(block: Table, key: str) -> None:
    """Draw a table; where it explains itself, below it what is said about the chosen cell."""
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


def exercise(block: Exercise, key: str, given: dict[tuple[str, str], str]) -> None:
    """Draw the cells of an exercise with what has been typed into them, and what that is worth."""
    st.markdown(block.question)
    found = [_verdict(cell, given.get((block.key, cell.label), "")) for cell in block.cells]
    for start in range(0, len(block.cells), ABREAST):
        for place, column in zip(range(start, len(block.cells)), st.columns(ABREAST), strict=False):
            with column:
                _cell(block, place, key, given)
                if found[place] is not None:
                    _say(found[place])
    right = sum(verdict is not None and verdict.right for verdict in found)
    if right == len(block.cells):
        st.success("All correct.", icon=":material/check_circle:")
    else:
        st.caption(f"{right} of {len(block.cells)} correct.")


def _cell(block: Exercise, place: int, key: str, given: dict[tuple[str, str], str]) -> None:
    cell = block.cells[place]
    answer, widget = (block.key, cell.label), f"{key}.{place}"
    held = given.get(answer, "")
    if st.session_state.get(widget) != held:
        st.session_state[widget] = held

    def typed() -> None:
        given.pop(answer, None)
        given[answer] = st.session_state[widget].strip()
        while len(given) > KEPT:
            del given[next(iter(given))]

    st.text_input(cell.label, held, key=widget, max_chars=60, on_change=net.safely(typed), autocomplete="off")


def _verdict(cell: Cell, answer: str) -> Verdict | None:
    """What an answer is worth; `None` while there is none."""
    if not answer:
        return None
    with net.Caught() as caught:
        return cell.judge(answer)
    return Verdict(False, verbatim(caught.words))


def _say(verdict: Verdict) -> None:
    icon, color = (":material/check:", "green") if verdict.right else (":material/close:", "orange")
    st.markdown(f":{color}[{icon}] {verdict.words}")


def _is_number(value: Any) -> bool:
    """Whether something reads as a whole number, or as one that is left out."""
    return not isinstance(value, str) or value.replace(",", "").isdigit() or value == "?"


def _exact(values: Sequence[Any]) -> list[Any]:
    """Values as a browser shows them: whole numbers that it would round as texts with all their digits."""
    if any(isinstance(value, int) and abs(value) >= LARGEST for value in values):
        return [f"{value:,}" if isinstance(value, int) else value for value in values]
    return [inert(value, SEEN) if isinstance(value, str) else value for value in values]
