"""Rows of a network given as a graph of operations with shapes, as stored in a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from core.networks.receptive_field import Field, Window, gate, join, resized
from core.networks.table import Call, LayerTable, Shape

MAX_NODES = 20_000
MAX_NUMBER = 2**62
MAX_AXES = 8
LONGEST_NAME = 120

# What an operation is called here: kind and role, by its name in PyTorch, ONNX, or onnxruntime.
_OPERATIONS = {
    "Conv2d": (
        "convolution",
        "conv1d conv2d conv3d convolution _convolution Conv QLinearConv ConvInteger FusedConv "
        "NhwcConv DeformConv deform_conv2d",
    ),
    "ConvTranspose2d": (
        "convolution",
        "conv_transpose1d conv_transpose2d conv_transpose3d ConvTranspose ConvTransposeWithDynamicPads",
    ),
    "Linear": ("linear", "linear addmm mm mv addmv Gemm FusedGemm QGemm MatMulNBits"),
    "MatMul": (
        "attention",
        "matmul bmm baddbmm dot MatMul QLinearMatMul MatMulInteger MatMulIntegerToFloat "
        "FusedMatMul FusedMatMulActivation TransposeMatMul DynamicQuantizeMatMul MatMulInteger16",
    ),
    "Einsum": ("attention", "einsum Einsum"),
    "Attention": (
        "attention",
        "scaled_dot_product_attention _scaled_dot_product_flash_attention "
        "_scaled_dot_product_efficient_attention _scaled_dot_product_flash_attention_for_cpu "
        "Attention MultiHeadAttention QAttention GroupQueryAttention",
    ),
    "LSTM": ("linear", "lstm LSTM DynamicQuantizeLSTM lstm_cell"),
    "GRU": ("linear", "gru GRU gru_cell"),
    "RNN": ("linear", "rnn_tanh rnn_relu rnn_tanh_cell rnn_relu_cell RNN"),
    "Embedding": ("other", "embedding Gather GatherND EmbedLayerNormalization"),
    "MaxPool2d": ("pool", "max_pool1d max_pool2d max_pool3d max_pool2d_with_indices MaxPool NhwcMaxPool"),
    "AvgPool2d": ("pool", "avg_pool1d avg_pool2d avg_pool3d AveragePool QLinearAveragePool"),
    "AdaptiveAvgPool2d": (
        "pool",
        "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d _adaptive_avg_pool2d "
        "GlobalAveragePool QLinearGlobalAveragePool",
    ),
    "AdaptiveMaxPool2d": ("pool", "adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d GlobalMaxPool"),
    "Mean": ("pool", "mean ReduceMean QLinearReduceMean"),
    "BatchNorm2d": ("norm", "batch_norm _native_batch_norm_legit_no_training native_batch_norm BatchNormalization"),
    "LayerNorm": ("norm", "layer_norm native_layer_norm LayerNormalization SkipLayerNormalization"),
    "RMSNorm": (
        "norm",
        "rms_norm _fused_rms_norm RMSNormalization SimplifiedLayerNormalization SkipSimplifiedLayerNormalization",
    ),
    "GroupNorm": ("norm", "group_norm native_group_norm GroupNormalization GroupNorm SkipGroupNorm"),
    "InstanceNorm": ("norm", "instance_norm InstanceNormalization"),
    "LocalResponseNorm": ("norm", "LRN"),
    "ReLU": ("activation", "relu Relu"),
    "LeakyReLU": ("activation", "leaky_relu LeakyRelu QLinearLeakyRelu"),
    "PReLU": ("activation", "prelu PRelu _prelu_kernel"),
    "ELU": ("activation", "elu Elu"),
    "SELU": ("activation", "selu Selu"),
    "GELU": ("activation", "gelu Gelu BiasGelu FastGelu QuickGelu"),
    "SiLU": ("activation", "silu Swish"),
    "Mish": ("activation", "mish Mish"),
    "Softplus": ("activation", "softplus Softplus"),
    "Sigmoid": ("activation", "sigmoid Sigmoid QLinearSigmoid"),
    "Tanh": ("activation", "tanh Tanh"),
    "Softmax": ("activation", "softmax _softmax Softmax QLinearSoftmax"),
    "LogSoftmax": ("activation", "log_softmax _log_softmax LogSoftmax"),
    "Clip": ("activation", "hardtanh clamp relu6 Clip"),
    "HardSwish": ("activation", "hardswish HardSwish"),
    "HardSigmoid": ("activation", "hardsigmoid HardSigmoid"),
    "Add": ("join", "add Add Sum QLinearAdd"),
    "Subtract": ("join", "sub Sub rsub"),
    "Multiply": ("join", "mul Mul QLinearMul"),
    "Divide": ("join", "div Div"),
    "Concat": ("join", "cat Concat QLinearConcat"),
    "Flatten": ("other", "flatten Flatten"),
    "Dropout": ("other", "dropout Dropout"),
    "Upsample": ("other", "upsample_nearest2d upsample_bilinear2d upsample_bicubic2d Resize Upsample"),
    "PixelShuffle": ("other", "pixel_shuffle DepthToSpace"),
    "If": ("other", "If"),
    "Loop": ("other", "Loop Scan"),
}
OPERATIONS = {name: (kind, role) for kind, (role, names) in _OPERATIONS.items() for name in names.split()}
# Operations that only change the order, type, or shape of numbers.
_SILENT = (
    "view reshape permute transpose t select slice squeeze unsqueeze expand contiguous clone detach unflatten chunk "
    "split split_with_sizes getitem alias lift_fresh_copy to _to_copy sym_size movedim swapaxes type_as numpy_T "
    "unbind channel_shuffle "
    "Reshape Transpose Squeeze Unsqueeze Slice Split Expand Identity Cast CastLike Shape Size Constant ConstantOfShape "
    "Range QuantizeLinear DequantizeLinear DynamicQuantizeLinear"
)
SILENT = frozenset(_SILENT.split())
_LINES = {
    "Conv2d": "Conv1d",
    "ConvTranspose2d": "ConvTranspose1d",
    "MaxPool2d": "MaxPool1d",
    "AvgPool2d": "AvgPool1d",
    "AdaptiveAvgPool2d": "AdaptiveAvgPool1d",
    "AdaptiveMaxPool2d": "AdaptiveMaxPool1d",
    "BatchNorm2d": "BatchNorm1d",
}


class MisfitError(ValueError):
    """A network does not accept an input of the chosen size."""


@dataclass(frozen=True, slots=True)
class Node:
    """An operation that depends on the input of the network.

    Attributes
    ----------
    name, operation : str
        Of this operation; what it does, in the terms of PyTorch or ONNX.
    inputs, outputs : tuple of str
        Names of values; only those inputs that depend on the input of the network, since all others are constants.
    window : Window or None
        Of a convolution or pooling along height and width.
    weights, biases, statistics : tuple of str
        Names of constants used in these roles.
    macs : int or None
        Multiply-accumulates of the whole batch; None if unknown.
    """

    name: str
    operation: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    window: Window | None = None
    weights: tuple[str, ...] = ()
    biases: tuple[str, ...] = ()
    statistics: tuple[str, ...] = ()
    macs: int | None = 0


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A network as a graph.

    Attributes
    ----------
    image : str
        Name of the value that is the input.
    input_shape : (int, int, int)
        Channels, height, and width of one; for a row of numbers its size, 1, and 1; for a line channels, 1, and length.
    batch : int
        How many inputs are passed at once.
    line : bool
        Whether the input has only channels and a length.
    nodes : tuple of Node
        In an order in which they can be computed.
    shapes : mapping of str to tuple of int
        Of values, with the batch; a missing one is unknown.
    owners : mapping of str to tuple of str
        For each constant, the names of the tensors in the file that it is made of.
    sizes : mapping of str to int
        Sizes of these tensors.
    fillers : frozenset of str
        Those whose numbers are all equal: exporters store equal ones of several layers once.
    notes : tuple of str
        What a reader should know, as sentences.
    opened : tuple of str
        Sizes of the input that the file leaves open: "height", "width", and "channels".
    unused : tuple of (str, int)
        Parts that a forward pass does not call, with their parameters.
    """

    image: str
    input_shape: tuple[int, int, int]
    batch: int = 1
    line: bool = False
    nodes: tuple[Node, ...]
    shapes: Mapping[str, Shape]
    owners: Mapping[str, tuple[str, ...]]
    sizes: Mapping[str, int]
    fillers: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    unused: tuple[tuple[str, int], ...] = ()


