"""Folded sections of the regularization lab, and the first of them: the formulas with the numbers on screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Picture
from core.draw.own_points import OWN_POINTS
from core.kit.lab import Section
from core.kit.words import fixed, number, tex, with_error
from core.labs.regularization.balls import section as balls
from core.labs.regularization.classes import section as classes
from core.labs.regularization.compute.explore import Regularization
from core.labs.regularization.controls import show_penalty
from core.labs.regularization.descent import section as descent
from core.labs.regularization.equivalences import section as equivalences
from core.labs.regularization.homework import section as homework
from core.labs.regularization.learners import section as learners
from core.labs.regularization.outliers import section as outliers
from core.labs.regularization.panels.penalty import index_of
from core.regression.controls import if_known

_ROWS = 6  # singular directions in the table


def formulas(result: Regularization, values: Mapping[str, Any]) -> Sequence[str | Picture]:
    """Show what ridge minimizes, what it keeps of each direction, and the resulting bias² and variance."""
    r, k = result.ridge, index_of(values["alpha"])
    n, d, alpha = r.x_train.size, result.degree, float(r.alphas[k])
    kept = r.filters[k]
    shown = np.unique(np.linspace(0, r.sizes.size - 1, min(_ROWS, r.sizes.size)).round().astype(int))
    rows = "".join(f"| {i + 1} | {number(float(r.sizes[i]))} | {fixed(float(kept[i + 1]), 4)} |\n" for i in shown)
    left_out = float(r.loo_error_first[k])
    loo = (
        "It is undefined here: some point has leverage 1."
        if np.isnan(left_out)
        else f"For the first data set it is {fixed(left_out)}."
    )
    return (
        f"**What is minimized**, with the {d} columns standardized on the {n} training points and "
        f"the intercept free:\n\n$$\\sum_{{i=1}}^{{{n}}} (y_i - b - a_i^\\top w)^2 + \\alpha "
        f"\\sum_{{j=1}}^{{{d}}} w_j^2,\\qquad \\alpha = {tex(alpha)}.$$\n\nThis is the sum of "
        "scikit-learn's `Ridge(alpha)`. `Lasso` and `ElasticNet` divide the squared error by 2n: "
        f"their alpha is α/n = {number(alpha / n)} here. Where a text penalizes the mean squared "
        "error with λ, α is λn.",
        "**Shrinkage.** Ridge keeps the fraction s²/(s² + α) of each singular direction of the "
        "columns; least squares keeps all. Their sum, plus 1 for the intercept, is the effective "
        f"degrees of freedom: {fixed(float(r.df[k]))} of {int(r.filters.shape[1])}.\n\n| direction "
        f"| s | kept |\n|--:|--:|--:|\n{rows}",
        "**What follows.** The fits are $\\hat y = H y$ with a matrix $H$ that does not depend on "
        f"$y$, so at the {r.x_test.size} test points\n\n$$\\text{{bias}}^2 = \\tfrac1m\\lVert Hf - "
        f"f_*\\rVert^2 = {tex(float(r.bias2[k]))},\\qquad \\text{{variance}} = "
        "\\tfrac{\\sigma^2}{m}\\lVert H\\rVert_F^2 = "
        f"{tex(float(r.variance[k]))},$$\n\n$$\\underbrace{{{tex(float(r.bias2[k]))}}}_{{\\text{{bias}}^2}} "
        f"+ \\underbrace{{{tex(float(r.variance[k]))}}}_{{\\text{{variance}}}} + "
        f"\\underbrace{{{tex(r.noise)}}}_{{\\sigma^2}} = {tex(float(r.risk[k]))}.$$\n\nSimulated with "
        f"{len(r.y_train)} data sets: bias² "
        f"{with_error(float(r.mc_bias2[k]), float(r.mc_bias2_se[k]))}, variance "
        f"{with_error(float(r.mc_variance[k]), float(r.mc_variance_se[k]))}, error on fresh "
        f"points {with_error(float(r.mc_error[k]), float(r.mc_error_se[k]))}.",
        f"**Without knowing f**: the leave-one-out error from one fit, "
        f"$\\tfrac1n\\sum_i \\big((y_i - \\hat y_i)/(1 - h_{{ii}})\\big)^2$. {loo} It is smallest at α = "
        f"{_smallest(r.alphas, r.loo_error_first)}, the expected error on the test points at α = "
        f"{show_penalty(r.best)}.",
    )


def _smallest(alphas: Any, errors: Any) -> str:
    return "–" if np.isnan(errors).all() else show_penalty(float(alphas[np.nanargmin(errors)]))


SECTIONS = (
    if_known(Section("Formulas with the current values", formulas)),
    homework.SECTION,
    balls.SECTION,
    if_known(descent.SECTION),
    if_known(equivalences.SECTION),
    outliers.SECTION,
    if_known(learners.SECTION),
    if_known(classes.SECTION),
    OWN_POINTS,
)
