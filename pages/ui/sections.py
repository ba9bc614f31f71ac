"""Folded parts below the picture, and their contents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.draw.live import Picture
from core.exercises.templates import LARGEST_VARIANT
from core.kit.controls import Control, defaults
from core.kit.glossary import linked
from core.kit.lab import Clickable, Exercise, Lab, Table, Work
from core.kit.runs import RunList
from pages.ui import blocks, exercise, net, opening
from pages.ui.live_chart import live_chart
from pages.ui.moving import moving
from pages.ui.run_list import run_list
from pages.ui.state import State
from pages.ui.widgets import widget
from pages.ui.work import work

FEW = 6  # exercises that are shown side by side


def sections(lab: Lab, record: State, values: dict[str, Any], result: Any) -> bool:
    """Draw the folded parts, of which a closed one costs nothing; return whether any is open."""
    any_open = False
    for index, section in enumerate(lab.sections):
        key = f"{opening.section_key(lab, index)}."
        folded = st.expander(section.title, on_change="rerun", key=opening.section_key(lab, index))
        if not folded.open:
            record.stands.forget(key)
            continue
        any_open = True
        with folded:
            with net.Caught(lab) as caught:
                terms: set[str] = set()  # that this section has linked
                for place, block in enumerate(section.blocks(result, values)):
                    words = linked(block, lab.name, terms) if isinstance(block, str) else block
                    _block(lab, record, words, f"{key}{place}")
            if caught.words:
                net.say(caught.words, key, lab)
    if lab.exercises:
        _practice(lab)
    opening.scroll(lab)
    return any_open


def _practice(lab: Lab) -> None:
    """Draw exercises whose answers this lab shows, one at a time."""
    key = opening.practice_key(lab)
    folded = st.expander("Practice", on_change="rerun", key=key)
    if not folded.open:
        return
    titles = {template.title: template for template in lab.exercises}
    variants = st.session_state.setdefault(f"{lab.name}:variants", {})
    with folded:
        st.session_state.setdefault(f"{key}.which", next(iter(titles)))
        choose = st.pills if len(titles) <= FEW else st.selectbox
        chosen = choose("Exercise", list(titles), key=f"{key}.which")
        if chosen is None:
            return
        template = titles[chosen]
        drawn = template.variant(variants.setdefault(template.key, 0))

        def another() -> None:
            variants[template.key] = drawn.number % LARGEST_VARIANT + 1
            st.rerun()

        exercise.exercise(drawn, key, another)


def _block(lab: Lab, record: State, block: Any, key: str) -> None:
    """Draw a block of a section."""
    if isinstance(block, Picture):
        moving(lab, record, block, key)
    elif isinstance(block, Clickable):

        def clicked(place: tuple[float, float]) -> None:
            for name, value in block.take(place, record.values).items():
                record.set(name, value)

        axis = block.picture.axis  # over another axis it is another picture, which starts at its own start
        live_chart(block.picture, key=f"{key}.{axis.name}" if axis else key, on_point=clicked)
    elif isinstance(block, Table):
        blocks.table(block, key)
    elif isinstance(block, Exercise):
        exercise.block(block, key)
    elif isinstance(block, Control):
        widget(lab.name, block, record.values[block.name], record.set)
    elif isinstance(block, Work | RunList):
        for place, part in enumerate(_asked_for(lab, record, block, key)):
            _block(lab, record, part, f"{key}.{place}")
    else:
        st.markdown(block)


def _asked_for(lab: Lab, record: State, block: Work | RunList, key: str) -> Sequence[Any]:
    """Return blocks that exist only on request."""
    if isinstance(block, Work):
        return work(block, key, record.works.requested)
    return run_list(block, key, lambda values: record.replace(defaults(lab.all_controls) | dict(values)))
