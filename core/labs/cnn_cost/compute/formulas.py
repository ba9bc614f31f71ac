"""Formulas behind the numbers of a row, with the row's numbers in them."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from core.networks.receptive_field import Window, by
from core.networks.table import BYTES, Call


def formulas(call: Call, *, bias: bool = True, flops: bool = False, precision: str = "fp32") -> dict[str, str]:
    """Return the formula of each cell of a row; the right side of the last = is the number in the cell.

    Parameters
    ----------
    call : Call
    bias : bool
        Whether parameters count biases.
    flops : bool
        Whether operations are counted as 2 for each multiply-accumulate.
    precision : str
        Key of `core.networks.table.BYTES`.

    Returns
    -------
    dict of str to str
        By column: "output", "params", "activations", "macs", "bytes", "field", "saved".
    """
    return {
        "output": _output(call),
        "params": _params(call, bias),
        "activations": _product(call.output_shape, call.activations) if call.output_shape else "not known",
        "macs": _macs(call, flops),
        "bytes": f"{call.activations:,} numbers × {BYTES[precision]} bytes = {call.activations * BYTES[precision]:,}",
        "field": _field(call),
        "saved": _saved(call, precision),
    }


def _product(factors: Sequence[int], result: int) -> str:
    return f"{' × '.join(f'{factor:,}' for factor in factors)} = {result:,}"


def _output(call: Call) -> str:
    window = call.window
    if window is None or len(call.input_shape) != 3:
        return " × ".join(f"{size:,}" for size in call.output_shape)
    axes = [_axis(window, axis, call.input_shape[axis + 1], call.output_shape[axis + 1]) for axis in (0, 1)]
    if axes[0] == axes[1]:
        return axes[0]
    return f"height {axes[0]}; width {axes[1]}"


def _axis(window: Window, axis: int, size: int, output: int) -> str:
    padding = sum(window.padding[2 * axis : 2 * axis + 2])
    rounding = "ceil" if window.ceil else "floor"
    clipped = " (a last window must begin inside)" if window.ceil and _ceil(window, axis, size) != output else ""
    return f"{rounding}(({size} + {padding} − {window.reach(axis)}) / {window.stride[axis]}) + 1 = {output}{clipped}"


def _ceil(window: Window, axis: int, size: int) -> int:
    room = size + sum(window.padding[2 * axis : 2 * axis + 2]) - window.reach(axis)
    return -(-room // window.stride[axis]) + 1


def _params(call: Call, bias: bool) -> str:
    if not call.params:
        return "0"
    total = call.params if bias else call.weights
    added = f" + {call.biases:,}" if bias and call.biases else ""
    return f"{_weights(call)}{added} = {total:,}" + (" (counted at its first call)" if call.shared else "")


def _weights(call: Call) -> str:
    """Return the product that gives the weights; only their number if there is none, or if no shapes are known."""
    if call.input_shape and call.output_shape:
        if call.role == "convolution" and call.window is not None:
            depth = call.input_shape[0] // call.window.groups
            return f"{' × '.join(map(str, call.window.kernel))} × {depth} × {call.output_shape[0]:,}"
        if call.role == "linear":
            return f"{call.weights // call.output_shape[-1]:,} × {call.output_shape[-1]:,}"
        if call.kind.startswith("BatchNorm") and call.weights == 2 * call.output_shape[0]:
            return f"2 × {call.output_shape[0]:,}"
    return f"{call.weights:,}"


def _macs(call: Call, flops: bool) -> str:
    if not call.macs:
        return "0"
    total, twice = call.macs * (2 if flops else 1), "2 × " if flops else ""
    if call.role == "convolution" and call.window is not None:
        depth = call.input_shape[0] // call.window.groups
        factors = (*call.output_shape[1:], *call.window.kernel, depth, call.output_shape[0])
    elif call.role in ("linear", "attention"):
        factors = (call.activations, call.macs // call.activations)
    else:
        return f"{total:,}"
    exact = prod(factors) == call.macs
    return twice + _product(factors, total) if exact else f"{total:,}"


def _field(call: Call) -> str:
    field = call.field
    if field.size is None:
        return {"whole": "all that the map before saw", "unknown": "no box of one size"}[field.reach]
    if call.window is None:
        return by(field.size)
    sides = []
    for axis in (0, 1):
        jump = field.jump[axis] // call.window.stride[axis]
        wider = (call.window.reach(axis) - 1) * jump
        sides.append(f"{field.size[axis] - wider} + ({call.window.reach(axis)} − 1) × {jump} = {field.size[axis]}")
    return sides[0] if sides[0] == sides[1] else f"height {sides[0]}; width {sides[1]}"


def _saved(call: Call, precision: str) -> str:
    fixed, each = call.saved if precision == "fp32" else call.saved_bf16
    once = f" and {fixed:,} once" if fixed else ""
    return f"{each:,} for each image{once}"
