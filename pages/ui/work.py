"""Work that takes longer than a moment, begun by a click or waited for: its progress, and a way to stop it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core.kit.lab import Work
from core.kit.words import verbatim
from pages.ui import net, state

KEPT = 3  # pieces of work per session that sections show; the oldest go first


@st.fragment(run_every=0.4)
@net.guarded
def progress(tasks: list[Any], stop: Callable[[], None], key: str) -> None:
    """Show what is being worked on and since when; runs by itself until it is done."""
    waiting = [task for task in tasks if not task.done]
    if not waiting:
        state.again()
    with st.container(horizontal=True, vertical_alignment="center"):
        for task in waiting:
            st.markdown(f"{verbatim(task.title)}: {task.seconds:.0f} s", width="content")
        st.button("Cancel", on_click=net.safely(stop), key=f"{key}:cancel", icon=":material/close:")


@st.fragment(run_every=0.4)
@net.guarded
def complete(tasks: list[Any]) -> None:
    """Redraw the page once some work is done; runs by itself until then."""
    if all(task.done for task in tasks):
        state.again()


def work(block: Work, key: str, works: dict[Any, Any]) -> Sequence[Any]:
    """Draw the button that begins some work, or its progress; return the blocks that show the result."""

    def begin() -> None:
        works[block.key] = block.begin()
        while len(works) > KEPT:
            works.pop(next(iter(works))).cancel()

    def stop() -> None:
        works.pop(block.key).cancel()

    task = works.get(block.key)
    if task is not None and not task.done:
        progress([task], stop, key)
        return ()
    if task is not None:
        with net.Caught() as caught:
            return block.blocks(task.result())
        net.say(caught.words, key)
    st.button(block.label, on_click=net.safely(begin), key=f"{key}:begin", icon=":material/play_arrow:")
    return ()
