"""Results of the regularization page: ridge at every penalty, and the path of another penalty next to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.kit.arrays import Array
from core.kit.parameters import with_parameters_of
from core.labs.regularization.compute.own import OwnRidge, ridge_own
from core.labs.regularization.compute.ridge import RidgePath, columns, ridge_path
from core.labs.regularization.compute.sparse import SparsePath, sparse_path
from core.regression.designs import Settings
from core.regression.points import POINTS, Points, chosen
from core.regression.truths import named

# Weights in directions whose singular value is below this share of the largest lose most of their digits.
_BLURRED = 1e-10


@dataclass(frozen=True)
class Regularization:
    """Result of `regularize`; anything that takes more than a moment is computed on first use.

    Attributes
    ----------
    ridge : RidgePath
        Ridge on the polynomial at every penalty.
    l1_ratio : float
        Fraction of the absolute values in the penalty that ridge is compared with; 1 is the lasso.
    degree : int
        Degree of the polynomial.
    basis : str
        Columns that are penalized.
    settings : Settings
        The experiment.
    """

    ridge: RidgePath
    l1_ratio: float
    degree: int
    basis: str
    settings: Settings

    @property
    def blurred(self) -> bool:
        """Return whether the weights at penalty 0 are mostly rounding; the fit is not."""
        sizes = self.ridge.sizes
        return bool(sizes[-1] < _BLURRED * sizes[0])

    @property
    def penalty_name(self) -> str:
        """Name the penalty with `l1_ratio`."""
        return {0.0: "ridge", 1.0: "lasso"}.get(self.l1_ratio, "elastic net")

    @cached_property
    def path(self) -> SparsePath:
        """Return fits to the first data set with the penalty of `l1_ratio`."""
        return sparse_path(self.settings, l1_ratio=self.l1_ratio, degree=self.degree, basis=self.basis)

    @cached_property
    def ridge_fit(self) -> SparsePath:
        """Return the same with the squares alone."""
        return sparse_path(self.settings, l1_ratio=0, degree=self.degree, basis=self.basis)

    @cached_property
    def gaps(self) -> Array:
        """Bound how far each fit of `path` is from the smallest objective, relative to that (P,); nan at penalty 0.

        From weak duality, which does not depend on how the weights were found.
        """
        return _gaps(self.path, columns(self.path.x_train, self.path.x_train[:0], self.degree, self.basis)[0])


@with_parameters_of(Settings, but=("protocol", "max_degree"))
def regularize(
    *,
    degree: int,
    basis: str,
    l1_ratio: float,
    truth: str,
    formula: str = "",
    pasted: str = "",
    upload: Points | None = None,
    **experiment: Any,
) -> Regularization | OwnRidge:
    """Fit ridge at every penalty and prepare what it is compared with.

    The parameters are those of `ridge.ridge_path` and `sparse.sparse_path`, and the settings of the experiment;
    `formula` is the true function if `truth` is `core.regression.truths.OWN`. If it is `core.regression.points.POINTS`,
    ridge is fitted to the points of `upload`, or if there is no file, of the text `pasted`.

    Raises
    ------
    ValueError
        With a sentence, for values out of range and for combinations that are impossible.
    """
    if truth == POINTS:
        return ridge_own(*chosen(pasted, upload), degree=degree, basis=basis, seed=experiment["seed"])
    settings = Settings(truth=named(truth, formula), **experiment)
    found = ridge_path(settings, degree=degree, basis=basis)
    return Regularization(found, l1_ratio, degree, basis, settings)


def tables(result: Regularization | OwnRidge, values: Mapping[str, Any]) -> dict[str, dict[str, Array]]:
    """Return tables for a download: errors and weights by penalty, the first data set, and the sparse path if shown."""
    if isinstance(result, OwnRidge):
        own = {"df": result.df, "train_error": result.train_mse, "leave_one_out": result.left_out}
        own["bootstrap_variance"] = result.resampled.variance
        return {
            "errors.csv": {"alpha": result.alphas, **own},
            "weights.csv": {"alpha": result.alphas, **_by_column(result.weights)},
            "data.csv": {"x": result.x, "y": result.y},
        }
    r = result.ridge
    names = ("df", "bias2", "variance", "risk", "train_error", "mc_bias2", "mc_bias2_se", "mc_variance")
    more = ("mc_variance_se", "mc_error", "mc_error_se", "one_test_error", "mean_fit_error")
    out = {
        "errors.csv": {"alpha": r.alphas, **{name: getattr(r, name) for name in (*names, *more)}},
        "weights.csv": {"alpha": r.alphas, **_by_column(r.weights)},
        "data.csv": {"x": r.x_train, "y": r.y_train[0]},
    }
    if values["view"] == "paths":
        path = result.path
        fits = {"error": path.error, "train_mse": path.train_mse, "l1": path.l1, "l2": path.l2}
        out["path.csv"] = {"alpha": path.alphas, **fits, **_by_column(path.weights)}
    return out


def _by_column(weights: Array) -> dict[str, Array]:
    return {f"w{k}": column for k, column in enumerate(weights.T, start=1)}


def _gaps(path: SparsePath, train: Array) -> Array:
    """Return the duality gap (P,) relative to the objective, with the squared weights written as further points."""
    y, weights = path.y_train - path.y_train.mean(), path.weights
    with np.errstate(divide="ignore", invalid="ignore"):
        push, root = path.l1_ratio * path.alphas, np.sqrt((1 - path.l1_ratio) * path.alphas)[:, np.newaxis]
        residual = y - weights @ train.T
        slope = residual @ train - root**2 * weights
        objective = ((residual**2).sum(axis=1) + ((root * weights) ** 2).sum(axis=1)) / 2 + push * path.l1
        if path.l1_ratio == 0:
            gap = (slope**2).sum(axis=1) / (2 * path.alphas)  # of a strongly convex function
        else:
            kept = np.minimum(1, push / np.abs(slope).max(axis=1))[:, np.newaxis]
            away = ((y - kept * residual) ** 2).sum(axis=1) + ((kept * root * weights) ** 2).sum(axis=1)
            gap = objective - (y @ y - away) / 2
        return np.where(path.alphas > 0, np.abs(gap) / objective, np.nan)
