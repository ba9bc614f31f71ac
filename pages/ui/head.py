"""The head of a lab page: question, presets, tools, and one line that says what to look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.kit.controls import Choice, Control, Seed, Toggle
from core.kit.lab import PREDICT, Lab
from pages.ui import net, own, share, state, telling
from pages.ui.state import State

_HINT = "Drag the slider below, or the purple marker in a plot."


def head_of(lab: Lab, record: State) -> None:
    """Draw one line with the question, the presets in a row that scrolls and the tools, and below it the note."""
    presenting = state.presenting()
    with st.container(horizontal=True, vertical_alignment="center", key="bar", wrap=False):
        st.title(lab.question, anchor=False)
        if presenting:
            _note(lab, record)
        else:
            _presets(lab, record)
        with st.container(horizontal=True, horizontal_alignment="right", key="tools", width="content"):
            _tools(lab, record)
    if not presenting:
        _note(lab, record)
    telling.tell(lab, record)


def keys(lab: Lab, record: State) -> None:
    """Draw what a presenter reaches by single keys, in the drawer: presets, view, axis."""
    _presets(lab, record)
    with st.container(horizontal=True, key="keys"):
        _button(lab, "previous", "Previous preset", "skip_previous", lambda: _step(lab, record, -1), "Shift+P")
        _button(lab, "next", "Next preset", "skip_next", lambda: _step(lab, record, 1), "P")
        named = {control.name: control for control in lab.controls if control.shown(record.values)}
        for name, label, icon, key in (
            ("view", "Next view", "view_carousel", "V"),
            ("log_y", "Logarithmic axis", "stairs", "L"),
        ):
            if name in named:
                _button(lab, name, label, icon, lambda control=named[name]: _turn(record, control), key)


def _button(lab: Lab, key: str, label: str, icon: str, act: Callable[[], None], shortcut: str | None = None) -> bool:
    """Draw a button that shows its icon alone and is named to who rests on it; return whether it was clicked."""
    look = {"type": "tertiary", "icon": f":material/{icon}:", "help": f"{label} ({shortcut})" if shortcut else label}
    return st.button(label, on_click=net.safely(act), key=f"{lab.name}:{key}", shortcut=shortcut, **look)


def _turn(record: State, control: Control) -> None:
    """Switch a control to its next value."""
    if isinstance(control, Choice | Toggle):
        values = tuple(control.values)
        record.set(control.name, values[(values.index(record.values[control.name]) + 1) % len(values)])


def _step(lab: Lab, record: State, by: int) -> None:
    """Go to the next preset, or the one before; from a state that is none of them to the first or the last."""
    labels = [preset.label for preset in lab.presets]
    label = active(lab, record)
    at = labels.index(label) + by if label else min(by, 0)
    _take(lab, record, at % len(labels))


def _take(lab: Lab, record: State, at: int) -> None:
    record.replace(lab.preset_values(lab.presets[at]) | {PREDICT.name: record.values[PREDICT.name]})


def _tools(lab: Lab, record: State) -> None:
    seed = next((control for control in lab.controls if isinstance(control, Seed)), None)
    if seed is not None:

        def redraw() -> None:
            record.set(seed.name, (record.values[seed.name] + 1) % (seed.high + 1))

        _button(lab, "redraw", "New draw", "casino", redraw, "N")
    if _button(lab, "share", "Share", "qr_code_2", lambda: None, "Q" if state.presenting() else None):
        share.dialog(lab, record.good)
    if not state.presenting() and _button(lab, "own", "Add to your lecture", "playlist_add", lambda: None):
        own.dialog(lab, record)
    if state.presenting():
        _button(lab, "present", "Exit", "close_fullscreen", lambda: state.present(False), "Escape")
    else:
        _button(lab, "reset", "Reset", "restart_alt", lambda: record.replace(lab.fresh))
        _button(lab, "enter", "Present", "present_to_all", lambda: state.present(True))


def _presets(lab: Lab, record: State) -> None:
    """Draw pills of the named states; the one that the page is in now is lit."""
    key = f"{lab.name}:preset"
    labels = [preset.label for preset in lab.presets]
    label = active(lab, record)
    if st.session_state.get(key) != label:
        st.session_state[key] = label

    def chosen() -> None:
        # A click on the pill that is lit would put it out; it means "back to this preset". A second click may come
        # before the first has lit it.
        wanted = st.session_state[key] or label
        if wanted:
            _take(lab, record, labels.index(wanted))

    look: dict[str, Any] = {} if state.presenting() else {"wrap": False, "width": "stretch"}
    st.pills("Presets", labels, key=key, on_change=net.safely(chosen), label_visibility="collapsed", **look)


def _note(lab: Lab, record: State) -> None:
    """Draw the note of the preset that the page is in, or how to begin; a story has its own line."""
    if telling.place(lab) is not None:
        return
    notes = {preset.label: preset.note for preset in lab.presets}
    label = active(lab, record)
    with st.container(horizontal=True, vertical_alignment="center", key="note", wrap=False):
        st.markdown(notes[label] if label else _HINT)
        if not state.presenting():
            telling.invite(lab, record)
            st.markdown("[More below](#below)")


def active(lab: Lab, record: State) -> str | None:
    """Return the preset whose numbers the page shows, from whichever side; of several the one where it stands."""
    settings, place = lab.settings(record.values), lab.stand(record.values)
    same = [p for p in lab.presets if settings == lab.settings(lab.preset_values(p))]
    if len(same) > 1:
        same = [p for p in same if place == lab.stand(lab.preset_values(p))]
    return same[0].label if same else None
