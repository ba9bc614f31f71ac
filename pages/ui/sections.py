"""Folded parts below the picture, and their contents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from core.draw.live import Picture
from core.exercises.templates import LARGEST_VARIANT
from core.kit.controls import Control, Scale, defaults
from core.kit.glossary import linked
from core.kit.lab import Clickable, Exercise, Lab, Section, Table, Work
from core.kit.runs import RunList
from pages.ui import blocks, exercise, export, net, opening, state
from pages.ui.live_chart import live_chart
from pages.ui.moving import moving
from pages.ui.run_list import run_list
from pages.ui.state import State
from pages.ui.widgets import widget
from pages.ui.work import work

FEW = 6  # exercises that are shown side by side


def below(lab: Lab, record: State) -> None:
    """Draw the folded parts, each in a fragment: opening one, and what is done in it, draws nothing else again."""
    part = st.fragment(_part, key=state.BELOW)
    for index, section in enumerate(lab.sections):
        part(lab, record, section.title, opening.section_key(lab, index), partial(_section, section))
    if lab.exercises:
        part(lab, record, "Practice", opening.practice_key(lab), _practice)
    part(lab, record, "Download", f"{lab.name}:export", _export)
    opening.scroll(lab)


@net.guarded
def _part(lab: Lab, record: State, title: str, key: str, draw: Callable[[Lab, State, str], None]) -> None:
    """Draw a folded part, which costs nothing while it is closed."""
    state.write_link(lab, record)  # the message that triggered this run may carry an older one
    folded = st.expander(title, on_change="rerun", key=key)
    record.touched = False
    if not folded.open:
        record.shown.open.discard(key)
        record.stands.forget(f"{key}.")
        return
    with folded:
        with net.Caught(lab) as caught:
            draw(lab, record, key)
        if caught.words:
            net.say(caught.words, key, lab)


def _values(lab: Lab, record: State) -> dict[str, Any]:
    """Return the values that are drawn below the picture: those that it shows, and the sections' own."""
    own = [control.name for control in lab.controls if control.place == "section"]
    return record.good | {name: record.values[name] for name in own}


def _section(section: Section, lab: Lab, record: State, key: str) -> None:
    record.shown.open.add(key)
    values = _values(lab, record)
    terms: set[str] = set()  # that this section has linked
    for place, block in enumerate(section.blocks(lab.result(values), values)):
        words = linked(block, lab.name, terms) if isinstance(block, str) else block
        _block(lab, record, words, f"{key}.{place}")


def _export(lab: Lab, record: State, key: str) -> None:
    record.shown.open.add(key)
    values = _values(lab, record)
    export.offers(lab, values, lab.result(values))


def _practice(lab: Lab, record: State, key: str) -> None:
    """Draw exercises whose answers this lab shows, one at a time."""
    titles = {template.title: template for template in lab.exercises}
    variants = st.session_state.setdefault(f"{lab.name}:variants", {})
    st.session_state.setdefault(f"{key}.which", next(iter(titles)))
    choose = st.pills if len(titles) <= FEW else st.selectbox
    chosen = choose("Exercise", list(titles), key=f"{key}.which")
    if chosen is None:
        return
    template = titles[chosen]
    drawn = template.variant(variants.setdefault(template.key, 0))

    def another() -> None:
        variants[template.key] = drawn.number % LARGEST_VARIANT + 1
        st.rerun(state.BELOW)

    exercise.exercise(drawn, key, another)


def _block(lab: Lab, record: State, block: Any, key: str) -> None:
    """Draw a block of a section."""
    if isinstance(block, Picture):
        moving(lab, record, block, key, lambda name: state.moved_below(lab, record, [name]))
    elif isinstance(block, Clickable):
        axis = block.picture.axis  # over another axis it is another picture, which starts at its own start
        live_chart(
            block.picture,
            key=f"{key}.{axis.name}" if axis else key,
            on_point=lambda place: _take(lab, record, block.take(place, record.values)),
        )
    elif isinstance(block, Table):
        blocks.table(block, key)
    elif isinstance(block, Exercise):
        exercise.block(block, key)
    elif isinstance(block, Control):
        held = record.values[block.name]
        shown = block.within(held) if isinstance(block, Scale) else held  # a section may draw a scale with another end
        widget(lab.name, block, shown, lambda name, value: _take(lab, record, {name: value}))
    elif isinstance(block, Work | RunList):
        for place, part in enumerate(_asked_for(lab, record, block, key)):
            _block(lab, record, part, f"{key}.{place}")
    else:
        st.markdown(block)


def _take(lab: Lab, record: State, changes: Mapping[str, Any]) -> None:
    """Take new values of controls from a section."""
    for name, value in changes.items():
        record.set(name, value)
    state.moved_below(lab, record, changes)


def _asked_for(lab: Lab, record: State, block: Work | RunList, key: str) -> Sequence[Any]:
    """Return blocks that exist only on request."""
    if isinstance(block, Work):
        return work(block, key, record.works.requested)

    def open_settings(values: Mapping[str, Any]) -> None:
        record.replace(defaults(lab.all_controls) | dict(values))
        state.moved_below(lab, record, lab.drawn_from)

    return run_list(block, key, open_settings)
