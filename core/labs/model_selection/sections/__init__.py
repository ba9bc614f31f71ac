"""Folded sections of the model-selection lab, and the first of them: the formulas with the numbers on screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Picture
from core.draw.own_points import OWN_POINTS
from core.kit.lab import Section
from core.kit.words import fixed, number, tex, with_error
from core.labs.model_selection.compute.explore import ModelSelection
from core.labs.model_selection.panels.view import at_most, index_of, opening, picks
from core.labs.model_selection.sections import choices, learning, seeds

_ROWS = 5  # points in the table of leverages


def formulas(result: ModelSelection, values: Mapping[str, Any]) -> Sequence[str | Picture]:
    """Show each rule as a formula with its value at the current degree."""
    v = result.validation
    k = min(int(values["degree"]), v.degrees.size) - 1
    n, p = v.x.size, k + 2
    return (
        f"Everything here is for **degree {k + 1}**, p = {p} parameters, and the n = {n} points on screen.",
        _held_out(result, k),
        _leave_one_out(result, k),
        _criteria(result, k, n, p),
        _one_standard_error(result),
    )


def _score(result: ModelSelection, rule: str, k: int) -> float:
    return float(result.validation.scores[index_of(result, rule), k])


def _held_out(result: ModelSelection, k: int) -> str:
    v = result.validation
    errors = ", ".join(number(float(error)) for error in v.fold_errors[0, :, k])
    # With as many folds as points each is left out once, however they are divided.
    between = (
        ""
        if np.isnan(v.split_sd[k]) or result.folds >= v.x.size
        else (
            f" Over {result.repeats} fold assignments its standard deviation is "
            f"{number(float(v.split_sd[k]))}. That much comes from the random split, and repeated "
            f"{result.folds}-fold, {number(_score(result, 'repeated k-fold', k))}, averages it away. "
            "The luck of the data remains."
        )
    )
    return (
        f"**Held out.** The polynomial is fitted without the points of a fold $F_j$, and judged on them:\n\n"
        f"$$\\text{{CV}} = \\frac1n\\sum_{{j=1}}^{{{result.folds}}}\\sum_{{i\\in F_j}}"
        f"\\bigl(y_i - \\hat y_i^{{(-F_j)}}\\bigr)^2 = {tex(_score(result, 'k-fold', k))}.$$\n\n"
        f"Hold-out does so once, with {int(v.held.sum())} points: {number(_score(result, 'hold-out', k))}. The mean "
        f"squared errors on the folds are {errors}.{between}"
    )


def _leave_one_out(result: ModelSelection, k: int) -> str:
    v = result.validation
    order = np.argsort(-v.leverage[k])[:_ROWS]
    rows = "".join(
        f"| {number(float(v.x[i]))} | {fixed(float(v.leverage[k, i]), 4)} | {fixed(float(v.residuals[k, i]), 4)} "
        f"| {fixed(float(v.left_out[k, i]), 6)} | {fixed(float(v.refitted[k, i]), 6)} |\n"
        for i in order
    )
    difference = float(v.loo_difference[k])
    told = "undefined at this degree" if np.isnan(difference) else f"{at_most(difference)} at most"
    checked = (
        f"By {v.x.size} refits the RMSE is {fixed(float(result.refitted_rmse[k]), 4)}; over the points, the difference "
        f"between the two ways is {told}. "
        if result.is_refitted
        else f"With {v.x.size:,} points, as many refits would take too long. "
    )
    return (
        f"**Leave-one-out needs one fit.** It is $\\hat y = Hy$; with the leverage $h_{{ii}}$, the diagonal of $H$,\n\n"
        f"$$\\text{{LOOCV}} = \\frac1n\\sum_{{i=1}}^n\\Bigl(\\frac{{y_i-\\hat y_i}}{{1-h_{{ii}}}}\\Bigr)^2 = "
        f"{tex(_score(result, 'leave-one-out', k))}, \\qquad \\text{{RMSE }} "
        f"{tex(float(result.left_out_rmse[k]))}.$$\n\n{checked}"
        f"The points with the largest leverage:\n\n| x | h | r | r/(1−h) | by a refit "
        f"|\n|--:|--:|--:|--:|--:|\n{rows}"
    )


def _criteria(result: ModelSelection, k: int, n: int, p: int) -> str:
    rss = n * float(result.train_mse[k])
    return (
        "**No points held out.** GCV replaces each $h_{ii}$ with the mean leverage p/n; AIC "
        f"and BIC penalize parameters. With RSS = {number(rss, 4)}:\n\n$$\\text{{GCV}} = "
        f"\\frac{{n\\,\\text{{RSS}}}}{{(n-p)^2}} = {tex(_score(result, 'GCV', k))}, \\qquad "
        f"\\text{{AIC}} = n\\log\\frac{{\\text{{RSS}}}}n + 2p = {tex(_score(result, 'AIC', k))}, "
        "\\qquad \\text{BIC} = n\\log\\frac{\\text{RSS}}n + p\\log n = "
        f"{tex(_score(result, 'BIC', k))}.$$\n\nA parameter costs 2 in AIC and log {n} = "
        f"{np.log(n):.2f} in BIC. To share an axis with the errors, AIC and BIC are drawn as "
        "exp(·/n), which leaves the minimum in place: "
        f"{number(float(result.errors[index_of(result, 'AIC'), k]))} and "
        f"{number(float(result.errors[index_of(result, 'BIC'), k]))}. As p approaches n = {n} the "
        "RSS goes to 0 and its logarithm to −∞, which no fixed penalty can offset."
    )


def _one_standard_error(result: ModelSelection) -> str:
    v = result.validation
    lines = []
    for rule in ("k-fold", "leave-one-out"):
        pick, simple = picks(result, rule)
        at = index_of(result, rule)
        score, se = float(v.scores[at, pick - 1]), float(v.score_ses[at, pick - 1])
        lines.append(
            f"{opening(result, rule)}: the smallest score is {with_error(score, se)} at degree {pick}, and the "
            f"simplest degree with a score of at most {number(score + se)} is {simple}."
        )
    return (
        "**One standard error.** The score is itself an estimate. Its standard error comes from the spread of the "
        "folds (for leave-one-out, of the points; these are not independent, so it is a rule of thumb). "
        + " ".join(lines)
    )


SECTIONS = (
    Section("Formulas with the current values", formulas),
    seeds.SECTION,
    choices.SECTION,
    learning.SECTION,
    OWN_POINTS,
)
