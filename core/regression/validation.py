"""Choosing a polynomial's degree from one data set: the held-out points, each rule's data, and each rule's choice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.kit.results import read_only
from core.regression import truths
from core.regression.decomposition import GRID_SIZE, degree_range
from core.regression.designs import Experiment, Settings, draw
from core.regression.polynomials import fits, leave_one_out, nested_basis, project
from core.regression.sweeps import exact_fits
from core.regression.validation_rules import (
    check_splits,
    criteria,
    determined_fits,
    divisions,
    fold_errors,
    fold_mean_squares,
    held_out,
    lowest,
    mean_square,
    pooled,
    refits,
    within_one_se,
    without_dust,
)

MOST_REFITTED = 200  # points; more take too long
_MOST_PARTS = 400_000  # points times fits that leave out a part of them
RULES = ("hold-out", "k-fold", "repeated k-fold", "leave-one-out", "GCV", "AIC", "BIC")


@dataclass(frozen=True, kw_only=True)
class Validation:
    """Degrees 1 to D judged by each rule on one data set of n points; all arrays are read-only.

    Attributes
    ----------
    degrees : ndarray (D,) of int
        1 to D.
    degree_limit : str
        Why the degrees stop before `max_degree`; empty if they do not.
    x, y : ndarray (n,)
        The data.
    signal : ndarray (n,)
        The truth at x, or y less its mean where the truth is unknown: what is tiny beside it is rounding.
    noise : float
        Variance of the noise, in squared units of y; nan where it is unknown.
    held : ndarray (n,) of bool
        Points that hold-out reserves for testing.
    fold : ndarray (repeats, n) of int
        Fold of each point in each random split, 0 to folds - 1; k-fold uses the first split.
    fold_errors : ndarray (repeats, folds, D)
        Mean squared error on each fold of the fit to the others; nan where these do not determine the degree.
    fold_curves : ndarray (folds, D, G)
        Fits without each fold of the first split, on the grid; nan as before.
    residuals, leverage : ndarray (D, n)
        Residuals r of the fit to all points, and the diagonal h of its hat matrix.
    left_out : ndarray (D, n)
        Leave-one-out residuals r / (1 - h); nan where h is 1, or differs from 1 by less than rounding.
    refitted : ndarray (D, n)
        The same by n refits of each degree; nan where the other points do not determine the degree, and everywhere
        with more than `MOST_REFITTED` points.
    rules : tuple of str
        `RULES`.
    scores : ndarray (7, D)
        The score that each rule minimizes; nan where undefined. The first five are in squared units of y: mean squared
        errors on held-out points (pooled over the folds, and for repeated k-fold averaged over the splits), and
        n RSS / (n - df)². AIC is n log(RSS / n) + 2 df and BIC n log(RSS / n) + log(n) df, with df = degree + 1; both
        are -inf where a fit without residuals has fewer coefficients than points.
    score_ses : ndarray (7, D)
        Standard errors: of the mean over held-out points (hold-out, leave-one-out), or over the folds (k-fold; root
        mean square over the splits for repeated k-fold, since repeating does not give new data). nan for the last
        three rules and if there is only one point.
    picks : ndarray (7,) of int
        Degree with the smallest score.
    one_se_picks : ndarray (7,) of int
        Smallest degree whose score is at most one standard error above that of the pick; the pick itself where there
        is no standard error.
    split_sd : ndarray (D,)
        Standard deviation of the k-fold score between the splits; nan with one split.
    train_mse : ndarray (D,)
        Mean squared residual of the fit to all points.
    risk : ndarray (D,)
        Exact expected error at the test points of fits to data sets with these inputs, noise included; nan where the
        truth is unknown.
    own_risk : ndarray (D,)
        The same for the fit to these very data: mean squared distance from the truth plus `noise`.
    grid, f_grid : ndarray (G,)
        Even inputs that span the data, and the truth there, nan where it is unknown.
    curves : ndarray (D, G)
        Fits to all points.
    """

    degrees: NDArray[np.int64]
    degree_limit: str
    x: Array
    y: Array
    signal: Array
    noise: float
    held: NDArray[np.bool_]
    fold: NDArray[np.int64]
    fold_errors: Array
    fold_curves: Array
    residuals: Array
    leverage: Array
    left_out: Array
    refitted: Array
    rules: tuple[str, ...]
    scores: Array
    score_ses: Array
    picks: NDArray[np.int64]
    one_se_picks: NDArray[np.int64]
    split_sd: Array
    train_mse: Array
    risk: Array
    own_risk: Array
    grid: Array
    f_grid: Array
    curves: Array

    @property
    def known(self) -> bool:
        """Return whether the truth behind the data is known, and with it the noise and the expected errors."""
        return bool(np.isfinite(self.noise))

    @property
    def best(self) -> int:
        """Return the degree with the smallest expected error, known only because the truth is."""
        return int(self.degrees[np.argmin(self.risk)])

    @property
    def loo_difference(self) -> Array:
        """Return the largest absolute difference (D,) between `left_out` and `refitted`; nan where one is undefined."""
        difference: Array = np.abs(self.left_out - self.refitted).max(axis=1)
        return difference


def validate(
    settings: Settings,
    *,
    held_out_share: float = 0.2,
    folds: int = 10,
    repeats: int = 10,
    split_seed: int = 0,
) -> Validation:
    """Judge all degrees on one data set, the first that the settings draw, by every rule.

    Parameters
    ----------
    settings : Settings
        The number of training sets does not matter.
    held_out_share : float
        Fraction of the points that hold-out reserves for testing, 0.05 to 0.95; at least one is held out, two are not.
    folds : int
        2 to 20, at most `settings.n_train`.
    repeats : int
        Number of random splits into folds, 1 to 50.
    split_seed : int
        Seed of the splits and of the held-out points, separate from that of the data.

    Returns
    -------
    Validation
        Equal for equal settings.

    Raises
    ------
    ValueError
        If an argument is out of range, no test point is inside, or a rule cannot judge any degree.
    """
    n_train = settings.n_train
    check_splits(n_train, held_out_share, folds, repeats, split_seed)
    experiment = first_data_set(replace(settings, n_sets=2))
    degree, limit = degree_range(experiment.x_train, settings.max_degree)
    x, y = experiment.x_train[0], np.asarray(experiment.f_train[0] + experiment.noise[0])
    grid = np.linspace(x.min(), x.max(), GRID_SIZE)
    held, fold = held_out(n_train, held_out_share, 1, split_seed)[0], divisions(n_train, folds, repeats, split_seed)
    return read_only(
        Validation(
            **_judged(x, y, experiment.f_train[0], degree, held, fold),
            **_expected(experiment, degree),
            degree_limit=limit,
            f_grid=truths.find(settings.truth).function(grid),
        )
    )


def validate_points(
    x: Array, y: Array, *, max_degree: int, held_out_share: float, folds: int, repeats: int, split_seed: int
) -> Validation:
    """Judge all degrees on given points (n,), whose truth is unknown; the other parameters are those of `validate`.

    Raises
    ------
    ValueError
        If a setting is invalid, a rule cannot judge any degree, or there is too much work.
    """
    if folds > x.size:
        raise ValueError(f"`folds` must be at most the number of points, {x.size}; got {folds}.")
    check_splits(x.size, held_out_share, folds, repeats, split_seed)
    if x.size > MOST_REFITTED and x.size * folds * repeats > _MOST_PARTS:
        raise ValueError(
            f"{folds * repeats:,} fits to {x.size:,} points take too long; `folds` times `repeats` must be at most "
            f"{_MOST_PARTS // x.size}."
        )
    degree, limit = degree_range(x[np.newaxis], max_degree)
    unknown = np.full(degree, np.nan)
    held, fold = held_out(x.size, held_out_share, 1, split_seed)[0], divisions(x.size, folds, repeats, split_seed)
    return read_only(
        Validation(
            **_judged(x, y, y - y.mean(), degree, held, fold),
            degree_limit=limit,
            noise=float("nan"),
            risk=unknown,
            own_risk=unknown,
            f_grid=np.full(GRID_SIZE, np.nan),
        )
    )


def first_data_set(settings: Settings) -> Experiment:
    """Return the first data set that the settings draw, as an experiment with one design and one data set."""
    drawn = draw(settings)
    return replace(drawn, x_train=drawn.x_train[:1], f_train=drawn.f_train[:1], noise=drawn.noise[:1])


def _judged(
    x: Array, y: Array, signal: Array, degree: int, held: NDArray[np.bool_], fold: NDArray[np.int64]
) -> dict[str, Any]:
    """Return what is known of the degrees from the data (n,) alone."""
    grid = np.linspace(x.min(), x.max(), GRID_SIZE)
    whole = fits_to_all(x, y, grid, degree)
    parts = _fits_to_parts(x, y, grid, degree, fold)
    scores, ses = _scored(x, y, signal, held, whole, parts)
    best = np.array([lowest(score, rule, x.size) for rule, score in zip(RULES, scores, strict=True)])
    return {
        **whole,
        **parts,
        "degrees": np.arange(1, degree + 1),
        "x": x,
        "y": y,
        "signal": signal,
        "held": held,
        "rules": RULES,
        "scores": scores,
        "score_ses": ses,
        "picks": best + 1,
        "one_se_picks": within_one_se(scores, ses, best) + 1,
        "grid": grid,
    }


def _expected(experiment: Experiment, degree: int) -> dict[str, Any]:
    """Return the errors at the test points, which only the truth tells."""
    noise = experiment.noise_std**2
    basis = nested_basis(experiment.x_train, experiment.x_test, degree)
    bias, gain = exact_fits(experiment, basis)
    y = experiment.f_train + experiment.noise
    distance = fits(project(basis.train, y), basis.at)[0] - experiment.f_test
    return {
        "noise": noise,
        "risk": (bias[0] ** 2 + noise * gain[0]).mean(axis=1) + noise,
        "own_risk": (distance**2).mean(axis=1) + noise,
    }


def fits_to_all(x: Array, y: Array, grid: Array, degree: int) -> dict[str, Any]:
    """Return what is known of the fits of degrees 1 to `degree` to all points (n,): fields of `Validation`."""
    basis = nested_basis(x[np.newaxis], grid, degree)
    coefs = project(basis.train, y[np.newaxis])
    residuals = y - fits(coefs, basis.train)[0]
    refitted = np.full((degree, x.size), np.nan)
    if x.size <= MOST_REFITTED:
        others = np.eye(x.size, dtype=bool).argsort(axis=1, kind="stable")[:, :-1]  # each point is left out once
        refitted = y - determined_fits(x[others], y[others], x[:, np.newaxis], degree)[..., 0].T
    return {
        "residuals": residuals,
        "leverage": np.cumsum(basis.train[0] ** 2, axis=0)[1:],
        "left_out": leave_one_out(basis, y[np.newaxis])[:, 0],
        "refitted": refitted,
        "train_mse": (residuals**2).mean(axis=1),
        "curves": fits(coefs, basis.at)[0],
    }


def _fits_to_parts(x: Array, y: Array, grid: Array, degree: int, fold: NDArray[np.int64]) -> dict[str, Any]:
    """Return errors of the fits without each fold in every split (repeats, n); for the first also their curves."""
    numbers = np.arange(fold.max() + 1)[:, np.newaxis]
    # Large folds are refitted sooner than their blocks of the hat matrix are inverted.
    errors = None
    if x.size <= MOST_REFITTED:
        errors = fold_errors(nested_basis(x[np.newaxis], x[:0], degree).train[0], y, fold)
    if errors is None:
        errors = np.stack([fold_mean_squares(y, one, refits(x, y, one == numbers, x, degree)) for one in fold])
    by_division, _ = pooled(errors, np.bincount(fold[0]))
    return {
        "fold": fold,
        "fold_errors": errors,
        "fold_curves": refits(x, y, fold[0] == numbers, grid, degree),
        "split_sd": by_division.std(axis=0, ddof=1) if len(fold) > 1 else np.full(degree, np.nan),
    }


def _scored(
    x: Array, y: Array, signal: Array, held: NDArray[np.bool_], whole: dict[str, Any], parts: dict[str, Any]
) -> tuple[Array, Array]:
    """Return scores (7, D) and their standard errors."""
    degree = len(whole["residuals"])
    hold_out = mean_square(y[held] - refits(x, y, held[np.newaxis], x[held], degree)[0])
    k_fold, k_fold_se = pooled(parts["fold_errors"], np.bincount(parts["fold"][0]))
    left_out = mean_square(np.where(np.isnan(whole["left_out"]), whole["refitted"], whole["left_out"]))
    repeated = k_fold.mean(axis=0), np.sqrt((k_fold_se**2).mean(axis=0))
    measured = [hold_out, (k_fold[0], k_fold_se[0]), repeated, left_out]
    rules = criteria(x.size * without_dust(whole["train_mse"], signal), x.size)
    scores = [*(without_dust(score, signal) for score, _ in measured), *rules.values()]
    return np.array(scores), np.array([*(se for _, se in measured), *np.full((len(rules), degree), np.nan)])
