"""Results of the bias-variance page: one decomposition and, when it is viewed, the choice of a degree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.kit.arrays import Array
from core.kit.parameters import with_parameters_of
from core.labs.bias_variance.compute.derivation import Expansion, expand
from core.labs.bias_variance.compute.own import OwnFits, fit_own
from core.regression.decomposition import Decomposition, decompose
from core.regression.designs import Settings, draw
from core.regression.points import POINTS, Points, chosen
from core.regression.polynomials import leave_one_out, nested_basis
from core.regression.selection import Selection, select
from core.regression.truths import named


@dataclass(frozen=True)
class Exploration:
    """Result of `explore`.

    Attributes
    ----------
    decomposition
        Exact and simulated errors of all degrees.
    folds
        Number of folds of the cross-validation.
    heavy_tailed
        Inputs are drawn freely, or are redrawn such that at some degree the mean error over the designs is more than
        twice the median. Then the means depend on a few unlucky designs, and `bias2`, `variance`, and `risk` hold the
        medians over the designs.
    settings, repetitions
        The given arguments.
    """

    decomposition: Decomposition
    folds: int
    heavy_tailed: bool
    settings: Settings
    repetitions: int

    @cached_property
    def selection(self) -> Selection:
        """Return what the rules choose over many repetitions; computed on first use."""
        return select(self.settings, repetitions=self.repetitions, folds=self.folds)

    @property
    def bias2(self) -> Array:
        """Return the squared bias, (D,)."""
        d = self.decomposition
        return d.median_bias2 if self.heavy_tailed else d.bias2

    @property
    def variance(self) -> Array:
        """Return the variance, (D,)."""
        d = self.decomposition
        return d.median_variance if self.heavy_tailed else d.variance

    @property
    def risk(self) -> Array:
        """Return the expected test error, (D,)."""
        d = self.decomposition
        return d.median_risk if self.heavy_tailed else d.risk

    @property
    def best(self) -> int:
        """Return the degree with the smallest expected test error."""
        return int(self.decomposition.degrees[np.argmin(self.risk)])

    def expansion(self, degree: int) -> Expansion:
        """Return the squared error of one degree, term by term."""
        return expand(draw(self.settings), degree)

    @cached_property
    def loo_rmse(self) -> Array:
        """Return the leave-one-out root mean squared error of the first data set, (D,); nan where it is undefined."""
        d = self.decomposition
        basis = nested_basis(d.x_train[:1], d.x_test, len(d.degrees))
        residuals = leave_one_out(basis, d.y_train[:1])[:, 0]
        rmse: Array = np.sqrt(np.mean(residuals**2, axis=1))
        return rmse


@with_parameters_of(Settings)
def explore(
    *,
    truth: str,
    formula: str = "",
    pasted: str = "",
    upload: Points | None = None,
    repetitions: int,
    folds: int,
    **experiment: Any,
) -> Exploration | OwnFits:
    """Decompose the error of polynomial fits and prepare the comparison of selection rules.

    The parameters are those of `core.regression.designs.Settings` and `core.regression.selection.select`; `formula` is
    the true function if `truth` is `core.regression.truths.OWN`. If it is `core.regression.points.POINTS`, the points
    of `upload`, or if there is no file, of the text `pasted`, are fitted, and only `max_degree` and `seed` matter.

    Raises
    ------
    ValueError
        With a sentence, for values out of range and for combinations that are impossible or too costly.
    """
    if truth == POINTS:
        return fit_own(*chosen(pasted, upload), max_degree=experiment["max_degree"], seed=experiment["seed"])
    settings = Settings(truth=named(truth, formula), **experiment)
    d = decompose(settings)
    heavy_tailed = settings.protocol == "random" or bool(np.any(d.risk > 2 * d.median_risk))
    return Exploration(d, folds, heavy_tailed, settings, repetitions)


def tables(result: Exploration | OwnFits, values: Mapping[str, Any]) -> dict[str, dict[str, Array]]:
    """Return tables for a download: errors by degree, the data sets in long form and, if shown, the choices."""
    if isinstance(result, OwnFits):
        k = min(int(values["degree"]), result.degrees.size) - 1
        own = {"train_error": result.train_mse, "leave_one_out": result.left_out, "refitted": result.refitted}
        own["bootstrap_variance"] = result.resampled.variance
        data = {"x": result.x, "y": result.y, "leverage": result.leverage[k]}
        return {"data.csv": data, "errors.csv": {"degree": result.degrees, **own}}
    d = result.decomposition
    names = (
        "bias2",
        "variance",
        "risk",
        "train_error",
        "mc_bias2",
        "mc_bias2_se",
        "mc_variance",
        "mc_variance_se",
    )
    medians = ("median_bias2", "median_variance", "median_risk") if len(d.x_train) > 1 else ()
    curves = {name: getattr(d, name) for name in (*names, "mc_error", "mc_error_se", "one_test_error", *medians)}
    sets, points = d.y_train.shape
    data = {
        "data_set": np.repeat(np.arange(1, sets + 1), points),
        "x": np.broadcast_to(d.x_train, d.y_train.shape).ravel(),
        "y": d.y_train.ravel(),
    }
    out = {"errors.csv": {"degree": d.degrees, **curves}, "data.csv": data}
    if values["view"] == "choose":
        s = result.selection
        out["choices.csv"] = {"degree": s.degrees, **dict(zip(s.rules, s.shares, strict=True))}
    return out
