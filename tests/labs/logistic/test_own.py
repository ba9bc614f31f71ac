"""Fits to a visitor's table against scikit-learn and SciPy."""

import re

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.linear_model import LogisticRegression

from core.data.tables import read_labeled
from core.kit.controls import defaults
from core.labs.logistic.lab import LAB
from core.labs.logistic.own import EXAMPLE, fit_table
from core.labs.logistic.sections import fit_it, predictions

CANCER = load_breast_cancer()


def cancer_text(*columns):
    names = [str(CANCER.feature_names[k]) for k in columns]
    rows = [
        ",".join([*map(repr, row), CANCER.target_names[t]])
        for row, t in zip(CANCER.data[:400, columns].tolist(), CANCER.target[:400], strict=True)
    ]
    return "\n".join([",".join([*names, "class"]), *rows])


@pytest.mark.parametrize("columns", [(0,), (1,), (0, 1), (4, 20)])
@pytest.mark.parametrize("penalty", [0, 0.01, 1.0])
def test_a_table_is_fitted_as_by_scikit_learn(columns, penalty):
    found = fit_table(read_labeled(cancer_text(*columns)), ", ".join("12"[: len(columns)]), penalty)
    x, y = (
        CANCER.data[:400, columns],
        1 - CANCER.target[:400] if found.classes[1] == "malignant" else CANCER.target[:400],
    )
    np.testing.assert_array_equal(found.y, y)
    model = LogisticRegression(
        C=np.inf if penalty == 0 else 1 / penalty, tol=1e-12, max_iter=10_000, solver="newton-cholesky"
    )
    model.fit(x, y)
    np.testing.assert_allclose(found.weights, [*model.intercept_, *model.coef_[0]], rtol=1e-4)
    np.testing.assert_allclose(found.probabilities.sum(), y.sum(), atol=1e-6)


def mean_loss(w, signed):
    return np.logaddexp(0, -(signed @ w)).mean()


def test_the_default_table_is_part_of_iris_and_has_a_fit():
    iris = load_iris()
    known = {(*row, iris.target_names[t]) for row, t in zip(iris.data[:, 2:].tolist(), iris.target, strict=True)}
    table = read_labeled(EXAMPLE)
    assert {(*row, table.classes[c]) for row, c in zip(table.numbers.tolist(), table.labels, strict=True)} <= known
    for columns in ("1", "1, 2"):
        found = fit_table(table, columns, 0)
        signed = np.column_stack([np.ones(12), found.x]) * (2 * found.y - 1)[:, None]
        best = minimize(mean_loss, np.zeros(signed.shape[1]), args=(signed,), tol=1e-12)
        assert found.loss == pytest.approx(best.fun, abs=1e-7)


@pytest.mark.parametrize(
    ("text", "columns", "said"),
    [
        ("1 a\n2 a\n3 b\n4 b", "1", "A border separates the classes"),
        ("1 a\n2 a\n2 b\n4 b", "1", "A border separates the classes"),  # both classes on it
        ("1 5 a\n2 7 a\n2 5 b\n4 6 b", "1, 2", "A border separates the classes"),
        ("1 a\n2 b\n3 c", "1", "Column “class” must have 2 classes; it has 3"),
        ("1 a\n1 b\n1 b", "1", "Column “x1” has one value everywhere"),
        ("1 a\n2 b\n1 b", "1, 2", "“2” is not a column of numbers"),
    ],
)
def test_what_has_no_fit_is_refused(text, columns, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        fit_table(read_labeled(text), columns, 0)


def test_a_penalty_fits_separable_classes():
    found = fit_table(read_labeled("-1 a\n1 b"), "1", 0.1)
    np.testing.assert_allclose(found.weights, [0, 2.128035], atol=1e-6)


@pytest.mark.parametrize("columns", ["1", "1, 2"])
def test_the_drawn_border_has_the_probability_of_the_threshold(columns):
    values = defaults(LAB.all_controls) | {"fitted": "own", "columns": columns}
    *_, picture = fit_it(LAB.result(values), values)
    own = fit_table(read_labeled(EXAMPLE), columns, 0)
    frames = {frame.attr: frame for frame in picture.panels[0].frames}
    for step, level in enumerate(picture.axis.values):
        ends = np.column_stack([np.asarray(frames[attr].at(step), float) for attr in "xy"[: len(own.columns)]])
        ends = ends[np.isfinite(ends).all(axis=1)]
        z = own.weights[0] + ends @ own.weights[1:]
        np.testing.assert_allclose(1 / (1 + np.exp(-z)), level, atol=1e-5)
        right = sum((p >= level) == bool(y) for p, y in zip(own.probabilities, own.y, strict=True))
        assert picture.text(picture.readouts[-1], step) == f"{right} of 12"


def test_a_refusal_leaves_the_controls():
    values = defaults(LAB.all_controls) | {"fitted": "own", "pasted": "1, x, no"}
    blocks = fit_it(LAB.result(values), values)
    seen = [next(blocks).name for _ in range(5)]
    with pytest.raises(ValueError, match="must have 2 to 500 rows"):
        next(blocks)
    assert seen == ["fitted", "pasted", "upload", "columns", "penalty"]
    assert list(LAB.tables(LAB.result(values), values)) == ["probabilities.csv"]


def test_predictions_that_cannot_be_read_leave_their_text():
    values = defaults(LAB.all_controls) | {"predictions": "1 2"}
    blocks = predictions(LAB.result(values), values)
    assert [next(blocks) for _ in range(2)][1].name == "predictions"
    with pytest.raises(ValueError, match="is not a label"):
        next(blocks)
