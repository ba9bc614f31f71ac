"""Rows of a network that is given as a graph of operations with shapes, as files hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from core.networks.receptive_field import Field, Window, gate, join, resized
from core.networks.table import Call, LayerTable, Shape

MAX_NODES = 20_000
MAX_NUMBER = 2**62
MAX_AXES = 8
LONGEST_NAME = 120

# What an operation is called here: kind and role, by its name in PyTorch or in ONNX.
_OPERATIONS = {
    "Conv2d": ("convolution", "conv2d convolution _convolution Conv"),
    "ConvTranspose2d": ("convolution", "conv_transpose2d ConvTranspose"),
    "Linear": ("linear", "linear addmm mm Gemm"),
    "MatMul": ("attention", "matmul bmm baddbmm MatMul"),
    "Attention": ("attention", "scaled_dot_product_attention Attention"),
    "MaxPool2d": ("pool", "max_pool2d max_pool2d_with_indices MaxPool"),
    "AvgPool2d": ("pool", "avg_pool2d AveragePool"),
    "AdaptiveAvgPool2d": ("pool", "adaptive_avg_pool2d _adaptive_avg_pool2d GlobalAveragePool"),
    "AdaptiveMaxPool2d": ("pool", "adaptive_max_pool2d GlobalMaxPool"),
    "Mean": ("pool", "mean ReduceMean"),
    "BatchNorm2d": ("norm", "batch_norm _native_batch_norm_legit_no_training BatchNormalization"),
    "LayerNorm": ("norm", "layer_norm native_layer_norm LayerNormalization"),
    "GroupNorm": ("norm", "group_norm native_group_norm GroupNormalization InstanceNormalization"),
    "LocalResponseNorm": ("norm", "LRN"),
    "ReLU": ("activation", "relu Relu"),
    "GELU": ("activation", "gelu Gelu"),
    "SiLU": ("activation", "silu Swish"),
    "Sigmoid": ("activation", "sigmoid Sigmoid"),
    "Tanh": ("activation", "tanh Tanh"),
    "Softmax": ("activation", "softmax _softmax Softmax LogSoftmax"),
    "Clip": ("activation", "hardtanh clamp relu6 Clip"),
    "HardSwish": ("activation", "hardswish HardSwish"),
    "HardSigmoid": ("activation", "hardsigmoid HardSigmoid"),
    "Add": ("join", "add Add Sum"),
    "Subtract": ("join", "sub Sub"),
    "Multiply": ("join", "mul Mul"),
    "Concat": ("join", "cat Concat"),
    "Flatten": ("other", "flatten Flatten"),
    "Dropout": ("other", "dropout Dropout"),
}
OPERATIONS = {name: (kind, role) for kind, (role, names) in _OPERATIONS.items() for name in names.split()}
# Operations that only look at numbers in another order, or at shapes.
_SILENT = (
    "view reshape permute transpose t select slice squeeze unsqueeze expand contiguous clone detach unflatten chunk "
    "split getitem alias lift_fresh_copy to _to_copy sym_size "
    "Reshape Transpose Squeeze Unsqueeze Slice Split Expand Identity Cast Shape Gather Constant ConstantOfShape Range"
)
SILENT = frozenset(_SILENT.split())


@dataclass(frozen=True, slots=True)
class Node:
    """An operation.

    Attributes
    ----------
    name, operation : str
        Of this one; as PyTorch or ONNX calls what it does.
    inputs, outputs : tuple of str
        Names of values; "" for one that is left out.
    window : Window or None
    """

    name: str
    operation: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    window: Window | None = None


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A network as a graph.

    Attributes
    ----------
    image : str
        Name of the value that is the input.
    nodes : tuple of Node
        In an order in which they can be computed.
    shapes : mapping of str to tuple of int
        Of every value, with the batch.
    parameters, buffers : mapping of str to tuple of int
        Shapes of what is trained, and of running means and variances.
    """

    image: str
    nodes: tuple[Node, ...]
    shapes: Mapping[str, Shape]
    parameters: Mapping[str, Shape]
    buffers: Mapping[str, Shape] = field(default_factory=dict)


def graph_table(graph: Graph, *, title: str, source: str) -> LayerTable:
    """Rows of a graph: one for each operation that depends on the input and computes something.

    Raises
    ------
    ValueError
        If there are too many operations, the input is no image, or a shape is missing that is needed.
    """
    if len(graph.nodes) > MAX_NODES:
        raise ValueError(f"The file has {len(graph.nodes):,} operations; at most {MAX_NODES:,} are possible.")
    shape = graph.shapes.get(graph.image, ())
    if len(shape) != 4:
        raise ValueError(f"The input has the shape {shape}; it must be (batch, channels, height, width).")
    reader = _Reader(graph, shape[0])
    try:
        calls = tuple(call for node in graph.nodes if (call := reader.read(node)) is not None)
    except (IndexError, KeyError, StopIteration) as error:
        raise ValueError("The file has operations whose shapes do not fit together.") from error
    unused = sum(prod(size) for name, size in graph.parameters.items() if name not in reader.seen)
    return LayerTable(
        title=title,
        input_shape=(shape[1], shape[2], shape[3]),
        calls=calls,
        unused=(("not used", unused),) if unused else (),
        blocks={"": "Network"},
        source=source,
    )


