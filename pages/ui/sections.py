"""Folded parts below the picture, and what can stand in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.draw.live import Picture
from core.kit.controls import defaults
from core.kit.lab import Clickable, Exercise, Lab, RunList, Table, Work
from pages.ui import net
from pages.ui.blocks import exercise, table
from pages.ui.live_chart import live_chart
from pages.ui.moving import moving
from pages.ui.run_list import run_list
from pages.ui.state import State
from pages.ui.work import work


def sections(lab: Lab, record: State, values: dict[str, Any], result: Any) -> bool:
    """Folded parts, of which a closed one costs nothing; whether any is open."""
    any_open = False
    for index, section in enumerate(lab.sections):
        folded = st.expander(section.title, on_change="rerun", key=f"{lab.name}:section{index}")
        key = f"{lab.name}:section{index}."
        if not folded.open:
            record.leave(key)
            continue
        any_open = True
        with folded:
            with net.Caught(lab) as caught:
                for place, block in enumerate(section.blocks(result, values)):
                    _block(lab, record, block, f"{key}{place}")
            if caught.words:
                net.say(caught.words, key, lab)
    return any_open


def _block(lab: Lab, record: State, block: Any, key: str) -> None:
    """Draw what stands in a section."""
    if isinstance(block, Picture):
        moving(lab, record, block, key)
    elif isinstance(block, Clickable):

        def clicked(place: tuple[float, float]) -> None:
            for name, value in block.take(place, record.values).items():
                record.set(name, value)

        live_chart(block.picture, key=key, on_point=clicked)
    elif isinstance(block, Table):
        table(block, key)
    elif isinstance(block, Exercise):
        exercise(block, key, record.given)
    elif isinstance(block, Work | RunList):
        for place, part in enumerate(_asked_for(lab, record, block, key)):
            _block(lab, record, part, f"{key}.{place}")
    else:
        st.markdown(block)


def _asked_for(lab: Lab, record: State, block: Work | RunList, key: str) -> Sequence[Any]:
    """What is there only because it was asked for."""
    if isinstance(block, Work):
        return work(block, key, record.works)
    return run_list(block, key, lambda values: record.replace(defaults(lab.all_controls) | dict(values)))
