"""Bias, variance, and error of bagged regression trees, by simulation; all data sets share their inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array, check_integer
from core.kit.results import read_only
from core.labs.regularization.learners.tree_growth import grow, nearest_cells
from core.labs.regularization.learners.trees import TreeData, TreeErrors
from core.regression.designs import Settings, draw

LIMITS: dict[str, tuple[int, int]] = {"depth": (1, 20), "n_trees": (2, 200)}
# Points at which all trees together are fitted and evaluated; about ten seconds of work on one core.
COST_LIMIT = 16_000_000


@dataclass(frozen=True, kw_only=True)
class Bagging(TreeErrors):
    """Means of 1 to S trees of one depth, each fitted to a bootstrap sample; all arrays are read-only.

    Attributes
    ----------
    tree_variance, tree_variance_se : float
        Variance v of one bootstrapped tree over data sets and bootstrap samples, averaged over the test points, and
        its standard error.
    correlation : float
        Correlation rho of two trees from bootstrap samples of one data set: their covariance, averaged over the test
        points, divided by v; nan where v is 0.
    predicted_variance : ndarray (S,)
        rho v + (1 - rho) v / S.
    limit : float
        rho v: the variance that remains with infinitely many trees. Unbiased, so it can fall below 0.
    plain_variance, plain_error : float
        `mc_variance` and `mc_error` of one tree on the data set itself.
    """

    tree_variance: float
    tree_variance_se: float
    correlation: float
    predicted_variance: Array
    limit: float
    plain_variance: float
    plain_error: float

    @property
    def nbytes(self) -> int:
        """Return the bytes of the arrays."""
        return sum(value.nbytes for value in vars(self).values() if isinstance(value, np.ndarray))


def bagging(
    settings: Settings,
    *,
    depth: int = 6,
    n_trees: int = 50,
) -> Bagging:
    """Average 1 to `n_trees` trees, each fitted to a bootstrap sample of the data set.

    Parameters
    ----------
    settings : Settings
        With protocol "fixed".
    depth : int
        Depth of every tree, 1 to 20.
    n_trees : int
        2 to 200.

    Returns
    -------
    Bagging
        `values` is the number of trees.

    Raises
    ------
    ValueError
        If an argument is invalid, no test point is inside, or there is too much work.

    References
    ----------
    Breiman, "Bagging predictors", Machine Learning 24, 1996; "Random forests", Machine Learning 45, 2001, section 2.
    """
    check_integer("depth", depth, *LIMITS["depth"])
    check_integer("n_trees", n_trees, *LIMITS["n_trees"])
    _check_cost(settings, n_trees)
    experiment, n_train, n_sets = draw(settings), settings.n_train, settings.n_sets
    data = TreeData(settings, experiment)
    rng = np.random.default_rng([settings.seed, 1])
    single = np.empty((n_trees, n_sets, data.points.size))
    for tree in single:
        x, y = data.rows(np.sort(rng.integers(n_train, size=(n_sets, n_train)), axis=1))
        fits, _ = grow(x, y, depth)
        tree[:] = np.take_along_axis(fits[-1], nearest_cells(x, data.points), axis=1)
    values = np.arange(1, n_trees + 1)
    means = single.cumsum(axis=0) / values[:, np.newaxis, np.newaxis]
    plain = data.errors(list(grow(*data.rows(np.arange(n_train)), depth)[0][-1:, :, data.cells]))
    return read_only(
        Bagging(
            **data.errors(list(means)),
            **_between_trees(single[:, :, : experiment.x_test.size], values),
            values=values,
            plain_variance=float(plain["mc_variance"][0]),
            plain_error=float(plain["mc_error"][0]),
        )
    )


def bagging_message(*, n_trees: int, **settings: Any) -> dict[str, Any]:
    """Do the same, and return the attributes of the result as a message of the helper process."""
    found = vars(bagging(Settings(**settings), n_trees=n_trees))
    return found | {"inside": found["inside"].astype(np.uint8)}


def read_bagging(message: dict[str, Any]) -> Bagging:
    """Read the result from such a message; TypeError if something is missing."""
    return read_only(Bagging(**message | {"inside": message["inside"].astype(bool)}))


def _between_trees(single: Array, values: NDArray[np.int64]) -> dict[str, Any]:
    """Return variance and correlation of single trees (B, M, T), by analysis of variance."""
    n_trees, n_sets, _ = single.shape
    within = single.var(axis=0, ddof=1)
    mean = single.mean(axis=0)
    between = (mean - mean.mean(axis=0)) ** 2 * (n_sets / (n_sets - 1))
    own = (between + within * (1 - 1 / n_trees)).mean(axis=1)
    variance, apart = own.mean(), within.mean()
    shared = variance - apart
    return {
        "tree_variance": float(variance),
        "tree_variance_se": float(own.std(ddof=1) / np.sqrt(n_sets)),
        "correlation": float(shared / variance) if variance > 0 else float("nan"),
        "predicted_variance": shared + apart / values,
        "limit": float(shared),
    }


def _check_cost(settings: Settings, n_trees: int) -> None:
    largest = COST_LIMIT // (n_trees * (settings.n_train + settings.n_test))
    if settings.n_sets > largest:
        raise ValueError(
            f"{settings.n_sets} data sets with {n_trees} trees of {settings.n_train} points would take too long; "
            f"the largest number of data sets that works here is {largest}."
        )
