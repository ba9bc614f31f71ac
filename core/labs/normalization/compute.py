"""Batch normalization in numbers: outputs in training and testing, running statistics, and gradients.

A value z of a batch becomes y = γ(z − μ)/√(v + ε) + β. In training, μ and v are mean and variance of the batch, the
variance divided by n; in testing they are running averages (Ioffe and Szegedy 2015; torch.nn.BatchNorm1d).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.kit.arrays import Array, Numbers, check_choice, check_integer, check_number
from core.kit.results import nbytes

MOVED = np.round(np.arange(-100, 101) / 10, 1)  # of the value that is dragged
NUDGE = 1
MOST = 8  # values of a batch
LARGEST = 10.0
MODES = {"train": "training", "test": "testing (eval)"}
CONVENTIONS = {"torch": "new value (PyTorch)", "keras": "old value (Keras)"}
DIVISORS = {"n-1": "n − 1 (PyTorch)", "n": "n"}
_STEP = 1e-4  # of the central differences, in units of √(v + ε)
_ENTRY = re.compile(r"[-+−]?(\d{1,2}(\.\d{1,3})?|\.\d{1,3})", re.ASCII)


def statistics(z: Array) -> tuple[Array, Array]:
    """Return mean and variance, divided by n, along the last axis, in two passes."""
    mean = z.mean(axis=-1)
    variance: Array = ((z - mean[..., None]) ** 2).mean(axis=-1)
    return mean, variance


def kept(momentum: float, convention: str) -> float:
    """Return the weight of the old value in an update of running statistics.

    PyTorch's momentum is the weight of the new value, that of Keras the weight of the old one.
    """
    return 1 - momentum if convention == "torch" else momentum


def averaged(start: float, statistic: float, keep: float, updates: Numbers | int) -> Array:
    """Return a running statistic after `updates` updates with the same batch: s + (start − s) keepⁿ."""
    out: Array = statistic + (start - statistic) * np.power(keep, np.asarray(updates, float))
    return out


@dataclass(frozen=True)
class Normalized:
    """A batch whose last value is dragged, and what a layer of batch normalization makes of it.

    Arrays have one row for each of `MOVED`.

    Attributes
    ----------
    typed : ndarray of shape (B,)
        The batch as it was typed, on which the running statistics were trained.
    mode, convention, divisor : str
    gamma, beta, eps, momentum : float
    updates : int
    """

    typed: Array
    mode: str
    gamma: float
    beta: float
    eps: float
    updates: int
    momentum: float
    convention: str
    divisor: str

    @property
    def size(self) -> int:
        """Values in the batch."""
        return len(self.typed)

    @cached_property
    def inputs(self) -> Array:
        """The batch, shape (S, B)."""
        rows = np.repeat(self.typed[None], len(MOVED), axis=0)
        rows[:, -1] = MOVED
        return _frozen(rows)

    @property
    def trained_on(self) -> tuple[float, float]:
        """Mean and variance of the typed batch, as they enter the running statistics; the variance may be nan."""
        mean, variance = (float(v) for v in statistics(self.typed))
        if self.divisor == "n-1":
            variance = variance * self.size / (self.size - 1) if self.size > 1 else math.nan
        return mean, variance

    def running(self, updates: Numbers | int, convention: str = "") -> tuple[Array, Array]:
        """Return running mean and variance after updates with the typed batch, from 0 and 1."""
        keep = kept(self.momentum, convention or self.convention)
        mean, variance = self.trained_on
        return averaged(0.0, mean, keep, updates), averaged(1.0, variance, keep, updates)

    def statistics_of(self, mode: str) -> tuple[Array, Array]:
        """Return mean and variance that a mode uses, each of shape (S,)."""
        if mode == "train":
            return statistics(self.inputs)
        mean, variance = self.running(self.updates)
        return np.full(len(MOVED), mean), np.full(len(MOVED), variance)

    def outputs_of(self, mode: str) -> Array:
        """Return the outputs in a mode, shape (S, B)."""
        mean, variance = self.statistics_of(mode)
        return self.layer(self.inputs, mean[:, None], variance[:, None])

    def layer(self, z: Any, mean: Any, variance: Any) -> Array:
        """Return γ(z − μ)/√(v + ε) + β."""
        out: Array = self.gamma * (z - mean) / np.sqrt(variance + self.eps) + self.beta
        return out

    @cached_property
    def mean(self) -> Array:
        """The mean that the mode uses, shape (S,)."""
        return _frozen(self.statistics_of(self.mode)[0])

    @cached_property
    def variance(self) -> Array:
        """The variance that the mode uses, shape (S,)."""
        return _frozen(self.statistics_of(self.mode)[1])

    @cached_property
    def outputs(self) -> Array:
        """Outputs in the mode, shape (S, B)."""
        return _frozen(self.outputs_of(self.mode))

    @cached_property
    def again(self) -> Array:
        """Outputs of the dragged value in another way, shape (S,).

        In training from differences of pairs, without the mean: z − μ = Σ(z − zⱼ)/n and v = Σ(zⱼ − zₖ)²/n² over
        pairs. In testing from the folded layer, scale times z plus shift.
        """
        if self.mode == "test":
            scale, shift = self.folded
            return _frozen(scale * MOVED + shift)
        z, n = self.inputs, self.size
        apart = z[:, :, None] - z[:, None, :]
        variance = (apart**2).sum(axis=(1, 2)) / 2 / n**2
        return _frozen(self.layer(apart[:, -1].sum(axis=1) / n, 0.0, variance))

    @property
    def folded(self) -> tuple[float, float]:
        """Scale and shift of the layer in testing: γ/√(v + ε) and β − μ times it, with the running statistics."""
        mean, variance = self.running(self.updates)
        scale = self.gamma / math.sqrt(float(variance) + self.eps)
        return scale, self.beta - float(mean) * scale

    @cached_property
    def gradient(self) -> Array:
        """Gradient of the dragged value's output by each input, shape (S, B).

        In training γ/s (δᵢⱼ − 1/n − (zᵢ − μ)(zⱼ − μ)/(n s²)) with s² = v + ε; in testing γ/s by itself alone.
        """
        own = np.zeros(self.size)
        own[-1] = 1.0
        s2 = (self.variance + self.eps)[:, None]
        rows = np.broadcast_to(own, self.inputs.shape)
        if self.mode == "train":
            away = self.inputs - self.mean[:, None]
            rows = rows - 1 / self.size - away[:, -1:] * away / (self.size * s2)
        return _frozen(self.gamma / np.sqrt(s2) * rows)

    @cached_property
    def difference(self) -> Array:
        """Gradient of the dragged value's output by itself from a central difference, shape (S,)."""
        step = _STEP * np.sqrt(self.variance + self.eps)
        sides = [self.moved_by(way * step)[:, -1] for way in (1, -1)]
        return _frozen((sides[0] - sides[1]) / (2 * step))

    @property
    def nudged(self) -> Array:
        """Change of each output when the dragged value grows by `NUDGE`, shape (S, B)."""
        return self.moved_by(np.full(len(MOVED), NUDGE)) - self.outputs

    def moved_by(self, step: Array) -> Array:
        """Return the outputs with the dragged value moved by `step`, shape (S, B)."""
        z = np.array(self.inputs)
        z[:, -1] += step
        mean, variance = statistics(z) if self.mode == "train" else (self.mean, self.variance)
        return self.layer(z, mean[:, None], variance[:, None])

    @property
    def limit(self) -> float:
        """The largest |z − μ|/σ that a value of a batch can reach, √(n − 1)."""
        return math.sqrt(self.size - 1)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays that are kept."""
        return nbytes(self)


def explore(
    *,
    batch: str = "1 2 3 6",
    mode: str = "train",
    gamma: float = 1.0,
    beta: float = 0.0,
    eps: float = 1e-5,
    updates: int = 10,
    momentum: float = 0.1,
    convention: str = "torch",
    divisor: str = "n-1",
) -> Normalized:
    """Normalize a batch for each value of its last entry.

    Parameters
    ----------
    batch : str
        One to eight numbers, of which the last is replaced by each of `MOVED`; see `read_batch`.
    mode : str
        "train" takes mean and variance of the batch, "test" the running statistics.
    gamma, beta : float
        Learned scale and shift, in [-10, 10].
    eps : float
        Added to the variance, in [1e-8, 1].
    updates : int
        Updates of the running statistics with the typed batch, in [0, 1000].
    momentum, convention : float, str
        Weight in [0, 1] of the new value ("torch") or of the old one ("keras") in an update.
    divisor : str
        Whether the running variance divides by "n-1", as in PyTorch, or by "n".

    Raises
    ------
    ValueError
        If a value is out of range, the batch cannot be read, or a batch of one is to give a variance over n - 1.
    """
    typed = read_batch(batch)
    for name, value, low, high in (
        ("gamma", gamma, -10, 10),
        ("beta", beta, -10, 10),
        ("eps", eps, 1e-8, 1),
        ("momentum", momentum, 0, 1),
    ):
        check_number(name, value, low, high)
    check_integer("updates", updates, 0, 1000)
    check_choice("mode", mode, tuple(MODES))
    check_choice("convention", convention, tuple(CONVENTIONS))
    check_choice("divisor", divisor, tuple(DIVISORS))
    if mode == "test":
        check_trainable(typed, divisor)
    scale, shift, added, weight = map(float, (gamma, beta, eps, momentum))
    return Normalized(_frozen(typed), mode, scale, shift, added, int(updates), weight, convention, divisor)


def check_trainable(typed: Array, divisor: str) -> None:
    """Raise ValueError for a batch of one with a variance over n - 1, which PyTorch refuses to train, too."""
    if len(typed) == 1 and divisor == "n-1":
        raise ValueError("`batch` has one value, and the running variance divides by n − 1 = 0; add a second value.")


def read_batch(text: str) -> Array:
    """Read numbers such as "1 2 3 6", separated by blanks, commas, or semicolons.

    Raises
    ------
    ValueError
        If there are none or more than `MOST`, or one is not a number from -10 to 10 with at most three decimals.
    """
    entries = [entry for entry in re.split(r"[\s,;]+", text) if entry]
    if not 1 <= len(entries) <= MOST:
        raise ValueError(f"`batch` must be 1 to {MOST} numbers, such as 1 2 3 6; got {len(entries)}.")
    for entry in entries:
        if not _ENTRY.fullmatch(entry) or abs(float(entry.replace("−", "-"))) > LARGEST:
            raise ValueError(
                f"“{entry[:20]}” in `batch` is not a number from −{LARGEST:g} to {LARGEST:g} with at most three "
                "decimals."
            )
    return np.array([float(entry.replace("−", "-")) for entry in entries]) + 0.0


def tables(result: Normalized, values: Mapping[str, Any]) -> dict[str, dict[str, Array]]:
    """Return the columns of the files that can be downloaded."""
    columns = {"moved": MOVED, "mean": result.mean, "variance": result.variance}
    for name, rows in (("output", result.outputs), ("gradient", result.gradient)):
        columns |= {f"{name}_{k}": row for k, row in enumerate(rows.T, 1)}
    return {"outputs.csv": columns}


def _frozen(values: Any) -> Array:
    out = np.array(values, float)
    out.setflags(write=False)
    return out
