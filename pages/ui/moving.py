"""Pictures in folded sections: some have draggable points, which are a control of the page."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.draw.live import Picture
from core.kit.controls import Place, Places
from core.kit.lab import Lab
from pages.ui import net
from pages.ui.live_chart import live_chart
from pages.ui.state import State


def moving(lab: Lab, record: State, picture: Picture, key: str, after: Callable[[str], None]) -> None:
    """Draw a picture; if its axis is named like a control of the page, it stays in step with that control.

    `after` is called with the control's name in each callback that has changed it.
    """
    named = picture.axis.name if picture.axis else ""
    control = next((c for c in lab.controls if isinstance(c, Places) and c.name == named), None)
    if control is None:
        live_chart(picture, key=key)
        return

    drawn_for = record.epoch

    def dragged(place: Place) -> None:
        if drawn_for == record.epoch:  # else another point has been selected since the one that the browser has moved
            record.set(named, (*record.values[named][:-1], place))
            after(named)

    def pointed(place: Place) -> None:
        change(control.pointed(record.values[named], place))

    def change(places: tuple[Place, ...]) -> None:  # the picture then goes to the last of them
        if places != record.values[named]:
            record.replace(record.values | {named: places})
            after(named)

    places = record.values[named]
    live_chart(
        picture,
        key=key,
        start=record.stands.at(key, (record.epoch, record.visit), places[-1]),
        epoch=record.epoch,
        on_commit=dragged,
        on_point=pointed if control.limit > 1 else None,
    )
    if control.limit > 1:
        _buttons(control, places, key, change)


def _buttons(control: Places, places: tuple[Place, ...], key: str, change: Callable[[tuple[Place, ...]], None]) -> None:
    """Draw buttons that add and remove a point without a pointer."""
    middle, half = control.across[len(control.across) // 2], len(control.up) // 2

    def add() -> None:  # in the middle, or above it where there is no point yet
        tried = (control.pointed(places, (middle, y)) for y in control.up[half:] + control.up[:half])
        change(next((more for more in tried if len(more) > len(places)), places))

    def take_away() -> None:
        change(places[:-1])

    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Add a point",
            on_click=net.safely(add),
            key=f"{key}:add",
            icon=":material/add:",
            disabled=len(places) == control.limit,
        )
        st.button(
            "Remove the last point",
            on_click=net.safely(take_away),
            key=f"{key}:away",
            icon=":material/remove:",
            disabled=len(places) == 1,
        )
        st.caption(f"{len(places)} of {control.limit} points. {control.help}")
