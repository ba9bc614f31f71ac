"""Declared controls, drawn as Streamlit widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from core.host import limits
from core.kit.brought import Fetch, Fetched, File, Pick
from core.kit.controls import Choice, Control, LogSlider, Seed, Several, Slider, Text, Toggle
from core.kit.words import verbatim
from pages.ui import net
from pages.ui.server import uploads


def widget(page: str, control: Control, value: Any, take: Callable[[str, Any], None]) -> None:
    """Draw one control at `value`; a change calls `take(name, new value)`.

    The session value is set only where it differs: setting it in every run would push an older value into
    a browser whose user has moved on.
    """
    key = f"{page}.{control.name}"
    if isinstance(control, File):
        _file(key, control, value, take)
        return
    if isinstance(control, Fetch):
        _fetch(key, control, value, take)
        return
    held = list(value) if isinstance(control, Several) else value
    if st.session_state.get(key) != held:
        st.session_state[key] = held

    def changed() -> None:
        new = st.session_state[key]
        if isinstance(control, Several):
            new = tuple(sorted(new))[: control.limit]
        if isinstance(control, Text):
            new = control.clean(new)
        if new is not None:  # an emptied number field means "leave it as it was"
            take(control.name, new)

    _draw(control, held, {"key": key, "help": control.help, "on_change": net.safely(changed)})


def pick(page: str, control: Pick, values: Mapping[str, Any], take: Callable[[str, Any], None]) -> None:
    """Draw the choice of a part of a file, with the lab's own choice filled in until there is one."""
    options, guess = control.offered(values)
    held = [number for number in values[control.name] or guess if number in options]
    # A file with other parts is another widget: this one may hold what it does not have.
    key = f"{page}.{control.name}:{hash(tuple(options.items()))}"
    now: Any = held if control.limit > 1 else held[0] if held else None
    if st.session_state.get(key) != now:
        st.session_state[key] = now

    def changed() -> None:
        new = st.session_state[key]
        chosen = tuple(new) if isinstance(new, list) else () if new is None else (new,)
        take(control.name, chosen)

    common: dict[str, Any] = {"key": key, "help": control.help, "on_change": net.safely(changed)}
    names = {
        number: f"{number}: {name}" if list(options.values()).count(name) > 1 else name
        for number, name in options.items()
    }
    if control.limit > 1:
        st.multiselect(control.label, [*options], held, names.get, max_selections=control.limit, **common)
    else:
        st.selectbox(control.label, [*options], None, names.get, placeholder="Choose", **common)


def _file(key: str, control: File, value: Any, take: Callable[[str, Any], None]) -> None:
    """Draw an upload; a file that cannot be read gets a sentence, and the previous one stays."""
    refused = f"{key}:refused"

    def changed() -> None:
        file = st.session_state[key]
        if file is None:
            st.session_state[refused] = ""
            take(control.name, None)
            return
        if not hasattr(file, "getvalue"):  # it has been read before: its name is still there, its bytes are not
            return
        with net.Caught() as caught:
            read = uploads.admit(control.read(file.name, file.getvalue()))
        uploads.forget(file.file_id)
        file.truncate(0)  # Streamlit keeps it until there is another one
        st.session_state[refused] = caught.words
        if not caught.words:
            take(control.name, read)

    st.file_uploader(
        control.label,
        max_upload_size=min(control.limit, limits().upload_mb or control.limit),
        key=key,
        help=control.help,
        on_change=net.safely(changed),
    )
    if st.session_state.get(refused):
        net.say(st.session_state[refused], key)
    elif value is not None:
        st.caption(verbatim(control.show(value)))
        if control.sample is not None:
            columns = control.sample(value)
            head = {
                f"{k}: {name}" if name in dict(columns[: k - 1]) else name: cells
                for k, (name, cells) in enumerate(columns, 1)
            }
            st.dataframe(head, hide_index=True, height="content", key=f"{key}:sample")


def _fetch(key: str, control: Fetch, value: Fetched, take: Callable[[str, Any], None]) -> None:
    """Draw a field for a name and the button that requests it."""
    refused = f"{key}:refused"
    if value.text and key not in st.session_state:
        st.session_state[key] = value.text

    def clicked() -> None:
        text = st.session_state[key].strip()
        with net.Caught() as caught:
            task = control.begin(text)
        st.session_state[refused] = caught.words.replace(f"“{control.name}”", f"“{control.label}”")
        if not caught.words:
            take(control.name, Fetched(text, task))

    st.text_input(control.label, key=key, help=control.help, max_chars=60)
    st.button(control.button, on_click=net.safely(clicked), key=f"{key}:go", icon=":material/download:")
    if st.session_state.get(refused):
        net.say(st.session_state[refused], key)


def _draw(control: Control, value: Any, common: dict[str, Any]) -> None:
    # The value is also given as the widget's default: a browser that is still loading may see two runs at once, and
    # draws the widget from the second, which no longer sets the session value.
    plain = isinstance(control, Slider) and not (control.display or control.also)
    if plain and all(isinstance(v, int) for v in control.values):
        low, high = control.values[0], control.values[-1]
        st.slider(control.label, low, high, value, step=int(control.step), **common)
    elif isinstance(control, (Slider, LogSlider)):
        st.select_slider(control.label, control.values, value, format_func=control.show, **common)
    elif isinstance(control, Choice):
        index = control.values.index(value)
        st.selectbox(control.label, control.values, index, format_func=control.show, **common)
    elif isinstance(control, Several):
        st.multiselect(control.label, control.options, value, max_selections=control.limit, **common)
    elif isinstance(control, Toggle):
        st.toggle(control.label, value, **common)
    elif isinstance(control, Text):
        if control.lines:
            st.text_area(control.label, value, height=150, max_chars=control.limit, **common)
        else:
            st.text_input(control.label, value, max_chars=control.limit, **common)
    elif isinstance(control, Seed):
        st.number_input(control.label, 0, control.high, value, step=1, **common)
    else:
        raise TypeError(f"no widget is known for {type(control).__name__}")
