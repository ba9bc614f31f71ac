"""Gradient descent at every rate of the slider at once: paths, losses, and the limit 2/L."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from core.kit.arrays import Array, Numbers, check_choice, check_integer, check_number
from core.labs.descent.compute.losses import (
    BOTH,
    LOSSES,
    REAL,
    Both,
    begin,
    cancer,
    largest_again,
    largest_curvature,
    spectrum,
    steepest,
)

STEPS = 100  # at most
FAR = 1e9  # positions are cut off there: the run has diverged
_SERIES = (1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8)
_ALSO = (0.0198, 0.021, 0.3, 0.6, 0.7, 0.9, 1.1, 1.2, 1.3, 1.4, 1.5, 1.7, 1.8, 1.9, 2.1, 2.2)  # close to limits
RATES = tuple(sorted({*(round(m * 10.0**k, 10) for k in range(-4, 1) for m in _SERIES), 10.0, *_ALSO}))
FIXED = 4  # rates that stay, each a tenth of the one before


@dataclass(frozen=True)
class Descent:
    """Runs of gradient descent from one start, one for each of `RATES`.

    Attributes
    ----------
    loss : str
        A key of `LOSSES`.
    start, noise, top : float
    seed, steps : int
    places : ndarray of shape (rates, steps + 1)
        Position in the direction in which the loss curves most.
    losses : ndarray of shape (rates, steps + 1)
    gone : ndarray of shape (rates,)
        Whether a position was cut off at `FAR`.
    expected : ndarray of shape (rates, steps + 1)
        The mean loss over all noise, from the curvatures alone; empty for a loss that is not quadratic.
    limit, limit_again : float
        2/L, by the formula of the curvature and from gradients alone; nan for |x|, inf for x⁴ from 0.
    """

    loss: str
    start: float
    noise: float
    top: float
    seed: int
    steps: int
    places: Array
    losses: Array
    gone: Numbers
    expected: Array
    limit: float
    limit_again: float

    @property
    def quadratic(self) -> bool:
        """Return whether the loss is a quadratic, so that its expected loss is known."""
        return self.expected.size > 0

    @property
    def fixed(self) -> tuple[int, ...]:
        """Positions in `RATES` of the rates that stay, the largest first."""
        return tuple(place(self.top / 10**k) for k in range(FIXED))

    @property
    def last(self) -> Array:
        """Loss after all steps, shape (rates,)."""
        return self.losses[:, -1]

    @cached_property
    def to_half(self) -> list[int | None]:
        """Steps until the loss is at most half of that at the start, at each rate; None if it never is."""
        there = self.losses <= self.losses[:, :1] / 2
        return [int(np.argmax(row)) if row.any() else None for row in there]

    @cached_property
    def rises(self) -> Numbers:
        """Count the steps that raise the loss, at each rate."""
        rises: Numbers = (np.diff(self.losses, axis=1) > 0).sum(axis=1)
        return rises

    @cached_property
    def floor(self) -> Array:
        """The mean loss that noise keeps up in the long run, at each rate; nan where there is none to settle at."""
        if not self.quadratic:
            return np.full(len(RATES), np.nan)
        curvatures, _, lowest = spectrum(self.loss, self.start)
        rates = np.array(RATES)[:, None]
        with np.errstate(divide="ignore"):
            each = rates * self.noise**2 / (2 - rates * curvatures) / 2
        return np.where(rates[:, 0] < self.limit, lowest + each.sum(axis=1), np.nan)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays that are kept."""
        return self.places.nbytes + self.losses.nbytes + self.gone.nbytes + self.expected.nbytes


def place(rate: float) -> int:
    """Position of the nearest of `RATES`."""
    return min(range(len(RATES)), key=lambda k: abs(math.log(RATES[k] / rate)))


def descend(both: Both, start: Array, rates: Array, noise: Array) -> tuple[Array, Array]:
    """Follow w ← w - rate · (gradient + noise) at several rates at once.

    Parameters
    ----------
    both : callable
        Positions (n, d) to values (n,) and gradients (n, d).
    start : ndarray of shape (d,)
    rates : ndarray of shape (n,)
    noise : ndarray of shape (steps, d)
        What is added to the gradients of each step, the same at all rates.

    Returns
    -------
    positions (steps + 1, n, d), cut off at `FAR`, and their losses (n, steps + 1)
    """
    positions = np.empty((len(noise) + 1, len(rates), len(start)))
    losses = np.empty((len(rates), len(noise) + 1))
    positions[0] = start
    for k in range(len(noise) + 1):
        losses[:, k], slopes = both(positions[k])
        if k < len(noise):
            positions[k + 1] = np.clip(positions[k] - rates[:, None] * (slopes + noise[k]), -FAR, FAR)
    return positions, losses


