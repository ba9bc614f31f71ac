"""The app around the pages: navigation, page setup, and deep links into a cold process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from pathlib import Path

import streamlit as st

from core.kit.lab import Lab
from pages.ui import boot, net, rest, sessions, state

# Topic -> pages; a page is the name of its file in pages/, which is also its address.
TOPICS: dict[str, tuple[str, ...]] = {
    "Generalization": ("bias_variance", "model_selection", "regularization"),
    "Foundations": ("logistic", "gradients", "neighbors", "trees", "descent", "normalization", "staleness"),
    "Ranking": ("ranking_curves",),
    "Networks": ("cnn_cost", "convolution", "inception"),
    "Training": ("lr_range", "schedules", "momentum", "transfer"),
}

_PAGES = Path(__file__).parents[1]
_ICON = _PAGES.parent / "static" / "icon.svg"  # a named icon would be fetched from elsewhere
_CSS = Path(__file__).with_name("page.css")
_CSS_PRESENT = Path(__file__).with_name("present.css")
_CSS_BARE = Path(__file__).with_name("bare.css")

# A context variable and not a module flag: it is false again in the next script run, whoever starts it.
_inside = ContextVar("inside_app", default=False)


@cache
def labs() -> dict[str, Lab]:
    """Return all labs by name, in the order of the navigation."""
    known = {name: import_module(f"pages.{name}").LAB for names in TOPICS.values() for name in names}
    boot.freeze()
    rest.collect_at_rest()
    return known


def home_page() -> st.Page:
    """Return the page at the root address."""
    return st.Page(_PAGES / "home.py", title="Lectern", icon=":material/home:", default=True)


def practice_page() -> st.Page:
    """Return the page of the exercises of all labs."""
    return st.Page(_PAGES / "practice.py", title="Practice", icon=":material/edit:", url_path="practice")


def join_page() -> st.Page:
    """Return the page on which a class answers, which is reached by a link or from the exercises."""
    look = {"title": "Answer in class", "icon": ":material/groups:", "url_path": "join"}
    return st.Page(_PAGES / "join.py", visibility="hidden", **look)


def glossary_page() -> st.Page:
    """Return the page that says what the terms mean."""
    return st.Page(_PAGES / "glossary.py", title="Glossary", icon=":material/menu_book:", url_path="glossary")


def lab_page(lab: Lab) -> st.Page:
    """Return the page of a lab; its address is the name of its file, whether or not app.py has run."""
    return st.Page(_PAGES / f"{lab.name}.py", title=lab.title, url_path=lab.name)


def _navigation(position: str) -> st.Page:
    known = labs()
    sections = {topic: [lab_page(known[name]) for name in names] for topic, names in TOPICS.items()}
    return st.navigation(
        {"": [home_page(), practice_page(), glossary_page(), join_page()], **sections}, position=position
    )


@contextmanager
def _inside_app() -> Iterator[None]:
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)


def run_app() -> None:
    """Set up the app and run the page that the address asks for."""
    sessions.note()
    st.set_page_config(page_icon=str(_ICON), layout="wide")
    alone = state.presenting() or state.bare()
    page = _navigation("hidden" if alone else "top")
    st.html(_CSS)
    if alone:
        st.html(_CSS_BARE if state.bare() else _CSS_PRESENT)
    state.arrive(page.url_path)
    with _inside_app():
        page.run()


def run_page(render: Callable[[], None]) -> None:
    """Run a page file inside the app.

    In a fresh process Streamlit finds the folder `pages/` by itself, and a deep link runs the page file
    without app.py. Declaring the navigation switches that off, and the rerun goes through app.py with the
    same address.
    """
    if not _inside.get():
        st.set_page_config(page_icon=str(_ICON), layout="wide")  # else the icon of the page would be fetched
        _navigation("hidden")
        st.rerun()
    net.guarded(render)()
