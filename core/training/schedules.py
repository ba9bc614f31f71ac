"""Learning rates and momenta as functions of the step: closed forms, known before any run.

>>> from core.training.schedules import rates
>>> rates("cyclical", 9380, low=2.78e-5, high=0.774, up=5000)[-1].round(4)
0.0962
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from math import floor, isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from core.kit.arrays import Array

_MILESTONES = re.compile(r"[1-9]\d{0,8}( [1-9]\d{0,8}){0,19}", re.ASCII)
_MAY_BE_0 = ("low", "warm", "three_phase")
CYCLES = ("triangular", "triangular2", "exp_range")


def constant(t: ArrayLike, *, high: float) -> Array:
    """Return a learning rate that never changes."""
    return np.full(np.shape(t), float(high))


def cyclical(
    t: ArrayLike,
    *,
    low: float,
    high: float,
    up: float,
    down: float | None = None,
    shape: str = "triangular",
    gamma: float = 1.0,
) -> Array:
    """Return triangles between two learning rates (Smith, arXiv 1506.01186; torch's CyclicLR).

    Parameters
    ----------
    t : array_like
        Steps, from 0.
    low, high : float
        Learning rates at the foot and at the first peak.
    up, down : float
        Steps from foot to peak and from peak to foot; `down` is `up` by default.
    shape : str
        "triangular", "triangular2" (every peak half as high above `low`), or "exp_range" (height times gamma^t).
    gamma : float
        For "exp_range" only; with 1 nothing decays.
    """
    cycle, height = _triangle(t, up, down)
    if shape == "triangular2":
        height = height * 0.5**cycle
    if shape == "exp_range":
        height = height * gamma ** np.asarray(t, dtype=float)
    return np.asarray(low + (high - low) * height)


def _triangle(t: ArrayLike, up: float, down: float | None) -> tuple[Array, Array]:
    """Return the number of the cycle, and the height in [0, 1] within it."""
    fall = up if down is None else down
    cycle, x = np.divmod(np.asarray(t, dtype=float), up + fall)
    return cycle, np.where(x <= up, x / up, (up + fall - x) / fall)


def one_cycle(
    t: ArrayLike,
    *,
    high: float,
    total: int,
    warm: float = 0.3,
    start_factor: float = 25.0,
    end_factor: float = 1e4,
    anneal: str = "cosine",
    three_phase: bool = False,
) -> Array:
    """Return one rise and one fall (Smith and Topin, arXiv 1708.07120; torch's OneCycleLR).

    From `high / start_factor` to `high` in the fraction `warm` of all steps, then to 1 / `end_factor` of the start;
    with `three_phase`, back to the start as fast as it rose, and down from there. With `warm` = 0 it only falls, from
    a step behind the peak, as torch's does. Any steps beyond the last keep its learning rate, where torch extrapolates
    for one step and then raises an error.
    """
    start = high / start_factor
    values = (start, high, start, start / end_factor) if three_phase else (start, high, start / end_factor)
    return _phases(t, values, total, warm, anneal)


def _phases(t: ArrayLike, values: tuple[float, ...], total: int, warm: float, anneal: str) -> Array:
    """Go from each value to the next: two phases between three values, or three between four."""
    step = np.minimum(np.asarray(t, dtype=float), total - 1)
    ends = [k * (warm * total - 1) for k in range(1, len(values) - 1)] + [total - 1.0]
    starts = [0.0, *ends[:-1]]
    found = _between(values[-2], values[-1], (step - starts[-1]) / (ends[-1] - starts[-1]), anneal)
    for k in reversed(range(len(ends) - 1)):
        phase = _between(values[k], values[k + 1], (step - starts[k]) / (ends[k] - starts[k]), anneal)
        found = np.where(step <= ends[k], phase, found)
    return np.asarray(found)


def _between(a: float, b: float, share: Array, anneal: str) -> Array:
    return b + (a - b) * (1 + np.cos(np.pi * share)) / 2 if anneal == "cosine" else a + (b - a) * share


def cosine(t: ArrayLike, *, low: float = 0.0, high: float, period: float) -> Array:
    """Return half a cosine from `high` to `low` in `period` steps; then it climbs back (torch's CosineAnnealingLR)."""
    return np.asarray(low + (high - low) * (1 + np.cos(np.pi * np.asarray(t, dtype=float) / period)) / 2)


def cosine_restarts(t: ArrayLike, *, low: float = 0.0, high: float, period: int, multiplier: int = 1) -> Array:
    """Return half cosines that start again, each `multiplier` times as long as the one before.

    Source: Loshchilov and Hutter, "SGDR", arXiv 1608.03983; torch's CosineAnnealingWarmRestarts.
    """
    step = np.asarray(t, dtype=float)
    start, length = np.zeros_like(step), np.full_like(step, period)
    if multiplier == 1:  # as many restarts as there are periods, too many to go through one by one
        start = step - step % period
    while (ended := step - start >= length).any():
        start, length = np.where(ended, start + length, start), np.where(ended, length * multiplier, length)
    return np.asarray(low + (high - low) * (1 + np.cos(np.pi * (step - start) / length)) / 2)


def step(t: ArrayLike, *, high: float, every: int, gamma: float = 0.1) -> Array:
    """Return a learning rate that is multiplied by `gamma` after every `every` steps (torch's StepLR)."""
    return np.asarray(high * gamma ** (np.asarray(t) // every).astype(float))


def multi_step(t: ArrayLike, *, high: float, milestones: str, gamma: float = 0.1) -> Array:
    """Return a learning rate that is multiplied by `gamma` at each milestone (torch's MultiStepLR).

    Milestones are steps between blanks, such as "30 60 80"; one that is there twice counts twice.
    """
    steps = np.sort([int(step) for step in milestones.split()])
    return np.asarray(high * gamma ** np.searchsorted(steps, np.asarray(t), side="right").astype(float))


def polynomial(t: ArrayLike, *, high: float, total: int, power: float = 1.0) -> Array:
    """Return a learning rate that falls to 0 in `total` steps and stays there (torch's PolynomialLR)."""
    return np.asarray(high * (1 - np.minimum(np.asarray(t, dtype=float), total) / total) ** power)


def warm_up(t: ArrayLike, *, steps: int) -> Array:
    """Return a factor for another schedule: 1 / steps, 2 / steps, ..., 1, then 1 (Goyal et al., arXiv 1706.02677)."""
    return np.minimum(1.0, (np.asarray(t, dtype=float) + 1) / max(steps, 1))


def exponential_ramp(n: int, *, low: float, high: float) -> Array:
    """Return `n` learning rates from `low` to `high` with equal ratios: those of a range test."""
    return np.asarray(low * (high / low) ** (np.arange(n) / (n - 1)))


def linear_ramp(n: int, *, low: float, high: float) -> Array:
    """Return `n` learning rates from `low` to `high` with equal differences (Smith, arXiv 1506.01186, section 3.3)."""
    return np.linspace(low, high, n)


SCHEDULES: dict[str, Callable[..., Array]] = {
    "constant": constant,
    "cyclical": cyclical,
    "one_cycle": one_cycle,
    "cosine": cosine,
    "cosine_restarts": cosine_restarts,
    "step": step,
    "multi_step": multi_step,
    "polynomial": polynomial,
}


def rates(name: str, steps: int, *, warm_up_steps: int = 0, **settings: Any) -> Array:
    """Return the learning rates of all steps of a run.

    Parameters
    ----------
    name : str
        Key of `SCHEDULES`.
    steps : int
        At least 1; by default, also the `total` of "one_cycle".
    warm_up_steps : int
        Steps of linear warmup on top of it.
    settings
        Arguments of the schedule's function.

    Raises
    ------
    ValueError
        If there is no such schedule or setting, or a setting is invalid.
    """
    if name not in SCHEDULES:
        raise ValueError(f"The schedule must be one of {', '.join(SCHEDULES)}; got {name[:40]}.")
    if steps < 1:
        raise ValueError(f"A run must have at least one step; got {steps}.")
    full = ({"total": steps} if name == "one_cycle" else {}) | settings
    _check(name, full)
    t = np.arange(steps)
    values = SCHEDULES[name](t, **full)
    return values * warm_up(t, steps=warm_up_steps) if warm_up_steps else values


def momenta(name: str, steps: int, *, lowest: float = 0.85, highest: float = 0.95, **settings: Any) -> Array:
    """Return momenta that go down where the rate goes up, as torch cycles them with "cyclical" and "one_cycle".

    Parameters
    ----------
    name, steps
        As in `rates`; any other schedule keeps `highest`.
    lowest, highest : float
        At the peak of the learning rate, and away from it. torch's CyclicLR goes from 0.9 to 0.8.
    settings
        Arguments of the schedule; those about rates do not matter.
    """
    t = np.arange(steps)
    if name == "cyclical":
        form = {key: settings[key] for key in settings if key in ("up", "down", "shape", "gamma")}
        return highest + lowest - cyclical(t, low=lowest, high=highest, **form)
    if name == "one_cycle":
        full = {"warm": 0.3, "anneal": "cosine", "total": steps, **settings}
        away = (highest, highest) if full.get("three_phase") else (highest,)
        return _phases(t, (highest, lowest, *away), full["total"], full["warm"], full["anneal"])
    return np.full(steps, float(highest))


def _check(name: str, settings: Mapping[str, Any]) -> None:
    known = inspect.signature(SCHEDULES[name]).parameters
    for key, parameter in known.items():
        if key != "t" and parameter.default is parameter.empty and key not in settings:
            raise ValueError(f"The schedule {name} needs `{key}`.")
    for key, value in settings.items():
        if key == "t" or key not in known:
            raise ValueError(f"The schedule {name} has no setting {key[:40]}.")
        if value is not None:
            _check_value(key, value)
    _check_ranges(settings)
    if name == "one_cycle":
        _check_rise(settings)


def _check_value(key: str, value: Any) -> None:
    if key in ("shape", "anneal"):
        choices = CYCLES if key == "shape" else ("cosine", "linear")
        if value not in choices:
            raise ValueError(f"`{key}` must be one of {', '.join(choices)}; got {str(value)[:40]}.")
    elif key == "milestones":
        if not isinstance(value, str) or not _MILESTONES.fullmatch(value):
            raise ValueError(f"`milestones` must be 1 to 20 steps above 0, such as 30 60 80; got {str(value)[:40]}.")
    elif not (_is_number(value) and value >= 0 and (value > 0 or key in _MAY_BE_0)):
        raise ValueError(f"`{key}` must be a positive number; got {str(value)[:40]}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and isfinite(value)


def _check_ranges(settings: Mapping[str, Any]) -> None:
    low, high, gamma = settings.get("low", 0.0), settings["high"], settings.get("gamma", 1.0)
    if low >= high:
        raise ValueError(f"`low` must be below `high`; got {low:g} and {high:g}.")
    if gamma > 1:
        raise ValueError(f"`gamma` must be in (0, 1]; got {gamma:g}.")
    for key in ("every", "period", "multiplier", "total"):
        value = settings.get(key, 1)
        if value < 1 or (key != "period" and floor(value) != value):
            raise ValueError(f"`{key}` must be a whole number, at least 1; got {value:g}.")


def _check_rise(settings: Mapping[str, Any]) -> None:
    warm = settings.get("warm", 0.3)
    if warm >= 1:
        raise ValueError(f"`warm` must be in [0, 1); got {warm:g}.")
    if settings.get("three_phase") and not 0 < warm <= 0.5:
        raise ValueError(f"`warm` must be in (0, 0.5] with three phases; got {warm:g}.")
    if warm and warm * settings["total"] <= 1:
        raise ValueError("The rise of one_cycle must last more than one step; raise `warm` or the number of steps.")
