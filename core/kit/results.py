"""Results are shared between visitors, so nobody may write into them."""

from typing import TypeVar

import numpy as np

Result = TypeVar("Result")


def read_only(result: Result) -> Result:
    """Make the arrays among the attributes of a result read-only and give the result back."""
    for value in vars(result).values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return result
