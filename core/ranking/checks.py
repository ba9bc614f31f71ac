"""Checks of the inputs to a ranking: labels, scores, and weights."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array


def check_labels(labels: Any, positive: Any = None) -> NDArray[np.bool_]:
    """Return which examples are positive.

    Parameters
    ----------
    labels : array_like (n,)
        Two classes of any type.
    positive : optional
        The label of the positive class; without it, the labels must be 0 and 1, or -1 and 1, or False and True.

    Returns
    -------
    ndarray (n,) of bool

    Raises
    ------
    ValueError
        If a label is missing, there are not two classes, or it is unclear which is the positive one.
    """
    labels = np.asarray(labels)
    if labels.ndim != 1:
        raise ValueError(f"The labels must be one column; got an array of shape {labels.shape}.")
    if labels.size < 2:
        raise ValueError(f"A ranking needs at least two examples; got {labels.size}.")
    values = _distinct(labels)
    if len(values) > 2:
        raise ValueError(f"Binary labels are needed; got {len(values)}: {_listed(values)}.")
    if positive is None:
        if not (set(values) <= {0, 1} or set(values) <= {-1, 1}):
            raise ValueError(f"The labels are {_listed(values)}; specify which one is positive.")
        positive = 1
    chosen = [value for value in values if value == positive]
    if len(values) == 1:
        count = len(labels) if chosen else 0
        raise ValueError(f"A ranking needs both classes: {count} positives, {len(labels) - count} negatives.")
    if not chosen:
        raise ValueError(f"The positive class, {positive!r}, is not among the labels {_listed(values)}.")
    return np.asarray(labels == chosen[0], dtype=bool)


def _distinct(labels: NDArray[Any]) -> list[Any]:
    """List the distinct labels; none may be missing."""
    if labels.dtype.kind == "O":
        missing = np.array([_is_missing(value) for value in labels])
    else:
        missing = np.isnan(labels) if labels.dtype.kind == "f" else np.zeros(1, dtype=bool)
    if missing.any():
        raise ValueError(f"The label at index {missing.argmax()} is missing.")
    first = labels[0]
    others = labels != first
    if not others.any():
        return [_plain(first)]
    second = labels[others.argmax()]
    if (others & (labels != second)).any():
        return list(dict.fromkeys(labels.tolist()))
    return [_plain(first), _plain(second)]


def _is_missing(value: Any) -> bool:
    try:
        return value is None or bool(value != value)
    except TypeError:  # pandas.NA is neither equal nor unequal to itself
        return True


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _listed(values: list[Any]) -> str:
    shown = sorted(map(repr, values))
    return ", ".join(shown[:5]) + (", ..." if len(shown) > 5 else "")


def check_scores(scores: Any, n: int) -> Array:
    """Copy n scores to float64, with -0.0 as 0.0.

    Parameters
    ----------
    scores : array_like (n,)
        Real numbers; integers beyond 2**53 are distinguished only to the precision of float64.
    n : int
        Number of labels.

    Returns
    -------
    ndarray (n,)
        New and contiguous.

    Raises
    ------
    ValueError
        If there are not n scores, or one is not a finite real number.
    """
    checked = _real("scores", scores)
    if checked.ndim == 2 and checked.shape[1] == 2:
        raise ValueError("The scores have two columns; give that of the positive class, [:, 1].")
    _check_length("scores", checked, n)
    values: Array = np.add(checked, 0.0, dtype=np.float64)
    if not (math.isfinite(values.min()) and math.isfinite(values.max())):
        _refuse_infinite("scores", values)
    return values


def check_weights(weights: Any, n: int) -> Array:
    """Convert n weights to float64.

    Raises
    ------
    ValueError
        If there are not n weights, or one is negative or not a finite real number.
    """
    checked = _real("weights", weights)
    _check_length("weights", checked, n)
    values = np.asarray(checked, dtype=np.float64)
    if not np.isfinite(values).all():
        _refuse_infinite("weights", values)
    if values.min() < 0:
        raise ValueError(f"The weights must not be negative; got {values.min():g} at index {values.argmin()}.")
    return values


def _real(name: str, values: Any) -> NDArray[Any]:
    found: NDArray[Any] = np.asarray(values)
    if found.dtype.kind == "O":
        try:
            if not any(isinstance(value, str | bytes) for value in found.flat):
                return found.astype(np.float64)
        except (TypeError, ValueError):
            pass
        raise ValueError(f"The {name} must be real numbers; a value is of another type.")
    if found.dtype.kind not in "biuf":
        raise ValueError(f"The {name} must be real numbers; got the type {found.dtype}.")
    return found


def _check_length(name: str, values: NDArray[Any], n: int) -> None:
    if values.ndim != 1:
        raise ValueError(f"The {name} must be one column; got an array of shape {values.shape}.")
    if len(values) != n:
        raise ValueError(f"There are {n} labels, but {len(values)} {name}.")


def _refuse_infinite(name: str, values: Array) -> None:
    bad, what = np.isnan(values), "NaN"
    if not bad.any():
        bad, what = np.isinf(values), "infinite"
    count = np.count_nonzero(bad)
    raise ValueError(f"The {name} must be finite; {count} of {len(values)} {what}, first at index {bad.argmax()}.")
