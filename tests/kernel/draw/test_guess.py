"""Answers in a picture: each on its axis, however it is scaled, and at its end where it lies beyond."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.draw.guess import marked
from core.draw.live import Panel, Picture
from core.draw.marks import bars, curve, panel
from core.draw.still import still
from core.draw.style import color
from core.kit.mark import Mark, answered


def picture(**look: object) -> Picture:
    line = panel(
        [curve(np.array([0.0, 10.0]), np.array([0.0, 5.0]), "first", "a")],
        "A line.",
        x="x",
        y="y",
        xaxis={"range": [0, 10]},
        yaxis={"range": [5, 0]},
        folded=True,
        **look,
    )
    log = panel(
        [bars(np.array([0.0, 1.0]), np.array([1.0, 100.0]), "first", "b")],
        "Bars.",
        x="x",
        y="y",
        xaxis={"range": [-0.5, 1.5]},
        yaxis={"type": "log", "range": [-1, 3]},
    )
    return Picture((line, log))


def own(panel_: Panel, name: str) -> tuple[list[float], list[float], str]:
    (trace,) = [one for one in panel_.figure["data"] if one["name"] == name]
    look = trace.get("line") or trace["marker"]
    return np.asarray(trace["x"]).tolist(), np.asarray(trace["y"]).tolist(), look["color"]


def test_a_line_crosses_the_whole_panel_in_the_color_of_what_it_is_worth() -> None:
    shown = marked(picture(), Mark(0), 3, 8, False)
    assert own(shown.panels[0], "your guess 3") == ([3, 3], [5, 0], color("wrong"))
    assert own(shown.panels[0], "correct 8") == ([8, 8], [5, 0], color("right"))
    assert not shown.panels[0].folded
    assert "Your guess: 3. Correct: 8." in shown.panels[0].alt
    assert len(picture().panels[0].figure["data"]) == 1
    still(shown, 0)  # plotly takes it


def test_a_point_and_a_bar_stand_at_their_places() -> None:
    point = marked(picture(), Mark(0, "y", at=4, place=lambda percent: percent / 100), 250, 300, True)
    assert own(point.panels[0], "your guess 250") == ([4], [2.5], color("right"))
    bar = marked(picture(), Mark(-1, "y", at=1), 10, 100, False)
    x, y, _ = own(bar.panels[1], "correct 100")
    assert (min(x), max(x)) == (pytest.approx(0.58), pytest.approx(1.42))
    assert (min(y), max(y)) == (pytest.approx(0.1), pytest.approx(100))
    pair = marked(picture(), Mark(0, "xy"), (1.0, 2.0), (1.0, 2.0), True)
    assert own(pair.panels[0], "your guess") == ([1], [2], color("right"))


@pytest.mark.parametrize(("guess", "end"), [(1e9, 10**2.92), (-5.0, 10**-0.92), (0.0, 10**-0.92)])
def test_what_lies_beyond_an_axis_stands_at_its_end(guess: float, end: float) -> None:
    shown = marked(picture(), Mark(1, "y"), guess, 1, False)
    x, y, _ = own(shown.panels[1], f"your guess {guess:.4g}".replace("-", "−").replace("e+", "e+"))
    assert y == pytest.approx([end, end])
    assert x == [-0.5, 1.5]


def test_an_answer_without_a_place_is_not_drawn() -> None:
    logged = Mark(0, place=math.log10)
    shown = marked(picture(), logged, 0.0, 100.0, False)
    names = [trace["name"] for trace in shown.panels[0].figure["data"]]
    assert names == ["a", "correct 100"]


def test_numbers_are_read_from_answers_and_options() -> None:
    from core.exercises.kinds import Near, Pick

    pick = Pick(("at 50 hours", "−40", "1,728 or so", "nowhere", "0.0001"))
    assert [answered(pick, one) for one in pick.options] == [50, -40, 1728, None, 0.0001]
    assert answered(Near(3, "", 1), "2.5") == 2.5
    assert answered(Near(3, "", 1), "abc") is None
