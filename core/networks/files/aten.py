"""Multiply-accumulates and windows of PyTorch operations, from their arguments in a PT2 file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isqrt, prod
from typing import Any

from core.networks.files.products import attention, convolution, einsum, product, recurrent, transposed_convolution
from core.networks.receptive_field import Pair, Window
from core.networks.table import Shape

Arguments = Mapping[str, Any]
Given = Mapping[str, Sequence[str]]
Shapes = Mapping[str, Shape]

_CONVOLUTIONS = ("conv1d", "conv2d", "conv3d", "convolution", "deform_conv2d")
_TRANSPOSED = ("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
_ATTENTION = (
    "scaled_dot_product_attention",
    "_scaled_dot_product_flash_attention",
    "_scaled_dot_product_efficient_attention",
    "_scaled_dot_product_flash_attention_for_cpu",
    "_scaled_dot_product_attention_math",
)
# Operations that multiply but whose multiplications are not counted.
_UNCOUNTED_NAMES = (
    "cdist _cdist_forward bilinear _trilinear chain_matmul linalg_multi_dot addbmm stft istft "
    "_native_multi_head_attention _transformer_encoder_layer_fwd multi_head_attention_forward kron matrix_exp "
    "linalg_matrix_power linalg_inv linalg_solve linalg_svd quantized_lstm quantized_gru"
)
_UNCOUNTED = frozenset(_UNCOUNTED_NAMES.split())
_FREE = ("roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool", "nms")
_KNOWN = ("aten", "prims", "_operator", "math", "builtins")


def macs_of(
    operation: str, domain: str, arguments: Arguments, given: Given, shapes: Shapes, outputs: Sequence[str]
) -> int | None:
    """Count the multiply-accumulates of an operation for the whole batch; return None if they are unknown.

    Parameters
    ----------
    operation, domain : str
        Such as "conv2d" and "aten".
    arguments, given : mapping
        By name: each argument as stored in the file, and the names of the tensors in it.
    shapes : mapping of str to tuple of int
    outputs : sequence of str
    """
    rule = _RULES.get(operation)
    if rule is None:
        return 0 if operation in _FREE or (domain in _KNOWN and operation not in _UNCOUNTED) else None
    try:
        return rule(
            {name: [shapes[each] for each in names] for name, names in given.items()}, shapes[outputs[0]], arguments
        )
    except (KeyError, IndexError, ValueError, TypeError):
        return None


def window_of(operation: str, arguments: Arguments, given: Given, shapes: Shapes) -> Window | None:
    """Return the window of a convolution or pooling over maps or lines, along height and width; None for all else."""
    dilation = _pair(arguments, "dilation", (1, 1))
    if operation in ("conv1d", "conv2d", "convolution"):
        weight = shapes.get(given["weight"][0], ())
        if len(weight) not in (3, 4) or (arguments.get("transposed") or {}).get("as_bool"):
            return None
        kernel = (weight[2], weight[3]) if len(weight) == 4 else (1, weight[2])
        line = len(weight) == 3
        stride = _pair(arguments, "stride", (1, 1))
    elif operation in ("max_pool1d", "max_pool2d", "max_pool2d_with_indices", "avg_pool1d", "avg_pool2d"):
        line = operation.endswith("1d")
        kernel = _pair(arguments, "kernel_size", (1, 1))
        stride = _pair(arguments, "stride", kernel)
    else:
        return None
    padding = _padding(arguments, kernel, dilation)
    if line:  # along the width alone
        kernel, stride, dilation = (1, kernel[1]), (1, stride[1]), (1, dilation[1])
        padding = (0, 0, *padding[2:])
    ceil = bool((arguments.get("ceil_mode") or {}).get("as_bool", False))
    groups = int((arguments.get("groups") or {}).get("as_int", 1))
    return Window(kernel, stride, padding, dilation, groups=groups, ceil=ceil)


def _padding(arguments: Arguments, kernel: Pair, dilation: Pair) -> tuple[int, int, int, int]:
    if (arguments.get("padding") or {}).get("as_string") == "same":
        rows, columns = (d * (k - 1) for d, k in zip(dilation, kernel, strict=True))
        return rows // 2, rows - rows // 2, columns // 2, columns - columns // 2
    pad = _pair(arguments, "padding", (0, 0))
    return pad[0], pad[0], pad[1], pad[1]


def _pair(arguments: Arguments, name: str, default: Pair) -> Pair:
    numbers = (arguments.get(name) or {}).get("as_ints") or default
    return max(int(numbers[0]), 0), max(int(numbers[-1]), 0)


Rule = Callable[[Mapping[str, Sequence[Shape]], Shape, Arguments], int]


def _convolved(given: Mapping[str, Sequence[Shape]], output: Shape, arguments: Arguments) -> int:
    weight = given["weight"][0]
    if (arguments.get("transposed") or {}).get("as_bool"):
        return transposed_convolution(given["input"][0], weight)
    return convolution(output, weight)


def _left(name: str) -> Rule:
    return lambda given, output, _: product(given[name][0], output)


def _contracted(given: Mapping[str, Sequence[Shape]], output: Shape, _: Arguments) -> int:
    """Count the MACs of a contraction: shared axes are summed, and their squared size is missing in the output."""
    one, other = (prod(given[name][0]) for name in ("self", "other"))
    return prod(output) * isqrt(one * other // max(prod(output), 1))


def _recurrent(given: Mapping[str, Sequence[Shape]], _: Shape, __: Arguments) -> int:
    received = given["input"][0] if "input" in given else given["data"][0]
    matrices = [shape for shape in given["params"] if len(shape) == 2]
    return recurrent(prod(received[:-1]), matrices)


def _cell(given: Mapping[str, Sequence[Shape]], _: Shape, __: Arguments) -> int:
    return recurrent(prod(given["input"][0][:-1]), [given["w_ih"][0], given["w_hh"][0]])


_RULES: dict[str, Rule] = {
    **dict.fromkeys(_CONVOLUTIONS, _convolved),
    **dict.fromkeys(_TRANSPOSED, lambda given, _, __: transposed_convolution(given["input"][0], given["weight"][0])),
    "linear": _left("input"),
    "addmm": _left("mat1"),
    "mm": _left("self"),
    "bmm": _left("self"),
    "matmul": _left("self"),
    "dot": _left("self"),
    "mv": _left("self"),
    "vdot": _left("self"),
    "addmv": _left("mat"),
    "baddbmm": _left("batch1"),
    "tensordot": _contracted,
    "inner": _contracted,
    "einsum": lambda given, _, arguments: einsum(arguments["equation"]["as_string"], given["tensors"]),
    **dict.fromkeys(("lstm", "gru", "rnn_tanh", "rnn_relu"), _recurrent),
    **dict.fromkeys(("lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell"), _cell),
    **dict.fromkeys(_ATTENTION, lambda given, _, __: attention(given["query"][0], given["key"][0], given["value"][0])),
}
