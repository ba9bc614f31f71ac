"""Why the lasso sets weights to zero: the balls of two weights, and the shrinkage of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.figures.live import Axis, Frames, Panel, Picture, Track
from core.figures.regularization.parts import (
    PLACES,
    SMALL,
    curve,
    dots,
    error_axis,
    estimates,
    over_penalty,
    panel,
    penalties,
    penalty_axis,
)
from core.figures.style import color
from core.lab import Section
from core.regularization.regularize import Regularization
from core.regularization.shrinkage import PENALTIES, Balls, balls, shrinkage
from core.text import fixed, number, with_error

ROLES = dict(zip(PENALTIES, ("second", "first", "threshold"), strict=True))
_NAMES = {"lasso": "|w₁| + |w₂| ≤ t", "ridge": "w₁² + w₂² ≤ t²"}
_REACH = [-3.2, 3.2]
_CORRELATION = 0.5


def constraint(result: Regularization, values: Mapping[str, Any]) -> Sequence[str | Picture]:
    """Balls with a growing budget, with a least-squares solution that moves, shrinkage, and what the penalty costs."""
    found = _thinned(balls(correlation=_CORRELATION))
    return (
        "**Two weights.** The ellipses are lines of equal squared error around the least-squares solution (cross), for "
        "two columns whose correlation is 0.5. A penalty is a budget: the best weights inside the diamond (lasso) and "
        "inside the circle (ridge) lie where an ellipse touches. The penalty beside a budget is its multiplier.",
        by_budget(found),
        "**Move the least-squares solution** (drag the cross): on which stretch does the lasso answer with a weight "
        "that is exactly zero, and does ridge ever?",
        by_solution(found),
        "**One weight** (or many whose columns are orthogonal): the lasso takes the same amount from all, and stops at "
        "zero; ridge takes the same share.",
        one_weight(),
        f"**What it costs.** The {result.penalty_name} is not linear in the targets: there is no closed form, so bias² "
        f"and variance are simulated with 20 data sets of the page (± one standard error). Exact ridge is drawn beside "
        f"it. Choose “Lasso and ridge” above the picture to change the share of |w|.",
        simulated(result),
    )


def _thinned(found: Balls) -> Balls:
    """Every second budget, and every second point of the closed curves: as good on a screen, a quarter of the bytes."""
    half = slice(1, None, 2)
    return replace(
        found,
        budgets=found.budgets[half],
        by_budget=found.by_budget[:, half],
        multipliers=found.multipliers[:, half],
        outlines=found.outlines[:, half, ::2],
        ellipse=found.ellipse[::2],
        reach=found.reach[:, half],
    )


def _plane(
    traces: list[dict[str, Any]], alt: str, frames: Sequence[Frames], tracks: Sequence[Track] = (), column: int = 0
) -> Panel:
    return panel(
        traces,
        alt,
        x="w₁",
        y="w₂",
        frames=frames,
        tracks=tracks,
        column=column,
        height=400,
        xaxis={"range": _REACH, "dtick": 1, "constrain": "domain"},
        yaxis={"range": _REACH, "dtick": 1, "scaleanchor": "x", "constrain": "domain"},  # a circle is round
    )


def _ball(found: Balls, i: int, name: str) -> list[dict[str, Any]]:
    role = ROLES[name]
    area: dict[str, Any] = {
        "fill": "toself",
        "fillcolor": color(f"{role}_fill"),
        "line": {"color": color(role), "width": 2},
    }
    cross = dots(found.least_squares[:1], found.least_squares[1:], "text", "least squares", 12, "cross-thin-open")
    return [
        curve(found.outlines[i, 0, :, 0], found.outlines[i, 0, :, 1], role, _NAMES[name], **area),
        curve(found.ellipse[:, 0], found.ellipse[:, 1], "noise", "equal error", 1.4),
        cross,
        dots(found.by_budget[i, :1, 0], found.by_budget[i, :1, 1], role, name, 11),
    ]


def by_budget(found: Balls) -> Picture:
    """Diamond and circle beside each other, over the budget."""
    panels = []
    for column, name in enumerate(("lasso", "ridge")):
        i = PENALTIES.index(name)
        contour = found.least_squares + found.reach[i, :, np.newaxis, np.newaxis] * found.ellipse
        least = found.by_budget[i]
        frames = [
            Frames(0, found.outlines[i, :, :, 0], "x"),
            Frames(0, found.outlines[i, :, :, 1]),
            Frames(1, contour[:, :, 0], "x"),
            Frames(1, contour[:, :, 1]),
            Frames(3, least[:, :1], "x"),
            Frames(3, least[:, 1:]),
        ]
        zero = int(((least == 0).any(axis=1)).sum())
        alt = (
            f"{name.capitalize()}: the ball of allowed weights, the line of equal error that touches it, and the best "
            f"weights. A weight is exactly zero at {zero} of {len(found.budgets)} budgets."
        )
        panels.append(_plane(_ball(found, i, name), alt, frames, column=column))
    sentences = tuple(
        "; ".join(
            f"{name}: w = ({fixed(float(w[0]), 2)}, {fixed(float(w[1]), 2)}), penalty {number(float(m), 2)}"
            for name, w, m in zip(PENALTIES[:2], found.by_budget[:2, k], found.multipliers[:2, k], strict=True)
        ).capitalize()
        + "."
        for k in range(len(found.budgets))
    )
    texts = tuple(f"{t:.2f}" for t in found.budgets)
    return Picture(
        tuple(panels), Axis("budget", "Budget t", tuple(found.budgets.tolist()), texts, 1.0), sentences=sentences
    )


def by_solution(found: Balls) -> Picture:
    """Diamond and circle of budget 1 while the least-squares solution moves along the first axis."""
    at = int(np.argmin(np.abs(found.budgets - 1)))
    x, second = found.positions, np.full(len(found.positions), found.least_squares[1])
    panels = []
    for column, name in enumerate(("lasso", "ridge")):
        i = PENALTIES.index(name)
        least = found.by_b1[i]
        traces = _ball(found, i, name)
        traces[0] |= {"x": found.outlines[i, at, :, 0], "y": found.outlines[i, at, :, 1].astype(np.float32)}
        solutions = np.stack([x, second], axis=1)
        away = least - solutions
        reach = np.sqrt((away**2).sum(axis=1) + 2 * _CORRELATION * away.prod(axis=1))
        contour = solutions[:, np.newaxis] + reach[:, np.newaxis, np.newaxis] * found.ellipse
        frames = [
            Frames(1, contour[:, :, 0], "x"),
            Frames(1, contour[:, :, 1]),
            Frames(2, x[:, np.newaxis], "x"),
            Frames(3, least[:, :1], "x"),
            Frames(3, least[:, 1:]),
        ]
        zero = int(((np.abs(least) < 1e-12).any(axis=1)).sum())
        alt = (
            f"{name.capitalize()} with budget 1 while the first coordinate of the least-squares solution goes from "
            f"{number(float(x[0]))} to {number(float(x[-1]))}: a weight is zero at {zero} of {len(x)} places."
        )
        panels.append(_plane(traces, alt, frames, [Track(x, second)], column))
    sentences = tuple(
        f"Least squares ({fixed(float(b), 1)}, {fixed(float(found.least_squares[1]), 1)}): "
        + "; ".join(
            f"{name} ({fixed(float(w[0]), 2)}, {fixed(float(w[1]), 2)})"
            for name, w in zip(PENALTIES[:2], found.by_b1[:2, k], strict=True)
        )
        + "."
        for k, b in enumerate(x)
    )
    texts = tuple(fixed(float(b), 1) for b in x)
    axis = Axis("b1", "Least-squares w₁", tuple(x.tolist()), texts, float(found.least_squares[0]))
    return Picture(tuple(panels), axis, sentences=sentences)


def one_weight() -> Picture:
    """Weight after shrinkage against its least-squares estimate, over the penalty."""
    s = shrinkage()
    z = s.estimates[::2]
    kinds = {"lasso": s.lasso[:, ::2], "ridge": s.ridge[:, ::2], "elastic net": s.elastic_net[:, ::2]}
    traces = [curve(z, z, "noise", "least squares", 1.4)]
    traces += [curve(z, None, ROLES[name], name, 2.6) for name in kinds]
    frames = [Frames(i, values) for i, values in enumerate(kinds.values(), start=1)]
    one = int(np.argmin(np.abs(s.estimates - 2)))
    sentences = tuple(
        "An estimate of 2 becomes "
        + ", ".join(
            f"{fixed(float(values[k, one]), 2)} ({name})"
            for name, values in (("lasso", s.lasso), ("ridge", s.ridge), ("elastic net, half of each", s.elastic_net))
        )
        + "."
        for k in range(len(s.penalties))
    )
    own = panel(
        traces,
        f"A weight after shrinkage against its least-squares estimate, for penalties 0 to {number(s.penalties[-1])}: "
        f"with the lasso estimates up to the penalty become 0; ridge divides by 1 plus the penalty.",
        x="least-squares estimate",
        y="weight",
        frames=frames,
        height=SMALL,
        xaxis={"range": [-4, 4]},
        yaxis={"range": [-4, 4]},
    )
    texts = tuple(f"{p:.2f}" for p in s.penalties)
    return Picture((own,), Axis("strength", "Penalty", tuple(s.penalties.tolist()), texts, 1.0), sentences=sentences)


def simulated(result: Regularization) -> Picture:
    """Simulated errors of the chosen penalty, and the exact one of ridge."""
    e, r = result.sparse, result.ridge
    some = np.concatenate([[0], np.arange(1, len(e.alphas), 6)])
    kinds = (
        ("test error", "risk", e.mc_risk, e.mc_risk_se),
        ("bias²", "bias", e.mc_bias2, e.mc_bias2_se),
        ("variance", "variance", e.mc_variance, e.mc_variance_se),
    )
    traces = [over_penalty(r.risk, "first", "ridge, exact", 1.6)]
    for name, role, mean, se in kinds:
        traces.append(over_penalty(mean, role, name, 2.4))
        traces.append(estimates(PLACES[some], mean[some], se[some], role, name, named=role == "risk"))
    best = int(np.argmin(e.mc_risk))
    own = panel(
        traces,
        f"Simulated errors of {result.penalty_name} over the penalty; smallest at α = "
        f"{number(float(e.alphas[best]), 2)} with {number(float(e.mc_risk[best]))}; exact ridge is smallest with "
        f"{number(float(r.risk.min()))}.",
        x="penalty α",
        y="squared error (y²)",
        tracks=(Track(PLACES),),
        xaxis=penalty_axis(),
        yaxis=error_axis({"risk": np.minimum(e.mc_risk, r.risk)}, float(e.mc_risk[0]), False),
    )
    sentences = tuple(
        f"Bias² {fixed(float(b))} + variance {fixed(float(v))} + noise = {with_error(float(t), float(se))}; on average "
        f"{float(kept):.1f} of {result.degree} weights are not zero. Ridge: {fixed(float(exact))}."
        for b, v, t, se, kept, exact in zip(
            e.mc_bias2, e.mc_variance, e.mc_risk, e.mc_risk_se, e.nonzero, r.risk, strict=True
        )
    )
    return Picture((own,), penalties("sparse_alpha", start=1.0), sentences=sentences)


SECTION = Section("Why the lasso sets weights to zero: balls, soft and proportional shrinkage", constraint)
