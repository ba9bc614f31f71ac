"""Cells of a hand-made table of a network as questions, with the mistakes that wrong numbers come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from math import prod

from core.exercises.kinds import Map
from core.exercises.questions import Question, Slip, count
from core.labs.cnn_cost.compute.formulas import formulas
from core.networks.lenet import ORIGINAL, lenet5
from core.networks.table import COUNTED, Call, LayerTable, totals

COLUMNS = ("side", "activations", "params", "macs")


def truth(call: Call, *, column: str, bias: bool = True) -> int:
    """Return the number in a cell.

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


def cell(label: str, call: Call, *, column: str, bias: bool = True) -> Question:
    """Return the question for a cell.

    Parameters
    ----------
    label : str
        The quantity asked for.
    call, column, bias
        See `truth`; for the side, the whole shape of the output may be typed.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    right = truth(call, column=column, bias=bias)
    worked = formulas(call, bias=bias)["output" if column == "side" else column]
    steps = (worked,) if "=" in worked else ()
    if column == "side":
        return _side(label, call, steps)
    slips = {"activations": _activation_slips, "params": _param_slips, "macs": _mac_slips}
    return count(label, right, slips[column](call, bias), steps)


def _side(label: str, call: Call, steps: tuple[str, ...]) -> Question:
    depth, *sides = call.output_shape if len(call.output_shape) == 3 else (call.output_shape[-1], 1, 1)
    right = (depth, *sides)
    slips = [Slip(slip.name, (depth, slip.value, slip.value), slip.words) for slip in _side_slips(call)]
    if len(call.input_shape) == 3:
        words = "The sides are correct; the depth is the number of filters."
        slips.append(Slip("depth_of_the_input", (call.input_shape[0], *sides), words))
    return Question(label, Map(), right, tuple(slip for slip in slips if slip.value != right), steps)


def activations_in_all(label: str, table: LayerTable, *, input_row: bool) -> Question:
    """Return the question for the sum of the activations; `input_row` says whether the image counts."""
    image = prod(table.input_shape)
    cells = [call.activations for call in table.inference if call.role in COUNTED]
    right = sum(cells) + (image if input_row else 0)
    left_out = f"The {image:,} numbers of the image were {'left out' if input_row else 'counted'}."
    slips = (
        Slip("rounded_cells", sum(map(rounded, [image, *cells] if input_row else cells)), _ROUNDED),
        Slip("input_row", right + (-image if input_row else image), left_out),
        *another(table, [call.activations for call in table.inference], right),
    )
    return count(label, right, slips)


def parameters_in_all(label: str, table: LayerTable, *, bias: bool) -> Question:
    """Return the question for the sum of the parameters."""
    own = [0 if call.shared else call.params if bias else call.weights for call in table.inference]
    right, other = totals(table, bias=bias).params, totals(table, bias=not bias).params
    name, done = ("bias_forgotten", "forgotten") if bias else ("bias_counted", "counted")
    slips = (
        *another(table, own, right),
        Slip(name, other, f"The {abs(right - other):,} biases were {done}."),
        Slip("rounded_cells", sum(map(rounded, own)), _ROUNDED),
        *(
            Slip(
                "zero_dropped",
                right - number + number // 10,
                f"A zero was dropped: {number // 10:,} stands for {number:,}.",
            )
            for number in own
            if number
        ),
    )
    return count(label, right, slips)


_ROUNDED = "The cells were rounded before they were added; add the exact ones."


def rounded(number: int) -> int:
    """Round as tables print it, to two digits: 3.2M, 800K, 25K; below 10,000 unchanged."""
    return int(float(f"{number:.1e}")) if number >= 10_000 else number


def another(table: LayerTable, cells: Sequence[int], right: int) -> Iterator[Slip]:
    """Yield the slip of four convolutions in blocks of three equal ones, or of three in blocks of four: VGG16, VGG19.

    `cells` are those of the calls of a forward pass, and `right` is their sum.
    """
    counted = [(call, cell) for call, cell in zip(table.inference, cells, strict=True) if call.role in COUNTED]
    runs = groupby(counted, lambda pair: (pair[0].role, pair[0].output_shape))
    blocks = [[cell for _, cell in run] for (role, _), run in runs if role == "convolution"]
    more, fewer = (sum(block[-1] for block in blocks if len(block) == count) for count in (3, 4))
    if more and not fewer:
        yield Slip("fourth_conv", right + more, "A block of three convolutions was given a fourth, as in VGG19.")
    if fewer and not more:
        yield Slip("third_conv", right - fewer, "A block of four convolutions was given only three, as in VGG16.")


_FLATTENED = "You flattened the map; a convolution does so only if its kernel covers the input."


def _side_slips(call: Call) -> Iterator[Slip]:
    window = call.window
    if window is None or len(call.input_shape) != 3:
        return
    size, kernel, stride = call.input_shape[1], window.reach(0), window.stride[0]
    padding = window.padding[0] + window.padding[1]
    room = size + padding - kernel
    yield Slip("no_plus_1", room // stride, "The formula ends with + 1: n positions have n − 1 gaps.")
    if window.ceil:
        yield Slip("floor_for_ceil", room // stride + 1, "Here the last window may extend past the border: round up.")
    yield Slip("ceil_for_floor", -(-room // stride) + 1, "A window that no longer fits is dropped: round down.")
    if padding:
        yield Slip(
            "stride_before_padding",
            (size - kernel) // stride + 1 + padding,
            "Add the padding before dividing by the stride.",
        )
        bare = (size - kernel) // stride + 1
        yield Slip("padding_forgotten", bare, f"The {padding} rows of padding were forgotten.")
        once = (size + window.padding[0] - kernel) // stride + 1
        yield Slip("padding_once", once, "Padding is added on both sides.")
    yield Slip("stride_forgotten", room + 1, f"The stride of {stride} was forgotten.")
    if call.role == "convolution":
        yield Slip("flattened", 1, _FLATTENED)


def _activation_slips(call: Call, bias: bool) -> Iterator[Slip]:
    shape = call.output_shape
    if len(shape) == 3:
        yield Slip("one_map", shape[1] * shape[2], f"That is one feature map; there are {shape[0]:,}.")
        yield Slip(
            "depth_of_the_input", call.input_shape[0] * shape[1] * shape[2], "The depth is the number of filters."
        )
        yield Slip(
            "size_of_the_input", shape[0] * prod(call.input_shape[1:]), "Use the height and width of the output."
        )
        for slip in _side_slips(call):
            if slip.name in ("no_plus_1", "ceil_for_floor", "padding_forgotten"):
                yield Slip(slip.name, shape[0] * slip.value**2, slip.words)
    if len(shape) == 3 and call.role == "convolution":
        yield Slip("flattened", shape[0], _FLATTENED)


def _param_slips(call: Call, bias: bool) -> Iterator[Slip]:
    added = call.biases if bias else 0
    yield (
        Slip("bias_forgotten", call.weights, f"The {call.biases:,} biases were forgotten.")
        if bias
        else Slip("bias_counted", call.params, f"Biases ({call.biases:,}) are not counted here.")
    )
    if call.role == "pool" and call.window is not None:
        taps, depth = prod(call.window.kernel), call.input_shape[0]
        for wrong in (taps, taps * depth, taps * depth * depth):
            yield Slip(
                "parameters_of_a_pool", wrong, "Pooling has no parameters: it takes the largest value or the mean."
            )
    if call.role == "convolution" and call.window is not None:
        taps, filters = prod(call.window.kernel), call.output_shape[0]
        depth = call.input_shape[0] // call.window.groups
        yield Slip("one_filter", taps * depth + (1 if added else 0), f"That is one filter; there are {filters:,}.")
        yield Slip("kernel_depth_forgotten", taps * filters + added, f"A filter is as deep as its input: {depth:,}.")
        yield Slip("wrong_depth", taps * filters * filters + added, f"A filter is as deep as its input, {depth:,}.")
        yield Slip("one_tap", depth * filters + added, f"Each filter has {taps} weights per channel.")
        yield Slip("operations", call.macs, "That is the number of operations: each weight is used at every position.")
        yield Slip("flattened", prod(call.input_shape) * filters + added, _FLATTENED)
        if (call.window.kernel, depth, filters) == ((5, 5), 6, 16):
            sparse = lenet5(table=ORIGINAL).layers[2].params - (0 if added else filters)
            yield Slip(
                "table_of_1998",
                sparse,
                "That is C3 with the sparse table of 1998; here every filter sees all six maps.",
            )
    if call.role == "linear":
        yield Slip("zero_dropped", call.weights // 10 + added, "A zero was dropped in the product.")
        yield Slip("channels_again", call.weights * 3 + added, "The channels of the image were counted twice.")


def _mac_slips(call: Call, bias: bool) -> Iterator[Slip]:
    if call.role == "pool":
        yield Slip("comparisons", call.other_ops, "Pooling compares or adds; those are not multiply-accumulates.")
        return
    yield Slip("FLOPs", 2 * call.macs, "Those are FLOPs: a multiply-accumulate counts once.")
    yield Slip("bias_counted", call.macs + call.activations, "Adding the biases is not counted.")
    yield Slip("parameters", call.weights, "Those are the parameters; each is used at every output position.")
    if call.role == "convolution" and call.window is not None:
        taps, filters = prod(call.window.kernel), call.output_shape[0]
        depth = call.input_shape[0] // call.window.groups
        yield Slip("wrong_depth", taps * filters * call.activations, f"A filter is as deep as its input, {depth:,}.")
        size = prod(call.input_shape[1:])
        yield Slip("size_of_the_input", call.weights * size, "Positions are those of the output.")
