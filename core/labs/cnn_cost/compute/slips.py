"""Known slips in a hand-made table of a network: which one a wrong number comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import prod

from core.kit.answers import Given
from core.networks.lenet import ORIGINAL, lenet5
from core.networks.table import COUNTED, Call, LayerTable

COLUMNS = ("side", "activations", "params", "macs")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What becomes of an answer.

    Attributes
    ----------
    right : bool
    truth : int
        The number that should stand there.
    slip : str
        Name of the slip that gives the answer, the likeliest of several; "" if none is known to.
    explanation : str
        What went wrong, as a sentence, for each slip that gives the answer; "" without one.
    """

    right: bool
    truth: int
    slip: str = ""
    explanation: str = ""


def truth(call: Call, *, column: str, bias: bool = True) -> int:
    """The number in a cell.

    Parameters
    ----------
    call : Call
    column : str
        One of `COLUMNS`; "side" is the height of the output.
    bias : bool
        Whether parameters count biases.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    values: dict[str, Callable[[], int]] = {
        "side": lambda: call.output_shape[1] if len(call.output_shape) == 3 else 1,
        "activations": lambda: call.activations,
        "params": lambda: call.params if bias else call.weights,
        "macs": lambda: call.macs,
    }
    if column not in values:
        raise ValueError(f"`column` must be one of {', '.join(COLUMNS)}; got {column[:40]}.")
    return values[column]()


def judge(call: Call, *, column: str, answer: Given, bias: bool = True) -> Answer:
    """Judge an answer for a cell, and recognize known slips.

    Parameters
    ----------
    call, column, bias
        See `truth`.
    answer : Given
        Right if it is the number, rounded to the digits that it has.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    right = truth(call, column=column, bias=bias)
    if answer.fits(right):
        return Answer(right=True, truth=right)
    slips = {"side": _side_slips, "activations": _activation_slips, "params": _param_slips, "macs": _mac_slips}
    found = {slip: explanation for slip, wrong, explanation in slips[column](call, bias) if answer.fits(wrong)}
    return Answer(right=False, truth=right, slip=next(iter(found), ""), explanation=" Or: ".join(found.values()))


def judge_sum(table: LayerTable, *, answer: Given, input_row: bool = True) -> Answer:
    """Judge an answer for the sum of the activations, and recognize the sum of rounded cells.

    Parameters
    ----------
    table : LayerTable
    answer : Given
    input_row : bool
        Whether the image counts.
    """
    image = prod(table.input_shape)
    cells = [call.activations for call in table.inference if call.role in COUNTED]
    right = sum(cells) + (image if input_row else 0)
    if answer.fits(right):
        return Answer(right=True, truth=right)
    slips = (
        (
            "rounded cells",
            sum(map(rounded, [image, *cells] if input_row else cells)),
            "The cells were rounded before they were added; add the exact ones.",
        ),
        (
            "input row",
            right + (-image if input_row else image),
            f"The {image:,} numbers of the image were {'left out' if input_row else 'counted'}.",
        ),
        *another(table, [call.activations for call in table.inference], right),
    )
    for slip, wrong, explanation in slips:
        if answer.fits(wrong) and wrong != right:
            return Answer(right=False, truth=right, slip=slip, explanation=explanation)
    return Answer(right=False, truth=right)


def rounded(number: int) -> int:
    """As tables print it, with two digits: 3.2M, 800K, 25K; below 10,000 as it is."""
    return int(float(f"{number:.1e}")) if number >= 10_000 else number


Slip = tuple[str, int, str]


def another(table: LayerTable, cells: Sequence[int], right: int) -> Iterator[Slip]:
    """The sum with a fourth convolution in blocks of three equal ones, or without it in blocks of four: VGG16, VGG19.

    `cells` are those of the calls of a forward pass, and `right` is their sum.
    """
    counted = [(call, cell) for call, cell in zip(table.inference, cells, strict=True) if call.role in COUNTED]
    runs = groupby(counted, lambda pair: (pair[0].role, pair[0].output_shape))
    blocks = [[cell for _, cell in run] for (role, _), run in runs if role == "convolution"]
    more, fewer = (sum(block[-1] for block in blocks if len(block) == count) for count in (3, 4))
    if more and not fewer:
        yield "fourth convolution", right + more, "A block of three convolutions was given a fourth, as in VGG19."
    if fewer and not more:
        yield "third convolution", right - fewer, "A block of four convolutions was given only three, as in VGG16."


_FLATTENED = "You flattened the map; a convolution does so only if its kernel covers the input."


