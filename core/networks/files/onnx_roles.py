"""Roles of the inputs of ONNX and onnxruntime operations: which are trained, and what is multiplied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from core.networks.files.products import attention, convolution, einsum, product, recurrent, transposed_convolution
from core.networks.table import Shape

Attributes = Mapping[str, Any]
Shapes = Sequence[Shape]

# Operation -> positions of the inputs that are weights, biases, and running statistics if they are constants.
TRAINED: dict[str, tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = {
    "Conv": ((1,), (2,), ()),
    "NhwcConv": ((1,), (2,), ()),
    "FusedConv": ((1,), (2,), ()),
    "ConvInteger": ((1,), (), ()),
    "QLinearConv": ((3,), (8,), ()),
    "DeformConv": ((1,), (3,), ()),
    "ConvTranspose": ((1,), (2,), ()),
    "ConvTransposeWithDynamicPads": ((1,), (3,), ()),
    "Gemm": ((0, 1), (2,), ()),
    "FusedGemm": ((0, 1), (2,), ()),
    "QGemm": ((0, 3), (6,), ()),
    "MatMul": ((0, 1), (), ()),
    "FusedMatMul": ((0, 1), (), ()),
    "FusedMatMulActivation": ((0, 1), (), ()),
    "TransposeMatMul": ((0, 1), (), ()),
    "MatMulInteger": ((0, 1), (), ()),
    "MatMulInteger16": ((0, 1), (), ()),
    "QLinearMatMul": ((0, 3), (), ()),
    "DynamicQuantizeMatMul": ((1,), (4,), ()),
    "MatMulIntegerToFloat": ((0, 1), (6,), ()),
    "MatMulNBits": ((1,), (5,), ()),
    "LSTM": ((1, 2, 3, 7), (), ()),
    "DynamicQuantizeLSTM": ((1, 2, 3, 7), (), ()),
    "GRU": ((1, 2, 3), (), ()),
    "RNN": ((1, 2, 3), (), ()),
    "Einsum": (tuple(range(16)), (), ()),
    "BatchNormalization": ((1, 2), (), (3, 4)),
    "LayerNormalization": ((1, 2), (), ()),
    "InstanceNormalization": ((1, 2), (), ()),
    "GroupNormalization": ((1, 2), (), ()),
    "GroupNorm": ((1, 2), (), ()),
    "SkipGroupNorm": ((1, 2, 4), (), ()),
    "RMSNormalization": ((1,), (), ()),
    "SimplifiedLayerNormalization": ((1,), (), ()),
    "SkipLayerNormalization": ((2, 3, 4), (), ()),
    "SkipSimplifiedLayerNormalization": ((2, 3), (), ()),
    "EmbedLayerNormalization": ((2, 3, 4, 5, 6), (), ()),
    "PRelu": ((1,), (), ()),
    "Gather": ((0,), (), ()),
    "GatherND": ((0,), (), ()),
    "GatherElements": ((0,), (), ()),
    "BiasGelu": ((1,), (), ()),
    "FastGelu": ((1,), (), ()),
    "BiasAdd": ((1,), (), ()),
    "BiasSplitGelu": ((1,), (), ()),
    "MultiHeadAttention": ((3,), (), ()),
}
# The same names mean other inputs in the domain of onnxruntime.
TRAINED_THERE = {"Attention": ((1,), (2,), ()), "QAttention": ((1,), (2,), ())}
# Operations whose constants are trained unless they are a single number, a mask, a grid, or a scale of the image.
_MIXED_NAMES = (
    "Add Sub Mul Div Pow Sum Mean Max Min Where Concat ScatterND ScatterElements QLinearAdd QLinearMul "
    "QLinearConcat BiasDropout"
)
MIXED = frozenset(_MIXED_NAMES.split())
# For these, the factors and terms are listed here; their other inputs are scales and zero points.
QUANTIZED = {"QLinearAdd": (0, 3), "QLinearMul": (0, 3)}
# Operations whose output has the shape of their first input.
_ALIKE = (
    "QLinearLeakyRelu QLinearSigmoid QLinearSoftmax Gelu BiasGelu FastGelu QuickGelu GroupNorm BiasAdd "
    "BiasDropout SimplifiedLayerNormalization SkipLayerNormalization SkipSimplifiedLayerNormalization "
    "RotaryEmbedding LayerNormalization BiasSoftmax SkipGroupNorm DequantizeLinear QuantizeLinear Silu "
    "MultiHeadAttention Attention QAttention"
)
# Operations of onnxruntime that extend a standard one: that one, and the inputs that it gets.
ALIASES: dict[str, tuple[str, tuple[int, ...]]] = {
    "FusedConv": ("Conv", (0, 1, 2)),
    "FusedGemm": ("Gemm", (0, 1, 2)),
    "QGemm": ("Gemm", (0, 3)),
    "DynamicQuantizeMatMul": ("MatMul", (0, 1)),
    "MatMulIntegerToFloat": ("MatMul", (0, 1)),
    "MatMulInteger16": ("MatMul", (0, 1)),
    "QLinearAdd": ("Add", (0, 3)),
    "QLinearMul": ("Mul", (0, 3)),
    "QLinearAveragePool": ("AveragePool", (0,)),
    "QLinearGlobalAveragePool": ("GlobalAveragePool", (0,)),
    "QLinearReduceMean": ("ReduceMean", (0,)),
    **dict.fromkeys(_ALIKE.split(), ("Relu", (0,))),
}
# Standard operations that multiply but whose multiplications are not counted.
_UNCOUNTED_NAMES = "DFT STFT SequenceMap Scan Loop LinearRegressor LinearClassifier SVMClassifier SVMRegressor"
UNCOUNTED = frozenset(_UNCOUNTED_NAMES.split())
_FREE = frozenset(
    [
        *ALIASES,
        "EmbedLayerNormalization",
        "QLinearConcat",
        "BiasSplitGelu",
        "QLinearWhere",
        "Trilu",
        "GatherBlockQuantized",
        "NhwcMaxPool",
        "UnfoldTensor",
        "GridSample",
        "Unique",
        "ExpandDims",
        "QuantizeBFP",
        "DequantizeBFP",
    ]
)


def macs_of(operation: str, domain: str, shapes: Shapes, output: Shape, attributes: Attributes) -> int | None:
    """Count the multiply-accumulates of an operation for the whole batch; return None if they are unknown.

    Parameters
    ----------
    operation, domain : str
        `domain` is "" for the standard operations.
    shapes : sequence of tuple of int
        Of all inputs; () for one that is omitted or unknown.
    output : tuple of int
        Of the first output; () if unknown.
    attributes : mapping of str to value
    """
    rule = _RULES.get((domain, operation)) or _RULES.get(("", operation))
    if rule is None:
        return 0 if operation not in UNCOUNTED and (not domain or operation in _FREE) else None
    try:
        return rule(shapes, output, attributes)
    except (IndexError, ValueError, KeyError):
        return None


def _convolved(weight: int) -> Callable[[Shapes, Shape, Attributes], int]:
    def rule(shapes: Shapes, output: Shape, _: Attributes) -> int:
        return convolution(_there(output), _there(shapes[weight]))

    return rule


def _multiplied(right: int = 1) -> Callable[[Shapes, Shape, Attributes], int]:
    def rule(shapes: Shapes, output: Shape, attributes: Attributes) -> int:
        turned = bool(attributes.get("transA"))
        _there(shapes[right])
        # The product of two vectors is one number, whose shape is ().
        return product(
            _there(shapes[0]), output if len(shapes[0]) + len(shapes[right]) == 2 else _there(output), transposed=turned
        )

    return rule


def _there(shape: Shape) -> Shape:
    if not shape:
        raise ValueError("The shape is not known.")
    return shape


def _transposed(shapes: Shapes, _: Shape, __: Attributes) -> int:
    return transposed_convolution(_there(shapes[0]), _there(shapes[1]))


def _recurrent(shapes: Shapes, _: Shape, __: Attributes) -> int:
    return recurrent(prod(_there(shapes[0])[:2]), [_there(shape) for shape in shapes[1:3]])


def _einsum(shapes: Shapes, _: Shape, attributes: Attributes) -> int:
    return einsum(attributes["equation"], shapes)


def _attention(shapes: Shapes, _: Shape, attributes: Attributes) -> int:
    query, key, value = (_there(shape) for shape in shapes[:3])
    if len(query) == 4:
        return attention(query, key, value)
    heads, kept = int(attributes["q_num_heads"]), int(attributes["kv_num_heads"])
    return query[0] * heads * query[1] * key[1] * (query[-1] // heads + value[-1] // kept)


def _attention_there(shapes: Shapes, _: Shape, attributes: Attributes) -> int:
    """Count attention together with its projections to queries, keys, and values, as onnxruntime fuses it."""
    batch, length = shapes[0][:2]
    weight = shapes[1]
    sizes: list[int] = attributes.get("qkv_hidden_sizes") or [weight[-1] // 3] * 3
    return batch * length * prod(weight) + batch * length * length * (sizes[0] + sizes[2])


def _heads_there(shapes: Shapes, _: Shape, __: Attributes) -> int:
    query, key, value = (_there(shape) for shape in shapes[:3])
    if len(query) != 3 or len(key) != 3 or len(value) != 3:
        raise ValueError("The heads are packed.")
    return query[0] * query[1] * key[1] * (query[2] + value[2])


def _few_bits(shapes: Shapes, _: Shape, attributes: Attributes) -> int:
    return prod(_there(shapes[0])) * int(attributes["N"])


_RULES: dict[tuple[str, str], Callable[[Shapes, Shape, Attributes], int]] = {
    **{("", name): _convolved(1) for name in ("Conv", "FusedConv", "ConvInteger", "DeformConv")},
    ("", "QLinearConv"): _convolved(3),
    ("", "ConvTranspose"): _transposed,
    ("", "ConvTransposeWithDynamicPads"): _transposed,
    **{
        ("", name): _multiplied()
        for name in (
            "Gemm",
            "FusedGemm",
            "MatMul",
            "MatMulInteger",
            "MatMulInteger16",
            "FusedMatMul",
            "FusedMatMulActivation",
            "TransposeMatMul",
            "DynamicQuantizeMatMul",
            "MatMulIntegerToFloat",
        )
    },
    ("", "QGemm"): _multiplied(3),
    ("", "QLinearMatMul"): _multiplied(3),
    **dict.fromkeys([("", "LSTM"), ("", "GRU"), ("", "RNN"), ("", "DynamicQuantizeLSTM")], _recurrent),
    ("", "Einsum"): _einsum,
    ("", "Attention"): _attention,
    ("com.microsoft", "Attention"): _attention_there,
    ("com.microsoft", "QAttention"): _attention_there,
    ("com.microsoft", "MultiHeadAttention"): _heads_there,
    ("com.microsoft", "MatMulNBits"): _few_bits,
}
