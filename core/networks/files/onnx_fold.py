"""Small values that follow from constants and shapes alone: the results of size arithmetic in an ONNX file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
MOST = 1 << 16  # numbers in a value that is kept
DTYPES = {
    1: np.float32,
    2: np.uint8,
    3: np.int8,
    4: np.uint16,
    5: np.int16,
    6: np.int32,
    7: np.int64,
    9: np.bool_,
    10: np.float16,
    11: np.float64,
    12: np.uint32,
    13: np.uint64,
}
Attributes = Mapping[str, Any]


def fold(operation: str, inputs: Sequence[Array | None], attributes: Attributes) -> tuple[Array, ...]:
    """Compute the outputs of an operation; none if it is unknown or its outputs are too large.

    Parameters
    ----------
    operation : str
        One of the standard operations of ONNX.
    inputs : sequence of array or None
        None for one that is omitted.
    attributes : mapping of str to value
    """
    rule = _RULES.get(operation)
    if rule is None:
        return ()
    try:
        with np.errstate(all="ignore"):
            found = rule(list(inputs), attributes)
    except (ValueError, IndexError, TypeError, KeyError, OverflowError, ZeroDivisionError, AttributeError):
        return ()
    outputs = found if isinstance(found, tuple) else () if found is None else (found,)
    return outputs if all(value.size <= MOST for value in outputs) else ()


def dtype_of(kind: int) -> type[np.generic]:
    """Return NumPy's type for one of ONNX; KeyError if there is none."""
    return DTYPES[kind]


def kind_of(value: Array) -> int:
    """Return ONNX's type for one of NumPy's, 1 (float) for others."""
    return next((kind for kind, dtype in DTYPES.items() if value.dtype == dtype), 1)


def _elementwise(function: Callable[..., Array]) -> Callable[[list[Any], Attributes], Array | None]:
    def rule(inputs: list[Any], _: Attributes) -> Array | None:
        if prod(np.broadcast_shapes(*(value.shape for value in inputs))) > MOST:
            return None
        return np.asarray(function(*inputs))

    return rule


