"""Choosing a degree without knowing the truth: how often each rule finds the best one, and the cost of its choice."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array, check_integer
from core.regression.decomposition import check_cost, degree_range
from core.regression.designs import Experiment, Settings, draw
from core.regression.polynomials import NestedBasis, fits, leave_one_out, nested_basis, project, usable_degree
from core.regression.sweeps import exact_fits

LIMITS: dict[str, tuple[int, int]] = {"repetitions": (2, 1000), "folds": (2, 20)}
RULES = ("oracle", "one test set", "hold-out", "k-fold", "leave-one-out")


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Degrees chosen by each rule in R repetitions; all arrays are read-only.

    Attributes
    ----------
    rules : tuple of str
        "oracle": smallest expected error, known only because the truth is. "one test set": smallest error on one
        noisy test set. "hold-out": smallest error on one fold when fitted to the others. "k-fold": the same with
        the squared errors of all folds pooled. "leave-one-out": smallest sum of squared residuals r / (1 - h).
    degrees : ndarray (D,) of int
        1 to D.
    picks : dict of str to ndarray (R,) of int
        Degree chosen in each repetition, per rule.
    shares : ndarray (rules, D)
        Fraction of the repetitions in which the rule chose the degree.
    risk : ndarray (D,)
        Exact expected error of each degree, in squared units of y; with redrawn inputs averaged over the designs.
    excess, excess_se : ndarray (rules,)
        Mean over the repetitions of expected error (given the design) of the choice minus that of the oracle's, and
        its standard error.
    """

    rules: tuple[str, ...]
    degrees: NDArray[np.int64]
    picks: dict[str, NDArray[np.int64]]
    shares: Array
    risk: Array
    excess: Array
    excess_se: Array


def select(
    settings: Settings,
    *,
    repetitions: int = 400,
    folds: int = 5,
) -> Selection:
    """Let every rule choose a degree in each repetition, each time from a new training set.

    Point i of a training set belongs to fold i mod `folds`; repetition r holds out fold r mod `folds`. A degree
    that a rule cannot judge (leverage 1, or too few points outside a fold) is never chosen by it.

    Parameters
    ----------
    settings : Settings
        `repetitions` takes the place of its number of training sets.
    repetitions : int
        Number R of training sets, each with a noisy test set of its own.
    folds : int
        At most `settings.n_train`.

    Returns
    -------
    Selection
        Equal for equal settings.

    Raises
    ------
    ValueError
        If an argument is out of range, a rule cannot judge any degree, or there is too much work.
    """
    check_integer("repetitions", repetitions, *LIMITS["repetitions"])
    check_integer("folds", folds, *LIMITS["folds"])
    n_train = settings.n_train
    if folds > n_train:
        raise ValueError(f"`folds` must be at most `n_train`, {n_train}; got {folds}.")
    settings = replace(settings, n_sets=repetitions)
    check_cost(settings, "repetitions", n_train * (folds - 1))
    experiment = draw(settings)
    degree, _ = degree_range(experiment.x_train, settings.max_degree)
    basis = nested_basis(experiment.x_train, experiment.x_test, degree)
    bias, gain = exact_fits(experiment, basis)
    own_risk = (bias**2 + settings.noise_std**2 * gain).mean(axis=2) + settings.noise_std**2
    picks = {"oracle": np.full(repetitions, np.argmin(own_risk.mean(axis=0)))}
    for rule, scores in _scores(experiment, basis, folds).items():
        if not np.isfinite(scores).any(axis=1).all():
            raise ValueError(
                f"{n_train} training points are too few to choose a degree by {rule}; use more training points."
            )
        # An error that is only rounding counts as zero: without noise several degrees tie, and the lowest wins.
        dust = 1e-18 * float((experiment.f_train[0] ** 2).mean())
        picks[rule] = np.argmin(np.where(scores < dust, 0.0, scores), axis=1)
    return summarise(picks, np.broadcast_to(own_risk, (repetitions, degree)))


def _scores(experiment: Experiment, basis: NestedBasis, folds: int) -> dict[str, Array]:
    """Return the score that each rule minimizes, (R, D); inf where the rule cannot judge."""
    y = experiment.f_train + experiment.noise
    y_test = experiment.f_test + experiment.fresh_noise
    one_test = (fits(project(basis.train, y), basis.at) - y_test[:, np.newaxis]) ** 2
    by_fold = _fold_errors(experiment.x_train, y, basis.at.shape[1] - 1, folds)
    repetition = np.arange(len(y))
    left_out = (leave_one_out(basis, y) ** 2).sum(axis=2).T
    return {
        "one test set": one_test.mean(axis=2),
        "hold-out": by_fold[repetition % folds, repetition],
        "k-fold": by_fold.sum(axis=0),
        "leave-one-out": np.where(np.isnan(left_out), np.inf, left_out),
    }


def _fold_errors(x: Array, y: Array, degree: int, folds: int) -> Array:
    """Return sums of squared errors (folds, R, D) on each fold of fits to the others; inf where these are too few."""
    errors = np.full((folds, len(y), degree), np.inf)
    fold = np.arange(x.shape[1]) % folds
    for k in range(folds):
        held = fold == k
        usable = min(degree, usable_degree(x[:, ~held]))
        if usable > 0:
            basis = nested_basis(x[:, ~held], x[:, held], usable)
            missed = fits(project(basis.train, y[:, ~held]), basis.at) - y[:, np.newaxis, held]
            errors[k, :, :usable] = (missed**2).sum(axis=2)
    return errors


def summarise(picks: dict[str, NDArray[np.int64]], own_risk: Array) -> Selection:
    """Count what the rules chose in R repetitions, and the cost of these choices.

    Parameters
    ----------
    picks : dict of str to ndarray (R,) of int
        Index of the chosen degree per rule; the others are compared with the first.
    own_risk : ndarray (R, D)
        Expected error of each degree given the design of the repetition, in squared units of y.
    """
    repetitions, degree = own_risk.shape
    repetition = np.arange(repetitions)
    chosen = np.array(list(picks.values()))
    lost = own_risk[repetition, chosen] - own_risk[repetition, chosen[0]]
    result = Selection(
        rules=tuple(picks),
        degrees=np.arange(1, degree + 1),
        picks={rule: index + 1 for rule, index in picks.items()},
        shares=np.array([np.bincount(index, minlength=degree) for index in chosen]) / repetitions,
        risk=own_risk.mean(axis=0),
        excess=lost.mean(axis=1),
        excess_se=lost.std(axis=1, ddof=1) / np.sqrt(repetitions),
    )
    for array in (*result.picks.values(), *vars(result).values()):
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    return result
