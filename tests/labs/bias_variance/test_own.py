"""Points of the visitor's own: numbers against refits, what is said and not drawn, the script, and the refusals."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.polynomial import Polynomial

from core.draw.live import Picture
from core.kit.refusal import reason
from core.labs.bias_variance.compute.own import fit_own
from core.labs.bias_variance.lab import LAB
from core.regression.points import CARS, UNKNOWN, Points, read_text
from tests.states import check_rest
from tests.test_pages import compare_script
from tests.whole import check_picture

OWN = LAB.preset_values(LAB.presets[-1])


def drawn(**change: Any) -> Picture:
    values = OWN | change
    return LAB.draw(LAB.result(values), values)


def test_leave_one_out_is_the_mean_square_of_separate_fits() -> None:
    x, y = read_text(CARS)
    found = LAB.result(OWN)
    for degree in (1, 2, 6, 10):
        missed = [y[i] - Polynomial.fit(np.delete(x, i), np.delete(y, i), degree)(x[i]) for i in range(x.size)]
        residual = y - Polynomial.fit(x, y, degree)(x)
        assert found.left_out[degree - 1] == pytest.approx(np.mean(np.square(missed)), rel=1e-6)
        assert found.train_mse[degree - 1] == pytest.approx(np.mean(residual**2), rel=1e-8)
    np.testing.assert_allclose(found.leverage.sum(axis=1), found.degrees + 1, rtol=1e-9)  # trace of a projection
    assert found.best == 1 + np.argmin(found.left_out)
    np.testing.assert_allclose(found.left_out, found.refitted, rtol=1e-6)


def test_the_bootstrap_variance_is_that_of_separate_fits() -> None:
    x, y = read_text(CARS)
    found = fit_own(x, y, max_degree=4, seed=7)
    rows = np.random.default_rng([7, 2]).integers(x.size, size=(200, x.size))
    for degree in (1, 3):
        fits = np.array([Polynomial.fit(x[row], y[row], degree)(found.grid) for row in rows])
        assert found.resampled.variance[degree - 1] == pytest.approx(np.median(fits.var(axis=0, ddof=1)), rel=1e-6)
        low, high = np.percentile(fits, (16, 84), axis=0)
        np.testing.assert_allclose(found.resampled.band[:, degree - 1], [low, high], rtol=1e-6)


@pytest.mark.parametrize("view", ["one", "many"])
@pytest.mark.parametrize("log_y", [False, True])
def test_nothing_on_screen_knows_the_truth(view: str, log_y: bool) -> None:
    picture = drawn(view=view, log_y=log_y)
    check_picture(picture)
    names = {trace["name"] for panel in picture.panels for trace in panel.figure["data"]}
    assert {"your points", "fit to your points", "leave-one-out error", "bootstrap variance"} <= names
    assert not names & {"truth", "bias²", "noise", "test error", "variance", "mean of all fits"}
    assert not {readout.label for readout in picture.readouts} & {"bias²", "noise σ²", "expected test error"}
    assert all("which nobody knows." in sentence for sentence in picture.sentences)
    assert all("unknown" in summary or "cannot judge" in summary for summary in picture.summaries)


def test_what_needs_a_true_function_says_so() -> None:
    check_rest(LAB, OWN)
    result = LAB.result(OWN)
    assert [tuple(section.blocks(result, OWN)) == (UNKNOWN,) for section in LAB.sections] == [True, False, False]
    assert LAB.questions(result) == () and LAB.questions(LAB.result(LAB.fresh))
    with pytest.raises(ValueError, match="^" + re.escape(UNKNOWN)):
        drawn(view="choose")


def test_the_script_prints_the_same_numbers(tmp_path: Path) -> None:
    compare_script(LAB, OWN | {"degree": 4, "seed": 3}, tmp_path)


def test_a_shared_link_restores_the_points() -> None:
    values = OWN | {"pasted": "\n".join(f"{k};{k * k % 7},5" for k in range(400))}
    link = LAB.link(values)
    assert len(link["pasted"]) < 2_000
    assert LAB.read_link({name: [text] for name, text in link.items()}) == (values, [])


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("1,2", "There are 1 point; bring between 4 and 2,000."),
        ("1,2\n1,3\n1,4\n1,5", "All x are equal, 1; they must differ."),
        ("1,2\n2,3\n3,4\n4,nan", "“nan” in line 4 is not a number; correct it or leave out the line."),
        ("\n".join(f"{k},{k % 7}" for k in range(10_000)), "There are 10,000 points; bring between 4 and 2,000."),
        ("1 2\n2 4\nthree 6\n4 8", "“three” in line 3 is not a number; correct it or leave out the line."),
    ],
)
def test_what_cannot_be_fitted_is_a_sentence(pasted: str, words: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(words)) as error:
        drawn(pasted=pasted)
    assert reason(error.value)


@pytest.mark.parametrize("view", ["one", "many"])
def test_few_points_and_many_are_drawn(view: str) -> None:
    check_picture(drawn(pasted="0;5.1\n0;9.5\n1;7.5\n1e9;9.7", view=view, log_y=True))
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 10, 2000)
    change = {"upload": Points("many.csv", "2000", x, np.sin(x)), "view": view, "max_degree": 6}
    check_picture(drawn(**change))
    assert drawn(**change).readouts[0].check is None
