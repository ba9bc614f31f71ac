"""The functions of torch by name: which are rows, which only reorder numbers, and which keep shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

# Functions that query a tensor, and functions that only reorder its numbers: they get no rows.
QUESTIONS = frozenset(["dim", "numel", "size"])
SILENT = frozenset(
    ["__get__", "__getitem__", "__setitem__", "chunk", "clone", "contiguous", "detach", "expand"]
    + ["permute", "reshape", "split", "squeeze", "swapaxes", "transpose", "unbind", "unflatten", "unsqueeze"]
    + ["view"]
)
# Functions that are recorded from the inside.
COMPOSITE = frozenset(["multi_head_attention_forward"])
# Functions whose result has the shape of their input and the same field.
NORMS = ("batch_norm", "layer_norm", "group_norm", "instance_norm", "local_response_norm", "normalize")
ACTIVATIONS = frozenset(
    ["relu", "gelu", "silu", "sigmoid", "tanh", "softmax", "elu", "leaky_relu", "hardswish", "hardsigmoid"]
    + ["hardtanh", "relu6", "prelu", "selu", "mish", "softplus", "log_softmax"]
)
LIKE_ITS_INPUT = ACTIVATIONS.union(NORMS, ["dropout"])
# Functions that keep statistics for the backward pass in addition to feature maps.
WITH_STATISTICS = frozenset(["batch_norm", "layer_norm", "group_norm", "instance_norm", "scaled_dot_product_attention"])
KIND_OF = {
    "relu": "ReLU",
    "gelu": "GELU",
    "silu": "SiLU",
    "cat": "Concat",
    "conv2d": "Conv2d",
    "conv_transpose2d": "ConvTranspose2d",
    "mul": "Multiply",
    "sub": "Subtract",
    "matmul": "MatMul",
    "bmm": "MatMul",
    "einsum": "MatMul",
    "max_pool2d": "MaxPool2d",
    "avg_pool2d": "AvgPool2d",
    "adaptive_avg_pool2d": "AdaptiveAvgPool2d",
    "scaled_dot_product_attention": "Attention",
}
_OPERATORS = {"__add__": "add", "__radd__": "add", "__iadd__": "add", "__mul__": "mul", "__rmul__": "mul"} | {
    "__imul__": "mul",
    "__sub__": "sub",
    "__matmul__": "matmul",
    "__truediv__": "div",
}


def name_of(func: Callable[..., Any]) -> str:
    """Return the plain name of a function: in-place variants and operators count as what they do."""
    name = getattr(func, "__name__", "")
    return _OPERATORS.get(name) or (name if name.startswith("__") else name.rstrip("_"))


def is_silent(name: str, args: Sequence[Any]) -> bool:
    """Return whether a function gets no row: it moves no number, or pads by nothing."""
    return name in SILENT or (name == "pad" and not any(args[1]))
