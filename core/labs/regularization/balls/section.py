"""Why the lasso sets weights to zero: the balls of two weights, and the shrinkage of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from core.draw.live import Axis, Frames, Panel, Picture, Plane, Readout, Track
from core.draw.marks import SMALL, Trace, curve, dots, estimates, panel
from core.draw.regression import error_axis
from core.draw.style import color
from core.kit.arrays import Numbers
from core.kit.lab import Section
from core.kit.words import fixed, number, percent, with_error
from core.labs.regularization.balls.shrinkage import PENALTIES, POSITIONS, Balls, Dragged, balls, drag, shrinkage
from core.labs.regularization.compute.explore import Regularization
from core.labs.regularization.compute.own import OwnRidge
from core.labs.regularization.compute.sparse import SparseErrors, sparse_errors
from core.labs.regularization.controls import SOLUTION
from core.labs.regularization.panels.penalty import PLACES, over_penalty, penalties, penalty_axis
from core.regression.points import UNKNOWN

ROLES = dict(zip(PENALTIES, ("second", "first", "threshold"), strict=True))
_TITLES = {"lasso": "lasso: |w₁| + |w₂| ≤ t", "ridge": "ridge: w₁² + w₂² ≤ t²", "elastic net": "elastic net: between"}
_CORRELATION = 0.5
_HEIGHT = 380

_dragged = lru_cache(maxsize=4)(drag)
_SPARSE_SETS = 20


def constraint(result: Regularization | OwnRidge, values: Mapping[str, Any]) -> Sequence[str | Picture]:
    """Show balls while the least-squares solution is dragged or the budget grows, shrinkage, and its cost."""
    ratio = values["l1_ratio"] if 0 < values["l1_ratio"] < 1 else 0.5
    found = _thinned(balls(correlation=_CORRELATION, l1_ratio=ratio))
    moving = _dragged(correlation=_CORRELATION, l1_ratio=ratio)
    return (
        "**Two weights.** Ellipses join weights of equal squared error, for two columns whose "
        "correlation is 0.5. A penalty is a budget t: the best weights within it lie where an "
        f"ellipse touches the ball. The elastic net has L1 ratio {percent(ratio)}.\n\n**Drag the "
        "least-squares solution** in any of the three: when is a weight exactly zero?",
        by_solution(moving),
        f"{zeros(moving)}\n\n**Change the budget** with least squares fixed at (2, 1). Each budget "
        "matches one penalty, its multiplier.",
        by_budget(found),
        "**One weight** (or many whose columns are orthogonal): the lasso subtracts the same "
        "amount from each weight, stopping at zero; ridge scales each by the same factor.",
        one_weight(),
        *(_its_error(result) if isinstance(result, Regularization) else (UNKNOWN,)),
    )


def _its_error(result: Regularization) -> Sequence[str | Picture]:
    """Show what both penalties cost on data from the true function."""
    return (
        f"**Its error.** The {result.penalty_name} has no closed form, so bias² and variance are "
        "simulated with 20 data sets (±1 SE); ridge is exact. Choose “Lasso and ridge” above the "
        "plots to change the L1 ratio.",
        simulated(result),
    )


def _thinned(found: Balls) -> Balls:
    """Keep every second budget: as good on a screen, half of the bytes."""
    half = slice(1, None, 2)
    return replace(
        found,
        budgets=found.budgets[half],
        by_budget=found.by_budget[:, half],
        multipliers=found.multipliers[:, half],
        outlines=found.outlines[:, half],
        reach=found.reach[:, half],
    )


def _plane(
    name: str, traces: list[Trace], alt: str, frames: Sequence[Frames], reach: float, tracks: Sequence[Track] = ()
) -> Panel:
    return panel(
        traces,
        alt,
        x="w₁",
        y="w₂",
        frames=frames,
        tracks=tracks,
        column=PENALTIES.index(name),
        height=_HEIGHT,
        title=_TITLES[name],
        margin={"b": 44},
        showlegend=False,
        xaxis={"range": [-reach, reach], "dtick": 1, "constrain": "domain"},
        yaxis={"range": [-reach, reach], "dtick": 1, "scaleanchor": "x", "constrain": "domain"},  # a circle is round
    )


def _ball(name: str, outline: Numbers) -> list[Trace]:
    """Draw the ball, an ellipse of equal error, and the best weights; the last two come from their frames."""
    role = ROLES[name]
    fill = color(f"{role}_fill")
    return [
        curve(outline[:, 0], outline[:, 1], role, "ball", 2, dash="solid", fill="toself", fillcolor=fill),
        curve(None, None, "noise", "error contour", 1.4),
        dots(None, None, role, "penalized solution", 11),
    ]


def _contours(solutions: Numbers, reach: Numbers, ellipse: Numbers) -> list[Frames]:
    """Return frames of the ellipses (steps, O) around solutions (steps, 2)."""
    ones = np.ones(len(ellipse))
    return [
        Frames(1, np.stack([solutions[:, k], reach], axis=1)[:, np.newaxis], attr, np.stack([ones, ellipse[:, k]]))
        for k, attr in enumerate("xy")
    ]


def _weights(w: Numbers) -> str:
    """Write two weights; 0 alone means exactly 0."""
    return "({}, {})".format(*("0" if v == 0 else f"{v:.2f}".replace("-", "−") for v in w))


def by_solution(found: Dragged) -> Picture:
    """Draw the three balls of budget 1 while the least-squares solution is dragged through the plane."""
    panels = []
    for i, name in enumerate(PENALTIES):
        least = found.minima[i]
        frames = [
            *_contours(found.solutions, found.reach[i], found.ellipse),
            Frames(2, least[:, :1], "x"),
            Frames(2, least[:, 1:]),
        ]
        alt = (
            f"{name.capitalize()} with budget 1: the ball, the error contour that touches it, and the "
            "best weights, for a least-squares solution anywhere between −2 and 2. A weight is "
            f"exactly zero at {percent(_zero_share(least))} of the points outside the ball."
        )
        track = Track(found.solutions[:, 0], found.solutions[:, 1])
        panels.append(_plane(name, _ball(name, found.outlines[i]), alt, frames, 2.2, [track]))
    readouts = tuple(
        Readout(name, tuple(_weights(w) for w in least), ROLES[name], "The best weights (w₁, w₂) inside the ball.")
        for name, least in zip(PENALTIES, found.minima, strict=True)
    )
    texts = tuple(fixed(p, 1) for p in POSITIONS.tolist())
    across, up = (Axis(f"b{k}", f"Least-squares w{'₁₂'[k - 1]}", tuple(POSITIONS.tolist()), texts) for k in (1, 2))
    plane = Plane(SOLUTION.name, across, up, SOLUTION.default[-1])
    return Picture(tuple(panels), plane, readouts, _zero_sentences(found.minima))


def _zero_sentences(minima: Numbers) -> tuple[str, ...]:
    """Say which weights are exactly zero under each penalty, at each point."""
    words = ("none", "w₁", "w₂", "both")
    which = (minima == 0) @ [1, 2]
    return tuple(
        f"Exactly zero: {', '.join(f'{name} {words[k]}' for name, k in zip(PENALTIES, row, strict=True))}."
        for row in which.T
    )


def _zero_share(least: Numbers) -> float:
    """Return the fraction of points outside the ball where a weight is exactly zero unlike its least-squares value."""
    solutions = np.array([(b1, b2) for b2 in POSITIONS for b1 in POSITIONS])
    asked = (solutions != 0).all(axis=1) & (solutions != least).any(axis=1)
    return float((least[asked] == 0).any(axis=1).mean())


def zeros(found: Dragged) -> str:
    """Say how often each penalty sets a weight to zero, over the points of the picture."""
    shares = ", ".join(f"{name} {percent(_zero_share(w))}" for name, w in zip(PENALTIES, found.minima, strict=True))
    return (
        f"Outside the ball, a weight is exactly zero at: {shares}. Ridge hits an axis only by "
        "coincidence; the lasso's corners catch many."
    )


def by_budget(found: Balls) -> Picture:
    """Draw the three balls side by side, over the budget."""
    panels = []
    for i, name in enumerate(PENALTIES):
        least = found.by_budget[i]
        frames = [
            Frames(0, found.outlines[i, :, :, 0], "x"),
            Frames(0, found.outlines[i, :, :, 1]),
            *_contours(np.tile(found.least_squares, (len(least), 1)), found.reach[i], found.ellipse),
            Frames(2, least[:, :1], "x"),
            Frames(2, least[:, 1:]),
        ]
        zero = int(((least == 0).any(axis=1)).sum())
        alt = (
            f"{name.capitalize()}: the ball of allowed weights, the error contour that touches it, "
            f"and the best weights. A weight is exactly zero at {zero} of {len(found.budgets)} "
            "budgets."
        )
        cross = dots(found.least_squares[:1], found.least_squares[1:], "text", "least squares", 12, "cross-thin-open")
        panels.append(_plane(name, [*_ball(name, found.outlines[i, 0]), cross], alt, frames, 3.2))
    sentences = tuple(
        "; ".join(
            f"{name}: w = {_weights(w)}, penalty {number(float(m), 2)}"
            for name, w, m in zip(PENALTIES, found.by_budget[:, k], found.multipliers[:, k], strict=True)
        ).capitalize()
        + "."
        for k in range(len(found.budgets))
    )
    texts = tuple(f"{t:.2f}" for t in found.budgets)
    return Picture(
        tuple(panels), Axis("budget", "Budget t", tuple(found.budgets.tolist()), texts, 1.0), sentences=sentences
    )


def one_weight() -> Picture:
    """Draw the weight after shrinkage against its least-squares estimate, over the penalty."""
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
    return Picture((own,), Axis("strength", "Penalty", tuple(s.penalties.tolist()), texts, 0.5), sentences=sentences)


_sparse_errors = lru_cache(maxsize=4)(sparse_errors)  # asked for again at each tick of an open section


def errors(result: Regularization) -> SparseErrors:
    """Simulate bias and variance of the penalty of `l1_ratio` with a few data sets."""
    settings = replace(result.settings, n_sets=_SPARSE_SETS)
    return _sparse_errors(settings, l1_ratio=result.l1_ratio, degree=result.degree, basis=result.basis)


def simulated(result: Regularization) -> Picture:
    """Draw simulated errors of the chosen penalty, and the exact one of ridge."""
    e, r = errors(result), result.ridge
    some = np.concatenate([[0], np.arange(1, len(e.alphas), 4)])
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
        f"Bias² {fixed(float(b))} + variance {fixed(float(v))} + noise = "
        f"{with_error(float(t), float(se))}; on average {float(kept):.1f} of {result.degree} "
        f"weights are nonzero. Ridge: {fixed(float(exact))}."
        for b, v, t, se, kept, exact in zip(
            e.mc_bias2, e.mc_variance, e.mc_risk, e.mc_risk_se, e.nonzero, r.risk, strict=True
        )
    )
    return Picture((own,), penalties("sparse_alpha", start=1.0), sentences=sentences)


SECTION = Section("Why the lasso sets weights to zero", constraint)
