"""The effect of each typed layer on a map: shape, parameters, operations, field, and memory. Exact integers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import Any

from core.networks.grammar import Layer
from core.networks.layers import ACTIVATIONS
from core.networks.receptive_field import Window, by, gate, join, resized, spread
from core.networks.table import Call, Shape
from core.networks.values import Ledger, MisfitError, Value, pool_window, saved_bytes, slide, sliding


def apply(layer: Layer, value: Value, ledger: Ledger, *, bias: bool) -> tuple[Value, Call]:
    """Apply a layer to a value; the call has no name yet.

    Parameters
    ----------
    layer, value, ledger
    bias : bool
        Whether convolutions and linear layers have biases unless the text says otherwise.

    Raises
    ------
    MisfitError
        If the layer cannot take the value.
    """
    kind = layer.kind
    if kind not in _FLAT_TOO and len(value.shape) == 1:
        raise MisfitError(f"{kind} needs a map, but its input here is flat: {value.shape[0]} numbers.")
    _check_inputs(layer, value)
    return _RULES[kind](layer, value, ledger, bool(layer.option("bias", bias)))


def _check_inputs(layer: Layer, value: Value) -> None:
    """Refuse an input that a layer is not made for, if the text says what it is made for."""
    whole = layer.kind == "fc"
    made, got = layer.option("in"), prod(value.shape) if whole else value.shape[0]
    if made in (0, got):
        return
    groups, kernel = layer.option("g", 1), layer.size or ()
    weights: Shape = (layer.width or 1, made // groups, *kernel)
    if layer.kind == "deconv":
        weights = (made, (layer.width or 1) // groups, *kernel)
    what = "numbers" if whole else "channels"
    raise MisfitError(
        f"Weights of the shape {weights} need {made:,} {what}, but the input {value.shape} has {got:,}: "
        f"write {got} in place of {made}."
    )


def parts(value: Value, count: int, ledger: Ledger) -> list[Value]:
    """Divide the channels of a value among branches; the parts share its memory.

    Raises
    ------
    MisfitError
        If they cannot be divided.
    """
    if value.shape[0] % count:
        raise MisfitError(f"{value.shape[0]} channels cannot be divided among {count} branches.")
    ledger.whole.setdefault(value.store, prod(value.shape))
    return [replace(value, shape=(value.shape[0] // count, *value.shape[1:]))] * count


def merge(how: str, branches: list[Value], ledger: Ledger) -> tuple[Value, Call]:
    """Combine branches whose shapes fit."""
    if how == "mul" and any(len(value.shape) == 3 for value in branches):  # a row of numbers scales the channels
        branches = [
            value if len(value.shape) == 3 else replace(value, shape=(*value.shape, 1, 1)) for value in branches
        ]
    shapes = [value.shape for value in branches]
    beside = how in ("concat", "split")
    shape = tuple(max(sizes) for sizes in zip(*shapes, strict=True))
    if beside:
        shape = (sum(each[0] for each in shapes), *shapes[0][1:])
    fields = [value.field for value in branches]
    kept = _products(branches, shape, ledger) if how == "mul" else 0
    value = Value(
        shape,
        ledger.new(),
        gate(fields) if how == "mul" else join(fields),
        any(value.trained for value in branches),
    )
    note = ""
    if value.field.reach == "unknown" and all(branch.field.reach == "box" for branch in branches):
        note = "The branches have different strides, so no single receptive field exists."
    kind = "Concat" if beside else {"add": "Add", "mul": "Multiply"}[how]
    largest = max(shapes, key=prod)
    return value, Call(
        name="",
        kind=kind,
        role="join",
        input_shape=largest,
        output_shape=value.shape,
        field=value.field,
        note=note,
        saved=(0, 4 * kept),
        saved_bf16=(0, 2 * kept),
    )


def _products(branches: list[Value], shape: Shape, ledger: Ledger) -> int:
    """Count the numbers that products keep: of two factors, each is needed for the gradient of the other."""
    kept, before = 0, branches[0]
    for value in branches[1:]:
        for one, other in ((before, value), (value, before)):
            if other.trained:
                kept += ledger.keep(one.store, prod(one.shape))
        size = tuple(max(pair) for pair in zip(before.shape, value.shape, strict=True))
        before = Value(size, ledger.new(), trained=before.trained or value.trained)
    return kept


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
    # An extra row or column requires a padded copy of the input, and that copy is kept.
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


def _transposed(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    """Spread each number of the input over a kernel and add overlaps.

    (n - 1) stride - 2 padding + dilation (k - 1) + output padding + 1 along each axis.
    """
    assert layer.size is not None and layer.width is not None
    channels, groups = value.shape[0], layer.option("g", 1)
    if channels % groups or layer.width % groups:
        wrong = f"{channels} input channels" if channels % groups else f"{layer.width} filters"
        raise MisfitError(f"g={groups} does not divide {wrong}.")
    stride, padding, dilation, more = (layer.pair(name, low) for name, low in (("s", 1), ("p", 0), ("d", 1), ("op", 0)))
    size = [
        (n - 1) * s - 2 * p + d * (k - 1) + o + 1
        for n, s, p, d, k, o in zip(value.map_size, stride, padding, dilation, layer.size, more, strict=True)
    ]
    if any(o >= max(s, d) for o, s, d in zip(more, stride, dilation, strict=True)):
        raise MisfitError(
            f"The output padding {by(more)} must be smaller than the stride {by(stride)} or the dilation."
        )
    if min(size) < 1:
        raise MisfitError(
            f"Nothing is left of the map {by(value.map_size)} with a padding of {by(padding)}.", small=True
        )
    seen = spread(value.field, layer.size, stride, padding, dilation)
    output = Value((layer.width, *size), ledger.new(), seen, True)
    weights = prod(layer.size) * channels * (layer.width // groups)
    return _call(
        "ConvTranspose2d",
        "convolution",
        value,
        output,
        weights=weights,
        biases=layer.width if bias else 0,
        macs=weights * prod(value.map_size),
        **saved_bytes(ledger.keep(value.store, prod(value.shape))),
    )


def _upsampling(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    assert layer.size is not None
    size = value.shape[1] * layer.size[0], value.shape[2] * layer.size[1]
    seen = value.field if size == value.map_size else value.field.lost()
    return _call("Upsample", "other", value, Value((value.shape[0], *size), ledger.new(), seen, value.trained))


def _pixel_shuffle(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    assert layer.size is not None
    factor, channels = layer.size[0], value.shape[0]
    if layer.size[1] != factor:
        raise MisfitError(f"pixelshuffle has one factor for both axes; got {by(layer.size)}.")
    if channels % factor**2:
        raise MisfitError(f"{channels} channels cannot be divided by {factor}², which pixelshuffle{factor} needs.")
    shape = channels // factor**2, value.shape[1] * factor, value.shape[2] * factor
    seen = value.field if factor == 1 else value.field.lost()
    return _call("PixelShuffle", "other", value, Value(shape, ledger.new(), seen, value.trained))


def _channel_shuffle(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    assert layer.size is not None
    if value.shape[0] % layer.size[0]:
        raise MisfitError(f"{value.shape[0]} channels cannot be divided into {layer.size[0]} groups.")
    return _call("ChannelShuffle", "other", value, replace(value, store=ledger.new()))


def _padding(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    assert layer.size is not None
    rows, columns = layer.size
    window = Window((1, 1), padding=(rows, rows, columns, columns))
    shape = value.shape[0], value.shape[1] + 2 * rows, value.shape[2] + 2 * columns
    output = Value(shape, ledger.new(), value.field.through(window), value.trained)
    return _call("ZeroPad2d", "other", value, output)


def _adaptive(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    """Pool to a given size; the windows differ by a row if it does not divide the map."""
    wanted = layer.size or (1, 1)
    largest = layer.kind in ("adaptmax", "gmp")
    output = Value((value.shape[0], *wanted), ledger.new(), resized(value.field, value.map_size, wanted), value.trained)
    note = ""
    if wanted[0] > value.shape[1] or wanted[1] > value.shape[2]:
        note = f"The {by(value.map_size)} map is enlarged to {by(wanted)}: pooling repeats its values."
    kept = saved_bytes(0)
    if value.trained and (largest or wanted != (1, 1)):
        kept = saved_bytes(ledger.keep(value.store, prod(value.shape)), positions=prod(output.shape) if largest else 0)
    kind = "AdaptiveMaxPool2d" if largest else "AdaptiveAvgPool2d"
    return _call(kind, "pool", value, output, note=note, **kept)


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


# For these, the derivative follows from the output, which is kept; for all others, the input is kept.
_FROM_RESULT = frozenset(["relu", "tanh", "sigmoid", "softmax", "logsoftmax"])


def _activation(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    """Apply an activation to each number, or softmax at each position."""
    slopes = (layer.width or 1) if layer.kind == "prelu" else 0
    if slopes > 1 and slopes != value.shape[0]:
        raise MisfitError(f"prelu has {slopes} slopes, but its input has {value.shape[0]} channels.")
    output = replace(value, store=ledger.new(), trained=value.trained or slopes > 0)
    store = output.store if layer.kind in _FROM_RESULT else value.store
    kept = ledger.keep(store, prod(value.shape)) if output.trained else 0
    return _call(ACTIVATIONS[layer.kind][0], "activation", value, output, weights=slopes, **saved_bytes(kept))


def _batch_norm(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    channels = value.shape[0]
    trained = layer.option("scale", 1) + layer.option("shift", 1)
    output = replace(value, store=ledger.new(), trained=value.trained or trained > 0)
    kept = saved_bytes(0)
    if output.trained:
        kept = saved_bytes(ledger.keep(value.store, prod(value.shape)), fixed=2 * channels)
    return _call(
        "BatchNorm2d" if len(value.shape) == 3 else "BatchNorm1d",
        "norm",
        value,
        output,
        weights=channels * trained,
        buffers=2 * channels,
        **kept,
    )


def _layer_norm(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    """Normalize over the channels of each position, with its own mean and deviation."""
    channels = value.shape[0]
    output = replace(value, store=ledger.new(), trained=True)
    kept = saved_bytes(ledger.keep(value.store, prod(value.shape)), statistics=2 * prod(value.shape[1:]))
    return _call("LayerNorm", "norm", value, output, weights=2 * channels, **kept)


def _group_norm(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    assert layer.size is not None
    channels, groups = value.shape[0], layer.size[0]
    if channels % groups:
        raise MisfitError(f"{channels} channels cannot be divided into {groups} groups.")
    output = replace(value, store=ledger.new(), trained=True)
    kept = saved_bytes(ledger.keep(value.store, prod(value.shape)), statistics=2 * groups)
    return _call("GroupNorm", "norm", value, output, weights=2 * channels, **kept)


def _instance_norm(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    """Normalize every channel of every image; PyTorch repeats factors and shifts for each image of a batch."""
    channels, affine = value.shape[0], bool(layer.option("scale"))
    output = replace(value, store=ledger.new(), trained=value.trained or affine)
    kept = saved_bytes(0)
    if output.trained:
        kept = saved_bytes(ledger.keep(value.store, prod(value.shape)), statistics=(3 if affine else 2) * channels)
    return _call("InstanceNorm2d", "norm", value, output, weights=2 * channels if affine else 0, **kept)


def _local_norm(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    """Keep, as PyTorch computes it: the input, its padded squares, the base, and the result of the power."""
    neighbours = layer.size[0] if layer.size else 5
    channels, height, width = value.shape
    output = replace(value, store=ledger.new())
    kept = 0
    if value.trained:
        kept = ledger.keep(value.store, prod(value.shape))
        kept += (channels + neighbours - 1 + 2 * channels) * height * width
    return _call("LocalResponseNorm", "norm", value, output, **saved_bytes(kept))


def _dropout(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    """Keep the factors, 0 or 2, as numbers; NVIDIA GPUs keep one byte each instead."""
    output = replace(value, store=ledger.new())
    return _call("Dropout", "other", value, output, **saved_bytes(prod(value.shape) if value.trained else 0))


def _flatten(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    return _call("Flatten", "other", value, _flattened(value))


def _identity(layer: Layer, value: Value, ledger: Ledger, bias: bool) -> tuple[Value, Call]:
    return _call("Identity", "other", value, value)


_FLAT_TOO = frozenset(["fc", "bn", "ln", "dropout", "flatten", "id", *ACTIVATIONS])
_RULES: dict[str, Callable[[Layer, Value, Ledger, bool], tuple[Value, Call]]] = {
    "conv": _convolution,
    "dwconv": _convolution,
    "deconv": _transposed,
    "pool": _pooling,
    "avgpool": _pooling,
    **dict.fromkeys(["gap", "gmp", "adaptavg", "adaptmax"], _adaptive),
    "up": _upsampling,
    "pixelshuffle": _pixel_shuffle,
    "channelshuffle": _channel_shuffle,
    "pad": _padding,
    "fc": _linear,
    **dict.fromkeys(ACTIVATIONS, _activation),
    "bn": _batch_norm,
    "ln": _layer_norm,
    "gn": _group_norm,
    "inorm": _instance_norm,
    "lrn": _local_norm,
    "dropout": _dropout,
    "flatten": _flatten,
    "id": _identity,
}