def _divide(a: Array, b: Array) -> Array:
    """Divide; whole numbers are rounded toward 0."""
    if a.dtype.kind in "iu":
        return np.asarray(np.sign(a) * np.sign(b) * (np.abs(a) // np.abs(b)), a.dtype)
    return np.asarray(np.divide(a, b))


def _axes(inputs: list[Any], attributes: Attributes, place: int = 1) -> list[int] | None:
    if len(inputs) > place and inputs[place] is not None:
        return [int(axis) for axis in inputs[place].ravel()]
    found = attributes.get("axes")
    return None if found is None else list(found)


def _reshape(inputs: list[Any], attributes: Attributes) -> Array:
    data, wanted = inputs[0], [int(size) for size in inputs[1]]
    if not attributes.get("allowzero"):
        wanted = [data.shape[place] if size == 0 else size for place, size in enumerate(wanted)]
    return np.asarray(data.reshape(wanted))


def _squeeze(inputs: list[Any], attributes: Attributes) -> Array:
    axes = _axes(inputs, attributes)
    return np.asarray(np.squeeze(inputs[0], None if axes is None else tuple(axes)))


def _unsqueeze(inputs: list[Any], attributes: Attributes) -> Array:
    axes = _axes(inputs, attributes) or []
    return np.expand_dims(inputs[0], tuple(axes))


def _slice(inputs: list[Any], attributes: Attributes) -> Array:
    data = inputs[0]
    if len(inputs) > 1:
        given = [None if value is None else [int(n) for n in value] for value in (*inputs[1:], None, None)]
        starts, ends, axes, steps = given[:4]
    else:
        starts, ends, axes, steps = attributes["starts"], attributes["ends"], attributes.get("axes"), None
    places = axes or range(len(starts or ()))
    cut = [slice(None)] * data.ndim
    for axis, start, end, step in zip(places, starts or (), ends or (), steps or [1] * len(starts or ()), strict=True):
        # An end before the first element is written as a large negative number.
        cut[axis] = slice(start, None if step < 0 and end < -data.shape[axis] else end, step)
    return np.asarray(data[tuple(cut)])


def _range(inputs: list[Any], _: Attributes) -> Array | None:
    start, limit, step = (value.item() for value in inputs)
    if (limit - start) / step > MOST:
        return None
    return np.arange(start, limit, step, dtype=inputs[0].dtype)


def _filled(inputs: list[Any], attributes: Attributes) -> Array | None:
    shape = [int(size) for size in inputs[0]]
    value = attributes.get("value", np.zeros(1, np.float32))
    return np.full(shape, value.ravel()[0]) if prod(shape) <= MOST and min(shape, default=1) >= 0 else None


def _expanded(inputs: list[Any], _: Attributes) -> Array | None:
    shape = np.broadcast_shapes(inputs[0].shape, tuple(int(size) for size in inputs[1]))
    return np.broadcast_to(inputs[0], shape).copy() if prod(shape) <= MOST else None


def _tiled(inputs: list[Any], _: Attributes) -> Array | None:
    times = [int(count) for count in inputs[1]]
    return np.tile(inputs[0], times) if inputs[0].size * prod(times) <= MOST else None


def _reduced(function: Callable[..., Array]) -> Callable[[list[Any], Attributes], Array]:
    def rule(inputs: list[Any], attributes: Attributes) -> Array:
        axes = _axes(inputs, attributes)
        chosen = None if not axes else tuple(axes)
        found = function(inputs[0], axis=chosen, keepdims=bool(attributes.get("keepdims", 1)))
        return np.asarray(found, inputs[0].dtype)

    return rule


def _concatenated(inputs: list[Any], attributes: Attributes) -> Array | None:
    if sum(value.size for value in inputs) > MOST:
        return None
    return np.concatenate(inputs, attributes["axis"])


def _taken(inputs: list[Any], attributes: Attributes) -> Array | None:
    data, places = inputs[0], inputs[1]
    axis = attributes.get("axis", 0)
    if places.size * max(data.size // max(data.shape[axis], 1), 1) > MOST:
        return None
    return np.asarray(np.take(data, places, axis))


def _split(inputs: list[Any], attributes: Attributes) -> tuple[Array, ...]:
    data, axis = inputs[0], attributes.get("axis", 0)
    sizes = list(inputs[1]) if len(inputs) > 1 else attributes.get("split") or []
    parts: list[Array] = np.split(data, np.cumsum(sizes)[:-1] if len(sizes) else attributes["num_outputs"], axis)
    return tuple(parts)


_RULES: dict[str, Callable[[list[Any], Attributes], Array | tuple[Array, ...] | None]] = {
    "Add": _elementwise(np.add),
    "Sub": _elementwise(np.subtract),
    "Mul": _elementwise(np.multiply),
    "Div": _elementwise(_divide),
    "Mod": _elementwise(np.mod),
    "Pow": _elementwise(lambda a, b: np.power(a, b).astype(a.dtype)),
    "Max": _elementwise(lambda *all_: np.maximum.reduce(np.broadcast_arrays(*all_))),
    "Min": _elementwise(lambda *all_: np.minimum.reduce(np.broadcast_arrays(*all_))),
    "Equal": _elementwise(np.equal),
    "Greater": _elementwise(np.greater),
    "GreaterOrEqual": _elementwise(np.greater_equal),
    "Less": _elementwise(np.less),
    "LessOrEqual": _elementwise(np.less_equal),
    "And": _elementwise(np.logical_and),
    "Or": _elementwise(np.logical_or),
    "Not": _elementwise(np.logical_not),
    "Neg": _elementwise(np.negative),
    "Abs": _elementwise(np.abs),
    "Floor": _elementwise(np.floor),
    "Ceil": _elementwise(np.ceil),
    "Round": _elementwise(np.rint),
    "Sqrt": _elementwise(np.sqrt),
    "Reciprocal": _elementwise(np.reciprocal),
    "Exp": _elementwise(np.exp),
    "Log": _elementwise(np.log),
    "Where": _elementwise(np.where),
    "Identity": lambda inputs, _: inputs[0],
    "Cast": lambda inputs, attributes: inputs[0].astype(DTYPES[attributes["to"]]),
    "CastLike": lambda inputs, _: inputs[0].astype(inputs[1].dtype),
    "Reshape": _reshape,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Transpose": lambda inputs, attributes: np.transpose(inputs[0], attributes.get("perm")),
    "Flatten": lambda inputs, attributes: inputs[0].reshape(prod(inputs[0].shape[: attributes.get("axis", 1)]), -1),
    "Slice": _slice,
    "Gather": _taken,
    "Concat": _concatenated,
    "Split": _split,
    "Range": _range,
    "ConstantOfShape": _filled,
    "Expand": _expanded,
    "Tile": _tiled,
    "ReduceProd": _reduced(np.prod),
    "ReduceSum": _reduced(np.sum),
    "ReduceMax": _reduced(np.max),
    "ReduceMin": _reduced(np.min),
    "NonZero": lambda inputs, _: np.array(np.nonzero(inputs[0]), np.int64),
    "Size": lambda inputs, _: np.array(inputs[0].size, np.int64),
    "CumSum": lambda inputs, _: np.cumsum(inputs[0], int(inputs[1].ravel()[0])),
}
