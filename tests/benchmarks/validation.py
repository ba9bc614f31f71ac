"""Leave-one-out and the other numbers of model selection against the ways they are usually computed."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold, LeaveOneOut, RepeatedKFold, cross_val_score
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures
from sklearn.tree import DecisionTreeRegressor
from threadpoolctl import threadpool_limits

from core.labs.regularization.learners.smoothers import neighbours
from core.labs.regularization.learners.trees import tree_depths
from core.regression.designs import Settings, draw
from core.regression.polynomials import leave_one_out, nested_basis
from core.regression.validation import validate
from tests.benchmarks.measure import Row, in_turns, milliseconds


def scores(x, y, degrees, splits):
    """scikit-learn's cross-validation, one degree after the other."""
    for degree in degrees:
        model = make_pipeline(PolynomialFeatures(degree), LinearRegression())
        cross_val_score(model, x[:, None], y, cv=splits, scoring="neg_mean_squared_error")


def neighbours_loop(x, y, points):
    """All numbers of neighbors, one data set after the other."""
    for k in range(1, x.size + 1):
        for one in y:
            KNeighborsRegressor(k).fit(x[:, None], one).predict(points[:, None])


def trees_loop(x, y, points, max_depth):
    """All depths, one data set after the other."""
    for depth in range(1, max_depth + 1):
        for one in y:
            DecisionTreeRegressor(max_depth=depth).fit(x[:, None], one).predict(points[:, None])


def compare(what: str, called: str, ours, peer, rounds: int = 3, target: str = "") -> Row:
    """Measure one pair of jobs in turns."""
    seconds = in_turns({"ours": ours, "peer": peer}, rounds)
    ratio = float(f"{seconds['peer'] / seconds['ours']:.3g}")
    return Row(
        what, milliseconds(seconds["ours"]), f"{called}: {milliseconds(seconds['peer'])}", f"{ratio:,g}×", target
    )


def rows() -> list[Row]:
    """All rows about model selection and other learners."""
    found = []
    with threadpool_limits(1):
        for n, degree, target in ((200, 20, "≥ 5,000×"), (100, 4, "")):
            data = draw(Settings(n_train=n, n_sets=2))
            x, y, degrees = data.x_train, data.f_train + data.noise[:1], range(1, degree + 1)
            found.append(
                compare(
                    f"Leave-one-out, {n} points × degrees 1–{degree}",
                    "scikit-learn `LeaveOneOut`",
                    lambda x=x, y=y, degree=degree: leave_one_out(nested_basis(x, np.empty(0), degree), y),
                    lambda x=x, y=y, degrees=degrees: scores(x[0], y[0], degrees, LeaveOneOut()),
                    rounds=2,
                    target=target,
                )
            )
        data = draw(Settings())
        x, y = data.x_train[0], data.f_train + data.noise
        points = np.concatenate([data.x_test, np.linspace(0, 10, 81)])

        def every_rule():
            scores(x, y[0], range(1, 16), KFold(10, shuffle=True))
            scores(x, y[0], range(1, 16), RepeatedKFold(n_splits=10, n_repeats=10))
            scores(x, y[0], range(1, 16), LeaveOneOut())

        found.append(
            compare(
                "Every rule for choosing a degree, with refits and curves (`validate`), 40 points × degrees 1–15",
                "scikit-learn `KFold`, `RepeatedKFold`, `LeaveOneOut`",
                validate,
                every_rule,
            )
        )
        size = "100 data sets × 40 points"
        found.append(
            compare(
                f"k nearest neighbors, every k, exact and Monte Carlo (`neighbours`), {size}",
                "loop over `KNeighborsRegressor`",
                neighbours,
                lambda: neighbours_loop(x, y, points),
            )
        )
        found.append(
            compare(
                f"Regression trees, depths 1–10 (`tree_depths`), {size}",
                "loop over `DecisionTreeRegressor`",
                tree_depths,
                lambda: trees_loop(x, y, points, 10),
            )
        )
    return found
