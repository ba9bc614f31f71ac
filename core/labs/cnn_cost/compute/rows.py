"""Rows of a network as shown in a picture, a table, or a file, and the same sums counted a second way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from core.labs.cnn_cost.compute.blocks import Block, blocks
from core.networks.receptive_field import Window
from core.networks.table import BYTES, COUNTED, Call, LayerTable

MOST_STOPS = 240  # of the slider
LONGEST = 2000  # rows that a picture can show
_NO_WINDOW = Window((0, 0), (0, 0), (0, 0, 0, 0), (0, 0), 0)
_LABEL = 22  # characters


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row as it is shown: one call, or the last of several equal ones.

    Attributes
    ----------
    place, first : int
        Of this call among those of a forward pass; of the first one that it represents.
    count : int
        The number of equal calls that it represents.
    call : Call
    label : str
        Short and readable: the layer as typed, or the end of its name.
    """

    place: int
    first: int
    count: int
    call: Call
    label: str


def shown(table: LayerTable, *, every: bool, collapse: bool) -> tuple[Row, ...]:
    """Return the rows of a table as they are shown, at most 2,000.

    Parameters
    ----------
    table : LayerTable
    every : bool
        Whether normalization, activation functions, sums, and the like are shown; they always are if there is nothing
        else.
    collapse : bool
        Whether equal neighboring blocks are one row each; it shows the last of them.
    """
    calls = table.inference
    single = ((k, k, 1) for k in range(len(calls)))
    found = [
        Row(place=place, first=first, count=count, call=calls[place], label=label(calls[place]))
        for first, place, count in (_collapsed(blocks(table)) if collapse and calls else single)
    ]
    counted = [row for row in found if row.call.role in COUNTED]
    return tuple(found if every or not counted else counted)[:LONGEST]


def label(call: Call) -> str:
    """Return the short name of a call; if that is only its position in a list, its kind too."""
    text = call.text.split(" ")[0].split("@")[0] or call.name
    text = f"{text} {call.kind}" if text.isdigit() else text
    return text if len(text) <= _LABEL else f"…{text[1 - _LABEL :]}"


def stops(rows: tuple[Row, ...]) -> tuple[int, ...]:
    """Return the numbers of the rows where the slider stops: 0, the image, and at most 240 rows including the last."""
    return (0, *sorted({round(k) for k in np.linspace(1, len(rows), min(len(rows), MOST_STOPS))}))


def recount(table: LayerTable) -> tuple[int, int]:
    """Count parameters and MACs again, from the input of each layer where the rule is known.

    A convolution is stepped over its input: k · k · depth · filters for each position of the window, which does
    not use the formula of the output's size. Linear layers have inputs · outputs. The remainder (normalization,
    attention, position embeddings) is taken unchanged. For a typed network, the remainder uses the rule of the rows;
    an independent count of it is a trace of the built network, which needs torch.

    Returns
    -------
    params, macs : int
    """
    params = macs = 0
    for call in table.inference:
        weights, operations = _from_shapes(call)
        params += 0 if call.shared else weights + call.biases
        macs += operations
    return params, macs


def columns(table: LayerTable, precision: str) -> dict[str, Any]:
    """Return the image and every call of a table in columns, training-only calls at the end; 0 where there is none."""
    kept = 0 if table.image_saved else prod(table.input_shape) * BYTES[precision]
    image = Call(
        name="image",
        kind="Image",
        role="input",
        input_shape=(),
        output_shape=table.input_shape if any(table.input_shape) else (),
        saved=(0, kept),
        saved_bf16=(0, kept),
        text="image",
    )
    calls = (image, *table.calls)
    windows = [call.window or _NO_WINDOW for call in calls]
    found: dict[str, list[Any]] = {
        "name": [call.name for call in calls],
        "layer": [label(call) for call in calls],
        "kind": [call.kind for call in calls],
        "role": [call.role for call in calls],
        "input": [" ".join(map(str, call.input_shape)) for call in calls],
        "output": [" ".join(map(str, call.output_shape)) for call in calls],
    }
    for name in ("kernel", "stride", "dilation"):
        for axis, way in enumerate(("height", "width")):
            found[f"{name} {way}"] = [getattr(window, name)[axis] for window in windows]
    for side, way in enumerate(("top", "bottom", "left", "right")):
        found[f"padding {way}"] = [window.padding[side] for window in windows]
    fixed = [call.saved_bytes(batch=0, precision=precision) for call in calls]
    found |= {
        "groups": [window.groups for window in windows],
        "ceil": [int(window.ceil) for window in windows],
        "weights": [call.weights for call in calls],
        "biases": [call.biases for call in calls],
        "shared": [int(call.shared) for call in calls],
        "MACs": [call.macs for call in calls],
        "activations": [call.activations for call in calls],
        "other operations": [call.other_ops for call in calls],
        "sees height": [(call.field.size or (0, 0))[0] for call in calls],
        "sees width": [(call.field.size or (0, 0))[1] for call in calls],
        "kept once (bytes)": fixed,
        "kept per image (bytes)": [
            call.saved_bytes(precision=precision) - once for call, once in zip(calls, fixed, strict=True)
        ],
        "training only": [int(call.training_only) for call in calls],
    }
    return {name: np.array(values) for name, values in found.items()}


def _from_shapes(call: Call) -> tuple[int, int]:
    if not (call.input_shape and call.output_shape):
        return call.weights, call.macs
    if call.kind == "Conv2d" and call.window is not None:
        weights = prod(call.window.kernel) * (call.input_shape[0] // call.window.groups) * call.output_shape[0]
        return weights, weights * prod(len(_places(call.window, axis, call.input_shape[axis + 1])) for axis in (0, 1))
    if call.kind == "Linear":
        features = prod(call.input_shape) if len(call.output_shape) == 1 else call.input_shape[-1]
        return features * call.output_shape[-1], features * call.activations
    return call.weights, call.macs


def _places(window: Window, axis: int, size: int) -> range:
    """Return the first rows, or columns, of all window positions on the padded input; rounding up is for pools."""
    before, after = window.padding[2 * axis : 2 * axis + 2]
    return range(-before, size + after - window.reach(axis) + 1, window.stride[axis])


def _collapsed(block: Block, turns: int = 1, ahead: int = 0) -> Iterator[tuple[int, int, int]]:
    """Yield first and last index of each row under a block, and how many equal ones it represents."""
    each = (block.last - block.first) // block.count
    turns, ahead = turns * block.count, ahead + (block.count - 1) * each
    if not block.children:
        yield block.first, block.first + ahead, turns
    for child in block.children:
        yield from _collapsed(child, turns, ahead)
