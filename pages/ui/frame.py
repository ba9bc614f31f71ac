"""The frame of a lab page: question, presets, controls, live picture, folded sections, export."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import streamlit as st

from core.draw.live import Picture
from core.kit.brought import Pick
from core.kit.controls import Control
from core.kit.glossary import named
from core.kit.lab import PREDICT, Lab, no_runs
from core.kit.words import verbatim
from pages.ui import export, net, opening, runs, state, telling
from pages.ui.head import active, head_of, keys
from pages.ui.live_chart import live_chart
from pages.ui.predict import guessed, predict
from pages.ui.sections import sections
from pages.ui.server import live
from pages.ui.state import State
from pages.ui.widgets import brought, pick, widget
from pages.ui.work import complete, progress

STAGE = "stage"  # key of the fragment with the picture
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
    record.shown.whole, record.shown.open = True, False
    with st.container(key="page"):
        stage, head, controls = (st.container(key=key) for key in ("stage", "head", "drawer"))
    with stage:
        going = runs.going(_runs(lab, record))
        every = pace(lab.name, EVERY_S) if going else None
        st.fragment(_show_stage, key=STAGE, run_every=every)(lab, record)
        if lab.runs is not no_runs and not going:
            st.fragment(_watch, run_every=pace(lab.name, WATCH_S))(lab, record)
    record.shown.whole = False
    if state.bare():
        return
    with head:
        head_of(lab, record)
        _notes(lab, record)
    with controls:
        if state.presenting():
            keys(lab, record)
        with st.container(key="controls"):
            _controls(lab, record)
        if lab.runs is not no_runs:
            st.fragment(_show_runs, run_every=every)(lab, record)
    if record.shown.around[0] and not state.presenting():
        st.html('<span id="below"></span>')
        in_hand = [control.name for control in lab.controls if control.place == "section"]
        values = record.good | {name: record.values[name] for name in in_hand}
        result = lab.result(values)
        record.shown.open = sections(lab, record, values, result) | export.section(lab, values, result)
    else:
        record.stands.forget(f"{lab.name}:section")


@net.guarded
def _show_stage(lab: Lab, record: State) -> None:
    """Draw the picture in a fragment: a tick of a control runs this alone, the page only where more depends on it."""
    state.write_link(lab, record)
    net.say_pending(f"{lab.name}:stage", lab)
    specs = _runs(lab, record)
    trained = runs.trained(specs)
    record.shown.replays += runs.hurried(record.shown.trained, trained)
    record.shown.trained = trained
    record.shown.runs = runs.stamps(specs)
    waiting = _waiting(lab, record)
    revealed = record.drawn or not waiting
    if revealed:
        result, picture = _evaluate(lab, record, waiting)
        if record.refusal:
            net.say(record.refusal, f"{lab.name}:picture", lab)
            _nearest(lab, record)
            st.caption(_STILL)
        revealed = not record.values[PREDICT.name] or predict(lab, record, result)
        revealed = revealed and not telling.hides(lab)
    if revealed:
        _chart(lab, record, guessed(lab, record, result, picture))
        record.works.completing = lab.completed_by(result, record.good)
        if record.works.completing:
            complete(record.works.completing)
    around = (
        revealed,
        active(lab, record),
        [control.name for control in lab.controls if control.shown(record.values)],
        [brought(lab.name, control, record.values) for control in lab.controls],
        runs.going(_runs(lab, record)),
    )
    if not record.shown.whole and (record.shown.open or around != record.shown.around):
        st.rerun()
    record.shown.around = around
    record.touched = False


def pace(page: str, least: float) -> float:
    """Return the seconds between two times that a page redraws itself or looks, while nobody moves anything."""
    return max(least, SHARE_S * state.sessions(page))


@net.guarded
def _watch(lab: Lab, record: State) -> None:
    """Notice what others do with the runs of the page, which is redrawn only if that differs from what it shows."""
    if runs.stamps(_runs(lab, record)) != record.shown.runs:
        state.write_link(lab, record)  # the message that triggered this run may carry an older one
        st.rerun()


def _runs(lab: Lab, record: State) -> Sequence[Any]:
    """Return the runs of the page; a page without any does not compute its result for this."""
    if lab.runs is no_runs:
        return ()
    with suppress(Exception):  # errors are shown beside the picture
        return lab.trainings(lab.result(record.values), record.values)
    return lab.trainings(lab.result(record.good), record.good)


@net.guarded
def _show_runs(lab: Lab, record: State) -> None:
    """Show the progress of the runs, below the controls."""
    specs = lab.trainings(lab.result(record.good), record.good)
    runs.bar(specs, lab.name, record.good)
    if runs.going(specs) != record.shown.around[-1]:
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
    """Return the callback that takes a new value of a control: it notes it and runs the picture, and nothing else."""
    drawn_for = record.epoch

    def take(name: str, value: Any) -> None:
        if drawn_for != record.epoch:
            return  # a browser that has not yet seen a preset sends what its widgets showed before it
        forgotten = [control for control in lab.controls if isinstance(control, Pick) and name in control.of]
        if record.values[name] is not None:  # a link may have chosen columns of a file that comes now
            for control in forgotten:
                record.set(control.name, control.default)
        record.set(name, value)
        state.write_link(lab, record)  # as early as possible: the browser is busy with it while the picture is computed
        st.rerun(STAGE)

    return take


def _controls(lab: Lab, record: State) -> None:
    """Draw the relevant controls in order, and the rest folded."""
    shown = {
        c.name: c for c in lab.controls if c.place != "section" and c.name not in lab.dragged and c.shown(record.values)
    }
    first = [shown.pop(name) for name in lab.open if name in shown]
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
            st.rerun(STAGE)

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
        st.rerun(STAGE)

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
    )
