"""The line that tells a story: words of the step, back and next, and the question before a step is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.draw.guess import marked
from core.draw.live import Picture
from core.draw.staging import showing, without
from core.exercises.kinds import Pick
from core.exercises.questions import Question
from core.kit.lab import PREDICT, Lab
from core.kit.links import from_link
from core.kit.mark import answered
from core.kit.story import Step, Story, read_place
from core.kit.words import verbatim
from pages.ui import net, opening, own, shell, state
from pages.ui.asked import ask_button
from pages.ui.lecture import Lecture
from pages.ui.lectures import LECTURES
from pages.ui.state import State

_SKIPPED = ""  # an answer that was passed over


@dataclass(frozen=True)
class Place:
    """A place in a story or lecture, with the step that is told there.

    `number` counts from 1 along what is told, of `count`; `story` and `at` are the lab's own story and step.
    """

    name: str
    number: int
    count: int
    story: Story
    at: int
    lecture: Lecture | None = None

    @property
    def step(self) -> Step:
        """The step that is told."""
        return self.story.steps[self.at - 1]

    @property
    def words(self) -> str:
        """Return the words of the step, in a lecture after the line that leads there."""
        bridge = self.lecture.parts[self.number - 1].words if self.lecture else ""
        return f"**{bridge}** {self.step.words}" if bridge else self.step.words

    @property
    def takeaway(self) -> str:
        """Return what to remember at the end; empty before it."""
        if self.number < self.count:
            return ""
        return self.lecture.takeaway if self.lecture else self.story.takeaway

    @property
    def key(self) -> str:
        """Name in the link and key of the answer."""
        return f"{self.name}.{self.number}"


def place(lab: Lab) -> Place | None:
    """Return the place that the address names; None if it is none of this lab."""
    found = read_place(st.query_params.get(state.STORY, ""))
    return _place(lab, *found) if found else None


def _place(lab: Lab, name: str, number: int) -> Place | None:
    lectures = {one.name: one for one in LECTURES}
    stories = {one.name: one for one in lab.stories}
    if name == own.NAME:
        with suppress(ValueError):  # `tell` says it
            lectures[name], stories[name] = own.told()
    lecture = lectures.get(name)
    if lecture is not None:
        if not 1 <= number <= len(lecture.parts) or lecture.parts[number - 1].lab != lab.name:
            return None
        part = lecture.parts[number - 1]
        return Place(name, number, len(lecture.parts), stories[part.story], part.step, lecture)
    story = stories.get(name)
    if story is None or not 1 <= number <= len(story.steps):
        return None
    return Place(name, number, len(story.steps), story, number)


def values_of(lab: Lab, story: Story, at: int) -> dict[str, Any]:
    """Return the value of every control in a step."""
    return from_link(lab.all_controls, story.query(at))[0]


def arrive(lab: Lab, record: State) -> None:
    """Take the state of a step whose link names nothing but its place."""
    here = place(lab)
    if here is None or set(st.query_params) - set(state.SHELL) or record.touched:
        return
    if st.session_state.get(f"{lab.name}:told") != here.key:
        _stand(lab, record, here)


def hides(lab: Lab) -> bool:
    """Return whether the picture waits for an answer: the question of a first step has no picture before it."""
    here = place(lab)
    return here is not None and here.at == 1 and not here.step.hide and _pending(lab, here)


def staged(lab: Lab, record: State, picture: Picture) -> tuple[Picture, int | None]:
    """Return the picture as the step that is told shows it, and the number of the panel that fills the stage.

    An open question hides the panels with the answer; once it is answered the guess stands beside the truth. Otherwise
    who has left the state of the step sees the picture as it is.
    """
    here = place(lab)
    if here is None:
        return picture, None
    hidden = here.step.hide if asking(lab) else ()
    if _left(lab, record.good, here):
        return without(picture, hidden), None
    at = _before(lab, here)
    step = here.story.steps[at - 1]
    kept = [k for k in range(len(picture.panels)) if k not in hidden]
    large = kept.index(step.large) if step.large in kept else None
    if at == here.at:
        picture = _guessed(lab, here, picture)
    shown = [number for number in step.show if number < len(picture.panels)]  # a link may name others
    return without(showing(picture, shown), hidden), large


def controls(lab: Lab) -> tuple[str, ...]:
    """Return the names of the controls that are unfolded beside the picture, in their order."""
    here = place(lab)
    return lab.open if here is None else here.story.controls(here.at) or lab.open


def done(lab: Lab, record: State) -> bool:
    """Return whether everything has been done that the words of the step ask for."""
    here = place(lab)
    if here is None or not here.step.until or _pending(lab, here):
        return False
    met: set[int] = st.session_state.setdefault(f"{lab.name}:met", {}).setdefault(here.key, set())
    if not _left(lab, record.good, here):
        met |= {k for k, goal in enumerate(here.step.until) if goal.met(record.good[goal.control])}
    return len(met) == len(here.step.until)


def arriving(lab: Lab, record: State) -> bool:
    """Return whether the state that the page computes is that of the step whose words stand already."""
    here = place(lab)
    if here is None or record.values == record.good:
        return False
    return record.values == values_of(lab, here.story, _before(lab, here))


def _left(lab: Lab, values: Mapping[str, Any], here: Place) -> bool:
    """Return whether values are not those of the step whose picture stands, apart from what is moved in it."""
    at = _before(lab, here)
    apart = {*lab.dragged, PREDICT.name, *(goal.control for goal in here.story.steps[at - 1].until)}
    return any(values[name] != value for name, value in values_of(lab, here.story, at).items() if name not in apart)


def asking(lab: Lab) -> bool:
    """Return whether a question is open."""
    here = place(lab)
    return here is not None and _pending(lab, here)


def _guessed(lab: Lab, here: Place, picture: Picture) -> Picture:
    """Draw an answer that is a number into the picture."""
    question, mark, text = here.step.ask, here.step.mark, _answers(lab).get(here.key)
    if question is None or mark is None or not text:
        return picture
    guess = answered(question.kind, text)
    truth = answered(question.kind, question.kind.write(question.truth))
    if guess is None or truth is None:
        return picture
    return marked(picture, mark, guess, truth, question.judge(text).right)


def invite(lab: Lab, record: State) -> None:
    """Offer the first story to who has not been in one."""
    if lab.stories and not st.session_state.get(f"{lab.name}:told"):
        first = lab.stories[0]
        st.button(
            "Start here",
            on_click=net.safely(lambda: _go(lab, record, first.name, 1)),
            key=f"{lab.name}:start",
            icon=":material/play_circle:",
            type="tertiary",
            help=f"{first.title} ({len(first.steps)} steps)",
        )


def tell(lab: Lab, record: State) -> None:
    """Draw the story line, if the address is in a story."""
    here = place(lab)
    if here is None:
        _refuse()
        return
    pending = _pending(lab, here)
    with st.container(key="story"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="told"):
            _move(lab, record, here, -1, "Back", "navigate_before", "PageUp")
            st.caption(f"{here.number}/{here.count}", width="content")
            finished = done(lab, record)
            check = ":green[:material/check_circle:] " if finished else ""
            st.markdown(_question(here) if pending else f"{check}{_said(lab, here)}")
            _move(lab, record, here, 1, "Next", "navigate_next", "PageDown", "primary" if finished else "tertiary")
            if not pending and record.values != values_of(lab, here.story, here.at):
                _icon(lab, "again", "Back to this step", "replay", lambda: _stand(lab, record, here))
            _icon(lab, "leave", "Leave the story", "close", _leave)
        if pending:
            _ask(lab, record, here)
        elif here.takeaway:
            st.markdown(f":material/flag: {here.takeaway}")
    record.works.ahead = _ahead(lab, here)


def lectures(labs: dict[str, Lab]) -> None:
    """Draw a link to each story over several labs."""
    with st.container(horizontal=True, vertical_alignment="center", key="lectures"):
        st.markdown("**Lectures ready to give**", width="content")
        for lecture in LECTURES:
            first = shell.lab_page(labs[lecture.parts[0].lab])
            kept = {state.PRESENT: "1"} if state.presenting() else {}
            query = kept | {state.STORY: f"{lecture.name}.1"}
            st.page_link(first, label=lecture.title, query_params=query, icon=":material/play_circle:", width="content")
        own.door()


def _said(lab: Lab, here: Place) -> str:
    """The words of a step, after what an answer was worth."""
    answer = _answers(lab).get(here.key)
    if not here.step.ask or not answer:
        return here.words
    verdict = here.step.ask.judge(answer)
    color = "green" if verdict.right else "orange"
    return f":{color}[{verdict.words}] {here.words}"


def _question(here: Place) -> str:
    asked = here.step.ask
    return f"**{asked.label}**" if asked else ""


def _ask(lab: Lab, record: State, here: Place) -> None:
    question: Question = here.step.ask  # type: ignore[assignment]
    key = f"{lab.name}:story:{here.key}"

    def answer(text: str) -> None:
        _answers(lab)[here.key] = text
        _stand(lab, record, here)

    def chosen() -> None:
        text = str(st.session_state[key] or "")
        verdict = question.judge(text)
        refused = verdict.words if text and not verdict.settled else ""
        st.session_state[f"{key}:refused"] = refused
        if text and not refused:
            answer(text)

    if isinstance(question.kind, Pick):
        st.pills(
            question.label, question.kind.options, key=key, on_change=net.safely(chosen), label_visibility="collapsed"
        )
    else:
        st.text_input(
            question.label,
            key=key,
            on_change=net.safely(chosen),
            label_visibility="collapsed",
            placeholder="Your number",
            width=200,
            autocomplete="off",
        )
    if state.presenting():
        ask_button((question,), key)
    if st.session_state.get(f"{key}:refused"):
        st.caption(f":material/block: {verbatim(st.session_state[f'{key}:refused'])}")


def _move(
    lab: Lab, record: State, here: Place, by: int, label: str, icon: str, key: str, kind: str = "tertiary"
) -> None:
    """Draw the button to a neighboring step; while a question is asked, next passes over it."""
    to = here.number + by
    pending = by > 0 and _pending(lab, here)
    look = {"icon": f":material/{icon}:", "type": kind, "help": f"{label} ({key})", "shortcut": key}
    name = f"{lab.name}:story:{label}"
    if pending:

        def skip() -> None:
            _answers(lab)[here.key] = _SKIPPED
            _stand(lab, record, here)

        st.button(label, on_click=net.safely(skip), key=name, **look)
    elif not 1 <= to <= here.count:
        st.button(label, disabled=True, key=name, **look)
    elif here.lecture is None or here.lecture.parts[to - 1].lab == lab.name:
        st.button(label, on_click=net.safely(lambda: _go(lab, record, here.name, to)), key=name, **look)
    elif st.button(label, key=f"{name}:page", **look):  # else the click that led here would count again
        other = shell.labs()[here.lecture.parts[to - 1].lab]
        kept = {key: st.query_params[key] for key in (state.PRESENT, state.OWN) if key in st.query_params}
        st.switch_page(shell.lab_page(other), query_params=kept | {state.STORY: f"{here.name}.{to}"})


def _icon(lab: Lab, key: str, label: str, icon: str, act: Callable[[], None]) -> None:
    look = {"icon": f":material/{icon}:", "type": "tertiary", "help": label}
    st.button(label, on_click=net.safely(act), key=f"{lab.name}:story:{key}", **look)


def _go(lab: Lab, record: State, name: str, number: int) -> None:
    here = _place(lab, name, number)
    if here is not None:
        _stand(lab, record, here)


def _stand(lab: Lab, record: State, here: Place) -> None:
    """Go to a place: to the state of its step or, while its question is open, to the one before."""
    st.session_state[f"{lab.name}:told"] = here.key
    st.query_params[state.STORY] = here.key
    record.replace(values_of(lab, here.story, _before(lab, here)))
    st.session_state.setdefault(f"{lab.name}:met", {}).pop(here.key, None)
    if here.step.open and not _pending(lab, here):
        st.session_state[opening.fold_of(lab, here.step.open)] = True


def _before(lab: Lab, here: Place) -> int:
    """Number of the story's step whose picture stands: while a question is open, the one before."""
    return here.at - 1 if _pending(lab, here) and here.at > 1 else here.at


