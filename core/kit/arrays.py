"""Arrays of numbers, and checks of the arguments that a core function takes."""

import numbers
import reprlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Numbers = NDArray[Any]  # also whole numbers and truth values: what is drawn need not be float64


_LARGEST = float(np.finfo(np.float32).max)


def single(values: ArrayLike) -> NDArray[np.float32]:
    """Return values in single precision; what is too large becomes the largest single-precision number."""
    with np.errstate(over="raise"):
        try:
            return np.ascontiguousarray(values, dtype="<f4")
        except FloatingPointError:
            return np.ascontiguousarray(np.clip(values, -_LARGEST, _LARGEST), dtype="<f4")


def check_integer(name: str, value: object, low: int, high: int) -> None:
    """Raise ValueError unless `value` is an integer (not a bool) in [low, high]."""
    is_integer = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not (is_integer and low <= value <= high):  # type: ignore[operator]
        raise ValueError(f"`{name}` must be an integer in [{low}, {high}]; got {_shown(value)}.")


def check_number(name: str, value: object, low: float, high: float) -> None:
    """Raise ValueError unless `value` is a real number (not a bool, nan or inf) in [low, high]."""
    is_real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not (is_real and low <= value <= high):  # type: ignore[operator]
        raise ValueError(f"`{name}` must be in [{low}, {high}]; got {_shown(value)}.")


def check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    """Raise ValueError unless `value` is one of the strings in `choices`."""
    if not (isinstance(value, str) and value in choices):
        raise ValueError(f"`{name}` must be one of {', '.join(choices)}; got {_shown(value)}.")


def _shown(value: object) -> str:
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return str(value)
    return reprlib.repr(value)