def clean(name: str) -> str:
    """A name from a file as it may be shown and exported: short, printable, and no formula to a spreadsheet."""
    return "".join(filter(str.isprintable, name)).lstrip("=+-@ ")[:LONGEST_NAME] or "unnamed"


def checked_shape(name: str, shape: Sequence[Any]) -> Shape:
    """Give a shape from a file back.

    Raises
    ------
    ValueError
        If it is not made of at most 8 whole numbers from 1 on.
    """
    if len(shape) > MAX_AXES or any(type(size) is not int or not 1 <= size <= MAX_NUMBER for size in shape):
        raise ValueError(f"The shape of “{name[:40]}” is not made of at most {MAX_AXES} whole numbers above 0.")
    return tuple(shape)


class _Reader:
    def __init__(self, graph: Graph, batch: int) -> None:
        self.graph, self.batch = graph, batch
        self.fields = {graph.image: Field()}
        self.owners: dict[str, tuple[str, ...]] = {
            name: (name,) for name in graph.parameters
        }  # parameters that went into a value without a row
        self.seen: set[str] = set()

    def read(self, node: Node) -> Call | None:
        """The row of a node, if it is one."""
        moving = [name for name in node.inputs if name in self.fields]
        kind, role = OPERATIONS.get(node.operation, (node.operation.capitalize(), "other"))
        if not moving or node.operation in SILENT:
            carried = tuple(owner for name in node.inputs for owner in self.owners.get(name, ()))
            for output in node.outputs:
                self.owners[output] = carried
                if moving:
                    self.fields[output] = self._flattened(node, self.fields[moving[0]])
            return None
        if kind == "MatMul" and len(moving) == 1:
            kind, role = "Linear", "linear"
        received = max((self._shape(name) for name in moving), key=prod)
        given = self._shape(node.outputs[0])
        found = self._field(node, kind, received, given, [self.fields[name] for name in moving])
        self.fields |= dict.fromkeys(node.outputs, found)
        weights, biases, shared = self._parameters(node, kind)
        return Call(
            name=clean(node.name),
            kind=clean(kind),
            role=role,
            input_shape=self._of_one(received),
            output_shape=self._of_one(given),
            window=node.window,
            weights=weights,
            biases=biases,
            buffers=sum(prod(self.graph.buffers[name]) for name in node.inputs if name in self.graph.buffers),
            shared=shared,
            macs=self._macs(node, kind, received, given) // self.batch,
            field=found,
        )

    def _shape(self, name: str) -> Shape:
        if name not in self.graph.shapes:
            raise ValueError(f"The file does not say which shape “{name[:40]}” has; export it with fixed input sizes.")
        return self.graph.shapes[name]

    def _of_one(self, shape: Shape) -> Shape:
        return shape[1:] if len(shape) > 1 and shape[0] == self.batch else shape

    def _parameters(self, node: Node, kind: str) -> tuple[int, int, bool]:
        """Weights, biases, and whether all of them were used before."""
        counts, fresh, some = [0, 0], False, False
        for place, name in enumerate(node.inputs):
            for owner in self.owners.get(name, ()):
                bias = place == 2 and kind in ("Conv2d", "ConvTranspose2d", "Linear")
                counts[bias] += prod(self.graph.parameters[owner])
                some, fresh = True, fresh or owner not in self.seen
                self.seen.add(owner)
        return counts[0], counts[1], some and not fresh

    def _macs(self, node: Node, kind: str, received: Shape, given: Shape) -> int:
        if kind in ("Conv2d", "ConvTranspose2d"):
            weight = self._shape(node.inputs[1])
            return prod(given if kind == "Conv2d" else received) * prod(weight[1:])
        if kind == "Attention":
            query, key, value = (self._shape(name) for name in node.inputs[:3])
            return prod(query[:-1]) * key[-2] * (query[-1] + value[-1])
        if kind in ("Linear", "MatMul"):
            first = next(name for name in node.inputs if name in self.fields)
            left = self._shape(node.inputs[0])
            # addmm has its bias first; of two factors the first one has the length that is summed over at its end.
            return prod(given) * (left[-1] if kind == "MatMul" else self._shape(first)[-1])
        return 0

    def _flattened(self, node: Node, before: Field) -> Field:
        """A map that becomes one row of numbers sees the whole image."""
        first, last = self.graph.shapes.get(node.inputs[0], ()), self.graph.shapes.get(node.outputs[0], ())
        flat = len(first) == 4 and len(last) == 2 and prod(first[2:]) > 1
        return before.everywhere() if flat else before

    def _field(self, node: Node, kind: str, received: Shape, given: Shape, fields: Sequence[Field]) -> Field:
        before = gate(list(fields)) if kind == "Multiply" else join(list(fields))
        if node.window is not None:
            return before.through(node.window)
        if kind.startswith("Adaptive"):
            return resized(before, (received[-2], received[-1]), (given[-2], given[-1]))
        if kind in ("Attention", "Mean"):
            return before.everywhere()
        if kind in ("MatMul", "ConvTranspose2d", "Conv2d", "MaxPool2d", "AvgPool2d"):
            return before.lost()
        return self._flattened(node, before)