def graph_table(graph: Graph, *, title: str, source: str) -> LayerTable:
    """Return the rows of a graph: one for each operation that computes something.

    Raises
    ------
    ValueError
        If there are too many operations.
    """
    if len(graph.nodes) > MAX_NODES:
        raise ValueError(f"The file has {len(graph.nodes):,} operations; at most {MAX_NODES:,} are possible.")
    reader = _Reader(graph)
    calls = tuple(call for node in graph.nodes if (call := reader.read(node)) is not None)
    return LayerTable(
        title=title,
        input_shape=graph.input_shape,
        calls=calls,
        unused=graph.unused,
        blocks={"": "Network"},
        source=source,
        uncounted=tuple(f"{name} ×{count}" if count > 1 else name for name, count in reader.uncounted.items()),
        opened=graph.opened,
        remarks=graph.notes,
    )


def input_shape_of(shape: Shape, line: bool) -> tuple[int, int, int]:
    """Return channels, height, and width of one image of a batch; a row of numbers has only the first.

    With `line` the channels precede the length; otherwise the last axis holds the numbers of each position.
    """
    one = shape[1:] if len(shape) > 1 else shape
    if len(one) == 3:
        return one[0], one[1], one[2]
    if len(one) == 2:
        return (one[0], 1, one[1]) if line else (one[1], 1, one[0])
    return (one[0], 1, 1) if len(one) == 1 else (prod(one[:-2]), one[-2], one[-1])


