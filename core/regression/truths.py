"""The true functions that data sets are drawn from."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import check_choice
from core.regression import formulas

OWN = "own"  # stands for a typed function among the choices of a page


@dataclass(frozen=True)
class Truth:
    """A true function f of one input.

    Attributes
    ----------
    label : str
        Name in words.
    code : str
        f(x) as a numpy expression in `x`, for exported scripts.
    function : callable
        Maps an array of inputs of any shape to an array of that shape.
    """

    label: str
    code: str
    function: Callable[[NDArray[np.float64]], NDArray[np.float64]]


# Kinks, jumps, and poles are at x = 5, in the middle of the default range [0, 10].
TRUTHS: dict[str, Truth] = {
    "x_sin": Truth(
        "x + sin(1.5x)",
        "x + np.sin(1.5 * x)",
        lambda x: x + np.sin(1.5 * x),
    ),
    "quadratic": Truth(
        "x - 2x²",
        "x - 2 * x**2",
        lambda x: x - 2 * x**2,
    ),
    "sine": Truth(
        "2 sin(x)",
        "2 * np.sin(x)",
        lambda x: 2 * np.sin(x),
    ),
    "step": Truth(
        "Step at 5",
        "np.where(x < 5, -2.0, 2.0)",
        lambda x: np.where(x < 5, -2.0, 2.0),
    ),
    "abs": Truth(
        "|x - 5|",
        "np.abs(x - 5)",
        lambda x: np.abs(x - 5),
    ),
    "runge": Truth(
        "Runge's function",
        "5 / (1 + (x - 5) ** 2)",
        lambda x: 5 / (1 + (x - 5) ** 2),
    ),
    "cubic": Truth(
        "x(x - 5)(x - 10) / 20",
        "x * (x - 5) * (x - 10) / 20",
        lambda x: x * (x - 5) * (x - 10) / 20,
    ),
}

_IN_SCRIPT = re.compile(r"^(def f\(x\):\n    return ).*$", re.MULTILINE)


def named(truth: str, formula: str) -> str:
    """Return the name of a true function: the key of a known one, or "=" and a typed one if the key is `OWN`."""
    return f"={formula}" if truth == OWN else truth


def find(name: str) -> Truth:
    """Return the true function of a name: a key of `TRUTHS`, or "=" and a function of x such as `=sin(2*x)`.

    Raises
    ------
    ValueError
        If there is none of that name, or the function cannot be read. A typed one is also refused where it is asked
        for a value that is not finite.
    """
    if str(name).startswith("="):
        formula = formulas.parse(name[1:])
        return Truth("Your own", formula.code, formula)
    check_choice("truth", name, tuple(TRUTHS))
    return TRUTHS[name]


def with_truth(script: str, values: Mapping[str, Any]) -> str:
    """Put the true function that is chosen in `values` into a stand-alone script."""
    return _IN_SCRIPT.sub(rf"\g<1>{find(named(values['truth'], values['formula'])).code}", script)
