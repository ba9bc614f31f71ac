"""The frame of a lab page: question, presets, controls, live picture, folded sections, export."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.draw.live import Picture
from core.kit.brought import Pick
from core.kit.controls import Control
from core.kit.glossary import named
from core.kit.lab import PREDICT, Lab, no_runs
from core.kit.words import verbatim
from pages.ui import net, opening, runs, state, telling
from pages.ui.head import active, head_of, keys
from pages.ui.live_chart import live_chart
from pages.ui.predict import guessed, predict
from pages.ui.sections import below
from pages.ui.server import live
from pages.ui.state import State
from pages.ui.widgets import pick, widget
from pages.ui.work import complete, progress

EVERY_S = 0.4  # shortest time between two redraws while a run is in progress
WATCH_S = 5.0  # shortest time between two looks at whether somebody has begun one
SHARE_S = 0.05  # longer with many sessions: a picture takes half of this, so all together take half a core
PATIENCE = 0.7  # seconds that a run of the script waits for work before it shows its progress

NOTES = 3  # sentences about a link; of more, their number

_STILL = "The plots still show the last valid settings."


@net.guarded
def show(lab: Lab) -> None:
    """Draw the page of a lab.

    The picture is computed and sent before everything that surrounds it: the browser draws it while the rest is
    still on its way, and anyone who tabs from field to field reaches its slider first.
    """
    record = state.of(lab)
    state.read_link(lab, record)
    telling.arrive(lab, record)
    opening.arrive(lab, record)
    with record.shown.being_whole():
        _draw(lab, record)


def _draw(lab: Lab, record: State) -> None:
    """Draw all parts of the page; each runs by itself afterwards, apart from the head."""
    with st.container(key="page"):
        stage, head, drawer = (st.container(key=key) for key in ("stage", "head", "drawer"))
    with drawer:
        singly = st.container() if state.presenting() else None  # for keys
        controls = None if state.bare() else st.container(key="controls")
    _look(lab, record)
    going = runs.going(record.shown.runs)
    every = pace(lab.name, EVERY_S) if going else None
    with stage:
        st.fragment(_show_stage, key=state.STAGE, run_every=every)(lab, record, controls)
        if lab.runs is not no_runs and not going:
            st.fragment(_watch, run_every=pace(lab.name, WATCH_S))(lab, record)
    if state.bare():
        return
    with head:
        head_of(lab, record)
        _notes(lab, record)
    if singly is not None:
        with singly:
            keys(lab, record)
    if lab.runs is not no_runs:
        with drawer:
            st.fragment(_show_runs, run_every=every)(lab, record)
    if record.shown.around[0] and not state.presenting():
        st.html('<span id="below"></span>')
        below(lab, record)
    else:
        record.shown.open.clear()
        record.stands.forget(f"{lab.name}:section")


@net.guarded
def _show_stage(lab: Lab, record: State, controls: DeltaGenerator | None) -> None:
    """Draw the picture and the controls in a fragment: a tick runs this alone, the page if more depends on it."""
    if not record.shown.whole:
        _look(lab, record)
    _show_picture(lab, record)
    if controls is not None:
        with controls:
            _controls(lab, record)
    record.touched = False


@net.guarded
def _show_picture(lab: Lab, record: State) -> None:
    state.write_link(lab, record)
    net.say_pending(f"{lab.name}:stage", lab)
    trained = runs.trained(record.shown.runs)
    record.shown.replays += runs.hurried(record.shown.trained, trained)
    record.shown.trained = trained
    waiting = _waiting(lab, record)
    revealed = not waiting or (record.drawn and not telling.arriving(lab, record))  # no old picture under new words
    if revealed:
        result, picture = _evaluate(lab, record, waiting)
        if record.refusal:
            net.say(record.refusal, f"{lab.name}:picture", lab)
            _nearest(lab, record)
            st.caption(_STILL)
        revealed = not record.values[PREDICT.name] or predict(lab, record, result)
        revealed = revealed and not telling.hides(lab)
    _keep_up(lab, record, revealed)
    if revealed:
        _chart(lab, record, guessed(lab, record, result, picture))
        record.works.completing = lab.completed_by(result, record.good)
        if record.works.completing:
            complete(record.works.completing)


def _keep_up(lab: Lab, record: State, revealed: bool) -> None:
    """Run the whole page if what surrounds the picture, or is open below it, was drawn for another state."""
    shown = record.shown
    around = (
        revealed,
        record.epoch,  # a click on the picture may have set controls
        active(lab, record),
        telling.done(lab, record),
        state.presenting() and [control.name for control in lab.controls if control.shown(record.values)],
        runs.going(shown.runs),
    )
    state_below = (record.good, runs.stamps(shown.runs))
    behind = bool(shown.open) and not shown.follows and state_below != shown.below
    shown.follows = False
    if not shown.whole and (behind or around != shown.around):
        st.rerun()
    shown.around, shown.below = around, state_below


def pace(page: str, least: float) -> float:
    """Return the seconds between two times that a page redraws itself or looks, while nobody moves anything."""
    return max(least, SHARE_S * state.sessions(page))


@net.guarded
def _watch(lab: Lab, record: State) -> None:
    """Notice what others do with the runs of the page, which is redrawn only if that differs from what it shows."""
    if runs.stamps(runs.looks(_trainings(lab, record))) != runs.stamps(record.shown.runs):
        state.write_link(lab, record)  # the message that triggered this run may carry an older one
        st.rerun()


def _look(lab: Lab, record: State) -> None:
    """Look at the runs of the page, once for all that is drawn of them."""
    record.shown.runs = runs.looks(_trainings(lab, record))


def _trainings(lab: Lab, record: State) -> Sequence[Any]:
    """Return what the page trains; a page without any does not compute its result for this."""
    if lab.runs is no_runs:
        return ()
    with suppress(Exception):  # errors are shown beside the picture
        return lab.trainings(lab.result(record.values), record.values)
    return lab.trainings(lab.result(record.good), record.good)


@net.guarded
def _show_runs(lab: Lab, record: State) -> None:
    """Show the progress of the runs, below the controls."""
    if not record.shown.whole:
        _look(lab, record)
    runs.bar(record.shown.runs, lab.name, record.good)
    if runs.going(record.shown.runs) != record.shown.around[-1]:
        st.rerun()


def _notes(lab: Lab, record: State) -> None:
    """Say in one line what in a link could not be taken as given."""
    if not record.link.notes:
        return
    more = len(record.link.notes) - NOTES
    words = [*record.link.notes[:NOTES], *([f"{more} more of its values were ignored or moved."] if more > 0 else [])]
    with st.container(horizontal=True, vertical_alignment="center", key="notes"):
        st.info(" ".join(map(verbatim, words)), icon=":material/link_off:")
        st.button(
            "Dismiss",
            on_click=net.safely(record.link.notes.clear),
            type="tertiary",
            icon=":material/close:",
            key=f"{lab.name}:dismiss",
        )


def _taking(lab: Lab, record: State) -> Callable[[str, Any], None]:
    """Return the callback that takes a new value of a control: it notes it, and what depends on it runs."""
    drawn_for = record.epoch

    def take(name: str, value: Any) -> None:
        if drawn_for != record.epoch:
            return  # a browser that has not yet seen a preset sends what its widgets showed before it
        forgotten = [control for control in lab.controls if isinstance(control, Pick) and name in control.of]
        if record.values[name] is not None:  # a link may have chosen columns of a file that comes now
            for control in forgotten:
                record.set(control.name, control.default)
        record.set(name, value)
        state.moved(lab, record)

    return take


def _controls(lab: Lab, record: State) -> None:
    """Draw the relevant controls in order, and the rest folded."""
    shown = {
        c.name: c for c in lab.controls if c.place != "section" and c.name not in lab.dragged and c.shown(record.values)
    }
    first = [shown.pop(name) for name in telling.controls(lab) if name in shown]
    for control in first:
        _control(lab, record, control)
    more = st.expander("More settings", on_change="rerun", key=f"{lab.name}:more")
    if more.open:
        with more:
            for control in (*shown.values(), PREDICT):
                _control(lab, record, control)


def _control(lab: Lab, record: State, control: Control) -> None:
    """Draw one control."""
    if isinstance(control, Pick):
        pick(lab.name, control, record.values, _taking(lab, record))
    else:
        widget(lab.name, control, record.values[control.name], _taking(lab, record))


def _waiting(lab: Lab, record: State) -> bool:
    """Show the work that the picture must wait for, with a button that stops it; return whether there is any."""
    settings = lab.settings(record.values)
    if record.works.stopped == settings:

        def go_on() -> None:
            record.works.stopped = None

        with st.container(horizontal=True, vertical_alignment="center"):
            st.info(f"Stopped. {_STILL if record.drawn else ''}", icon=":material/pause:")
            st.button("Resume", on_click=net.safely(go_on), key=f"{lab.name}:go_on")
        return True
    tasks = lab.tasks(record.values)
    begun = time.monotonic()
    for task in tasks:
        task.wait(begun + PATIENCE - time.monotonic())
    if all(task.done for task in tasks):
        return False

    def stop() -> None:
        for task in tasks:
            task.cancel()
        record.works.stopped = settings
        st.rerun(state.STAGE)

    progress(tasks, stop, lab.name)
    return True


def _evaluate(lab: Lab, record: State, waiting: bool) -> tuple[Any, Picture]:
    """Return the result and picture; during a wait, and for an impossible combination, the last good ones."""
    if waiting:
        result = lab.result(record.good)
        return result, lab.draw(result, record.good)
    with net.Caught(lab) as caught:
        result = lab.result(record.values)
        picture = lab.draw(result, record.values)
        state.settle(lab, record, picture)
        record.refusal, record.good, record.drawn = "", dict(record.values), True
        return result, picture
    record.refusal = caught.words
    result = lab.result(record.good)
    return result, lab.draw(result, record.good)


def _nearest(lab: Lab, record: State) -> None:
    """Offer the nearest state that this host can draw, where the settings cost more than it allows."""
    nearest = {} if lab.allowed(record.values) else lab.nearest_allowed(record.values)
    if nearest:

        def use() -> None:
            record.replace(record.values | nearest)

        st.button("Use these values", on_click=net.safely(use), key=f"{lab.name}:nearest", icon=":material/check:")


def _chart(lab: Lab, record: State, picture: Picture) -> None:
    def commit(value: Any) -> None:
        for name, part in zip(lab.dragged, value if lab.second else (value,), strict=True):
            record.set(name, part)
        state.moved(lab, record)

    def clicked(place: tuple[float, float]) -> None:
        if lab.take and (change := lab.take(place, lab.result(record.good), record.good)):
            record.replace(record.values | dict(change))

    presenting = state.presenting()
    picture, large = telling.staged(lab, record, picture)
    stamp = (record.epoch, record.visit, presenting, len(record.asked.answers))
    live_chart(
        picture,
        key=f"{lab.name}:chart",
        start=record.stands.at(lab.main, stamp, lab.stand(record.values)),
        epoch=record.epoch,
        present=presenting,
        fill=True,
        bare=state.bare(),
        panel=state.panel(),
        large=large,
        replay=record.shown.replays,
        source=None if telling.asking(lab) else live.start(lab, record.values),
        terms={
            r.label: some for r in picture.readouts if r.help and (some := named(f"{r.label}. {r.help}", lab.name)[:3])
        },
        on_commit=commit,
        on_point=clicked if lab.take and not telling.asking(lab) else None,
    )
