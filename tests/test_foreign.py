"""Foreign texts stay texts: in Markdown they are escaped, and in a file no spreadsheet runs them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.kit.brought import File
from core.kit.lab import Exercise, Table
from core.kit.words import verbatim
from pages.ui import export
from tests.foreign import FILES, TEXTS
from tests.states import LABS

FORMULAS = ("=1+1", "+a", "-a", "@a", "\ta", "\ra", "=cmd|' /C calc'!A0", "＝1+1")


def markdown(blocks: Any) -> Iterator[str]:
    """Yield everything in a section that a page passes to Markdown."""
    for block in blocks:
        if isinstance(block, str):
            yield block
        elif isinstance(block, Table):
            yield block.caption
            rows = len(next(iter(block.columns.values())))
            if block.explain is not None:
                yield from (block.explain(row, name) for row in range(rows) for name in block.columns)
        elif isinstance(block, Exercise):
            yield from (block.text, *(question.label for question in block.questions))


def uploaded(name: str, text: str) -> tuple[Any, dict[str, Any]]:
    """Return a lab, and its state with a file that carries a text in its name and inside."""
    lab = next(lab for lab in LABS if lab.name == name)
    make, suffix = FILES[name]
    control = next(control for control in lab.controls if isinstance(control, File))
    assert control.when is not None
    shown = {control.when[0]: control.when[1][0]}
    return lab, lab.fresh | shown | {control.name: control.read(f"{text}{suffix}", make(text))}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("name", FILES)
def test_what_a_file_says_is_escaped_in_markdown(name: str, text: str) -> None:
    lab, values = uploaded(name, text)
    result = lab.result(values)
    words = [part for section in lab.sections for part in markdown(section.blocks(result, values))]
    assert any(verbatim(text) in part for part in words)
    assert not [part for part in words if text in part]


@pytest.mark.parametrize("name", FILES)
def test_what_a_file_says_is_no_formula_in_what_is_taken_home(name: str) -> None:
    lab, values = uploaded(name, "a=b")
    for columns in lab.tables(lab.result(values), values).values():
        rows = list(csv.reader(io.StringIO(export.to_csv(columns), newline="")))
        assert not [cell for row in rows for cell in row if cell[:1] in tuple("=@\t\r")]


def test_no_cell_is_run_by_a_spreadsheet_and_numbers_stay_numbers() -> None:
    written = export.to_csv({"=name": [*FORMULAS, "-1.5", "+2e-3", "plain"]})
    cells = [row[0] for row in csv.reader(io.StringIO(written, newline=""))]
    assert cells == ["'=name", *(f"'{text}".replace("\r", "\n") for text in FORMULAS), "-1.5", "+2e-3", "plain"]


def test_a_number_that_is_none_is_an_empty_cell() -> None:
    assert export.to_csv({"a": [1.5, float("nan"), float("inf"), -float("inf")], "b": [1, 2, 3, 4]}) == (
        "a,b\n1.5,1\n,2\n,3\n,4\n"
    )


def show_tables() -> None:
    from core.kit.lab import Table
    from pages.ui.blocks import table

    table(Table({"name": ["=cmd|' /C calc'!A0", "plain", "-1"], "n": [1, 2, 3]}), "t")


def test_the_file_that_a_browser_makes_of_a_table_holds_no_formula() -> None:
    app = AppTest.from_function(show_tables, default_timeout=30).run()
    names = app.dataframe[0].value["name"].tolist()
    assert names == ["\N{WORD JOINER}=cmd|' /C calc'!A0", "plain", "-1"]
