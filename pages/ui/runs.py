"""Runs that a page is read from: their progress, and buttons that begin, pause, and cancel them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from core import jobs
from core.training.devices import instead
from core.training.offers import in_words, offer, refusal, speed_words
from core.training.runs import Seen, begin, look
from pages.ui import downloads
from pages.ui.asking import button, refused
from pages.ui.owner import THEIRS, may_change, owner

SHARED = "This run is shared: pausing or canceling it affects everyone watching."


@dataclass(frozen=True)
class Run:
    """A training, and its progress when it was looked at."""

    spec: Any
    seen: Seen


def looks(specs: Sequence[Any]) -> tuple[Run, ...]:
    """Look at some runs."""
    return tuple(Run(spec, look(spec)) for spec in specs)


def going(found: Sequence[Run]) -> bool:
    """Return whether one of these runs is in progress or waiting."""
    return any(run.seen.going for run in found)


def stamps(found: Sequence[Run]) -> tuple[Any, ...]:
    """Return a value that changes as soon as anything about these runs does."""
    return tuple((run.seen.stamp, run.seen.state, run.seen.message) for run in found)


def trained(found: Sequence[Run]) -> dict[str, float]:
    """Return for each run, by its name, which part of it has been trained."""
    return {run.seen.id: _done([run.seen]) for run in found}


def hurried(before: Mapping[str, float], now: Mapping[str, float]) -> bool:
    """Return whether more than half of the same runs was trained between two results of `trained`."""
    return bool(now) and before.keys() == now.keys() and sum(now.values()) - sum(before.values()) > len(now) / 2


def bar(found: Sequence[Run], key: str, values: Mapping[str, Any]) -> None:
    """Say what the runs are doing, in one line with the available actions.

    Parameters
    ----------
    found
        The runs, and what would be trained here.
    key
        Of the page.
    values
        Values of all its controls: if they ask for a device other than the one the runs get, the page says so.
    """
    if not found:
        return
    specs, seen = [run.spec for run in found], [run.seen for run in found]
    with st.container(horizontal=True, vertical_alignment="center", key="runs"):
        if going(found):
            _going(seen, f"{key}:run")
        else:
            _still(specs, seen, f"{key}:run", instead(values["device"], values["precision"]))
    downloads.offer(specs, key)


def _going(seen: Sequence[Seen], key: str) -> None:
    """Show progress, Pause, and Cancel."""
    now = next(each for each in seen if each.going)
    doing = "Stopping" if now.state == "stopping" else "Training"  # a click shows at once, even before it takes effect
    words = now.message or f"{doing}, {now.seconds:.0f} s"
    which = f" (run {seen.index(now) + 1} of {len(seen)})" if len(seen) > 1 else ""
    st.progress(min(_done(seen), 1.0), text=f"{words}{which}", width=320)
    live = [each.id for each in seen if each.going and may_change(each.owner)]
    if not live:
        st.caption(THEIRS, width="stretch")
        return
    button("Pause", "pause", lambda: _each(jobs.pause, live), key)
    button("Cancel", "close", lambda: _each(jobs.cancel, live), key, name="stop")
    st.caption(f"{speed_words(now.note)} {SHARED}".strip(), width="stretch")


def _done(seen: Sequence[Seen]) -> float:
    return sum(1.0 if each.state in ("done", "recorded") else each.progress for each in seen) / len(seen)


def _still(specs: Sequence[Any], seen: Sequence[Seen], key: str, other: str) -> None:
    """Say what there is, with a button for more; `other` says what became of the wish for a device."""
    open_ = [spec for spec, each in zip(specs, seen, strict=True) if each.state != "done"]
    why_not = refusal(open_) if open_ else ""
    stopped = [each for each in seen if each.state not in ("", "recorded", "done")]
    if open_ and not why_not:
        recorded = all(each.state in ("recorded", "done") for each in seen)
        label = "Resume" if stopped else "Train live" if recorded else "Train"
        look_of = "secondary" if recorded else "primary"
        button(
            label, "play_arrow", lambda: _each(partial(begin, owner=owner()), open_), key, name="train", type=look_of
        )
    mine = [each.id for each in stopped if may_change(each.owner)]
    if mine and not why_not:
        button("Start over", "replay", lambda: _each(partial(jobs.restart, owner=owner()), mine), key)
    more = (why_not,) if why_not else (other, offer(open_)) if open_ else ()
    st.caption(" ".join(filter(None, (_told(seen, not why_not), *more))), width="stretch")
    refused(key)


def _told(seen: Sequence[Seen], trains: bool) -> str:
    """Return the state of the runs as sentences; `trains` says whether more can be trained here."""
    states = [each.state for each in seen]
    stopped = next((each for each in seen if each.state not in ("", "recorded", "done")), None)
    if stopped is not None:
        how = stopped.state.replace("cancelled", "canceled")
        words = stopped.message or f"The run was {how}; partial results are shown."
        return f"{words} {SHARED}"
    if "" in states:
        there = len(states) - states.count("")
        return f"{there} of {len(states)} runs are available." if there else "Not trained yet with these settings."
    if "recorded" in states:
        kept = seen[states.index("recorded")]
        machine = kept.machines[0]
        return (
            f"{kept.message} **Recorded run** ({machine['processor']}, torch "
            f"{machine['packages']['torch']}).{' Train live to repeat it.' * trains} {_speed(kept)}"
        ).strip()
    return f"Trained on this server in {in_words(sum(each.seconds for each in seen))}. {_speed(seen[-1])}".strip()


def _speed(seen: Seen) -> str:
    """Say how a run was computed, from its record."""
    note = seen.machines[-1].get("note", {}) if seen.machines else {}
    return speed_words(note) if isinstance(note, dict) else ""


def _each(act: Callable[[Any], Any], things: Sequence[Any]) -> None:
    for thing in things:
        act(thing)
