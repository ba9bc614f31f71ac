"""Bias² and variance of other learners: each has a dial that regularizes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from core.draw.live import Axis, Frames, Picture, Track, strands
from core.draw.marks import Trace, curve, dots, estimates, panel, span
from core.draw.regression import fit_range
from core.draw.style import ceiling
from core.kit.arrays import Numbers
from core.kit.lab import Section, Work
from core.kit.words import fixed, number, with_error
from core.labs.regularization.compute.explore import Regularization
from core.labs.regularization.learners.bagging import Bagging, bagging_message, read_bagging
from core.labs.regularization.learners.linear_errors import SmootherSweep
from core.labs.regularization.learners.smoothers import kernel_ridge, neighbours
from core.labs.regularization.learners.trees import TreeErrors, tree_depths
from core.worker import submit
from core.worker.tasks import Task

TREES = 50
_COARSE = slice(None, None, 2)
_FITS = 8
_HEIGHT = 340


# Slower than a moment, and asked for again at each tick of an open section.
_neighbours = lru_cache(maxsize=2)(neighbours)
_kernel_ridge = lru_cache(maxsize=4)(kernel_ridge)
_tree_depths = lru_cache(maxsize=2)(tree_depths)


def learners(result: Regularization, values: Mapping[str, Any]) -> Sequence[str | Picture | Work]:
    """Show nearest neighbors, kernel ridge, trees, and bagged trees on the data sets of the page."""
    settings = result.settings
    widths = _kernel_ridge(settings, swept="width")
    penalties = _kernel_ridge(settings, swept="penalty", width=widths.best)
    return (
        "The same data with other learners. Nearest neighbors and kernel ridge are linear in the "
        "targets, so their curves are exact.",
        "**Nearest neighbors**: the mean of the k nearest targets.",
        _exact(_neighbours(settings), "k", "Neighbors k", _whole),
        "**Kernel ridge** with penalty 0.1: the width of the Gaussian kernel controls complexity.",
        _exact(widths, "width", "Width", _short, log=True),
        f"**Kernel ridge** with width {_short(widths.best)}, the best of these: now the penalty "
        "controls complexity, as above.",
        _exact(penalties, "kernel_penalty", "Penalty of kernel ridge", _short, log=True),
        "**A regression tree** over its depth. Trees are not linear in the targets: all curves "
        f"are simulated with {settings.n_sets} data sets.",
        _simulated(_tree_depths(settings), "depth", "Depth", 4),
        f"**Bagging**: the mean of up to {TREES} trees of depth 6, each on a bootstrap sample of the data set.",
        Work(
            f"Grow {TREES} × {settings.n_sets} trees",
            ("bagging", settings),
            lambda: begin_bagging(result),
            bagged,
        ),
    )


def begin_bagging(result: Regularization) -> Task[Bagging]:
    """Begin to fit bootstrapped trees, over their number, in the helper process."""
    kind = f"{bagging_message.__module__}.{bagging_message.__name__}"
    request = vars(result.settings) | {"n_trees": TREES}
    return submit(kind, request, title=f"Growing {TREES} trees for each data set", read=read_bagging)


def bagged(bag: Bagging) -> Sequence[str | Picture]:
    """Show the correlation of bootstrapped trees, and errors over their number."""
    return (
        f"One such tree has variance v = {fixed(bag.tree_variance)}; two of them on the same data are correlated with "
        f"ρ = {number(bag.correlation, 2)}, so the variance of B trees should be ρv + (1 − ρ)v/B, which tends to "
        f"{fixed(bag.limit)}. One tree on the data itself has variance {fixed(bag.plain_variance)}.",
        _simulated(bag, "trees", "Trees", TREES, [("ρv + (1 − ρ)v/B", "threshold", bag.predicted_variance)]),
    )


def _short(value: float) -> str:
    return number(value, 2)


def _whole(value: float) -> str:
    """Write a whole number."""
    return f"{value:.0f}"


def _fits(sweep: SmootherSweep | TreeErrors) -> tuple[list[Trace], list[Frames]]:
    grid = sweep.grid[_COARSE]
    curves = sweep.fits_grid[:_FITS, :, _COARSE]
    traces = [
        curve(strands(np.tile(grid, (len(curves), 1))), None, "fit_faint", "fits", 1, table=False),
        curve(sweep.grid, sweep.f_grid, "truth", "truth", 2),
        curve(grid, None, "bias", "average fit", 2.6),
        dots(sweep.x_train, sweep.y_train[0], "train", "first data set", 6),
    ]
    moving = np.stack([strands(curves[:, step]) for step in range(curves.shape[1])])
    return traces, [Frames(0, moving), Frames(2, sweep.mean_grid[:, _COARSE])]


def _picture(
    sweep: SmootherSweep | TreeErrors,
    errors: list[Trace],
    axis: Axis,
    sentences: tuple[str, ...],
    risk: Numbers,
    log: bool,
) -> Picture:
    traces, frames = _fits(sweep)
    best = int(np.argmin(risk))
    left = panel(
        traces,
        f"Fits to {_FITS} data sets, their mean and the truth (dashed), for {axis.label} {axis.texts[0]} to "
        f"{axis.texts[-1]}.",
        x="x",
        y="y",
        frames=frames,
        height=_HEIGHT,
        xaxis={"range": span(sweep.grid, 0.01)},
        yaxis={"range": fit_range(sweep.f_grid, sweep.noise)},
    )
    x = sweep.values.astype(float)
    top = ceiling(max(2.6 * float(risk.min()), min(float(risk[0]), 5 * float(risk.min())), 1e-9))
    right = panel(
        errors,
        f"Error over {axis.label}: the expected test error is smallest, {number(float(risk[best]))}, at "
        f"{axis.texts[best]}; it starts at {number(float(risk[0]))} and ends at {number(float(risk[-1]))}.",
        x=axis.label,
        y="squared error (y²)",
        tracks=[Track(x)],
        column=1,
        height=_HEIGHT,
        xaxis={
            "type": "log",
            "range": (np.log10([x[0], x[-1]]) + [-0.05, 0.05]).tolist(),
            "tickvals": [1e-6, 1e-4, 1e-2, 0.1, 0.3, 1, 3, 10, 100, 1000],
            "exponentformat": "power",
        }
        if log
        else {"range": span(x)},
        yaxis={"range": [-0.03 * top, top]},
    )
    return Picture((left, right), axis, sentences=sentences)


def _exact(sweep: SmootherSweep, name: str, label: str, show: Any, log: bool = False) -> Picture:
    x = sweep.values
    some = np.unique(np.linspace(0, len(x) - 1, 9).round().astype(int))
    errors = [
        curve(x, sweep.risk, "risk", "test error", 3),
        curve(x, sweep.bias2, "bias", "bias²"),
        curve(x, sweep.variance, "variance", "variance"),
        curve(x, np.full(len(x), sweep.noise), "noise", "noise"),
        estimates(x[some], sweep.mc_error[some], sweep.mc_error_se[some], "risk", "test error", named=True),
    ]
    sentences = tuple(
        f"bias² {fixed(float(sweep.bias2[k]))} + variance {fixed(float(sweep.variance[k]))} + "
        f"noise {fixed(sweep.noise)} = {fixed(float(sweep.risk[k]))}; simulated "
        f"{with_error(float(sweep.mc_error[k]), float(sweep.mc_error_se[k]))}. Effective degrees "
        f"of freedom: {float(sweep.df[k]):.1f}. Smallest at {show(sweep.best)}."
        for k in range(len(x))
    )
    axis = Axis(name, label, tuple(x.tolist()), tuple(show(value) for value in x), sweep.best)
    return _picture(sweep, errors, axis, sentences, sweep.risk, log)


def _simulated(
    sweep: TreeErrors, name: str, label: str, start: int, more: Sequence[tuple[str, str, Numbers]] = ()
) -> Picture:
    x, total = sweep.values, sweep.mc_bias2 + sweep.mc_variance + sweep.noise
    some = np.unique(np.linspace(0, len(x) - 1, 9).round().astype(int))
    errors = [
        curve(x, total, "risk", "test error", 3),
        curve(x, sweep.mc_bias2, "bias", "bias²"),
        curve(x, sweep.mc_variance, "variance", "variance"),
        curve(x, np.full(len(x), sweep.noise), "noise", "noise"),
        *(curve(x, y, role, text) for text, role, y in more),
        estimates(x[some], sweep.mc_bias2[some], sweep.mc_bias2_se[some], "bias", "bias²"),
        estimates(x[some], sweep.mc_variance[some], sweep.mc_variance_se[some], "variance", "variance", named=True),
    ]
    sentences = tuple(
        f"bias² {with_error(float(sweep.mc_bias2[k]), float(sweep.mc_bias2_se[k]))}, variance "
        f"{with_error(float(sweep.mc_variance[k]), float(sweep.mc_variance_se[k]))}; error on fresh test points "
        f"{with_error(float(sweep.mc_error[k]), float(sweep.mc_error_se[k]))}."
        for k in range(len(x))
    )
    axis = Axis(name, label, tuple(float(v) for v in x), tuple(str(v) for v in x), start)
    return _picture(sweep, errors, axis, sentences, total, False)


SECTION = Section("Other learners: nearest neighbors, kernels, trees, bagging", learners)