def clean(name: str) -> str:
    """Make a name from a file safe to show and export: short, printable, and not a formula in a spreadsheet."""
    return "".join(filter(str.isprintable, name)).lstrip("=+-@ ")[:LONGEST_NAME] or "unnamed"


def checked_shape(name: str, shape: Sequence[Any]) -> Shape:
    """Return a shape from a file if it is valid.

    Raises
    ------
    ValueError
        If it is not made of at most 8 whole numbers from 1 on.
    """
    if len(shape) > MAX_AXES or any(type(size) is not int or not 1 <= size <= MAX_NUMBER for size in shape):
        raise ValueError(f"The shape of “{name[:40]}” is not made of at most {MAX_AXES} whole numbers above 0.")
    return tuple(shape)


class _Reader:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.fields = {graph.image: Field()}
        self.seen: set[str] = set()
        self.uncounted: Counter[str] = Counter()

    def read(self, node: Node) -> Call | None:
        """Return the row of a node, or None if it does not get one."""
        kind, role = self._kind(node)
        fields = [self.fields[name] for name in node.inputs if name in self.fields] or [Field()]
        received = max((self.graph.shapes.get(name, ()) for name in node.inputs), key=prod, default=())
        given = self.graph.shapes.get(node.outputs[0], ())
        found = self._field(node, kind, received, given, fields)
        self.fields |= dict.fromkeys(node.outputs, found)
        if node.operation in SILENT and not node.weights and node.macs == 0:
            return None
        weights, biases, buffers, shared = self._owned(node)
        if kind == "Embedding" and not weights:
            return None
        known = node.macs is not None
        if not known:
            self.uncounted[kind] += 1
        return Call(
            name=clean(node.name),
            kind=clean(kind),
            role=role,
            input_shape=self._of_one(received),
            output_shape=self._of_one(given),
            window=node.window,
            weights=weights,
            biases=biases,
            buffers=buffers,
            shared=shared,
            macs=self._share(node.macs or 0, received, given),
            field=found,
            note=self._note(kind, role, known, given),
        )

    def _kind(self, node: Node) -> tuple[str, str]:
        kind, role = OPERATIONS.get(node.operation, (node.operation.split("::")[-1].capitalize(), "other"))
        if kind in ("MatMul", "Einsum") and node.weights:
            return ("Linear" if kind == "MatMul" else kind), "linear"
        axes = len(self.graph.shapes.get(node.inputs[0], ())) if node.inputs else 0
        if kind in _LINES and axes in (3, 5):
            kind = _LINES[kind] if axes == 3 else _LINES[kind].replace("1d", "3d")
        return kind, role

    def _note(self, kind: str, role: str, known: bool, given: Shape) -> str:
        if not known:
            return f"What {kind} multiplies is not counted."
        if not given and role in ("convolution", "linear", "attention", "pool"):
            return "The file does not tell the shape that comes out here."
        return ""

    def _share(self, macs: int, received: Shape, given: Shape) -> int:
        """Return the MACs of one image; the batch is the first axis, the second in sequences, or part of the first."""
        batch = self.graph.batch
        if batch > 1 and any(batch in shape[:2] or shape[:1] and shape[0] % batch == 0 for shape in (given, received)):
            return macs // batch
        return macs

    def _of_one(self, shape: Shape) -> Shape:
        shape = shape[1:] if len(shape) > 1 and shape[0] == self.graph.batch else shape
        return (shape[0], 1, shape[1]) if self.graph.line and len(shape) == 2 else shape

    def _owned(self, node: Node) -> tuple[int, int, int, bool]:
        """Count weights, biases, and buffers, and tell whether all of these were used before.

        A constant of equal numbers stands for a separate constant in each layer that uses it, unless the layer has a
        weight of its own that was used before.
        """
        counts, fresh, some = [0, 0, 0], False, False
        mains = {owner for name in node.weights for owner in self.graph.owners.get(name, ()) if self._main(owner)}
        again = bool(mains) and mains <= self.seen
        for place, group in enumerate((node.weights, node.biases, node.statistics)):
            for owner in dict.fromkeys(owner for name in group for owner in self.graph.owners.get(name, ())):
                counts[place] += self.graph.sizes[owner]
                some = True
                fresh = fresh or owner not in self.seen or (not self._main(owner) and not again)
        self.seen |= {owner for name in (*node.weights, *node.biases) for owner in self.graph.owners.get(name, ())}
        return counts[0], counts[1], counts[2], some and not fresh

    def _main(self, owner: str) -> bool:
        return owner not in self.graph.fillers

    def _field(self, node: Node, kind: str, received: Shape, given: Shape, fields: list[Field]) -> Field:
        before = gate(fields) if kind == "Multiply" else join(fields)
        if node.window is not None:
            return before.through(node.window)
        if kind.startswith("Adaptive") and len(received) == len(given) == 4:
            return resized(before, (received[-2], received[-1]), (given[-2], given[-1]))
        if kind.startswith("Adaptive") or kind in ("Attention", "Mean", "LSTM", "GRU", "RNN", "If", "Loop"):
            return before.everywhere()
        if kind.startswith(("Conv", "MaxPool", "AvgPool")) or kind in ("MatMul", "Einsum", "Upsample", "PixelShuffle"):
            return before.lost()
        # A map that becomes a row of numbers sees the whole image.
        flat = len(received) in (3, 4) and len(given) == 2 and prod(received[2:]) > 1
        return before.everywhere() if flat else before
