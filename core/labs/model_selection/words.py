"""Words of the model-selection lab: readouts, a sentence for each degree, questions, and verdicts."""

from __future__ import annotations

from functools import partial

import numpy as np

from core.draw.live import Check, Readout
from core.kit.arrays import Numbers
from core.kit.controls import Choice, Slider
from core.kit.prediction import Prediction, because
from core.kit.words import each, fixed, larger, percent, with_error
from core.labs.model_selection.compute.explore import REDRAWS, ModelSelection
from core.labs.model_selection.panels.view import RULES, at_most, index_of, name_of, opening, picks
from core.regression.resampling import RESAMPLES

_FOUR = partial(fixed, decimals=4)
_CHANGES = {"none": "Neither", "splitter": "The split seed", "data": "New data", "both": "Both"}


def readouts(result: ModelSelection, rule: str) -> tuple[Readout, ...]:
    """Return the scores of the rule, of leave-one-out computed in two ways, and of the truth at each degree."""
    v, at = result.validation, index_of(result, rule)
    pick, one_se = picks(result, rule)
    scores = zip(result.errors[at], v.score_ses[at], strict=True)
    parsimonious = bool(np.isfinite(v.score_ses[at, pick - 1]))
    drawn = f"exp({rule} / n), in units of y²" if rule in ("AIC", "BIC") else "What the rule minimizes, in units of y²"
    return (
        _headline(result),
        Readout(
            "training error",
            each(result.train_mse),
            "train",
            "Mean squared residual of the fit to all points.",
            formula=tuple(
                f"{float(mse) * v.x.size:,.3f} / {v.x.size} = {text}"
                for mse, text in zip(result.train_mse, each(result.train_mse), strict=True)
            ),
        ),
        Readout(
            name_of(result, rule),
            tuple(with_error(float(score), float(se)) for score, se in scores),
            RULES[rule][1],
            f"{drawn}{', and its standard error' if parsimonious else ''}.",
        ),
        Readout(
            f"{name_of(result, rule)} picks",
            (f"{pick}, one SE {one_se}" if parsimonious else str(pick),),
            RULES[rule][1],
            "Degree with the smallest score; one SE: the smallest degree within one standard error of it.",
        ),
        Readout(
            "LOO RMSE, one fit",
            each(result.left_out_rmse, _FOUR),
            "threshold",
            "Leave-one-out: root of the mean of (r/(1−h))², in units of y.",
            check=_refitted(result) if result.is_refitted else None,
        ),
    )


def _headline(result: ModelSelection) -> Readout:
    """Return the expected error, or what takes its place where nobody knows the truth."""
    v = result.validation
    if v.known:
        words = "Of a fit of this degree on new data, noise included; exact."
        return Readout("expected error", each(v.risk), "risk", words, headline=True)
    return Readout(
        "bootstrap spread of the fit",
        each(result.spread),
        "variance",
        f"Half the width of the band that holds 68% of {RESAMPLES} fits to resampled points, median over x. "
        "Bias, noise, and expected error are unknown.",
        headline=True,
    )


def _refitted(result: ModelSelection) -> Check:
    """Compute leave-one-out again, with as many fits as points."""
    v = result.validation
    same = np.isclose(result.left_out_rmse, result.refitted_rmse, rtol=1e-6, equal_nan=True)
    how = f"By {v.x.size} refits, each without one point"
    return Check(each(result.refitted_rmse, _FOUR), tuple(map(bool, same)), how)


def summary(result: ModelSelection, rule: str) -> str:
    """Say in one line what the rule picks, and the cost of its choice."""
    v = result.validation
    name, role = name_of(result, rule), RULES[rule][1]
    pick, _ = picks(result, rule)
    if not v.known:
        return f"[{role}|{name}] picks degree {pick}; the truth, and so the best degree, is unknown."
    own, least = float(v.risk[pick - 1]), float(v.risk[v.best - 1])
    if own <= least * (1 + 1e-9) or own < 1e-12:
        return f"[{role}|{name}] picks degree {pick}. No other has a smaller [risk|expected error]."
    ratio = larger(own / least) if least > 1e-12 else "far above"
    return f"[{role}|{name}] picks degree {pick}: [risk|expected error] {ratio} degree {v.best}'s."


def sentence(result: ModelSelection, rule: str, k: int) -> str:
    """Say what the rule scores at the k-th degree, the cost of following it, and how exact the hat matrix is."""
    limit = result.validation.degree_limit
    return " ".join(
        part for part in (_verdict_of(result, rule, k), _cost(result, rule), _check(result, k), limit) if part
    )


