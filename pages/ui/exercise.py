"""Exercises on a page: cells, verdicts, and after two wrong answers a way on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.exercises.kinds import Pick
from core.exercises.questions import Question, Verdict
from core.exercises.reading import LONGEST
from core.exercises.templates import Drawn
from core.kit.controls import defaults
from core.kit.lab import Exercise
from core.kit.links import to_link
from core.kit.words import verbatim
from pages.ui import net, shell
from pages.ui.asked import ask_button
from pages.ui.ledger import Entry, ledger

ABREAST = 3  # answers beside each other
_LOOK = {
    "right": (":material/check:", "green"),
    "mistake": (":material/close:", "orange"),
    "wrong": (":material/close:", "orange"),
    "coarse": (":material/more_horiz:", "blue"),
    "unreadable": (":material/help:", "gray"),
}


@st.fragment
@net.guarded
def exercise(drawn: Drawn, key: str, another: Callable[[], None] | None = None, *, counted: bool = False) -> None:
    """Draw an exercise whose verdicts come without a run of the whole page.

    Parameters
    ----------
    drawn
        The exercise.
    key
        Prefix of the keys of its widgets.
    another
        Called when another variant is asked for; no button without it.
    counted
        The page around it counts what is solved, and runs again for that.
    """
    entry = ledger().entry(drawn)
    if counted and entry.done and not entry.told:
        entry.told = True
        st.rerun()
    right = _cells(drawn, f"{key}:{drawn.key}")
    _help(drawn, key, another, solved=right == len(drawn.questions))
    st.caption(f"{right} of {len(drawn.questions)} correct")


@st.fragment
@net.guarded
def block(asked: Exercise, key: str) -> None:
    """Draw an exercise that stands in a section; after two wrong answers its worked steps are offered.

    Parameters
    ----------
    asked
        The exercise.
    key
        Prefix of the keys of its widgets.
    """
    book, key = ledger(), f"{key}:{asked.key}"
    right = _cells(asked, key)
    entry, solved = book.entry(asked), right == len(asked.questions)
    if entry.steps:
        _steps(asked.questions)
    elif book.stuck(asked) and not solved:
        _offer_steps(entry, key)
    st.caption(f"{right} of {len(asked.questions)} correct")


def _cells(asked: Drawn | Exercise, key: str) -> int:
    """Draw the text and the questions with what their answers are worth; return how many are right."""
    verdicts = ledger().verdicts(asked)
    st.markdown(asked.text)
    cells = list(zip(asked.questions, verdicts, strict=True))
    for start in range(0, len(cells), ABREAST):
        for (question, verdict), column in zip(cells[start : start + ABREAST], st.columns(ABREAST), strict=False):
            with column:
                _cell(asked, question, key)
                if verdict is not None:
                    _say(verdict)
    return sum(verdict is not None and verdict.right for verdict in verdicts)


def _cell(drawn: Drawn | Exercise, question: Question, key: str) -> None:
    book, widget = ledger(), f"{key}:{question.label}"
    held = book.entry(drawn).given.get(question.label, "")

    def typed() -> None:
        book.answer(drawn, question, (st.session_state[widget] or "").strip())

    if isinstance(question.kind, Pick):
        options = list(question.kind.options)
        if widget not in st.session_state:
            st.session_state[widget] = held if held in options else None
        st.radio(question.label, options, index=None, key=widget, on_change=net.safely(typed))
        return
    if st.session_state.get(widget) is None:
        st.session_state[widget] = held
    st.text_input(question.label, key=widget, max_chars=LONGEST, on_change=net.safely(typed), autocomplete="off")


def _say(verdict: Verdict) -> None:
    icon, color = _LOOK[verdict.state]
    words = verbatim(verdict.words) if verdict.state == "unreadable" else verdict.words  # it may quote the visitor
    st.markdown(f":{color}[{icon}] {words}")


def _help(drawn: Drawn, key: str, another: Callable[[], None] | None, *, solved: bool) -> None:
    """Draw what is known so far and the ways on: hint, worked steps, the lab, another variant."""
    book = ledger()
    entry = book.entry(drawn)
    stuck = book.stuck(drawn) and not solved
    for words in drawn.hints[: entry.hints]:
        st.info(words, icon=":material/lightbulb:")
    if solved or entry.steps:
        _steps(drawn.questions)
        st.markdown(drawn.template.lesson)
    with st.container(horizontal=True, vertical_alignment="center"):
        if not solved:
            _ways(drawn, entry, f"{key}:{drawn.key}", stuck=stuck)
        if stuck or solved or entry.hints or entry.steps:
            _show_me(drawn)
        if another is not None:
            st.button(
                "Another one", on_click=net.safely(another), key=f"{key}:{drawn.key}:another", icon=":material/refresh:"
            )
        ask_button(drawn.questions, f"{key}:{drawn.key}", drawn.text)


def _ways(drawn: Drawn, entry: Entry, key: str, *, stuck: bool) -> None:
    def hint() -> None:
        entry.hints += 1

    spent = entry.hints >= len(drawn.hints)
    if not spent:
        kind = "primary" if stuck else "secondary"
        st.button("Hint", on_click=net.safely(hint), key=f"{key}:hint", icon=":material/lightbulb:", type=kind)
    if (stuck or spent) and not entry.steps:
        _offer_steps(entry, key)


def _offer_steps(entry: Entry, key: str) -> None:
    def steps() -> None:
        entry.steps = True

    st.button("Worked steps", on_click=net.safely(steps), key=f"{key}:steps", icon=":material/list:")


def _steps(questions: Sequence[Question]) -> None:
    for question in questions:
        if question.steps:
            st.markdown(f"**{question.label}**\n\n" + "\n".join(f"1. {step}" for step in question.steps))


def _show_me(drawn: Drawn) -> None:
    lab = shell.labs()[drawn.template.shown_in]
    values = defaults(lab.all_controls) | dict(drawn.state)
    st.page_link(
        shell.lab_page(lab),
        label="Show me",
        icon=":material/visibility:",
        query_params=to_link(lab.all_controls, values),
        help="Opens the lab at the state of this exercise.",
    )
