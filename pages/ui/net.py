"""A page's response to an error: a sentence for the reader, and everything in the server's log."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import Any

import streamlit as st

from core.kit.lab import Lab
from core.kit.refusal import reason
from core.kit.words import verbatim
from pages.ui import state

SORRY = "Something went wrong here, and nothing of yours is lost. Try again, or reset the page."

_LOG = logging.getLogger("lectern")
_POINTED = re.compile(r"(```text\n[^`\n]*\n *\^\n```\n)(.+)", re.DOTALL)  # a line, a caret below it, a sentence
_PENDING = "net:pending"  # what a callback has caught, for the run that follows it


def words(error: BaseException, lab: Lab | None = None) -> str:
    """Return what the reader is told about an error; anything but a refusal goes to the server's log.

    The labels on screen replace the names in a refusal.
    """
    told = reason(error)
    if not told:
        _LOG.error("An error reached a page.", exc_info=error)
        return SORRY
    labels = {control.name: control.label for control in lab.controls} if lab else {}
    return re.sub(r"`(\w+)`", lambda name: f"“{labels.get(name[1], name[1])}”", told)


class Caught:
    """A context that an error ends without harm; `words` is what the reader is told, and is empty without an error.

    What Streamlit raises to stop or repeat a run is not an `Exception` and passes through.
    """

    def __init__(self, lab: Lab | None = None) -> None:
        self.lab, self.words = lab, ""

    def __enter__(self) -> Caught:
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: TracebackType | None) -> bool:
        if isinstance(error, Exception):
            self.words = words(error, self.lab)
        return isinstance(error, Exception)


def say(told: str, key: str, lab: Lab | None = None) -> None:
    """Show what the reader is told, with a button that resets the page if the fault is ours."""
    st.warning(_shown(told), icon=":material/block:")
    if told == SORRY and lab is not None:
        st.button("Reset", on_click=safely(_reset), args=(lab,), key=f"{key}:net", icon=":material/restart_alt:")


def _shown(told: str) -> str:
    """Return the message as Markdown: a plain sentence, or one below the line of a typed text that it is about."""
    pointed = _POINTED.fullmatch(told)
    return f"{pointed[1]}{verbatim(pointed[2])}" if pointed else verbatim(told)


def _reset(lab: Lab) -> None:
    state.of(lab).replace(lab.fresh)


def guarded(draw: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap what draws a part of a page: an error in it leaves a sentence in its place."""

    @wraps(draw)
    def drawn(*args: Any, **named: Any) -> Any:
        lab = next((arg for arg in args if isinstance(arg, Lab)), None)
        with Caught(lab) as caught:
            return draw(*args, **named)
        say(caught.words, f"{lab.name if lab else 'page'}:{draw.__name__}", lab)
        return None

    return drawn


def last(_error: Exception) -> bool:
    """Show our sentence in place of Streamlit's red box for what nothing else has caught; Streamlit has logged it."""
    say(SORRY, "last")
    return True


def safely(act: Callable[..., Any]) -> Callable[..., None]:
    """Wrap a callback: the run that follows reports an error in it, and the page is drawn all the same."""

    @wraps(act)
    def acted(*args: Any, **named: Any) -> None:
        with Caught() as caught:
            act(*args, **named)
        if caught.words:
            st.session_state[_PENDING] = caught.words

    return acted


def say_pending(key: str, lab: Lab | None = None) -> None:
    """Show what the last callback has caught."""
    told = st.session_state.pop(_PENDING, "")
    if told:
        say(told, f"{key}:pending", lab)
