"""A visitor's own lecture: steps collected while exploring, put in order, and sent as a link."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlencode, urlsplit

import streamlit as st

from core.kit.lab import Lab
from core.kit.links import to_link
from core.kit.own import MOST, OwnStep, pack, unpack
from core.kit.story import LONGEST, Step, Story
from core.kit.words import verbatim
from pages.ui import asking, net, shell, state
from pages.ui.lecture import Lecture, Part
from pages.ui.state import State

NAME = "own"  # of such a lecture in links; no story and no lecture of ours has this name
_STEPS, _WORDS = "own:steps", "own:words"  # keys of the session


def told() -> tuple[Lecture, Story]:
    """Return the lecture of the link, and its steps as a story.

    Raises
    ------
    ValueError
        If there is none; the sentence is for the reader.
    """
    return _read(st.query_params.get(state.OWN, ""))


@lru_cache(maxsize=64)
def _read(text: str) -> tuple[Lecture, Story]:
    if not text:
        raise ValueError("This link names a step of a lecture, but the lecture is missing from it.")
    steps = unpack(text)
    missing = next((step.lab for step in steps if step.lab not in shell.labs()), None)
    if missing:
        raise ValueError(f"This lecture shows a page that is not here: {missing}.")
    parts = tuple(Part(step.lab, NAME, number, "") for number, step in enumerate(steps, 1))
    story = Story(NAME, "", "", tuple(Step(step.query, verbatim(step.words)) for step in steps), "")
    return Lecture(NAME, "", parts, ""), story


def dialog(lab: Lab, record: State) -> None:
    """Show what has been collected, and how to add to it."""

    @st.dialog("Your lecture", width="medium")
    def shown() -> None:
        net.guarded(_collect)(lab, record)

    shown()


def _collect(lab: Lab, record: State) -> None:
    steps: list[OwnStep] = st.session_state.setdefault(_STEPS, [])
    st.text_input("What to look at", max_chars=LONGEST, key=_WORDS, autocomplete="off")

    def add() -> None:
        query = urlencode(to_link(lab.all_controls, record.good))
        words = " ".join(st.session_state[_WORDS].split())
        more = [*steps, OwnStep(lab.name, query, words)]
        pack(more)  # refuses what does not fit
        st.session_state[_STEPS], st.session_state[_WORDS] = more, ""

    with st.container(horizontal=True):
        asking.button("Add this step", "add", add, NAME, type="primary", disabled=len(steps) >= MOST)
        if state.OWN in st.query_params and not steps:
            asking.button("Change the lecture of this link", "edit", _take, NAME)
    asking.refused(NAME)
    if not steps:
        st.caption(
            f"Set the plots the way this step should show them, then add it. A lecture has at most {MOST} steps."
        )
        return
    for at, step in enumerate(steps):
        _line(steps, at, step)
    packed = pack(steps)
    query = {state.OWN: packed, state.STORY: f"{NAME}.1"}
    first = shell.labs()[steps[0].lab]
    here = urlsplit(st.context.url or f"http://localhost:8501/{lab.name}")
    path = f"{here.path.rstrip('/').rpartition('/')[0]}/{first.name}"
    st.code(here._replace(path=path, query=urlencode(query), fragment="").geturl(), language=None, wrap_lines=True)
    st.page_link(shell.lab_page(first), label="Play it", query_params=query, icon=":material/play_circle:")


def _line(steps: list[OwnStep], at: int, step: OwnStep) -> None:
    """Draw a step with the buttons that move it."""

    def swap(by: int) -> None:
        steps[at], steps[at + by] = steps[at + by], steps[at]

    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key=f"collected{at}"):
        st.markdown(f"{at + 1}. **{shell.labs()[step.lab].title}** {verbatim(step.words)}")
        for label, icon, act, off in (
            ("Move up", "arrow_upward", lambda: swap(-1), at == 0),
            ("Move down", "arrow_downward", lambda: swap(1), at == len(steps) - 1),
            ("Remove", "delete", lambda: steps.pop(at), False),
        ):
            look = {"help": label, "type": "tertiary", "disabled": off}
            asking.button(label, icon, act, NAME, f"{label} {at}", **look)


def _take() -> None:
    st.session_state[_STEPS] = list(unpack(st.query_params[state.OWN]))
