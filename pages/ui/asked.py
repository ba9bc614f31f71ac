"""Ask the class: a code on the lecturer's screen, answers from phones, and their histogram."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

import streamlit as st

from core.exercises.kinds import Pick
from core.exercises.questions import Question
from core.exercises.rooms import Bar, Room, Rooms
from core.kit.words import verbatim
from pages.ui import net, share

ROOMS = Rooms()
PAGE = "join"  # address of the page on which a class answers
EVERY_S = 1.0  # between two looks of a lecturer's screen


def me() -> str:
    """Return a text that identifies this session in rooms, and nobody."""
    if "class:me" not in st.session_state:
        st.session_state["class:me"] = secrets.token_hex(16)
    return str(st.session_state["class:me"])


def ask_button(questions: Sequence[Question], key: str, text: str = "") -> None:
    """Draw the button that puts one of some questions to a class."""
    look = {"icon": ":material/groups:", "type": "tertiary", "help": "Students answer on their phones."}
    if st.button("Ask the class", key=f"{key}:class", **look):
        _dialog(questions, text)


@net.guarded
def _dialog(questions: Sequence[Question], text: str) -> None:
    @st.dialog("Ask the class", width="large")
    def shown() -> None:
        net.guarded(_put)(questions, text)

    shown()


def _put(questions: Sequence[Question], text: str) -> None:
    question = questions[0]
    if len(questions) > 1:
        labels = {one.label: one for one in questions}
        question = labels[str(st.selectbox("Question", list(labels), key="class:question"))]
    st.fragment(_screen, run_every=EVERY_S)(question, text)


@net.guarded
def _screen(question: Question, text: str) -> None:
    """Draw what the class sees: where to answer, how many have, and at last what."""
    try:
        room = ROOMS.open(me(), question, text)
    except ValueError as error:
        st.warning(str(error), icon=":material/block:")
        return
    address, count = link(room.code), len(room.answers)
    with st.container(key="class", horizontal=True):
        with st.container(width=220, key="classcode"):
            code = share.qr_code(address)
            if code and not room.revealed:
                st.html(f'<img class="lc-qr" alt="QR code of the link to answer" src="{code}">')
            st.html(f'<p class="lc-code">{escape(room.code)}</p>')
            st.caption(f"[{verbatim(address.partition('://')[2].partition('?')[0])}]({address})")
        with st.container(key="classanswers", width="stretch"):
            if room.text:
                st.markdown(room.text)
            st.markdown(f"**{question.label}**")
            if room.revealed:
                histogram(room.bars())
            elif isinstance(question.kind, Pick):
                st.markdown("\n".join(f"- {option}" for option in question.kind.options))
            with st.container(horizontal=True, vertical_alignment="center"):
                _next(room)
                st.markdown(f"**{count}** answer{'s' * (count != 1)}", width="content")


def _next(room: Room) -> None:
    """Draw the button that closes the answers, or the one that begins again."""
    key = f"class:{room.code}"
    if room.revealed:
        st.button("Ask again", on_click=net.safely(lambda: ROOMS.close(room.code)), key=f"{key}:again")
    else:
        st.button("Reveal", type="primary", on_click=net.safely(room.reveal), key=f"{key}:reveal")


def histogram(found: Sequence[Bar]) -> None:
    """Draw answers as bars: the right one in its color, known mistakes with what went wrong."""
    most = max((bar.count for bar in found), default=0) or 1
    rows = "".join(
        f'<li class="{"right" if bar.state == "right" else "wrong"}"><span>{escape(bar.label)}</span>'
        f'<b style="--part: {bar.count / most:.4f}"></b><span>{bar.count}</span>'
        f"{'' if not (bar.count and bar.words) else f'<small>{escape(bar.words)}</small>'}</li>"
        for bar in found
    )
    st.html(f'<ul class="lc-bars" aria-label="Answers">{rows}</ul>')


def link(code: str) -> str:
    """Return the address at which a class answers."""
    here = urlsplit(st.context.url or "http://localhost:8501/")
    return here._replace(path=f"{here.path.rpartition('/')[0]}/{PAGE}", query=f"code={code}", fragment="").geturl()
