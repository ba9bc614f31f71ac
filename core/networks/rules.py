"""What each layer that can be typed does to a map: shape, parameters, operations, field, memory. Exact integers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import Any

from core.networks.grammar import Layer
from core.networks.receptive_field import by, join, resized
from core.networks.table import Call
from core.networks.values import Ledger, MisfitError, Value, pool_window, saved_bytes, slide, sliding


def apply(layer: Layer, value: Value, ledger: Ledger, *, bias: bool) -> tuple[Value, Call]:
    """Pass a value through a layer; the call has no name yet.

    Parameters
    ----------
    layer, value, ledger
    bias : bool
        Whether convolutions and linear layers have biases where the text is silent.

    Raises
    ------
    MisfitError
        If the layer cannot take the value.
    """
    kind = layer.kind
    if kind not in _FLAT_TOO and len(value.shape) == 1:
        raise MisfitError(f"{kind} needs a map, but its input here is flat: {value.shape[0]} numbers.")
    return _RULES[kind](layer, value, ledger, bool(layer.option("bias", bias)))


def merge(how: str, branches: list[Value], ledger: Ledger) -> tuple[Value, Call]:
    """Put branches together whose shapes fit."""
    shapes = [value.shape for value in branches]
    depth = sum(shape[0] for shape in shapes) if how == "concat" else shapes[0][0]
    value = Value(
        (depth, *shapes[0][1:]),
        ledger.new(),
        join([value.field for value in branches]),
        any(value.trained for value in branches),
    )
    note = ""
    if value.field.reach == "unknown" and all(branch.field.reach == "box" for branch in branches):
        note = "The branches move over the image in different steps, so that no receptive field of one size exists."
    kind = "Concat" if how == "concat" else "Add"
    largest = max(shapes, key=prod)
    return value, Call(
        name="", kind=kind, role="join", input_shape=largest, output_shape=value.shape, field=value.field, note=note
    )


def _call(kind: str, role: str, value: Value, output: Value, **facts: Any) -> tuple[Value, Call]:
    return output, Call(
        name="",
        kind=kind,
        role=role,
        input_shape=value.shape,
        output_shape=output.shape,
        field=output.field,
        **facts,
    )


def _convolution(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    channels = value.shape[0]
    filters = layer.width or channels
    groups = channels if layer.kind == "dwconv" else layer.option("g", 1)
    if channels % groups or filters % groups:
        wrong = f"{channels} input channels" if channels % groups else f"{filters} filters"
        raise MisfitError(f"g={groups} does not divide {wrong}.")
    window = sliding(layer, groups=groups)
    size = slide(window, value.shape)
    output = Value((filters, *size), ledger.new(), value.field.through(window), True)
    top, bottom, left, right = window.padding
    # An extra row or column comes into a copy of the input, and that is what is kept.
    uneven = (top, left) != (bottom, right)
    store = ledger.new() if uneven else value.store
    height, width = value.map_size
    kept = ledger.keep(store, channels * (height + bottom - top) * (width + right - left))
    weights = prod(window.kernel) * (channels // groups) * filters
    return _call(
        "Conv2d",
        "convolution",
        value,
        output,
        window=window,
        weights=weights,
        biases=filters if bias else 0,
        macs=weights * prod(size),
        note=window.note(value.map_size),
        **saved_bytes(kept),
    )


def _pooling(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    window = pool_window(layer)
    if window.padding[0] != window.padding[1] or window.padding[2] != window.padding[3]:
        raise MisfitError(f"same needs an odd kernel for pooling; got {by(window.kernel)}.")
    for k, pad in zip(window.kernel, window.padding[::2], strict=True):
        if pad > k // 2:
            raise MisfitError(f"Padding {pad} is more than half of the kernel size {k}, which pooling does not allow.")
    size = slide(window, value.shape)
    output = Value((value.shape[0], *size), ledger.new(), value.field.through(window), value.trained)
    largest = layer.kind == "pool"
    kept = saved_bytes(0)
    if value.trained:
        kept = saved_bytes(ledger.keep(value.store, prod(value.shape)), positions=prod(output.shape) if largest else 0)
    note = window.note(value.map_size)
    kind = "MaxPool2d" if largest else "AvgPool2d"
    return _call(kind, "pool", value, output, window=window, note=note, **kept)


def _global_average(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    output = Value((value.shape[0], 1, 1), ledger.new(), resized(value.field, value.map_size, (1, 1)), value.trained)
    return _call("AdaptiveAvgPool2d", "pool", value, output)


def _flattened(value: Value) -> Value:
    flat = replace(value, shape=(prod(value.shape),))
    return replace(flat, field=value.field.everywhere()) if prod(value.shape[1:]) > 1 else flat


def _linear(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    assert layer.width is not None
    features = prod(value.shape)
    output = Value((layer.width,), ledger.new(), _flattened(value).field, True)
    return _call(
        "Linear",
        "linear",
        value,
        output,
        weights=features * layer.width,
        biases=layer.width if bias else 0,
        macs=features * layer.width,
        **saved_bytes(ledger.keep(value.store, features)),
    )


def _activation(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    """All of these keep their result, from which their derivative follows."""
    output = replace(value, store=ledger.new())
    kept = ledger.keep(output.store, prod(value.shape)) if value.trained else 0
    kind = {"relu": "ReLU"}.get(layer.kind, layer.kind.capitalize())
    return _call(kind, "activation", value, output, **saved_bytes(kept))


def _batch_norm(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    channels = value.shape[0]
    output = replace(value, store=ledger.new(), trained=True)
    return _call(
        "BatchNorm2d" if len(value.shape) == 3 else "BatchNorm1d",
        "norm",
        value,
        output,
        weights=channels * (1 + layer.option("scale", 1)),
        buffers=2 * channels,
        **saved_bytes(ledger.keep(value.store, prod(value.shape)), fixed=2 * channels),
    )


def _local_norm(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    """Keeps, as PyTorch computes it: the input, its padded squares, the base and the result of the power."""
    neighbours = layer.size[0] if layer.size else 5
    channels, height, width = value.shape
    output = replace(value, store=ledger.new())
    kept = 0
    if value.trained:
        kept = ledger.keep(value.store, prod(value.shape))
        kept += (channels + neighbours - 1 + 2 * channels) * height * width
    return _call("LocalResponseNorm", "norm", value, output, **saved_bytes(kept))


def _dropout(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    """Keeps the factors, 0 or 2, as numbers; the GPU of NVIDIA keeps a byte each instead."""
    output = replace(value, store=ledger.new())
    return _call("Dropout", "other", value, output, **saved_bytes(prod(value.shape) if value.trained else 0))


def _flatten(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    return _call("Flatten", "other", value, _flattened(value))


def _identity(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    return _call("Identity", "other", value, value)


_FLAT_TOO = frozenset(["fc", "relu", "tanh", "sigmoid", "softmax", "bn", "dropout", "flatten", "id"])
_RULES: dict[str, Callable[[Layer, Value, Ledger, bool], tuple[Value, Call]]] = {
    "conv": _convolution,
    "dwconv": _convolution,
    "pool": _pooling,
    "avgpool": _pooling,
    "gap": _global_average,
    "fc": _linear,
    **dict.fromkeys(["relu", "tanh", "sigmoid", "softmax"], _activation),
    "bn": _batch_norm,
    "lrn": _local_norm,
    "dropout": _dropout,
    "flatten": _flatten,
    "id": _identity,
}
