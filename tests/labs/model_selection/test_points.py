"""Points of the visitor's own on the page: what is said, what is not drawn, the script, and the refusals."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.polynomial import Polynomial

from core.draw.live import Picture
from core.kit.refusal import reason
from core.labs.model_selection.lab import LAB
from core.regression.points import CARS, UNKNOWN, Points, read_text
from tests.states import check_rest
from tests.test_pages import compare_script
from tests.whole import check_picture

OWN = LAB.preset_values(LAB.presets[-1])


def drawn(**change: Any) -> Picture:
    values = OWN | change
    return LAB.draw(LAB.result(values), values)


def many(n: int) -> Points:
    rng = np.random.default_rng(n)
    x = rng.uniform(0, 10, n)
    return Points("many.csv", str(n), x, np.sin(x) + rng.normal(size=n))


@pytest.mark.parametrize("view", ["held", "residuals"])
@pytest.mark.parametrize("rule", ["hold-out", "repeated k-fold", "AIC"])
def test_nothing_on_screen_knows_the_truth(view: str, rule: str) -> None:
    picture = drawn(view=view, rule=rule)
    check_picture(picture)
    names = {trace["name"] for panel in picture.panels for trace in panel.figure["data"]}
    assert not names & {"truth", "expected error"}
    assert not {"expected error"} & {readout.label for readout in picture.readouts}
    assert picture.summaries[0].endswith("the truth, and so the best degree, is unknown.")
    assert all("is unknown, and so is the cost of this choice." in sentence for sentence in picture.sentences)


def test_the_fit_on_screen_is_the_least_squares_parabola() -> None:
    x, y = read_text(CARS)
    picture = drawn()
    (panel, trace) = next(
        (panel, k)
        for panel in picture.panels
        for k, trace in enumerate(panel.figure["data"])
        if trace["name"] == "fit to all points"
    )
    (frames,) = [frames for frames in panel.frames if frames.trace == trace]
    expected = Polynomial.fit(x, y, 2)(np.linspace(4, 25, 81))
    np.testing.assert_allclose((frames.values[1] @ frames.basis[:3])[0], expected, rtol=1e-6)


def test_sections_that_need_new_data_say_so() -> None:
    check_rest(LAB, OWN)
    result = LAB.result(OWN)
    told = [section.blocks(result, OWN) for section in LAB.sections]
    assert [blocks == (UNKNOWN,) for blocks in told] == [False, True, True, True, False]
    assert LAB.questions(result) == () and LAB.questions(LAB.result(LAB.fresh))


@pytest.mark.parametrize("rule", ["k-fold", "BIC"])
def test_the_script_prints_the_same_numbers(rule: str, tmp_path: Path) -> None:
    compare_script(LAB, OWN | {"rule": rule}, tmp_path)


@pytest.mark.parametrize("view", ["held", "residuals"])
@pytest.mark.parametrize("rule", ["hold-out", "k-fold", "leave-one-out", "AIC"])
def test_few_points_leave_some_degrees_without_a_score(view: str, rule: str) -> None:
    few = "0;5.1\n0;9.5\n1;7.5\n1e9;9.7"
    check_picture(drawn(pasted=few, folds=4, log_y=True, view=view, rule=rule))


def test_a_file_replaces_what_is_typed() -> None:
    points = many(60)
    result = LAB.result(OWN | {"upload": points})
    np.testing.assert_array_equal(result.validation.y, points.y)
    assert LAB.result(OWN | {"upload": points}) is result


@pytest.mark.parametrize("view", ["held", "residuals"])
def test_two_thousand_points_are_a_light_picture(view: str) -> None:
    change = {"upload": many(2000), "view": view, "rule": "leave-one-out", "max_degree": 6}
    picture = drawn(**change)
    check_picture(picture)
    assert (
        sum(
            np.asarray(frames.values[k]).nbytes / 2
            for panel in picture.panels
            for frames in panel.frames
            for k in range(len(frames.values))
        )
        < 300_000
    )  # single precision
    check_rest(LAB, OWN | change)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pasted": "1,2\n1,3\n1,4\n1,5"}, "All x are equal, 1; they must differ."),
        ({"pasted": "1,2\n2,3\n3,4\n4,nan"}, "“nan” in line 4 is not a number; correct it or leave out the line."),
        ({"pasted": "1,2\n2,3\n3,5\n4,4"}, "`folds` must be at most the number of points, 4; got 10."),
        ({"pasted": ""}, "There are 0 points; bring between 4 and 2,000."),
    ],
)
def test_what_cannot_be_judged_is_a_sentence(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(words)) as error:
        drawn(**change)
    assert reason(error.value)


def test_a_link_holds_what_is_typed() -> None:
    values = OWN | {"pasted": "1;0,5\n2,5;1\n-3;1,5\n4e2;-2,25", "folds": 4}
    link = LAB.link(values)
    assert LAB.read_link({name: [text] for name, text in link.items()}) == (values, [])
    assert "upload" not in link
