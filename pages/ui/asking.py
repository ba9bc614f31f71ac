"""Buttons that ask for something that may be refused; the reason stands beside them until the next click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st


def button(label: str, icon: str, act: Callable[[], Any], key: str, name: str = "", **look: Any) -> None:
    """Draw a button of the group `key`; `name` tells it from the others where its label does not."""

    def clicked() -> None:
        st.session_state[f"{key}:refused"] = ""
        try:
            act()
        except ValueError as error:
            st.session_state[f"{key}:refused"] = str(error)

    st.button(label, on_click=clicked, key=f"{key}:{name or label}", icon=f":material/{icon}:", **look)


def refused(key: str) -> None:
    """Say why the last click of the group came to nothing, if it did."""
    reason = st.session_state.get(f"{key}:refused", "")
    if reason:
        st.caption(f":material/block: {reason}")
