"""Procedures that act like a ridge penalty without being one: both sides computed, and their difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Axis, Frames, Picture, Track
from core.draw.marks import bars, curve, dots, estimates, panel, span
from core.draw.regression import fit_range
from core.kit.lab import Section
from core.kit.words import fixed, number, with_error
from core.labs.regularization.compute.explore import Regularization
from core.labs.regularization.controls import show_penalty
from core.labs.regularization.equivalences.decay import NoisePenalty, WeightDecay, noise_penalty, weight_decay
from core.labs.regularization.equivalences.early_stopping import EarlyStopping, early_stopping
from core.labs.regularization.panels.penalty import squeezed, weight_axis
from core.labs.regularization.panels.ridge import column_name

_COARSE = slice(None, None, 2)
_HEIGHT = 340


def equivalences(result: Regularization, values: Mapping[str, Any]) -> Sequence[str | Picture]:
    """Show early stopping, weight decay, dropout, and input noise on the first data set of the page."""
    alpha = float(values["alpha"])
    stopping, decay = stopped(result), decayed(result, alpha)
    last = stopping.walked_gap[-1]
    return (
        "**Early stopping.** Gradient descent from 0 fits the large singular directions first. "
        "After t steps of size η it has fitted the fraction 1 − (1 − ηs²)ᵗ of a direction; ridge "
        "with α = 1/(ηt) fits s²/(s² + α). The two are close, not equal. (Carried out step by "
        f"step, the fits agree with the formula to {number(float(last), 2)} after "
        f"{int(stopping.walked[-1])} steps.)",
        over_steps(stopping, result.ridge.noise),
        f"**Weight decay.** With the current α, {show_penalty(alpha)}: gradient descent on the "
        "penalized loss, and on the plain loss with the weights multiplied by 1 − ηα/n before "
        f"each step, agree to {number(float(decay.gap.max()), 2)} at all {len(decay.gap) - 1} "
        "steps. With Adam they differ: it rescales the penalty's gradient, while AdamW's "
        "decoupled decay is not rescaled. After the last step the difference is "
        f"{number(float(np.abs(decay.adam_penalised[-1] - decay.adam_decayed[-1]).max()), 2)}.",
        over_updates(decay, result.basis),
        "**Dropout.** Each entry of the columns is kept with probability p and divided by p. On "
        "average this adds the penalty n(1 − p)/p · Σw² to the squared error, so least squares "
        "on many perturbed copies is close to ridge. Degree 3.",
        over_levels(noisy(result, "dropout"), "keep", "Keep probability p", result.ridge.noise, 0.8),
        "**Noise in the inputs**, of standard deviation s, added to the standardized columns: "
        "the penalty is ns² · Σw².",
        over_levels(noisy(result, "inputs"), "input_std", "Noise s", result.ridge.noise, 0.5),
    )


def stopped(result: Regularization) -> EarlyStopping:
    """Compare gradient descent stopped early with ridge."""
    return early_stopping(result.settings, degree=result.degree, basis=result.basis)


def decayed(result: Regularization, alpha: float) -> WeightDecay:
    """Compare optimizers with weight decay and with a penalty."""
    return weight_decay(result.settings, alpha=alpha, degree=result.degree, basis=result.basis)


def noisy(result: Regularization, noise_in: str) -> NoisePenalty:
    """Compare dropout or noise in the inputs with ridge; at degree 3, where the simulation is exact enough."""
    return noise_penalty(result.settings, noise_in=noise_in, basis=result.basis)


def over_steps(e: EarlyStopping, noise: float) -> Picture:
    """Draw the filters of both, and their fits, over the number of steps."""
    order = np.arange(1, len(e.sizes) + 1)
    filters = panel(
        [
            curve(order, None, "second", "early stopping", 2.6, mode="lines+markers"),
            curve(order, None, "first", "ridge", 2, mode="lines+markers"),
        ],
        f"Fraction fitted of each of {len(order)} singular directions, by both. They differ by at "
        f"most {number(float(np.abs(e.stopped_filters - e.ridge_filters).max()))}.",
        x="singular direction, largest first",
        y="fraction fitted",
        frames=[Frames(0, e.stopped_filters[:, 1:]), Frames(1, e.ridge_filters[:, 1:])],
        height=_HEIGHT,
        xaxis={"range": [0.5, len(order) + 0.5], "dtick": 1 if len(order) < 12 else 2},
        yaxis={"range": [-0.03, 1.05]},
    )
    grid = e.grid[_COARSE]
    fits = panel(
        [
            curve(e.grid, e.f_grid, "truth", "truth", 2),
            curve(grid, None, "second", "early stopping", 2.6),
            curve(grid, None, "first", "ridge", 2),
        ],
        "Fits of gradient descent stopped early and of ridge with the penalty that goes with it, and the truth "
        "(dashed).",
        x="x",
        y="y",
        frames=[Frames(1, e.stopped_grid[:, _COARSE]), Frames(2, e.ridge_grid[:, _COARSE])],
        column=1,
        height=_HEIGHT,
        xaxis={"range": span(e.grid, 0.01)},
        yaxis={"range": fit_range(e.f_grid, noise)},
    )
    sentences = tuple(
        f"t = {number(float(t), 3)}, α = {number(float(a), 2)}: effective degrees of freedom "
        f"{float(d1):.2f} (stopped) and {float(d2):.2f} (ridge); expected test error "
        f"{fixed(float(r1))} and {fixed(float(r2))}. On the training points the error of gradient "
        f"flow is {fixed(float(q))} of ridge's (at most 1.69 everywhere: Ali, Kolter, Tibshirani)."
        for t, a, d1, d2, r1, r2, q in zip(
            e.steps, e.alphas, e.stopped_df, e.ridge_df, e.stopped_risk, e.ridge_risk, e.flow_ratio, strict=True
        )
    )
    texts = tuple(number(float(t)) for t in e.steps)
    axis = Axis("steps", "Steps t", tuple(float(t) for t in e.steps), texts, float(e.steps[24]))
    return Picture((filters, fits), axis, sentences=sentences)


def over_updates(d: WeightDecay, basis: str) -> Picture:
    """Draw the weights of four optimizers over their steps, and those of ridge."""
    steps = np.unique(np.round(np.geomspace(1, len(d.gap) - 1, 60)).astype(int))
    names = [column_name(k, basis) for k in range(1, d.ridge.size + 1)]
    kinds = (
        ("gradient descent, penalty", "first", d.penalised),
        ("gradient descent, decay", "train", d.decayed),
        ("Adam, penalty", "second", d.adam_penalised),
        ("AdamW, decay", "threshold", d.adam_decayed),
    )
    traces = [bars(names, squeezed(w[steps[-1]]), role, name, hoverinfo="skip") for name, role, w in kinds]
    traces.append(dots(names, squeezed(d.ridge), "text", "ridge", 11, "line-ew-open"))
    largest = max(float(np.abs(w).max()) for *_, w in (*kinds, ("", "", d.ridge)))
    own = panel(
        traces,
        f"Weights of four optimizers after up to {steps[-1]} steps, and those of ridge. Penalty "
        f"and decay differ by at most {number(float(d.gap.max()), 2)} under gradient descent.",
        x="column (standardized)",
        y="weight",
        frames=[Frames(i, squeezed(w[steps])) for i, (*_, w) in enumerate(kinds)],
        height=_HEIGHT,
        barmode="group",
        xaxis={"type": "category", "showgrid": False},
        yaxis=weight_axis(largest),
    )
    sentences = tuple(
        f"After {t} steps: penalty and decay differ by {number(float(d.gap[t]), 2)} under gradient descent, by "
        f"{number(float(np.abs(d.adam_penalised[t] - d.adam_decayed[t]).max()), 2)} under Adam; gradient descent is "
        f"{number(float(np.abs(d.penalised[t] - d.ridge).max()), 2)} from ridge."
        for t in steps
    )
    axis = Axis("updates", "Steps", tuple(float(t) for t in steps), tuple(str(t) for t in steps), float(steps[-1]))
    return Picture((own,), axis, sentences=sentences)


def over_levels(e: NoisePenalty, name: str, label: str, noise: float, start: float) -> Picture:
    """Draw the loss by formula and by simulation, and the fits of both, over the level of the noise."""
    loss = panel(
        [
            curve(e.levels, e.loss, "first", "loss + penalty", 2.4),
            estimates(e.levels, e.mc_loss, e.mc_loss_se, "second", "loss on perturbed columns", named=True),
        ],
        "Squared error with the penalty, by formula, and on randomly perturbed columns: "
        f"{number(float(e.loss[0]))} and {number(float(e.mc_loss[0]))} at the first level, "
        f"{number(float(e.loss[-1]))} and {number(float(e.mc_loss[-1]))} at the last.",
        x=label,
        y="sum of squared residuals (y²)",
        tracks=[Track(e.levels)],
        height=_HEIGHT,
        xaxis={"range": span(e.levels)},
        yaxis={"type": "log", "nticks": 5},
    )
    fits = panel(
        [
            curve(e.grid, e.f_grid, "truth", "truth", 2),
            curve(e.grid[_COARSE], None, "second", "least squares on perturbed copies", 2.6),
            curve(e.grid[_COARSE], None, "first", "ridge", 2),
        ],
        "Least squares on many randomly perturbed copies of the data, ridge with the equivalent "
        "penalty, the truth (dashed).",
        x="x",
        y="y",
        frames=[Frames(1, e.trained_grid[:, _COARSE]), Frames(2, e.ridge_grid[:, _COARSE])],
        column=1,
        height=_HEIGHT,
        xaxis={"range": span(e.grid, 0.01)},
        yaxis={"range": fit_range(e.f_grid, noise)},
    )
    sentences = tuple(
        f"Equivalent α = {number(float(a), 3)}. Loss at fixed weights: {number(float(v), 5)} by formula, "
        f"{with_error(float(m), float(se))} simulated. The fitted weights differ by {number(float(away), 2)} at most."
        for a, v, m, se, away in zip(
            e.alphas, e.loss, e.mc_loss, e.mc_loss_se, np.abs(e.trained - e.ridge).max(axis=1), strict=True
        )
    )
    axis = Axis(name, label, tuple(e.levels.tolist()), tuple(f"{level:.2f}" for level in e.levels), start)
    return Picture((loss, fits), axis, sentences=sentences)


SECTION = Section("Other ways to get ridge: early stopping, weight decay, dropout, input noise", equivalences)
