"""Rates of the schedules by other formulas than those that draw them."""

from __future__ import annotations

from math import ceil, cos, exp, floor, log1p, log2, pi

from core.labs.schedules.compute.explore import Schedules
from core.labs.schedules.compute.plan import Plan
from core.labs.schedules.compute.shapes import CYCLIC, ONE_CYCLE, Shape


def rate_again(shape: Shape, t: int) -> float:
    """Rate at a step: Smith's formula for cycles (arXiv 1506.01186, section 3.2), squared cosines for cosines."""
    warm = min(1.0, (t + 1) / shape.warm_up) if shape.warm_up else 1.0
    return warm * _cold(shape, t)


def _cold(shape: Shape, t: int) -> float:
    low, high, length = shape.low, shape.high, shape.length
    if shape.kind in CYCLIC:
        cycle = floor(1 + t / (2 * length))
        height = max(0.0, 1 - abs(t / length - 2 * cycle + 1))
        scale = {"triangular2": 0.5 ** (cycle - 1), "exp_range": shape.gamma**t}.get(shape.kind, 1.0)
        return low + (high - low) * height * scale
    if shape.kind in ONE_CYCLE:
        return _one_cycle(shape, min(t, length - 1))
    if shape.kind == "multi_step":
        return float(high / shape.factor ** sum(t >= drop for drop in shape.drops))
    if shape.kind == "polynomial":
        return high * exp(shape.power * log1p(-t / length)) if t < length else 0.0
    if shape.kind == "step":
        return float(high / shape.factor ** (t // length))
    if shape.kind in ("cosine", "restarts"):
        start, span = _restart(shape, t) if shape.kind == "restarts" else (0, length)
        return low + (high - low) * cos(pi * (t - start) / (2 * span)) ** 2
    return high


def _one_cycle(shape: Shape, t: int) -> float:
    high, total, peak = shape.high, shape.length, shape.warm * shape.length - 1
    first, last = high / 25, high / 25e4
    if t <= peak:
        return high - (high - first) * cos(pi * t / (2 * peak)) ** 2
    if shape.kind == "one_cycle":
        return last + (high - last) * cos(pi * (t - peak) / (2 * (total - 1 - peak))) ** 2
    if t <= 2 * peak:
        return first + (high - first) * cos(pi * (t - peak) / (2 * peak)) ** 2
    return last + (first - last) * cos(pi * (t - 2 * peak) / (2 * (total - 1 - 2 * peak))) ** 2


def _restart(shape: Shape, t: int) -> tuple[int, int]:
    """Start and length of the cosine that a step belongs to."""
    if shape.multiplier == 1:
        return t - t % shape.length, shape.length
    doublings = floor(log2(t / shape.length + 1))
    return shape.length * (2**doublings - 1), shape.length * 2**doublings


def updates_again(result: Schedules, plan: Plan) -> int | None:
    """Updates of a training whose batch size does not change: epochs times batches; `None` if it changes."""
    if len(plan.run.stages) > 1:
        return None
    batches = result.n_train // plan.run.largest if result.drop else ceil(result.n_train / plan.run.largest)
    return result.epochs * batches
