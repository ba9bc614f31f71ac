"""Computations of the rules for choosing a degree: refits without some points, criteria from residuals, and choices."""

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array, check_integer, check_number
from core.regression.polynomials import fits, nested_basis, project, usable_degree

SPLIT_LIMITS: dict[str, tuple[float, float]] = {
    "held_out_share": (0.05, 0.95),
    "folds": (2, 20),
    "repeats": (1, 50),
    "split_seed": (0, 99999),
}
# A mean square below this fraction of that of the truth is rounding and counts as 0, so that without noise the lowest
# of several perfect degrees wins.
_DUST = 1e-18
# Up to this size of (I - H_bb)^-1, which grows with the degree, held-out residuals have eleven correct digits.
_LARGEST = 1e4


def check_splits(n_train: int, held_out_share: float, folds: int, repeats: int, split_seed: int) -> None:
    """Raise ValueError unless `n_train` points can be split as requested."""
    check_number("held_out_share", held_out_share, *SPLIT_LIMITS["held_out_share"])
    for name, value in (("folds", folds), ("repeats", repeats), ("split_seed", split_seed)):
        check_integer(name, value, *(int(end) for end in SPLIT_LIMITS[name]))
    if folds > n_train:
        raise ValueError(f"`folds` must be at most `n_train`, {n_train}; got {folds}.")


def refits(x: Array, y: Array, held: NDArray[np.bool_], points: Array, degree: int) -> Array:
    """Return fits of degrees 1 to D to a data set without some of its points, each computed from scratch.

    Parameters
    ----------
    x, y : ndarray (n,)
        The data.
    held : ndarray (H, n) of bool
        Points that each of H fits leaves out.
    points : ndarray (E,)
        Where the fits are evaluated.
    degree : int
        Largest degree D.

    Returns
    -------
    ndarray (H, D, E)
        nan where the remaining points do not determine the degree.
    """
    out = np.empty((len(held), degree, points.size))
    counts = held.sum(axis=1)
    for count in np.unique(counts):
        rows = np.flatnonzero(counts == count)
        kept = held[rows].argsort(axis=1, kind="stable")[:, : x.size - count]
        out[rows] = determined_fits(x[kept], y[kept], points, degree)
    return out


def determined_fits(x: Array, y: Array, points: Array, degree: int) -> Array:
    """Return fits (M, D, E) of degrees 1 to D to y (M, n) at points (E,) or (B, E); nan where x (B, n) is too few."""
    out = np.full((len(y), degree, points.shape[-1]), np.nan)
    usable = min(degree, usable_degree(x))
    if usable > 0:
        basis = nested_basis(x, points, usable)
        out[:, :usable] = fits(project(basis.train, y), basis.at)
    return out


def held_out(n: int, share: float, sets: int, seed: int) -> NDArray[np.bool_]:
    """Choose round(share * n) of n points at random, at least one and leaving two, as several sets (sets, n)."""
    rng = np.random.default_rng([seed, 1])
    count = max(1, min(round(share * n), n - 2))
    return np.array([rng.permutation(n) < count for _ in range(sets)])


def divisions(n: int, folds: int, repeats: int, seed: int) -> NDArray[np.int64]:
    """Return random splits (repeats, n) of n points into folds 0 to folds - 1 whose sizes differ by at most one.

    A larger number of repeats adds splits and keeps the first ones.
    """
    rng = np.random.default_rng(seed)
    return np.array([rng.permutation(n) % folds for _ in range(repeats)])


def fold_mean_squares(y: Array, fold: NDArray[np.int64], fitted: Array) -> Array:
    """Return mean squared errors (folds, D) on each fold of the fits (folds, D, n) that did not use it."""
    held = fold == np.arange(len(fitted))[:, np.newaxis]
    squares = np.where(held[:, np.newaxis], (y - fitted) ** 2, 0)
    return np.asarray(squares.sum(axis=2) / held.sum(axis=1)[:, np.newaxis])


