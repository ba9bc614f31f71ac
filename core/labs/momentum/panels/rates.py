"""The plane of step size and momentum with its rates and stability limits, and a cut through it at one momentum."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.draw.live import Frames, Panel, Track
from core.draw.marks import Trace, band, curve, dots, panel
from core.draw.style import color
from core.kit.arrays import Numbers
from core.kit.words import fixed, number
from core.labs.momentum.compute.explore import Momentum
from core.labs.momentum.compute.roots import METHODS, border, critical, reach, roots
from core.labs.momentum.panels.plane import FLAT, HALF, RIGHT, STEEP, TALL, TOP, framed, places, still_axis

_LEVELS = (0.2, 0.4, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995)
_SHOWN = 5
_ROOM = 0.035  # between two numbers, in units of momentum
_STAR = 0.07  # half of the star, in units of the step size
_MOMENTA: Numbers = np.linspace(0, 1, 101)[:-1]
_ACROSS: Numbers = np.linspace(0, RIGHT, 42)
_UNITS = "step size η (in 1/λ<sub>max</sub>)"


def plane_panel(result: Momentum) -> Panel:
    """Draw rates as gray steps, stability limits as lines, the best settings as marks, and the dot that is dragged."""
    edge = border(_MOMENTA, result.method)
    corner = np.array([RIGHT, RIGHT])
    outline = np.concatenate([edge, corner]), np.concatenate([_MOMENTA, [_MOMENTA[-1], 0.0]])
    best, plain = result.best, result.plain
    levels = shown_levels(result)
    ringing = critical(_MOMENTA, result.method)
    slow = np.where(result.kappa * ringing <= edge, result.kappa * ringing, np.nan)
    traces = [
        band(*outline, "band", "diverges", showlegend=False),
        *(_level(result, level, k == 0) for k, level in enumerate(levels)),
        curve(edge, _MOMENTA, "warning", "stability limit", 2.6),
        curve(slow, _MOMENTA, FLAT, "flat direction oscillates above", 1.8),
        curve(ringing, _MOMENTA, STEEP, "steep direction oscillates above", 1.8),
        dots([best.lr], np.array([best.momentum]), "text", "optimum", 13, "star", showlegend=False),
        dots([plain.lr], np.array([0.0]), "text", "optimum without momentum", 10, "x", showlegend=False),
    ]
    lr, momentum = places(result)
    alt = (
        f"Plane of step size and momentum for {METHODS[result.method]} at condition number "
        f"{result.kappa:g}. The optimum is step size {best.lr:.2f} with momentum "
        f"{best.momentum:.2f}: rate {fixed(best.rate)}; without momentum it is step size "
        f"{plain.lr:.2f}: rate {fixed(plain.rate)}. The stability limit goes from step size "
        f"{edge[0]:.2f} without momentum to {edge[-1]:.2f} with momentum 1."
    )
    return panel(
        traces,
        alt,
        x=_UNITS,
        y="momentum μ",
        tracks=(Track(lr, momentum),),
        height=TALL,
        dragmode=False,
        xaxis=still_axis(0, RIGHT, dtick=1, showgrid=False),
        yaxis=still_axis(-0.03, TOP, dtick=0.2, showgrid=False),
        annotations=[*_labels(result, levels), _note(RIGHT - 0.1, 0.06, "diverges", "right", "warning")],
    )


def shown_levels(result: Momentum) -> tuple[float, ...]:
    """Return round rates above the best one whose areas are drawn."""
    return tuple(level for level in _LEVELS if level > result.best.rate + 0.004)[:_SHOWN]


def _level(result: Momentum, level: float, named: bool) -> Trace:
    """Draw all points whose rate is at most a level, as one area."""
    low, high = reach(level, _MOMENTA, result.kappa, result.method)
    inside = ~np.isnan(low)
    momenta = _MOMENTA[inside]
    x = np.concatenate([low[inside], high[inside][::-1]])
    y = np.concatenate([momenta, momenta[::-1]])
    name = "rate below …" if named else f"rate below {level:g}"
    return band(x, y, "right_fill", name, legendgroup="levels", showlegend=named)


def _labels(result: Momentum, levels: tuple[float, ...]) -> list[dict[str, Any]]:
    """Place the number of each area at its lowest point, outside the limit; if that is cut off, at its top.

    It keeps clear of the star; one that would cover another number is left out.
    """
    notes: list[dict[str, Any]] = []
    star = result.best
    for level in levels:
        low, high = reach(level, _MOMENTA, result.kappa, result.method)
        inside = np.flatnonzero(~np.isnan(low))
        bottom, top = inside[0], inside[-1]
        if _MOMENTA[bottom] > 0.02:
            edge = float(border(_MOMENTA[bottom], result.method))
            beside = star.lr + _STAR if abs(_MOMENTA[bottom] - star.momentum) < _ROOM else 0
            note = _note(max(edge, beside) + 0.15, _MOMENTA[bottom], f"{level:g}", "left")
        else:
            note = _note((low[top] + high[top]) / 2, _MOMENTA[top] - 0.025, f"{level:g}", "center")
        on_star = note["xanchor"] == "center" and abs(note["y"] - star.momentum) < _ROOM
        if not on_star and all(abs(note["y"] - other["y"]) > _ROOM for other in notes):
            notes.append(note)
    return notes


def _note(x: float, y: float, text: str, anchor: str, role: str = "text") -> dict[str, Any]:
    font = {"size": 12, "color": color(role)}
    return {"x": x, "y": y, "text": text, "showarrow": False, "xanchor": anchor, "font": font, "borderpad": 0}


def cut_panel(result: Momentum) -> Panel:
    """Draw the rate of both directions over the step size, at the momentum of the dot."""
    rates = np.abs(
        roots(_ACROSS[:, np.newaxis] * result.eigenvalues, result.momenta[:, np.newaxis, np.newaxis], result.method)
    ).max(axis=-1)
    lr, _ = places(result)
    traces = [
        curve([0, RIGHT], np.array([1.0, 1.0]), "warning", "stability limit", 1.2, showlegend=False),
        curve(_ACROSS, None, FLAT, "flat direction"),
        curve(_ACROSS, None, STEEP, "steep direction"),
        dots(None, None, "accent", "here", 11, showlegend=False),
    ]
    frames = [
        *(Frames(1 + k, rates[..., k].astype(np.float32), along=(0, 1)) for k in range(2)),
        framed(3, lr.reshape(result.rate.shape), "x"),
        framed(3, result.rate),
    ]
    plain = number(result.plain.rate)
    alt = (
        f"Rate over the step size at the momentum of the dot. The flat direction gets faster with the step size, the "
        f"steep one slower from some step size on; the larger of the two counts. Without momentum they meet at step "
        f"size {result.plain.lr:.2f}, with rate {plain}."
    )
    return panel(
        traces,
        alt,
        x=_UNITS,
        y="rate",
        frames=frames,
        column=2,
        height=HALF,
        folded=True,
        showlegend=False,
        dragmode=False,
        xaxis=still_axis(0, RIGHT, dtick=1),
        yaxis=still_axis(0, 1.25, dtick=0.5),
    )
