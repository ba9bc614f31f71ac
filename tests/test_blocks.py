"""Tables and exercises of folded sections, drawn without a page around them."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.states import as_read


def show_table() -> None:
    from core.kit.lab import Table
    from pages.ui.blocks import table

    columns = {"n": [1, 2**53 + 1], "small": [1, 2], "name": ["a", "b"]}
    table(Table(columns, explain=lambda row, name: f"{name} {row}", caption="Two rows."), "t")


def test_whole_numbers_that_a_browser_would_round_are_texts() -> None:
    app = AppTest.from_function(show_table).run()
    assert not app.exception
    shown = app.dataframe[0].value
    assert shown["n"].tolist() == ["1", "9,007,199,254,740,993"]
    assert shown["small"].tolist() == [1, 2]
    assert app.markdown[0].value.startswith("Click a cell")
    assert app.caption[0].value == "Two rows."


def show_exercise() -> None:
    import streamlit as st

    from core.kit.lab import Cell, Exercise, Verdict
    from pages.ui.blocks import exercise

    def judge(text: str) -> Verdict:
        if not text.isdigit():
            raise ValueError("It is *no* number.")
        return Verdict(int(text) == 2, "Right." if int(text) == 2 else "**Off by one.**")

    cells = (Cell("1 + 1", judge), Cell("4 / 2", judge))
    which = st.radio("Which", ["one", "another"])
    given = st.session_state.setdefault("given", {})
    exercise(Exercise("How much?", cells, key=which), "e", given)


def test_answers_are_judged_and_kept() -> None:
    app = AppTest.from_function(show_exercise).run()
    assert [cell.label for cell in app.text_input] == ["1 + 1", "4 / 2"]
    assert "0 of 2 correct" in app.caption[0].value
    app.text_input[0].set_value("3").run()
    assert "Off by one" in app.markdown[1].value
    app.text_input[0].set_value(" 2 ").run()
    assert "Right." in app.markdown[1].value and "1 of 2" in app.caption[0].value
    app.text_input[1].set_value("two").run()
    assert not app.exception
    assert as_read(app.markdown[2].value).endswith("It is *no* number.")
    app.text_input[1].set_value("2").run()
    assert [words.value for words in app.success] == ["All correct."]


def test_another_question_has_answers_of_its_own() -> None:
    app = AppTest.from_function(show_exercise).run()
    app.text_input[0].set_value("2").run()
    app.radio[0].set_value("another").run()
    assert [cell.value for cell in app.text_input] == ["", ""]
    app.radio[0].set_value("one").run()
    assert [cell.value for cell in app.text_input] == ["2", ""]
    assert "1 of 2" in app.caption[0].value