def explore(
    *, loss: str = "bowl", x0: float = 2.0, steps: int = 50, noise: float = 0.0, top: float = 1.0, seed: int = 0
) -> Descent:
    """Run gradient descent at each of `RATES`.

    Parameters
    ----------
    loss : str
        A key of `LOSSES`.
    x0 : float
        Every coordinate at the start, in [-3, 3]; the losses on real data start at 0.
    steps : int
        In [1, 100].
    noise : float
        Standard deviation of what is added to each coordinate of the gradient, in [0, 2]; not on real data.
    top : float
        The largest of the four rates that stay, in [0.1, 10].
    seed : int
        Seed of the noise.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    check_choice("loss", loss, tuple(LOSSES))
    check_number("x0", x0, -3, 3)
    check_integer("steps", steps, 1, STEPS)
    check_number("noise", noise, 0, 2)
    check_number("top", top, 0.1, 10)
    check_integer("seed", seed, 0, 99_999)
    start = float(x0)
    if loss in REAL:
        start = noise = 0.0
        places, losses, gone, mean = _real(loss)
    else:
        places, losses, gone, mean = _run(loss, start, noise, seed)
    limit, again = math.nan, math.nan
    if loss != "absolute":
        found, second = largest_curvature(loss, start), largest_again(loss, start)
        limit, again = (2 / found if found else math.inf), (2 / second if second else math.inf)
    return Descent(
        loss,
        start,
        float(noise),
        float(top),
        int(seed),
        int(steps),
        _frozen(places[:, : steps + 1]),
        _frozen(losses[:, : steps + 1]),
        gone[:, steps],
        _frozen(mean[:, : steps + 1]),
        limit,
        again,
    )


def _run(loss: str, start: float, noise: float, seed: int) -> tuple[Numbers, ...]:
    """Places, losses, whether a run has been cut off so far, and the expected loss, each (rates, STEPS + 1)."""
    first = begin(loss, start)
    drawn = noise * np.random.default_rng(seed).standard_normal((STEPS, len(first)))
    positions, losses = descend(BOTH[loss], first, np.array(RATES), drawn)
    gone = np.logical_or.accumulate(np.abs(positions).max(axis=2) >= FAR, axis=0).T
    gone.setflags(write=False)
    return (positions @ steepest(loss)).T, losses, gone, expected(loss, start, noise)


@lru_cache(maxsize=len(REAL))
def _real(loss: str) -> tuple[Numbers, ...]:
    """The same for real data, which has neither a start nor noise to choose."""
    return _run(loss, 0.0, 0.0, 0)


def expected(loss: str, start: float, noise: float) -> Array:
    """Mean loss over all noise at each of `RATES` and each step, (rates, STEPS + 1).

    A quadratic falls apart into directions: a distance c from the minimum becomes (1 - ηλ)^k c, and noise adds the
    variance s²η²(1 + q + ... + q^(k-1)) with q = (1 - ηλ)². Empty for a loss that is not quadratic.
    """
    curvatures, away, lowest = spectrum(loss, start)
    if not len(curvatures):
        return np.zeros((0, 0))
    rates = np.array(RATES)[:, None, None]
    q = (1 - rates * curvatures[None, :, None]) ** 2
    left = np.ones((len(RATES), len(curvatures), STEPS + 1))
    left[..., 1:] = q
    with np.errstate(over="ignore"):
        left = np.minimum(np.multiply.accumulate(left, axis=2), FAR**4)
    steady = np.abs(1 - q) < 1e-12
    added = np.where(steady, np.arange(STEPS + 1), (1 - left) / np.where(steady, 1, 1 - q))
    parts = left * away[None, :, None] ** 2 + (noise * rates) ** 2 * added
    mean: Array = lowest + (curvatures[None, :, None] * parts).sum(axis=1) / 2
    return np.minimum(mean, FAR**2)


def tables(result: Descent, values: Mapping[str, Any]) -> dict[str, dict[str, Array]]:
    """Return the columns of the files that can be downloaded; the data themselves for a loss on real data."""
    shown = sorted({place(values["rate"]), *result.fixed})
    files = {
        "rates.csv": {"rate": np.array(RATES), "loss": result.last, "steps_up": result.rises},
        "losses.csv": {"step": np.arange(result.steps + 1)} | {f"rate_{RATES[k]:g}": result.losses[k] for k in shown},
    }
    if result.loss in REAL:
        data = cancer()
        files["cancer.csv"] = dict(zip(data.names, data.raw.T, strict=True))
    return files


def _frozen(values: Numbers) -> Array:
    out = np.array(values, float)
    out.setflags(write=False)
    return out
