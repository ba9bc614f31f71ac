"""The page on which a class answers: a code, a question, and after the reveal what everybody said."""

from __future__ import annotations

import re

import streamlit as st

from core.exercises.kinds import Pick
from core.exercises.reading import LONGEST
from core.exercises.rooms import LENGTH, Room
from core.kit.words import verbatim
from pages.ui import net
from pages.ui.asked import ROOMS, histogram, me

CODE = "code"  # query parameter
EVERY_S = 5.0  # between two looks of a phone whether the result is shown


def show() -> None:
    """Draw the page."""
    st.title("Answer in class", anchor=False)
    code = st.query_params.get(CODE, "")[:40]
    room = ROOMS.find(code)
    if room is None:
        _ask_for_code(code)
        return
    st.fragment(_question, run_every=None if room.revealed else EVERY_S)(room, room.revealed)


def _ask_for_code(code: str) -> None:
    def typed() -> None:
        letters = re.sub(r"[^A-Z]", "", st.session_state["join:code"].upper())
        st.query_params[CODE] = letters[:LENGTH]

    if code:
        st.warning(
            f"No question has the code {verbatim(code)} here. A code lasts an hour. If several processes serve this "
            "site, only the one of your lecturer knows it.",
            icon=":material/link_off:",
        )
    st.text_input("Code on the screen", key="join:code", on_change=net.safely(typed), max_chars=12, autocomplete="off")


@net.guarded
def _question(room: Room, shown: bool) -> None:
    """Draw the question and what this session has answered; `shown` says whether the page knows the result."""
    if room.revealed and not shown:
        st.rerun()  # without looking again and again
    if room.text:
        st.markdown(room.text)
    mine = room.answers.get(me(), "")
    if room.revealed:
        st.markdown(f"**{room.question.label}**")
        if mine:
            verdict = room.question.judge(mine)
            color = "green" if verdict.right else "orange"
            st.markdown(f":{color}[**Your answer: {verbatim(mine)}.**] {verdict.words}")
        histogram(room.bars())
        return
    _answer(room, mine)
    refused = st.session_state.get("join:refused", "")
    if refused:
        st.caption(f":material/block: {verbatim(refused)}")
    elif mine:
        st.success(f"Your answer is in: {verbatim(mine)}. You can change it.", icon=":material/check:")


def _answer(room: Room, mine: str) -> None:
    key = f"join:{room.code}"

    def take() -> None:
        text, session = str(st.session_state[key] or "").strip(), me()
        st.session_state["join:refused"] = ""
        if not text:
            return
        try:
            verdict = room.answer(session, text, ROOMS.clock())
        except ValueError as error:
            st.session_state["join:refused"] = str(error)
            return
        if not verdict.settled:
            st.session_state["join:refused"] = verdict.words

    question = room.question
    if isinstance(question.kind, Pick):
        options = list(question.kind.options)
        index = options.index(mine) if mine in options else None
        st.radio(question.label, options, index=index, key=key, on_change=net.safely(take))
    else:
        st.text_input(question.label, key=key, max_chars=LONGEST, on_change=net.safely(take), autocomplete="off")
        st.button("Send", key=f"{key}:send", type="primary")  # leaving the field sends, too
