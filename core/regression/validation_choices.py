"""Choosing a degree repeatedly: every rule's choices and their cost, and the effect of another seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array, check_integer
from core.kit.results import read_only
from core.regression.decomposition import check_cost, degree_range
from core.regression.designs import LIMITS as SETTINGS_LIMITS
from core.regression.designs import Experiment, Settings, draw
from core.regression.polynomials import NestedBasis, fits, leave_one_out, nested_basis, project
from core.regression.selection import Selection, summarise
from core.regression.sweeps import exact_fits
from core.regression.validation import first_data_set
from core.regression.validation_rules import (
    SPLIT_LIMITS,
    check_splits,
    criteria,
    determined_fits,
    divisions,
    held_out,
    lowest,
    mean_square,
    pooled,
    within_one_se,
    without_dust,
)

LIMITS: dict[str, tuple[int, int]] = {"repetitions": (2, 1000), "redraws": (2, 200)}
ORACLE = "oracle"
# Rules that also choose by one standard error.
PARSIMONIOUS = ("k-fold", "leave-one-out")
# Random sets of held-out points that the repetitions share.
_HELD_OUT_SETS = 20


@dataclass(frozen=True, kw_only=True)
class Reseeded:
    """Cross-validation of degrees 1 to D with S seeds for the splitter and S seeds for the data; arrays are read-only.

    Row 0 of every array is the data set itself with its own split. Scores are in squared units of y.

    Attributes
    ----------
    degrees : ndarray (D,) of int
        1 to D.
    split_k_fold, split_left_out : ndarray (S, D)
        Mean squared k-fold and leave-one-out errors of one data set whose points are shuffled by S seeds.
    data_k_fold, data_left_out : ndarray (S, D)
        The same for S data sets drawn with different seeds, split with one.
    split_k_fold_picks, split_left_out_picks, data_k_fold_picks, data_left_out_picks : ndarray (S,) of int
        Degree with the smallest error.
    """

    degrees: NDArray[np.int64]
    split_k_fold: Array
    split_left_out: Array
    data_k_fold: Array
    data_left_out: Array
    split_k_fold_picks: NDArray[np.int64]
    split_left_out_picks: NDArray[np.int64]
    data_k_fold_picks: NDArray[np.int64]
    data_left_out_picks: NDArray[np.int64]

    @property
    def largest_split_change(self) -> float:
        """Return the largest relative change of a leave-one-out error by shuffling, which is rounding."""
        own = self.split_left_out[0]
        change = np.abs(self.split_left_out - own) / np.where(own > 0, own, np.nan)
        return float(np.nanmax(change, initial=0.0))


def choose(
    settings: Settings,
    *,
    held_out_share: float = 0.2,
    folds: int = 10,
    repeats: int = 5,
    split_seed: int = 0,
    repetitions: int = 400,
) -> Selection:
    """Let every rule choose a degree in each repetition, each time from a new training set.

    Repetition r holds out the random set of points r mod 20, and uses the split into folds r mod `repeats`;
    repeated k-fold uses all splits. A degree that a rule cannot judge is never chosen by it.

    Parameters
    ----------
    settings : Settings
        `repetitions` takes the place of its number of training sets.
    held_out_share, folds, repeats, split_seed
        See `core.regression.validation.validate`.
    repetitions : int
        Number R of training sets, 2 to 1000.

    Returns
    -------
    Selection
        `rules` are "oracle", those of `core.regression.validation.RULES`, and "k-fold, one SE" and "leave-one-out,
        one SE": the smallest degree within one standard error of the rule's best.

    Raises
    ------
    ValueError
        If an argument is out of range, a rule cannot judge any degree, or there is too much work.
    """
    n_train = settings.n_train
    check_splits(n_train, held_out_share, folds, repeats, split_seed)
    check_integer("repetitions", repetitions, *LIMITS["repetitions"])
    settings = replace(settings, n_sets=repetitions)
    check_cost(settings, "repetitions", n_train * folds * repeats)
    experiment = draw(settings)
    degree, _ = degree_range(experiment.x_train, settings.max_degree)
    basis = nested_basis(experiment.x_train, experiment.x_test, degree)
    bias, gain = exact_fits(experiment, basis)
    own_risk = (bias**2 + settings.noise_std**2 * gain).mean(axis=2) + settings.noise_std**2
    picks = {ORACLE: np.full(repetitions, np.argmin(own_risk.mean(axis=0)))}
    held = held_out(n_train, held_out_share, _HELD_OUT_SETS, split_seed)
    fold = divisions(n_train, folds, repeats, split_seed)
    for rule, (scores, ses) in _scores(experiment, basis, held, fold).items():
        picks[rule] = lowest(scores, rule, n_train)
        if rule in PARSIMONIOUS:
            picks[f"{rule}, one SE"] = within_one_se(scores, ses, picks[rule])
    return summarise(picks, np.broadcast_to(own_risk, (repetitions, degree)))


def reseed(
    settings: Settings,
    *,
    folds: int = 10,
    split_seed: int = 0,
    redraws: int = 100,
) -> Reseeded:
    """Cross-validate with other split seeds on the same data, and with other data.

    Parameters
    ----------
    settings : Settings
        The seeds of the data are `seed`, `seed` + 1, ... (after 99999 comes 0); the number of training sets does not
        matter.
    folds, split_seed
        See `core.regression.validation.validate`; the split seeds are `split_seed`, `split_seed` + 1, ...
    redraws : int
        Number S of seeds of each kind, 2 to 200.

    Raises
    ------
    ValueError
        If an argument is out of range, no test point is inside, or a rule cannot judge any degree.
    """
    n_train = settings.n_train
    check_splits(n_train, SPLIT_LIMITS["held_out_share"][0], folds, 1, split_seed)
    check_integer("redraws", redraws, *LIMITS["redraws"])
    settings = replace(settings, n_sets=2)
    seeds = [(settings.seed + k) % (SETTINGS_LIMITS["seed"][1] + 1) for k in range(redraws)]
    drawn = [first_data_set(replace(settings, seed=one)) for one in seeds]
    x = np.concatenate([one.x_train for one in drawn])
    y = np.concatenate([one.f_train + one.noise for one in drawn])
    f = np.concatenate([one.f_train for one in drawn])
    degree, _ = degree_range(x, settings.max_degree)
    shuffled = np.array([divisions(n_train, n_train, 1, split_seed + k)[0].argsort() for k in range(redraws)])
    splits, data = np.tile(shuffled[0], (redraws, 1)), np.arange(redraws)
    split = _cross_validate(x[0, shuffled], y[0, shuffled], f[:1], folds, degree)
    fresh = _cross_validate(x[data[:, np.newaxis], splits], y[data[:, np.newaxis], splits], f, folds, degree)
    names, rules = ("split_k_fold", "split_left_out", "data_k_fold", "data_left_out"), ("k-fold", "leave-one-out") * 2
    found: dict[str, Any] = {}
    for name, rule, scores in zip(names, rules, split + fresh, strict=True):
        found |= {name: scores, f"{name}_picks": lowest(scores, rule, n_train) + 1}
    return read_only(Reseeded(degrees=np.arange(1, degree + 1), **found))


def _cross_validate(x: Array, y: Array, f: Array, folds: int, degree: int) -> tuple[Array, Array]:
    """Return k-fold and leave-one-out errors (S, D) of shuffled data sets (S, n); point i is in fold i mod `folds`."""
    fold = np.arange(x.shape[1]) % folds
    errors = np.stack([_missed(x, y, fold == k, degree) for k in range(folds)], axis=1)
    k_fold, _ = pooled(errors, np.bincount(fold))
    left_out, _ = mean_square(leave_one_out(nested_basis(x, np.empty(0), degree), y))
    return without_dust(k_fold, f), without_dust(left_out.T, f)


def _scores(
    experiment: Experiment, basis: NestedBasis, held: NDArray[np.bool_], fold: NDArray[np.int64]
) -> dict[str, tuple[Array, Array]]:
    """Return the score that each rule minimizes and its standard error, (R, D) each; nan for rules without one."""
    x, y, f = experiment.x_train, experiment.f_train + experiment.noise, experiment.f_train
    n, degree = y.shape[1], basis.at.shape[1] - 1
    unknown = np.full((len(y), degree), np.nan)
    hold_out = np.empty_like(unknown)
    for k, mask in enumerate(held[: len(y)]):
        part = slice(k, None, len(held))
        hold_out[part] = _missed(x if len(x) == 1 else x[part], y[part], mask, degree)
    sizes = np.bincount(fold[0])
    errors = [np.stack([_missed(x, y, one == k, degree) for k in range(sizes.size)], axis=1) for one in fold]
    k_fold, k_fold_se = pooled(np.stack(errors), sizes)
    turn = np.arange(len(y)) % len(fold), np.arange(len(y))
    residuals = y[:, np.newaxis] - fits(project(basis.train, y), basis.train)
    rss = n * without_dust((residuals**2).mean(axis=2), f)
    errors_left_out, left_out_se = mean_square(leave_one_out(basis, y))
    return {
        "hold-out": (without_dust(hold_out, f), unknown),
        "k-fold": (without_dust(k_fold[turn], f), k_fold_se[turn]),
        "repeated k-fold": (without_dust(k_fold.mean(axis=0), f), unknown),
        "leave-one-out": (without_dust(errors_left_out.T, f), left_out_se.T),
    } | {rule: (scores, unknown) for rule, scores in criteria(rss, n).items()}


def _missed(x: Array, y: Array, held: NDArray[np.bool_], degree: int) -> Array:
    """Return mean squared errors (R, D) on the held-out points of fits of y (R, n) on x (1 or R, n) to the others."""
    fitted = determined_fits(x[:, ~held], y[:, ~held], x[:, held], degree)
    return np.asarray(((fitted - y[:, np.newaxis, held]) ** 2).mean(axis=2))
