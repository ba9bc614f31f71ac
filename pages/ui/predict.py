"""Predict first: questions that are answered before the picture is shown."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.draw.guess import marked
from core.draw.live import Picture
from core.kit.lab import PREDICT, Exercise, Lab
from core.kit.prediction import Prediction, Spot
from core.kit.words import verbatim
from pages.ui import net
from pages.ui.asked import ask_button
from pages.ui.ledger import ledger
from pages.ui.live_chart import live_chart
from pages.ui.state import State
from pages.ui.widgets import widget


def predict(lab: Lab, record: State, result: Any) -> bool:
    """Ask for the guesses one by one, each shown beside the truth once it is there; whether all are."""
    record.asked.about(lab.settings(record.good))
    asked = lab.questions(result)
    for index, guess in enumerate(record.asked.answers):
        _verdict(lab, record, index, guess, result)
    if len(record.asked.answers) == len(asked):
        return True
    prediction = asked[len(record.asked.answers)]
    exercise, reason = _exercise(lab, record, prediction, result), f"{lab.name}:why"
    if record.asked.draft is None:
        record.asked.draft = prediction.guess.default

    def draft(_name: str, value: Any) -> None:
        record.asked.draft = value

    def commit() -> None:
        texts = (prediction.written(record.asked.draft), st.session_state.get(reason))
        for question, text in zip(exercise.questions, texts, strict=False):
            ledger().answer(exercise, question, text)
        record.asked.answers, record.asked.draft = (*record.asked.answers, record.asked.draft), None
        st.session_state.pop(reason, None)

    st.subheader(prediction.ask(result), anchor=False)
    with st.container(key="guess", width=520):
        if isinstance(prediction.guess, Spot):
            _point(lab, prediction.guess, record, result)
        else:
            widget(lab.name, prediction.guess, record.asked.draft, draft)
        for why in exercise.questions[1:]:
            st.radio(why.label, why.kind.options, index=None, key=reason)
        missing = record.asked.draft is None
        missing = missing or (len(exercise.questions) > 1 and st.session_state.get(reason) is None)
        with st.container(horizontal=True):
            look = {"type": "primary", "key": f"{lab.name}:commit", "disabled": missing}
            st.button("Check", on_click=net.safely(commit), **look)
            ask_button(exercise.questions, lab.name)
    st.caption("Answer to see the plots. Your answers stay in this session; “Practice” prints them.")
    return False


def guessed(lab: Lab, record: State, result: Any, picture: Picture) -> Picture:
    """Draw the answers that are numbers or points into the picture, each beside the truth."""
    if not record.values[PREDICT.name]:
        return picture
    for prediction, guess in zip(lab.questions(result), record.asked.answers, strict=False):
        mark, truth = prediction.mark(result, record.good), prediction.truth(result)
        if mark is not None:
            picture = marked(picture, mark, guess, truth, prediction.right(guess, result))
    return picture


def _exercise(lab: Lab, record: State, prediction: Prediction, result: Any) -> Exercise:
    """Return a prediction as the session keeps it: the question, and the reason if one is asked for."""
    question, why = prediction.asked(result), prediction.why(result)
    key = f"{lab.name}: {question.label} {hash(lab.settings(record.good))}"
    return Exercise(question.label, (question, why) if why else (question,), key, lab.title)


def _point(lab: Lab, spot: Spot, record: State, result: Any) -> None:
    """Let a place be pointed at, or typed where there is no pointer."""

    def take(place: tuple[float, float]) -> None:
        record.asked.draft = place

    live_chart(spot.picture(result, record.asked.draft), key=f"{lab.name}:guess", on_point=take)
    keys = [f"{lab.name}:guess.{name}" for name in "xy"]
    held = [st.session_state.get(key) for key in keys]
    if record.asked.draft is not None or None not in held:  # one number alone is an answer in the making
        for key, part in zip(keys, record.asked.draft or (None, None), strict=True):
            st.session_state[key] = part

    def typed() -> None:
        x, y = (st.session_state[key] for key in keys)
        if x is not None and y is not None:
            take((x, y))

    with st.container(horizontal=True):
        for key in keys:
            st.number_input(
                f"or type {key[-1]}", value=None, step=0.1, format="%.2f", key=key, on_change=net.safely(typed)
            )


def _verdict(lab: Lab, record: State, index: int, guess: Any, result: Any) -> None:
    asked = lab.questions(result)
    prediction = asked[index]
    truth = prediction.truth(result)
    show_value = prediction.guess.show

    def again() -> None:
        record.asked.answers = ()

    with st.container(horizontal=True, vertical_alignment="center", key=f"verdict{index}"):
        exercise = _exercise(lab, record, prediction, result)
        color = "green" if prediction.right(guess, result) else "red"
        said = [
            f":{color}[**Your answer: {verbatim(show_value(guess))}.**] **Correct answer: "
            f"{verbatim(show_value(truth))}.** " + verbatim(prediction.verdict(guess, truth, result))
        ]
        for why in exercise.questions[1:]:
            reason = ledger().entry(exercise).given.get(why.label, "")
            told = why.judge(reason)
            said += [
                f":{'green' if told.right else 'red'}[**Your reason: {verbatim(reason)}.**] {verbatim(told.words)}"
            ]
        st.markdown("  \n".join(said))
        if index == len(asked) - 1:
            st.button("Try again", on_click=net.safely(again), type="tertiary", key=f"{lab.name}:again")