def _side_slips(call: Call, bias: bool) -> Iterator[Slip]:
    window = call.window
    if window is None or len(call.input_shape) != 3:
        return
    size, kernel, stride = call.input_shape[1], window.reach(0), window.stride[0]
    padding = window.padding[0] + window.padding[1]
    room = size + padding - kernel
    yield "no plus 1", room // stride, "The formula ends with + 1: n positions have n − 1 gaps."
    if window.ceil:
        yield "floor for ceil", room // stride + 1, "Here the last window may extend past the border: round up."
    yield "ceil for floor", -(-room // stride) + 1, "A window that no longer fits is dropped: round down."
    if padding:
        yield (
            "stride before padding",
            (size - kernel) // stride + 1 + padding,
            "Add the padding before dividing by the stride.",
        )
        yield "padding forgotten", (size - kernel) // stride + 1, f"The {padding} rows of padding were forgotten."
        yield "padding once", (size + window.padding[0] - kernel) // stride + 1, "Padding is added on both sides."
    yield "stride forgotten", room + 1, f"The stride of {stride} was forgotten."
    if call.role == "convolution":
        yield "flattened", 1, _FLATTENED


def _activation_slips(call: Call, bias: bool) -> Iterator[Slip]:
    shape = call.output_shape
    if len(shape) == 3:
        yield "one map", shape[1] * shape[2], f"That is one feature map; there are {shape[0]:,}."
        yield "depth of the input", call.input_shape[0] * shape[1] * shape[2], "The depth is the number of filters."
        yield "size of the input", shape[0] * prod(call.input_shape[1:]), "Use the height and width of the output."
    if len(shape) == 3 and call.role == "convolution":
        yield "flattened", shape[0], _FLATTENED


def _param_slips(call: Call, bias: bool) -> Iterator[Slip]:
    added = call.biases if bias else 0
    yield (
        ("bias forgotten", call.weights, f"The {call.biases:,} biases were forgotten.")
        if bias
        else ("bias counted", call.params, f"Biases ({call.biases:,}) are not counted here.")
    )
    if call.role == "pool" and call.window is not None:
        taps, depth = prod(call.window.kernel), call.input_shape[0]
        for wrong in (taps, taps * depth, taps * depth * depth):
            yield "parameters of a pool", wrong, "Pooling has no parameters: it takes the largest value or the mean."
    if call.role == "convolution" and call.window is not None:
        taps, filters = prod(call.window.kernel), call.output_shape[0]
        depth = call.input_shape[0] // call.window.groups
        yield "one filter", taps * depth + (1 if added else 0), f"That is one filter; there are {filters:,}."
        yield "kernel depth forgotten", taps * filters + added, f"A filter is as deep as its input: {depth:,}."
        yield "wrong depth", taps * filters * filters + added, f"A filter is as deep as its input, {depth:,}."
        yield "one tap", depth * filters + added, f"Each filter has {taps} weights per channel."
        yield "operations", call.macs, "That is the number of operations: each weight is used at every position."
        yield "flattened", prod(call.input_shape) * filters + added, _FLATTENED
        if (call.window.kernel, depth, filters) == ((5, 5), 6, 16):
            sparse = lenet5(table=ORIGINAL).layers[2].params - (0 if added else filters)
            yield (
                "table of 1998",
                sparse,
                "That is C3 with the sparse table of 1998; here every filter sees all six maps.",
            )
    if call.role == "linear":
        yield "zero dropped", call.weights // 10 + added, "A zero was dropped in the product."
        yield "channels again", call.weights * 3 + added, "The channels of the image were counted twice."


def _mac_slips(call: Call, bias: bool) -> Iterator[Slip]:
    if call.role == "pool":
        yield "comparisons", call.other_ops, "Pooling compares or adds; those are not multiply-accumulates."
        return
    yield "FLOPs", 2 * call.macs, "Those are FLOPs: a multiply-accumulate counts once."
    yield "bias counted", call.macs + call.activations, "Adding the biases is not counted."
    yield "parameters", call.weights, "Those are the parameters; each is used at every output position."
    if call.role == "convolution" and call.window is not None:
        taps, filters = prod(call.window.kernel), call.output_shape[0]
        depth = call.input_shape[0] // call.window.groups
        yield "wrong depth", taps * filters * call.activations, f"A filter is as deep as its input, {depth:,}."
        size = prod(call.input_shape[1:])
        yield "size of the input", call.weights * size, "Positions are those of the output."
