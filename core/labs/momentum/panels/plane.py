"""The plane of step size and momentum, its dragged axes, and frames over it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.draw.live import Axis, Frames, Picture, Plane
from core.kit.arrays import Numbers
from core.labs.momentum.compute.explore import Momentum
from core.labs.momentum.controls import CONTROLS

Blocks = Sequence[str | Picture]
FLAT, STEEP = "first", "second"  # color roles of the eigenvectors with the smallest and the largest eigenvalue
RIGHT, TOP = 4.1, 1.02  # ends of the plane
TALL, HALF = 560, 280  # heights of the plane and of one of two panels above each other


def plane(result: Momentum) -> Plane:
    """Return the two axes along which the dot is dragged; it starts where a fresh visit does."""
    lr, momentum = (
        Axis(control.name, control.label, tuple(grid.tolist()), tuple(control.show(v) for v in grid.tolist()))
        for control, grid in zip(CONTROLS, (result.lrs, result.momenta), strict=False)
    )
    return Plane("place", lr, momentum, tuple(control.default for control in CONTROLS[:2]))


def places(result: Momentum) -> tuple[Numbers, Numbers]:
    """Return step size and momentum at each step of the plane."""
    lr, momentum = np.meshgrid(result.lrs, result.momenta)
    return lr.ravel(), momentum.ravel()


def framed(trace: int, values: Numbers, attr: str = "y") -> Frames:
    """Return frames of values (M, S, n), or (M, S) for a single point."""
    return Frames(trace, np.asarray(values, np.float32).reshape(values.shape[0] * values.shape[1], -1), attr)


def still_axis(low: float, high: float, **more: Any) -> dict[str, Any]:
    """Return an axis with a fixed range."""
    return {"range": [low, high], "fixedrange": True} | more


def decades(low: float, high: float) -> dict[str, Any]:
    """Return a logarithmic axis from one power of ten to another, with at most seven ticks."""
    look = {"type": "log", "exponentformat": "power", "dtick": max(1, round((high - low) / 5))}
    return still_axis(low, high, **look, tickfont={"size": 10})  # plotly.js writes powers of ten a quarter larger


def named(momentum: float) -> str:
    """Write a momentum in words."""
    return f"momentum {momentum:g}" if momentum else "no momentum"
