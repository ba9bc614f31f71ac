"""Settings of the regression experiments, and the data drawn from them.

An experiment is one test set and `n_sets` training sets. Random numbers are taken in the order of the course
homework, so that its published numbers come out digit for digit: the test inputs, their noise, and then the
noise of one training set after another.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.kit.arrays import Array, check_choice, check_integer, check_number
from core.regression import truths

# Smallest and largest allowed value of every number; the sliders of the page have the same ends.
LIMITS: dict[str, tuple[int, int]] = {
    "low": (-20, 20),
    "high": (-20, 20),
    "n_train": (2, 200),
    "n_test": (1, 100),
    "noise_std": (0, 5),
    "n_sets": (2, 1000),
    "max_degree": (1, 20),
    "seed": (0, 99999),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "truth": tuple(truths.TRUTHS),
    "inputs": ("even", "normal"),
    "protocol": ("fixed", "subset", "random"),
    "test_at": ("held_out", "inside", "train", "beyond"),
    "generator": ("pcg64", "legacy"),
}
# Test points beyond the training range extend it by this fraction of its width.
BEYOND = 0.1


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of an experiment; an invalid value raises ValueError.

    Attributes
    ----------
    truth : str
        A name that `core.regression.truths.find` knows.
    low, high : float
        Range of the inputs, low < high. With normal inputs they only frame the picture.
    inputs : {"even", "normal"}
        "even": an even grid, or uniform draws where inputs are redrawn. "normal": draws from N(0, 1).
    n_train, n_test : int
        Points in a training set and in the test set.
    noise_std : float
        Standard deviation sigma of the Gaussian noise, in units of y.
    n_sets : int
        Number M of training sets.
    protocol : {"fixed", "subset", "random"}
        "fixed": all training sets have the same inputs. "subset": each takes `n_train` of `2 * n_train` common
        points. "random": each draws its own.
    test_at : {"held_out", "inside", "train", "beyond"}
        "held_out": points of the grid that are not trained on. "inside": of these, the ones inside the range of
        the training inputs (of every training set). "train": the training grid itself ("subset": the pool).
        "beyond": points to the right of all training inputs.
    max_degree : int
        Largest polynomial degree.
    generator : {"pcg64", "legacy"}
        `numpy.random.default_rng(seed)`, or `numpy.random.RandomState(seed)` as in the course homework.
    seed : int
        Seed of the generator.
    """

    truth: str = "x_sin"
    low: float = 0.0
    high: float = 10.0
    inputs: str = "even"
    n_train: int = 40
    n_test: int = 10
    noise_std: float = math.sqrt(0.3)
    n_sets: int = 100
    protocol: str = "fixed"
    test_at: str = "held_out"
    max_degree: int = 15
    generator: str = "pcg64"
    seed: int = 0

    def __post_init__(self) -> None:
        truths.find(self.truth)
        for name, choices in CHOICES.items():
            if name != "truth":
                check_choice(name, getattr(self, name), choices)
        for name, (low, high) in LIMITS.items():
            check = check_number if name in ("low", "high", "noise_std") else check_integer
            check(name, getattr(self, name), low, high)
        if not self.low < self.high:
            raise ValueError(f"`low` must be less than `high`; got {self.low} and {self.high}.")


@dataclass(frozen=True)
class Experiment:
    """The data of an experiment: M training sets on B designs (B = 1: all share it; otherwise B = M), T test points.

    Attributes
    ----------
    x_train : ndarray (B, n)
        Training inputs.
    f_train : ndarray (B, n)
        Truth at the training inputs.
    noise : ndarray (M, n)
        Noise of the training sets; the targets are `f_train + noise`.
    x_test, f_test : ndarray (T,)
        Test inputs and the truth there.
    test_noise : ndarray (T,)
        Noise of the one test set.
    fresh_noise : ndarray (M, T)
        Noise of a new test set for every training set.
    noise_std : float
        Standard deviation of all the noise.
    """

    x_train: Array
    f_train: Array
    noise: Array
    x_test: Array
    f_test: Array
    test_noise: Array
    fresh_noise: Array
    noise_std: float


class _Generator(Protocol):
    """The methods used here that numpy's old and new generators share."""

    def permutation(self, x: Array, /) -> Array: ...
    def standard_normal(self, size: int | tuple[int, int], /) -> Array: ...
    def uniform(self, low: float, high: float, size: int, /) -> Array: ...


def draw(settings: Settings) -> Experiment:
    """Draw the data of an experiment; equal settings give equal data.

    Raises
    ------
    ValueError
        If `test_at` is "inside" and no held-out point is.
    """
    make = np.random.default_rng if settings.generator == "pcg64" else np.random.RandomState
    rng: _Generator = make(settings.seed)
    held_out = settings.test_at in ("held_out", "inside")
    n_pool = settings.n_train * (2 if settings.protocol == "subset" else 1)
    pool = _grid(settings, rng, n_pool + (settings.n_test if held_out else 0))
    test_noise = np.empty(0)
    if held_out:
        pool = rng.permutation(pool)
        test_noise = settings.noise_std * rng.standard_normal(settings.n_test)
    x_train, noise = _training_sets(settings, rng, pool[:n_pool])
    x_test = pool[n_pool:] if held_out else _placed_test(settings, pool, x_train)
    if not held_out:
        test_noise = settings.noise_std * rng.standard_normal(x_test.size)
    fresh_noise = settings.noise_std * rng.standard_normal((settings.n_sets, x_test.size))
    if settings.test_at == "inside":
        inside = (x_test >= x_train.min(axis=1).max()) & (x_test <= x_train.max(axis=1).min())
        if not inside.any():
            raise ValueError(
                "No test point lies inside the range of the training points; "
                "use more test points, more training points or another seed."
            )
        x_test, test_noise, fresh_noise = x_test[inside], test_noise[inside], fresh_noise[:, inside]
    f = truths.find(settings.truth).function
    return Experiment(x_train, f(x_train), noise, x_test, f(x_test), test_noise, fresh_noise, float(settings.noise_std))


def _grid(settings: Settings, rng: _Generator, size: int) -> Array:
    if settings.inputs == "normal":
        return rng.standard_normal(size)
    return np.linspace(settings.low, settings.high, size)


def _training_sets(settings: Settings, rng: _Generator, pool: Array) -> tuple[Array, Array]:
    """Return inputs (B, n) and noise (M, n); redrawn inputs and noise alternate, as in a loop over training sets."""
    n_sets, n_train, noise_std = settings.n_sets, settings.n_train, settings.noise_std
    if settings.protocol == "fixed":
        return pool[np.newaxis], noise_std * rng.standard_normal((n_sets, n_train))
    x_train = np.empty((n_sets, n_train))
    noise = np.empty((n_sets, n_train))
    for one_x, one_noise in zip(x_train, noise, strict=True):
        if settings.protocol == "subset":
            one_x[:] = rng.permutation(pool)[:n_train]
        elif settings.inputs == "normal":
            one_x[:] = rng.standard_normal(n_train)
        else:
            one_x[:] = rng.uniform(settings.low, settings.high, n_train)
        one_noise[:] = rng.standard_normal(n_train)
    return x_train, noise_std * noise


def _placed_test(settings: Settings, pool: Array, x_train: Array) -> Array:
    if settings.test_at == "train":
        return pool
    if settings.inputs == "even":
        start, width = settings.high, settings.high - settings.low
    else:
        start, width = float(x_train.max()), float(np.ptp(x_train))
    return start + BEYOND * width * np.arange(1, settings.n_test + 1) / settings.n_test