def fold_errors(basis: Array, y: Array, fold: NDArray[np.int64]) -> Array | None:
    """Return mean squared errors of the fits to all but one fold, from the residuals of the fits to all points.

    Without the points b of a fold their residuals become (I - H_bb)^-1 r_b, where H is the hat matrix. One more degree
    adds an outer product to H, so the inverse follows by the Sherman-Morrison formula.

    Parameters
    ----------
    basis : ndarray (D + 1, n)
        Polynomials of degrees 0 to D, orthonormal on the points.
    y : ndarray (n,)
        The data.
    fold : ndarray (repeats, n) of int
        Fold of each point in each split.

    Returns
    -------
    ndarray (repeats, folds, D)
        None if a fold nearly determines its own fit, so that the inverse would lose too many digits.

    References
    ----------
    Hoaglin, Welsch, "The Hat Matrix in Regression and ANOVA", The American Statistician 32, 1978.
    """
    repeats, folds = len(fold), int(fold.max()) + 1
    sizes = np.bincount(fold[0])
    points = fold.argsort(axis=1, kind="stable")  # fold by fold
    out = np.empty((repeats, folds, len(basis) - 1))
    ends = sizes.cumsum()
    for size in np.unique(sizes):
        which = np.flatnonzero(sizes == size)
        held = np.stack([points[:, ends[k] - size : ends[k]] for k in which], axis=1).reshape(-1, size)
        inverse = np.tile(np.eye(size), (len(held), 1, 1))
        rest = y.copy()
        for degree, q in enumerate(basis):
            rest -= q * (q @ y)
            column = (inverse @ q[held][..., np.newaxis])[..., 0]
            left = 1 - np.einsum("fb,fb->f", q[held], column)
            if left.min() <= 0:
                return None
            inverse += column[:, :, np.newaxis] * (column / left[:, np.newaxis])[:, np.newaxis]
            if degree:
                errors = (inverse @ rest[held][..., np.newaxis])[..., 0]
                out[:, which, degree - 1] = (errors**2).mean(axis=1).reshape(repeats, len(which))
        if inverse.diagonal(axis1=1, axis2=2).max() > _LARGEST:
            return None
    return out


def pooled(fold_errors: Array, sizes: NDArray[np.int64]) -> tuple[Array, Array]:
    """Return the mean squared error over all points, and its standard error from the spread of the folds.

    Parameters
    ----------
    fold_errors : ndarray (..., folds, D)
        Mean squared errors of the folds.
    sizes : ndarray (folds,) of int
        Points in each fold.

    References
    ----------
    Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", section 7.10.
    """
    score = np.einsum("k,...kd->...d", sizes / sizes.sum(), fold_errors)
    return score, fold_errors.std(axis=-2, ddof=1) / np.sqrt(len(sizes))


def mean_square(residuals: Array) -> tuple[Array, Array]:
    """Return the mean square over the last axis and its standard error; the latter is nan for a single residual."""
    squares, n = residuals**2, residuals.shape[-1]
    se = squares.std(axis=-1, ddof=1) / np.sqrt(n) if n > 1 else np.full(squares.shape[:-1], np.nan)
    return squares.mean(axis=-1), se


def criteria(rss: Array, n: int) -> dict[str, Array]:
    """Return GCV, AIC, and BIC of degrees 1 to D from residual sums of squares (..., D); df = degree + 1.

    GCV = n RSS / (n - df)², AIC = n log(RSS / n) + 2 df, BIC = n log(RSS / n) + log(n) df. All are nan where df = n.
    Otherwise, where RSS = 0, AIC and BIC are -inf.

    References
    ----------
    Golub, Heath, Wahba, "Generalized cross-validation as a method for choosing a good ridge parameter",
    Technometrics 21, 1979.
    Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", sections 7.5, 7.7 and 7.10.
    """
    df = np.arange(2, rss.shape[-1] + 2)
    left = np.where(df < n, n - df, np.nan)
    with np.errstate(divide="ignore"):
        fit = n * np.log(rss / n) + 0 * left
    return {"GCV": n * rss / left**2, "AIC": fit + 2 * df, "BIC": fit + np.log(n) * df}


def without_dust(scores: Array, f: Array) -> Array:
    """Return mean squares, setting to 0 those that are only rounding compared with the size of the truth f."""
    return np.where(scores < _DUST * float((f**2).mean()), 0.0, scores)


def lowest(scores: Array, rule: str, n: int) -> NDArray[np.int64]:
    """Return the index (...) of the smallest score (..., D), ignoring nan; ValueError if all are nan."""
    defined = ~np.isnan(scores)
    if not defined.any(axis=-1).all():
        raise ValueError(f"{n} training points are too few to choose a degree by {rule}; use more training points.")
    return np.asarray(np.where(defined, scores, np.inf).argmin(axis=-1))


def within_one_se(scores: Array, ses: Array, best: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the index (...) of the first score (..., D) at most one standard error above the smallest, at `best`."""
    at = best[..., np.newaxis]
    allowed = np.take_along_axis(scores, at, axis=-1) + np.nan_to_num(np.take_along_axis(ses, at, axis=-1))
    return np.asarray((scores <= allowed).argmax(axis=-1))
