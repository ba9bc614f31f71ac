"""Results of the model-selection page: every rule on one data set and, when requested, the effect of chance on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.polynomial.chebyshev import chebvander
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.kit.parameters import with_parameters_of
from core.kit.results import read_only
from core.labs.model_selection.compute.learning_curves import LearningCurves, learning_curves
from core.regression import truths
from core.regression.decomposition import most_data_sets
from core.regression.designs import Settings
from core.regression.points import POINTS, UNKNOWN, Points, chosen
from core.regression.resampling import resample
from core.regression.selection import Selection
from core.regression.validation import MOST_REFITTED, RULES, Validation, validate, validate_points
from core.regression.validation_choices import Reseeded, choose, reseed
from core.regression.validation_rules import refits, without_dust

REDRAWS = 100
# Divisions that each repetition averages over, and data sets of a learning curve: both are for a section of the page
# that should open at once.
_MOST_REPEATS = 5
_LEARNING_SETS = 40


@dataclass(frozen=True)
class ModelSelection:
    """Result of `select_model`; anything that takes more than a moment is computed on first use.

    Attributes
    ----------
    validation : Validation
        All degrees judged by every rule on one data set.
    settings : Settings or None
        The experiment; none with points of the visitor's own.
    held_out_share : float
        Fraction of the points that hold-out reserves for testing.
    folds, repeats : int
        Folds of the cross-validation and number of splits into folds.
    split_seed : int
        Seed of everything that is held out.
    repetitions : int
        How often the experiment is repeated for `choices`.
    errors : ndarray (7, D)
        Scores in squared units of y: AIC and BIC as exp(score / n), which is smallest at the same degree. That of AIC
        is RSS / n exp(2 df / n), to first order in df / n the same as GCV.
    left_out_rmse, refitted_rmse : ndarray (D,)
        Leave-one-out RMSE from one fit, and from n refits; nan where undefined, and the latter where it takes too long.
    train_mse : ndarray (D,)
        Mean squared residual of the fit to all points; 0 where it is only rounding.
    """

    validation: Validation
    settings: Settings | None
    held_out_share: float
    folds: int
    repeats: int
    split_seed: int
    repetitions: int
    errors: Array
    left_out_rmse: Array
    refitted_rmse: Array
    train_mse: Array

    @property
    def experiment(self) -> Settings:
        """The experiment.

        Raises
        ------
        ValueError
            If there is none, since the points are the visitor's own.
        """
        if self.settings is None:
            raise ValueError(UNKNOWN)
        return self.settings

    @property
    def is_refitted(self) -> bool:
        """Return whether leave-one-out was also computed with as many fits as points."""
        return self.validation.x.size <= MOST_REFITTED

    @property
    def looked_at(self) -> int:
        """Degree that a picture is described by: the best, or where nobody knows that, the pick of leave-one-out."""
        v = self.validation
        return v.best if v.known else int(v.picks[RULES.index("leave-one-out")])

    @cached_property
    def band(self) -> Array:
        """Values (2, D, G) between which the middle 68% of the fits to resampled points lie, on the grid."""
        v = self.validation
        return resample(v.x, v.y, v.grid, v.degrees.size, self.split_seed).band

    @property
    def spread(self) -> Array:
        """Half the width (D,) of `band`, as its median over the grid."""
        width: Array = np.median(self.band[1] - self.band[0], axis=1) / 2
        return width

    def held(self, rule: str) -> NDArray[np.bool_]:
        """Return the points (H, n) left out by the fits behind a rule, one row per fit.

        One row for hold-out, one per fold for k-fold and per point for leave-one-out, none for GCV, AIC, and BIC. For
        repeated k-fold, the first fold of each split, since all folds would be too many to look at.
        """
        v = self.validation
        if rule == "hold-out":
            return v.held[np.newaxis]
        if rule == "k-fold":
            return np.asarray(v.fold[0] == np.arange(self.folds)[:, np.newaxis])
        if rule == "repeated k-fold":
            return np.asarray(v.fold == 0)
        return np.eye(v.x.size, dtype=bool)[: v.x.size if rule == "leave-one-out" else 0]

    def coefficients(self, held: NDArray[np.bool_]) -> Array:
        """Return Chebyshev coefficients (H, D, D + 1), on the range of x, of the fits that leave out points (H, n).

        nan where the remaining points do not determine the degree.
        """
        v = self.validation
        size = v.degrees.size + 1
        nodes = np.cos(np.pi * (np.arange(size) + 0.5) / size)
        low, high = v.grid[0], v.grid[-1]
        values = refits(v.x, v.y, held, (low + high + nodes * (high - low)) / 2, size - 1)
        to_coefficients = np.linalg.inv(chebvander(nodes, size - 1)).T
        return np.asarray(np.tril(values @ to_coefficients, 1))  # beyond its degree a fit has only rounding

    @cached_property
    def choices(self) -> Selection:
        """Return what every rule chooses when the experiment is repeated.

        At most `repetitions` times, and with redrawn inputs as often as the work allows; at most five splits
        into folds.

        Raises
        ------
        ValueError
            If some data set has no test point inside, or not even two repetitions are possible.
        """
        repeats = min(self.repeats, _MOST_REPEATS)
        most = most_data_sets(self.experiment, self.experiment.n_train * self.folds * repeats)
        return choose(
            self.experiment,
            held_out_share=self.held_out_share,
            folds=self.folds,
            repeats=repeats,
            split_seed=self.split_seed,
            repetitions=min(self.repetitions, most) if most >= 2 else self.repetitions,
        )

    @cached_property
    def reseeded(self) -> Reseeded:
        """Cross-validate with 100 split seeds and 100 seeds of the data."""
        # The same data, but no draw is refused for its test points, which play no part here.
        inside = self.experiment.test_at == "inside"
        settings = replace(self.experiment, test_at="held_out") if inside else self.experiment
        return reseed(settings, folds=self.folds, split_seed=self.split_seed, redraws=REDRAWS)

    @cached_property
    def learning(self) -> LearningCurves:
        """Return the expected errors over the number of training points."""
        return learning_curves(replace(self.experiment, n_sets=_LEARNING_SETS))


@with_parameters_of(Settings, but=("n_sets",))
def select_model(
    *,
    truth: str,
    formula: str = "",
    pasted: str = "",
    upload: Points | None = None,
    max_degree: int,
    held_out_share: float,
    folds: int,
    repeats: int,
    split_seed: int,
    repetitions: int,
    **experiment: Any,
) -> ModelSelection:
    """Judge every degree by every rule and prepare the effect of chance on the choice.

    The parameters are those of `core.regression.validation.validate` and
    `core.regression.validation_choices.choose`; `formula` is the true function if `truth` is
    `core.regression.truths.OWN`. If it is `core.regression.points.POINTS`, the data are the points of `upload`, or if
    there is no file, of the text `pasted`, and the settings of the experiment do not matter.

    Raises
    ------
    ValueError
        With a sentence, for values out of range and for combinations that are impossible.
    """
    splits: dict[str, Any] = {
        "held_out_share": held_out_share,
        "folds": folds,
        "repeats": repeats,
        "split_seed": split_seed,
    }
    if truth == POINTS:
        x, y = chosen(pasted, upload)
        settings = None
        v = validate_points(x, y, max_degree=max_degree, **splits)
    else:
        settings = Settings(truth=truths.named(truth, formula), max_degree=max_degree, **experiment)
        v = validate(settings, **splits)
    return read_only(
        ModelSelection(
            validation=v,
            settings=settings,
            **splits,
            repetitions=repetitions,
            errors=_errors(v),
            left_out_rmse=np.sqrt(v.scores[RULES.index("leave-one-out")]),
            refitted_rmse=np.sqrt(without_dust((v.refitted**2).mean(axis=1), v.signal)),
            train_mse=without_dust(v.train_mse, v.signal),
        )
    )


def _errors(v: Validation) -> Array:
    """Return scores (7, D) in squared units of y."""
    logs = np.isin(v.rules, ("AIC", "BIC"))[:, np.newaxis]
    return np.asarray(np.where(logs, np.exp(np.where(logs, v.scores, 0) / v.x.size), v.scores))


def tables(result: ModelSelection, values: Mapping[str, Any]) -> dict[str, dict[str, Array]]:
    """Return tables for a download: scores by degree, the data with held-out points, residuals at the chosen degree."""
    v = result.validation
    k = min(int(values["degree"]), v.degrees.size) - 1
    own = {"risk": v.risk, "risk_of_this_fit": v.own_risk} if v.known else {"bootstrap_spread": result.spread}
    own |= {"train_mse": v.train_mse}
    scores = {_column(rule): score for rule, score in zip(v.rules, v.scores, strict=True)}
    ses = {f"{_column(rule)}_se": se for rule, se in zip(v.rules, v.score_ses, strict=True) if np.isfinite(se).any()}
    held = {f"fold_in_division_{r + 1}": fold + 1 for r, fold in enumerate(v.fold)}
    return {
        "scores.csv": {"degree": v.degrees, **own, **scores, **ses, "refitted_rmse": result.refitted_rmse},
        "data.csv": {"x": v.x, "y": v.y, "held_out": v.held.astype(int), **held},
        "residuals.csv": {
            "x": v.x,
            "residual": v.residuals[k],
            "leverage": v.leverage[k],
            "left_out": v.left_out[k],
            "refitted": v.refitted[k],
        },
    }


def _column(rule: str) -> str:
    return rule.lower().replace("-", "_").replace(" ", "_")
