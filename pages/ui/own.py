"""A visitor's own lecture: steps collected while exploring, put in order, and sent as a link."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st

from core.draw.live import Panel
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
    told = (Step(one.query, verbatim(one.words), show=one.panels, controls=one.controls) for one in steps)
    story = Story(NAME, "", "", tuple(told), "")
    return Lecture(NAME, "", parts, ""), story


def dialog(lab: Lab, record: State) -> None:
    """Show what has been collected, and how to add to it."""

    @st.dialog("Your lecture", width="medium")
    def shown() -> None:
        net.guarded(_collect)(lab, record)

    shown()


def door() -> None:
    """Draw a button that shows on the home page what has been collected."""

    @st.dialog("Your lecture", width="medium")
    def shown() -> None:
        net.guarded(_collected)()

    if st.button("A lecture of your own", icon=":material/playlist_add:", type="tertiary", key="home:own"):
        shown()


def _collect(lab: Lab, record: State) -> None:
    """Draw what adds the state of a page, and what has been collected."""
    steps = _steps()
    st.text_input("What to look at", max_chars=LONGEST, key=_WORDS, autocomplete="off")
    panels = _choice("Plots that are shown", f"{NAME}:panels:{lab.name}", *_panels(lab, record))
    controls = _choice("Controls that are shown", f"{NAME}:controls:{lab.name}", *_controls(lab, record))

    def add() -> None:
        query = urlencode(to_link(lab.all_controls, record.good))
        words = " ".join(st.session_state[_WORDS].split())
        more = [*steps, OwnStep(lab.name, query, words, panels(), controls())]
        pack(more)  # refuses what does not fit
        st.session_state[_STEPS], st.session_state[_WORDS] = more, ""

    with st.container(horizontal=True):
        asking.button("Add this step", "add", add, NAME, type="primary", disabled=len(steps) >= MOST)
        if state.OWN in st.query_params and not steps:
            asking.button("Change the lecture of this link", "edit", _take, NAME)
    asking.refused(NAME)
    if steps:
        _collected()
    else:
        st.caption(
            f"Set the plots the way this step should show them, then add it. A lecture has at most {MOST} steps."
        )


def _collected() -> None:
    """Draw the steps in their order, and the link that plays them."""
    steps = _steps()
    if not steps:
        st.markdown("Open a lab, set it up, and click :material/playlist_add: above its plots to add a step.")
        return
    for at, step in enumerate(steps):
        _line(steps, at, step)
    query = {state.OWN: pack(steps), state.STORY: f"{NAME}.1"}
    first = shell.lab_page(shell.labs()[steps[0].lab])
    here = urlsplit(st.context.url or "http://localhost:8501/")
    root = here.path.rstrip("/").removesuffix(f"/{st.session_state.get('page')}")
    address = here._replace(path=f"{root}/{steps[0].lab}", query=urlencode(query), fragment="")
    st.code(address.geturl(), language=None, wrap_lines=True)
    st.page_link(first, label="Play it", query_params=query, icon=":material/play_circle:")


def _choice(label: str, key: str, names: Mapping[Any, str], usual: Sequence[Any]) -> Callable[[], tuple[Any, ...]]:
    """Let some be chosen by their names; return what reads them, none if they are those that the page shows anyway."""
    st.session_state[key] = [one for one in st.session_state.get(key, usual) if one in names]
    if names:
        st.multiselect(label, [*names], format_func=names.get, key=key, placeholder="As on the page")

    def chosen() -> tuple[Any, ...]:
        found = tuple(st.session_state[key])
        return () if set(found) == set(usual) else found

    return chosen


def _panels(lab: Lab, record: State) -> tuple[dict[int, str], list[int]]:
    """Return the names of the panels by their numbers, and the numbers of those that the page shows."""
    if not record.drawn or lab.tasks(record.good):
        return {}, []
    panels = lab.draw(lab.result(record.good), record.good).panels
    names = {number: f"{number + 1}. {_name(panel)}" for number, panel in enumerate(panels)}
    return names, [number for number, panel in enumerate(panels) if not panel.folded]


def _controls(lab: Lab, record: State) -> tuple[dict[str, str], list[str]]:
    """Return the labels of the controls by their names, and the names of those that the page unfolds."""
    names = {
        one.name: one.label
        for one in lab.controls
        if one.place != "section" and one.name not in lab.dragged and one.shown(record.good)
    }
    return names, [name for name in lab.open if name in names]


def _name(panel: Panel) -> str:
    """Return the name of a panel: its title, or what is over what."""
    title, y, x = (panel.figure["layout"].get(part, {}) for part in ("title", "yaxis", "xaxis"))
    axes = (axis.get("title", {}).get("text", "").strip() for axis in (y, x))
    name = title.get("text") or " over ".join(filter(None, axes)) or panel.alt.split(".")[0]
    return re.sub("<[^>]*>", "", name)


def _steps() -> list[OwnStep]:
    steps: list[OwnStep] = st.session_state.setdefault(_STEPS, [])
    return steps


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