def _ahead(lab: Lab, here: Place) -> list[Any]:
    """Begin the work that the next pictures have to wait for: those of an answer, and those of the next step."""
    places = [(lab, here.story, here.at)]
    if here.number < here.count:
        lab = shell.labs()[here.lecture.parts[here.number].lab] if here.lecture else lab
        following = _place(lab, here.name, here.number + 1)
        if following is not None:
            places += [(lab, following.story, at) for at in sorted({_before(lab, following), following.at})]
    tasks = []
    for one, story, at in places:
        values = values_of(one, story, at)
        with suppress(ValueError):  # the step will say it
            tasks += one.tasks(values) if one.allowed(values) else []
    return tasks


def _refuse() -> None:
    """Say why the lecture of a link is not told."""
    if not st.query_params.get(state.STORY, "").startswith(f"{own.NAME}."):
        return
    try:
        own.told()
    except ValueError as error:
        st.info(verbatim(str(error)), icon=":material/link_off:")


def _leave() -> None:
    for key in (state.STORY, state.OWN):
        st.query_params.pop(key, None)


def _pending(lab: Lab, here: Place) -> bool:
    return here.step.ask is not None and here.key not in _answers(lab)


def _answers(lab: Lab) -> dict[str, str]:
    found: dict[str, str] = st.session_state.setdefault(f"{lab.name}:answers", {})
    return found
