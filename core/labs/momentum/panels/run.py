"""A run at the position of the dot: its path, the distance, and the roots behind them."""

from __future__ import annotations

import numpy as np

from core.draw.live import Frames, Panel
from core.draw.marks import Trace, curve, dots, panel
from core.draw.rules import Recurrence
from core.kit.arrays import Numbers
from core.kit.words import number
from core.labs.momentum.compute.explore import STEPS, Momentum
from core.labs.momentum.compute.roots import coefficients, matrix
from core.labs.momentum.panels.plane import FLAT, HALF, STEEP, decades, framed, still_axis

DRAWN = 15  # steps of the path
_FAR = 50.0
_ANGLES: Numbers = np.linspace(0, 2 * np.pi, 73)
_TINY, _HUGE = 1e-30, 1e30  # 32-bit numbers end at 1e38


def path_panel(result: Momentum) -> Panel:
    """Draw the path on lines of equal loss."""
    rows = _sequences(result)
    shown = Recurrence(DRAWN + 1, -_FAR, _FAR)
    traces = [
        *_contours(result.kappa),
        curve(None, None, "accent", "path", 1.6, table=False, mode="lines+markers", marker={"size": 5}),
        dots([0], np.zeros(1), "text", "minimum", 11, "cross-thin-open", showlegend=False),
    ]
    path = len(traces) - 2
    alt = (
        f"The first {DRAWN} steps from (1, 1) on the loss contours: across the valley the "
        f"curvature is 1, along it {number(1 / result.kappa)}. With a large step the path jumps "
        "across the valley while it crawls along it; momentum makes it overshoot the minimum."
    )
    return panel(
        traces,
        alt,
        x=f"flat direction, {DRAWN} steps",
        y="steep direction",
        frames=[Frames(path, rows[:, k : k + 1], attr, rule=shown) for k, attr in enumerate("xy")],
        column=1,
        height=HALF,
        paced="along",
        showlegend=False,
        xaxis=still_axis(-1.7, 1.7, dtick=1),
        yaxis=still_axis(-1.7, 1.7, dtick=1),
    )


def _sequences(result: Momentum) -> Numbers:
    """Return first step and both coefficients of the recurrence of each direction at each point: (M S, 2, 3)."""
    a, beta = result.lrs[:, np.newaxis] * result.eigenvalues, result.momenta[:, np.newaxis, np.newaxis]
    first = matrix(a, beta, result.method)[..., 0, 0]
    rows = np.stack([first, *coefficients(a, beta, result.method)], axis=-1)
    return rows.astype(np.float32).reshape(-1, 2, 3)


def _contours(kappa: float) -> list[Trace]:
    """Draw ellipses of equal loss, evenly spaced across the valley."""
    levels = np.arange(1, 7) / 4
    x = np.concatenate([np.append(level * np.sqrt(kappa) * np.cos(_ANGLES), np.nan) for level in levels])
    y = np.concatenate([np.append(level * np.sin(_ANGLES), np.nan) for level in levels])
    return [curve(x, y, "axis", "loss contours", 1, table=False)]


def roots_panel(result: Momentum) -> Panel:
    """Draw the roots of both characteristic polynomials with the unit circle."""
    circle = curve(np.cos(_ANGLES), np.sin(_ANGLES), "warning", "unit circle", 1.6, showlegend=False, table=False)
    traces = [
        circle,
        dots(None, None, FLAT, "flat direction", 14),
        dots(None, None, STEEP, "steep direction", 9, "diamond"),
    ]
    frames = [
        framed(1 + k, part(result.roots[:, :, k]), attr)
        for k in range(2)
        for attr, part in (("x", np.real), ("y", np.imag))
    ]
    alt = (
        "The two roots for each direction in the complex plane. Inside the unit circle the error "
        "shrinks, outside it grows; the distance of the farthest root from 0 is the rate. Off "
        "the real axis the error oscillates."
    )
    return panel(
        traces,
        alt,
        x="real part of the roots",
        y="imaginary part",
        frames=frames,
        column=2,
        height=HALF,
        folded=True,
        xaxis=still_axis(-1.5, 1.5, dtick=1, constrain="domain"),
        yaxis=still_axis(-1.2, 1.2, dtick=1, scaleanchor="x", constrain="domain"),
    )


def distance_panel(result: Momentum) -> Panel:
    """Draw the distance from the minimum on a logarithmic axis, and the straight line of the rate."""
    steps = np.arange(STEPS + 1)
    distance = Recurrence(len(steps), _TINY, _HUGE)
    line = np.stack([np.ones_like(result.rate), np.clip(result.rate**STEPS, _TINY, _HUGE)], axis=-1)
    lowest = max(-12.0, float(np.floor(STEPS * np.log10(max(result.best.rate, 1e-12)))))
    alt = (
        f"Distance from the minimum over {STEPS} steps, on a logarithmic axis, beside the straight line of the rate: "
        f"after some steps both fall alike. At the best setting the line falls to "
        f"{number(result.best.rate**STEPS, 2)}, without momentum to {number(result.plain.rate**STEPS, 2)}."
    )
    return panel(
        [
            curve([0, STEPS], None, "noise", "predicted by the rate", 1.8),
            curve(steps, None, "risk", "distance", 2.4),
        ],
        alt,
        x="step",
        y="distance",
        frames=[framed(0, line), Frames(1, _sequences(result), rule=distance)],
        column=1,
        height=HALF,
        xaxis=still_axis(0, STEPS, dtick=10),
        yaxis=decades(lowest, 1),
    )
