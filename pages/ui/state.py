"""A visitor's settings on a page: one record per page, kept for the session and mirrored in the URL.

The record is the truth. Widgets are seeded from it and write to it in their callbacks; the URL is read when
it has changed (a link, the Back button) and written when the record has changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

import streamlit as st

from core.kit.lab import Lab
from core.kit.links import nearest

# Query parameters that belong to the shell and not to a page.
PRESENT = "present"  # presenter mode
BARE = "bare"  # the picture alone, to be embedded
PANEL = "panel"  # number of the only panel that an embedded picture shows, from 1
STORY = "story"  # position in a story, such as start.3
OPEN = "open"  # section or exercise that is unfolded, such as layer-table or convolution-7
OWN = "own"  # a lecture of one's own, packed
SHELL = (PRESENT, BARE, PANEL, STORY, OPEN, OWN)

# Keys of fragments: the picture with its controls, and what is folded below.
STAGE = "stage"
BELOW = "below"


@dataclass
class Link:
    """The address as a page has read or written it.

    Attributes
    ----------
    query
        The query parameters last seen or written; `None` before the first visit.
    asked_for, notes
        The texts of the link that was last read, until a widget changes; sentences about what could not be taken as
        given.
    opened
        The visit, and the names of what its link asked to unfold, once they have been read.
    """

    query: dict[str, str] | None = None
    asked_for: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    opened: tuple[int, list[str]] = (0, [])


@dataclass
class Asked:
    """Predict first: the settings that the questions are about, the committed answers, and the guess being made."""

    settings: Any = None
    answers: tuple[Any, ...] = ()
    draft: Any = None

    def about(self, settings: Any) -> None:
        """Start over if the questions are about settings other than last time's."""
        if settings != self.settings:
            self.settings, self.answers, self.draft = settings, (), None


@dataclass
class Stands:
    """When each chart was last told where to be, and where.

    In between it moves by itself, and its data stay byte for byte the same, so that a move costs no payload.
    """

    told: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def at(self, chart: str, stamp: Any, value: Any) -> Any:
        """Return where a chart should be: the value at the time that `stamp` last changed."""
        if chart not in self.told or self.told[chart][0] != stamp:
            self.told[chart] = stamp, value
        return self.told[chart][1]

    def forget(self, charts: str) -> None:
        """Forget the charts whose keys begin like this: they are gone, and will be recreated."""
        self.told = {chart: stood for chart, stood in self.told.items() if not chart.startswith(charts)}


@dataclass
class Works:
    """Work of a page that takes longer than a moment.

    Attributes
    ----------
    requested
        Work that has been requested in sections, by what is computed.
    completing
        Work that will complete the picture; work that nobody holds is not begun.
    ahead
        Work for the next step of a story.
    stopped
        The settings whose computation the visitor has canceled.
    """

    requested: dict[Any, Any] = field(default_factory=dict)
    completing: list[Any] = field(default_factory=list)
    ahead: list[Any] = field(default_factory=list)
    stopped: Any = None


@dataclass
class Shown:
    """The page as it was last drawn.

    Attributes
    ----------
    whole
        The whole page is being run, not just a part of it.
    runs
        The page's runs, each with what it trains.
    trained, replays
        Which part of each run had been trained then; counts the times that more than half came at once, too fast to be
        followed: the curves are then drawn at a pace.
    around
        What the rest of the page depends on: whether the picture is shown, the epoch, the active preset, whether a step
        of a story is done, for a presenter the controls that are shown, and whether a run is in progress.
    open, below, follows
        Keys of the sections that are open; the state that they were drawn for; whether they will run after the picture.
    """

    whole: bool = False
    runs: Sequence[Any] = ()
    around: tuple[Any, ...] = (True,)
    trained: dict[str, float] = field(default_factory=dict)
    replays: int = 0
    open: set[str] = field(default_factory=set)
    below: Any = None
    follows: bool = False

    @contextmanager
    def being_whole(self) -> Iterator[None]:
        """Note that the whole page is being run."""
        self.whole = True
        try:
            yield
        finally:
            self.whole = False


