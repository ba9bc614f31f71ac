"""Draws declared controls as Streamlit widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.controls import Choice, Control, File, LogSlider, Seed, Several, Slider, Toggle


def widget(page: str, control: Control, value: Any, take: Callable[[str, Any], None]) -> None:
    """Draw one control at `value`; a change calls `take(name, new value)`.

    The session value is set only where it differs: setting it in every run would push an older value into
    a browser whose user has moved on.
    """
    key = f"{page}.{control.name}"
    if isinstance(control, File):
        _file(key, control, value, take)
        return
    held = list(value) if isinstance(control, Several) else value
    if st.session_state.get(key) != held:
        st.session_state[key] = held

    def changed() -> None:
        new = st.session_state[key]
        if isinstance(control, Several):
            new = tuple(sorted(new))[: control.limit]
        if new is not None:  # an emptied number field means "leave it as it was"
            take(control.name, new)

    _draw(control, {"key": key, "help": control.help, "on_change": changed})


def _file(key: str, control: File, value: Any, take: Callable[[str, Any], None]) -> None:
    """Draw an upload; what cannot be read is answered by a sentence, and what was there before stays."""
    refused = f"{key}:refused"

    def changed() -> None:
        file = st.session_state[key]
        st.session_state[refused] = ""
        if file is None:
            take(control.name, None)
            return
        try:
            read = control.read(file.name, file.getvalue())
        except ValueError as error:
            st.session_state[refused] = str(error)
            return
        take(control.name, read)

    st.file_uploader(control.label, type=control.suffix, key=key, help=control.help, on_change=changed)
    if st.session_state.get(refused):
        st.warning(st.session_state[refused], icon=":material/block:")
    elif value is not None:
        st.caption(control.show(value))


def _draw(control: Control, common: dict[str, Any]) -> None:
    if isinstance(control, Slider) and all(isinstance(v, int) for v in control.values):
        low, high = control.values[0], control.values[-1]
        st.slider(control.label, low, high, step=int(control.step), **common)
    elif isinstance(control, (Slider, LogSlider)):
        st.select_slider(control.label, control.values, format_func=control.show, **common)
    elif isinstance(control, Choice) and control.place == "stage":
        st.segmented_control(
            control.label,
            control.values,
            required=True,
            format_func=control.show,
            label_visibility="collapsed",
            **(common | {"help": None}),
        )
    elif isinstance(control, Choice):
        st.selectbox(control.label, control.values, format_func=control.show, **common)
    elif isinstance(control, Several):
        st.multiselect(control.label, control.options, max_selections=control.limit, **common)
    elif isinstance(control, Toggle):
        st.toggle(control.label, **common)
    elif isinstance(control, Seed):
        st.number_input(control.label, 0, control.high, step=1, **common)
    else:
        raise TypeError(f"no widget is known for {type(control).__name__}")
