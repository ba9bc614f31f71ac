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

    from core.exercises.questions import Slip, count
    from core.kit.lab import Exercise
    from pages.ui.exercise import block

    off = (Slip("off", 3, "Off by one."),)
    questions = (count("1 + 1", 2, off, ("1 + 1 = 2",)), count("4 / 2", 2, (), ("4 / 2 = 2",)))
    which = st.radio("Which", ["one", "another"])
    block(Exercise("How much?", questions, key=which), "e")


def test_answers_are_judged_and_kept() -> None:
    app = AppTest.from_function(show_exercise).run()
    assert [cell.label for cell in app.text_input] == ["1 + 1", "4 / 2"]
    assert "0 of 2 correct" in app.caption[0].value
    app.text_input[0].set_value("3").run()
    assert "Not quite: Off by one." in app.markdown[1].value
    app.text_input[0].set_value(" 2 ").run()
    assert "Correct. 1 + 1 = 2." in app.markdown[1].value and "1 of 2" in app.caption[0].value
    app.text_input[1].set_value("*two*").run()
    assert not app.exception
    assert as_read(app.markdown[2].value).endswith("“*two*” is not a number; type one like 1728, 0.378, or 3.36e9.")
    assert not app.button
    app.text_input[1].set_value("7").run()
    app.text_input[1].set_value("8").run()
    app.button[0].click().run()
    assert "4 / 2 = 2" in app.markdown[-1].value
    app.text_input[1].set_value("2").run()
    assert "2 of 2 correct" in app.caption[0].value


def test_another_question_has_answers_of_its_own() -> None:
    app = AppTest.from_function(show_exercise).run()
    app.text_input[0].set_value("2").run()
    app.radio[0].set_value("another").run()
    assert [cell.value for cell in app.text_input] == ["", ""]
    app.radio[0].set_value("one").run()
    assert [cell.value for cell in app.text_input] == ["2", ""]
    assert "1 of 2" in app.caption[0].value
