"""Points of the visitor's own: ridge against scikit-learn, what is said and not drawn, the script, the refusals."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.polynomial import Polynomial
from sklearn.linear_model import Ridge

from core.draw.live import Picture
from core.kit.refusal import reason
from core.labs.regularization.compute.own import COARSE, OwnRidge, ridge_own
from core.labs.regularization.compute.ridge import ALPHAS
from core.labs.regularization.lab import LAB
from core.regression.points import CARS, UNKNOWN, Points, read_text
from tests.states import check_rest
from tests.test_pages import compare_script
from tests.whole import check_picture

OWN = LAB.preset_values(LAB.presets[-1])
DEGREE = 5


def drawn(**change: Any) -> Picture:
    values = OWN | change
    return LAB.draw(LAB.result(values), values)


def found(seed: int = 0) -> OwnRidge:
    return ridge_own(*read_text(CARS), degree=DEGREE, basis="monomial", seed=seed)


def standardized() -> tuple[Any, Any, Any]:
    """Return the columns at the points and on the coarse grid, and the targets."""
    x, y = read_text(CARS)
    grid = np.linspace(x.min(), x.max(), 81)[COARSE]
    raw, away = (t[:, None] ** np.arange(1, DEGREE + 1) for t in (x, grid))
    return (raw - raw.mean(axis=0)) / raw.std(axis=0), (away - raw.mean(axis=0)) / raw.std(axis=0), y


@pytest.mark.parametrize("k", [30, 49, 57])
def test_fit_and_leave_one_out_are_those_of_scikit_learn(k: int) -> None:
    A, at, y = standardized()
    own, alpha = found(), ALPHAS[k]
    whole = Ridge(alpha, solver="svd").fit(A, y)
    np.testing.assert_allclose(own.curves[k, COARSE], whole.predict(at), rtol=1e-6)
    np.testing.assert_allclose(own.weights[k], whole.coef_, rtol=1e-4)
    missed = [
        y[i] - Ridge(alpha, solver="svd").fit(np.delete(A, i, 0), np.delete(y, i)).predict(A[i : i + 1])[0]
        for i in range(y.size)
    ]
    assert own.left_out[k] == pytest.approx(np.mean(np.square(missed)), rel=1e-6)
    assert own.train_mse[k] == pytest.approx(np.mean((y - whole.predict(A)) ** 2), rel=1e-6)
    hat = np.transpose([Ridge(alpha, solver="svd").fit(A, e).predict(A) for e in np.eye(y.size)])
    np.testing.assert_allclose(own.leverage[k], np.diag(hat), rtol=1e-5)
    assert own.df[k] == pytest.approx(np.trace(hat), rel=1e-6)


def test_the_bootstrap_is_that_of_separate_fits() -> None:
    A, at, y = standardized()
    own, rows = found(seed=3), np.random.default_rng([3, 2]).integers(y.size, size=(200, y.size))
    for k in (40, 57):
        fits = np.array([Ridge(ALPHAS[k], solver="svd").fit(A[row], y[row]).predict(at) for row in rows])
        assert own.resampled.variance[k] == pytest.approx(np.median(fits.var(axis=0, ddof=1)), rel=1e-5)
        np.testing.assert_allclose(own.resampled.band[:, k], np.percentile(fits, (16, 84), axis=0), rtol=1e-5)


def test_without_a_penalty_it_is_least_squares() -> None:
    x, y = read_text(CARS)
    own = found()
    np.testing.assert_allclose(own.curves[0], Polynomial.fit(x, y, DEGREE)(own.grid), rtol=1e-7)
    rows = np.random.default_rng([0, 2]).integers(x.size, size=(200, x.size))
    fits = np.array([Polynomial.fit(x[row], y[row], DEGREE)(own.grid[COARSE]) for row in rows])
    assert own.resampled.variance[0] == pytest.approx(np.median(fits.var(axis=0, ddof=1)), rel=1e-6)


@pytest.mark.parametrize("log_y", [False, True])
def test_nothing_on_screen_knows_the_truth(log_y: bool) -> None:
    picture = drawn(log_y=log_y)
    check_picture(picture)
    names = {trace["name"] for panel in picture.panels for trace in panel.figure["data"]}
    assert {"your points", "fit to your points", "leave-one-out error", "bootstrap variance"} <= names
    assert not names & {"truth", "bias²", "noise", "test error", "variance", "mean of all fits"}
    assert not {readout.label for readout in picture.readouts} & {"bias²", "noise σ²", "expected test error"}
    assert all("which nobody knows." in sentence for sentence in picture.sentences)


def test_what_needs_a_true_function_says_so() -> None:
    check_rest(LAB, OWN)
    result = LAB.result(OWN)
    told = {section.title: tuple(section.blocks(result, OWN)) for section in LAB.sections}
    assert sum(blocks == (UNKNOWN,) for blocks in told.values()) == 5
    assert told["Why the lasso sets weights to zero"][-1] == UNKNOWN
    assert LAB.questions(result) == () and LAB.questions(LAB.result(LAB.fresh))
    with pytest.raises(ValueError, match="^" + re.escape(UNKNOWN)):
        drawn(view="paths")


@pytest.mark.parametrize("change", [{}, {"alpha": 0.0, "degree": 3}, {"basis": "chebyshev", "alpha": 1e-6}])
def test_the_script_prints_the_same_numbers(change: dict[str, Any], tmp_path: Path) -> None:
    compare_script(LAB, OWN | {"seed": 3} | change, tmp_path)


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
        ("1 2\n2 4\nthree 6\n4 8", "“three” in line 3 is not a number; correct it or leave out the line."),
    ],
)
def test_what_cannot_be_fitted_is_a_sentence(pasted: str, words: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(words)) as error:
        drawn(pasted=pasted)
    assert reason(error.value)


@pytest.mark.parametrize("basis", ["monomial", "chebyshev"])
def test_few_points_and_many_are_drawn(basis: str) -> None:
    check_picture(drawn(pasted="0;5.1\n0;9.5\n1;7.5\n1e9;9.7", basis=basis, degree=20, log_y=True))
    check_picture(drawn(pasted="0 0\n1 1\n2 2\n3 3\n4 4", basis=basis))
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 10, 2000)
    check_picture(drawn(upload=Points("many.csv", "2000", x, np.sin(x)), basis=basis))
