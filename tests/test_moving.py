"""Folded sections: points of a picture that are a control, and work that begins with a click."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest


def dragged_points() -> None:
    """Return a page whose browser cannot draw the live chart, so that it shows sliders instead."""
    from types import SimpleNamespace

    import streamlit as st

    from core.draw.live import Axis, Figure, Frames, Panel, Picture, Plane
    from core.kit.controls import Places
    from pages.ui.moving import moving
    from pages.ui.state import State

    x, y = (0.0, 1.0, 2.0), (0.0, 1.0)
    spots = Places(name="spots", label="S", help="Help.", default=((1.0, 0.0),), across=x, up=y, limit=3)
    if "record" not in st.session_state:
        st.session_state.record = State(values={"spots": spots.default}, good={})
        st.session_state.chart_failed = True
    across, up = (Axis(name, name, values, tuple(map(str, values))) for name, values in (("x", x), ("y", y)))
    figure = Figure(data=[{"type": "scatter", "x": [0.0]}], layout={})
    panel = Panel(figure, "A.", (Frames(0, [[float(k)] for k in range(6)]),))
    picture = Picture((panel,), Plane("spots", across, up, (1.0, 0.0)), sentences=tuple(f"Step {k}." for k in range(6)))
    moving(SimpleNamespace(controls=(spots,)), st.session_state.record, picture, "chart", lambda _: None)  # type: ignore[arg-type]


def refused_work() -> None:
    """Return a page with some work that is refused."""
    from types import SimpleNamespace

    import streamlit as st

    from core.kit.lab import Work
    from pages.ui.work import work

    def too_much() -> None:
        raise ValueError("It is too much.")

    works = st.session_state.setdefault("works", {})
    found = work(
        Work("Go", "it", lambda: SimpleNamespace(done=True, result=too_much), lambda _: ("never",)), "w", works
    )
    assert not found


def opened(page: Any) -> AppTest:
    app = AppTest.from_function(page).run()
    assert not app.exception, app.exception
    return app


def stands(app: AppTest) -> tuple[Any, ...]:
    """Return points of the control, and where the sliders of the picture are."""
    return (*app.session_state.record.values["spots"], tuple(slider.value for slider in app.select_slider))


def test_the_last_point_is_in_hand_and_others_can_be_added_and_taken_away() -> None:
    app = opened(dragged_points)
    assert stands(app) == ((1, 0), (1, 0))
    assert app.text[0].value == "Step 1."
    app.select_slider[0].set_value(2.0).run()
    assert stands(app) == ((2, 0), (2, 0))
    app.button("chart:add").click().run()
    assert stands(app) == ((2, 0), (1, 1), (1, 1))
    assert app.text[0].value == "Step 4."
    app.button("chart:add").click().run()  # the middle is taken
    assert stands(app) == ((2, 0), (1, 1), (1, 0), (1, 0))
    assert app.button("chart:add").disabled and "3 of 3 points. Help." in app.caption[0].value
    app.button("chart:away").click().run()
    app.select_slider[1].set_value(0.0).run()
    assert stands(app) == ((2, 0), (1, 0), (1, 0))
    app.button("chart:away").click().run()
    assert stands(app) == ((2, 0), (2, 0))
    assert app.button("chart:away").disabled


def test_work_that_is_refused_says_why_and_can_be_asked_for_again() -> None:
    app = opened(refused_work)
    assert not app.warning
    app.button("w:begin").click().run()
    assert app.warning[0].value == "It is too much."
    assert app.button("w:begin").label == "Go"


@pytest.mark.parametrize("value", [(1.0, 1.0), (2.0, 0.0)])
def test_a_chart_that_moves_by_itself_keeps_where_it_was_told_to_stand(value: tuple[float, float]) -> None:
    from pages.ui.state import Stands

    stands = Stands()
    assert stands.at("section0.1", (0, 0), (1.0, 0.0)) == (1.0, 0.0)
    assert stands.at("section0.1", (0, 0), value) == (1.0, 0.0)  # otherwise each move would send the picture again
    assert stands.at("section0.1", (1, 0), value) == value
    stands.forget("section1")
    assert stands.at("section0.1", (1, 0), (0.0, 0.0)) == value
    stands.forget("section0")
    assert stands.at("section0.1", (1, 0), (0.0, 0.0)) == (0.0, 0.0)
