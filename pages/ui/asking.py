"""Buttons that ask for something that may be refused; the reason stands beside them until the next click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.kit.words import verbatim
from pages.ui import net


def button(label: str, icon: str, act: Callable[[], Any], key: str, name: str = "", **look: Any) -> None:
    """Draw a button of the group `key`; `name` tells it from the others where its label does not."""

    def clicked() -> None:
        with net.Caught() as caught:
            act()
        st.session_state[f"{key}:refused"] = caught.words

    st.button(label, on_click=net.safely(clicked), key=f"{key}:{name or label}", icon=f":material/{icon}:", **look)


def refused(key: str) -> None:
    """Say why the last click of the group came to nothing, if it did."""
    reason = st.session_state.get(f"{key}:refused", "")
    if reason:
        st.caption(f":material/block: {verbatim(reason)}")