def _verdict_of(result: ModelSelection, rule: str, k: int) -> str:
    v, at = result.validation, index_of(result, rule)
    name, degree = opening(result, rule), int(v.degrees[k])
    pick, one_se = picks(result, rule)
    score, least = float(result.errors[at, k]), float(result.errors[at, pick - 1])
    if np.isnan(score):
        return f"{name} cannot judge degree {degree}: too few points are left to fit it."
    if degree == pick:
        simpler = f"; degree {one_se} is within one standard error" if one_se != pick else ""
        return f"{name} picks this degree{simpler}."
    within = " (it is within one standard error)" if one_se <= degree and _near(result, at, k, pick) else ""
    if score <= least * (1 + 1e-9):
        return f"{name} has the same score at degree {pick}, the simpler one, and picks that."
    ratio = f"{larger(score / least)} that at degree {pick}" if least > 0 else f"above that at degree {pick}"
    score_of = f"e^({name_of(result, rule)}/n)" if rule in ("AIC", "BIC") else f"{name_of(result, rule)} score"
    return f"The {score_of} is {ratio}, which the rule picks{within}."


def _near(result: ModelSelection, at: int, k: int, pick: int) -> bool:
    v = result.validation
    return bool(v.scores[at, k] <= v.scores[at, pick - 1] + v.score_ses[at, pick - 1])


def _cost(result: ModelSelection, rule: str) -> str:
    """Say what the pick of a rule costs in expected error."""
    v = result.validation
    pick, _ = picks(result, rule)
    if not v.known:
        return "The truth behind these points is unknown, and so is the cost of this choice."
    own, least = float(v.risk[pick - 1]), float(v.risk[v.best - 1])
    if own <= least * (1 + 1e-9) or own < 1e-12:
        return f"No other degree has a smaller expected error than its pick, {pick}."
    ratio = f"{larger(own / least)} that" if least > 1e-12 else "far above that"
    return f"The expected error of its pick, {fixed(own)}, is {ratio} of degree {v.best}, the best ({fixed(least)})."


def _check(result: ModelSelection, k: int) -> str:
    """Compare leave-one-out by the hat matrix with refits."""
    v = result.validation
    difference = float(v.loo_difference[k])
    if not result.is_refitted:
        return f"The largest leverage is {fixed(float(v.leverage[k].max()))}."
    if np.isnan(v.refitted[k]).any():
        return "Leave-one-out is not defined here: without some point the others do not determine the fit."
    if np.isnan(difference):
        return (
            "The leverage of some point is 1 to all digits, so that r/(1−h) would be rounding; refits, which "
            f"extrapolate to that point, give an RMSE of {fixed(float(result.refitted_rmse[k]))}."
        )
    return (
        f"No residual r/(1−h) differs from that of a refit by more than {at_most(difference)}, with "
        f"leverages up to {fixed(float(v.leverage[k].max()))}."
    )


def found(result: ModelSelection) -> int:
    """Return the percentage of 100 data draws in which leave-one-out picks the degree that is best for the first."""
    return round(100 * float(np.mean(result.reseeded.data_left_out_picks == result.validation.best)))


def found_verdict(guess: int, truth: int, result: ModelSelection) -> str:
    """Say which degrees leave-one-out picks instead."""
    others = ", ".join(f"{degree} in {percent(share)}" for degree, share in shares(result.reseeded.data_left_out_picks))
    return f"Degree {result.validation.best} is best for these inputs. In {REDRAWS} draws leave-one-out picks {others}."


def shares(picked: Numbers) -> list[tuple[int, float]]:
    """List degrees that were picked with their fractions, the most frequent first."""
    degrees, counts = np.unique(picked, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return [(int(degrees[i]), float(counts[i] / counts.sum())) for i in order]


def changes(result: ModelSelection) -> str:
    """Tell which of 100 split seeds and 100 seeds of the data changes the degree that leave-one-out picks."""
    seeds = result.reseeded
    by = {"splitter": seeds.split_left_out_picks, "data": seeds.data_left_out_picks}
    moved = [name for name, picked in by.items() if (picked != picked[0]).any()]
    return moved[0] if len(moved) == 1 else "both" if moved else "none"


def changes_verdict(guess: str, truth: str, result: ModelSelection) -> str:
    """Say why leave-one-out does not depend on the splitter, and how much the data move it."""
    picked = shares(result.reseeded.data_left_out_picks)
    return (
        "Leave-one-out leaves out each point in turn, so no split is random. New data gave "
        f"{len(picked)} different degree{'s' if len(picked) > 1 else ''} in {REDRAWS} draws, most "
        f"often {picked[0][0]}."
    )


def _is_drawn(result: ModelSelection) -> bool:
    return result.settings is not None


PREDICTIONS = (
    Prediction(
        "Which changes leave-one-out's pick: a new split seed, or new data?",
        guess=Choice(
            name="guess", label="Your answer", default="none", options=_CHANGES, help="Enter your prediction."
        ),
        truth=changes,
        when=_is_drawn,
        verdict=changes_verdict,
        why=because(
            "Leave-one-out splits the data",
            "in the only way there is",
            "Each point is left out once, whatever the seed.",
            {
                "at random, once per seed": "That is what folds of several points do.",
                "into two halves": "It leaves out a single point each time.",
            },
        ),
    ),
    Prediction(
        f"In how many of {REDRAWS} new data sets does leave-one-out pick the best degree?",
        guess=Slider(name="guess", label="Draws", default=50, low=0, high=100, help="Enter your prediction."),
        truth=found,
        when=_is_drawn,
        verdict=found_verdict,
    ),
)