@dataclass(eq=False)
class State:
    """Everything remembered about one page in one session: its record, and by concern what goes with it.

    Attributes
    ----------
    values
        Value of every control.
    good, drawn
        The last values whose picture could be computed, initially the defaults; whether there has been one.
    refusal
        Why `values` have no picture; empty if they have.
    epoch, visit
        Count the changes of state that did not come from a widget, and the arrivals from another page.
    touched
        A widget has changed since the last run: the URL that came with the run is then older than `values`.
    """

    values: dict[str, Any]
    good: dict[str, Any]
    drawn: bool = False
    refusal: str = ""
    epoch: int = 0
    visit: int = 0
    touched: bool = False
    link: Link = field(default_factory=Link)
    asked: Asked = field(default_factory=Asked)
    stands: Stands = field(default_factory=Stands)
    works: Works = field(default_factory=Works)
    shown: Shown = field(default_factory=Shown)

    def set(self, name: str, value: Any) -> None:
        """Take one value from a widget."""
        self.values[name] = value
        self.touched = True

    def replace(self, values: dict[str, Any]) -> None:
        """Take a whole new state (a preset, a reset, a link)."""
        self.values = dict(values)
        self.epoch += 1
        self.touched = True


# Records of the open sessions, by page; they go with their sessions.
_OPEN: dict[str, WeakSet[State]] = {}


def of(lab: Lab) -> State:
    """Return the record of a page in this session."""
    key = f"lab:{lab.name}"
    if key not in st.session_state:
        st.session_state[key] = State(values=lab.fresh, good=lab.fresh)
    state: State = st.session_state[key]
    _OPEN.setdefault(lab.name, WeakSet()).add(state)
    return state


def sessions(page: str) -> int:
    """Count the open sessions that have been on a page."""
    return len(_OPEN.get(page, ()))


def arrive(page: str) -> None:
    """Note which page this run shows, and whether the run before showed another one."""
    st.session_state["arrived"] = st.session_state.get("page") != page
    st.session_state["page"] = page


def moved(lab: Lab, state: State) -> None:
    """In a callback beside the picture: let the open sections run after it, which runs in any case."""
    write_link(lab, state)  # as early as possible: the browser is busy with it while the picture is computed
    if state.shown.open:
        state.shown.follows = True
        st.rerun([STAGE, BELOW])


def moved_below(lab: Lab, state: State, names: Iterable[str]) -> None:
    """In a callback of a section that has changed controls: let the picture run if it depends on them."""
    write_link(lab, state)
    if lab.drawn_from.union(lab.dragged).intersection(names):
        state.shown.follows = True
        st.rerun([STAGE, BELOW])
    st.rerun(BELOW)


def again() -> None:
    """Run the whole page again from a fragment that runs by itself: the URL that it came with may be an older one."""
    st.session_state["again"] = True
    st.rerun()


def presenting() -> bool:
    """Return whether presenter mode is requested."""
    return st.query_params.get(PRESENT) == "1"


def bare() -> bool:
    """Return whether only the picture is requested."""
    return st.query_params.get(BARE) == "1"


def panel() -> int | None:
    """Return the index of the only panel that is requested, from 0."""
    text = st.query_params.get(PANEL, "")
    return int(text) - 1 if re.fullmatch("[1-9]", text) else None


def present(on: bool) -> None:
    """Switch presenter mode on or off."""
    if on:
        st.query_params[PRESENT] = "1"
    else:
        st.query_params.pop(PRESENT, None)


def read_link(lab: Lab, state: State) -> None:
    """Update the record from the URL that this run came with."""
    query = {key: st.query_params.get_all(key) for key in st.query_params if key not in SHELL}
    seen = {key: texts[-1] for key, texts in query.items()}
    arrived, again = st.session_state["arrived"], st.session_state.pop("again", False)
    state.visit += arrived
    if state.touched or arrived:
        state.link.asked_for, state.link.notes = {}, []
    by_menu = arrived and state.link.query is not None and not seen  # the menu drops the query: the record stays
    if state.touched or again or by_menu or seen == state.link.query:
        return
    values, state.link.notes = lab.read_link(query)
    state.link.asked_for = seen
    if values != state.values:
        state.replace(values)


def settle(lab: Lab, state: State, picture: Any) -> None:
    """Set the control to where the picture is, so that screen and link agree."""
    values = lab.settled(picture, state.values)
    moved = [control for control in lab.controls if values[control.name] != state.values[control.name]]
    for control in moved:
        asked = state.link.asked_for.get(control.name, "")
        before, after = (nearest(control, asked, each[control.name]) for each in (state.values, values))
        state.link.notes = [note for note in state.link.notes if note != before] + [after] * bool(asked)
    if moved:
        state.values = values
        write_link(lab, state)


def write_link(lab: Lab, state: State) -> None:
    """Update the URL from the record."""
    state.link.query = lab.link(state.values)
    kept = {key: st.query_params[key] for key in SHELL if key in st.query_params}
    if {key: st.query_params.get_all(key) for key in st.query_params} != {
        key: [text] for key, text in (kept | state.link.query).items()
    }:
        st.query_params.from_dict(kept | state.link.query)
