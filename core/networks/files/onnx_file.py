"""The graph in an ONNX file: its operations with shapes, its constants, and which of these are trained.

The package onnx is optional. It reads the file in C++, so only a confined process may call it.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from core.networks.files.graph import MAX_NODES, Graph, checked_shape, input_shape_of
from core.networks.files.onnx_shapes import Shapes
from core.networks.files.onnx_values import Dims, Values
from core.networks.files.onnx_walk import Scope, Walk
from core.networks.files.onnx_wire import slim
from core.networks.table import Shape

_OPEN = ("height", "width", "channels")
_ALONG_NAMES = "Add Sub Mul Div Cast Identity Clip Relu Neg QuantizeLinear DequantizeLinear Pad"
_ALONG = frozenset(_ALONG_NAMES.split())


def without_weights(content: bytes) -> bytes:
    """Copy an ONNX file without the numbers of its large tensors; see `core.networks.files.onnx_wire.slim`.

    Raises
    ------
    ValueError
        If the package onnx is not installed, or the file is not an ONNX file.
    """
    if find_spec("onnx") is None:
        raise ValueError("ONNX files need the Python package onnx, which is not installed where this app runs.")
    return slim(content)


def read_onnx(content: bytes, *, height: int = 224, width: int = 224, channels: int = 3) -> Graph:
    """Read an ONNX file.

    Parameters
    ----------
    content : bytes
        As returned by `without_weights`.
    height, width, channels : int
        Of the image if the file leaves them open; `width` is also the length of one-dimensional inputs.

    Raises
    ------
    ValueError
        If the file is damaged, has too many operations, no input, or shapes that do not fit together.
    """
    try:
        return _read(content, height, width, channels)
    except (ValueError, MemoryError):
        raise
    except RecursionError as error:
        raise ValueError("The file is nested too deep.") from error
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise ValueError("The file has operations whose shapes do not fit together.") from error
    except Exception as error:  # the errors of protobuf and onnx have no common base class
        raise ValueError("The file is damaged or no ONNX file.") from error


def _read(content: bytes, height: int, width: int, channels: int) -> Graph:
    onnx: Any = importlib.import_module("onnx")
    model = onnx.load_model_from_string(content)  # never from a path, next to which other files could lie
    graph = model.graph
    if len(graph.node) > MAX_NODES:
        raise ValueError(f"The file has {len(graph.node):,} operations; at most {MAX_NODES:,} are possible.")
    held = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in held]
    if not inputs:
        raise ValueError(
            "The network in the file has no input." if graph.node else "The file is damaged or no ONNX file."
        )
    _check_functions(model)
    image = _image(inputs)
    last = _channels_last(graph, image)
    chosen = _Chosen(height, width, channels)
    known = Values()
    for value in [image, *(value for value in inputs if value is not image)]:
        known.dims[value.name] = chosen.shape(value, first=value is image, last=last)
        known.types[value.name] = value.type.tensor_type.elem_type
    shape = checked_shape(image.name, known.shape(image.name))
    declared = {value.name: _dims(value) for value in (*graph.value_info, *graph.output) if _has_shape(value)}
    functions = {(function.domain, function.name): function for function in model.functions}
    walk = Walk(known, Shapes(known, declared, bool(chosen.opened)), functions)
    opsets = {entry.domain: entry.version for entry in model.opset_import}
    walk.graph(graph, Scope("", {}, None, {}, opsets))
    return _graph(walk, image.name, shape, last, chosen)


def _graph(walk: Walk, image: str, shape: Shape, last: frozenset[str], chosen: _Chosen) -> Graph:
    shapes = {name: found for name in walk.known.dims if (found := walk.known.shape(name)) and min(found) > 0}
    for name in last & shapes.keys():
        if len(shapes[name]) == 4:
            shapes[name] = (shapes[name][0], shapes[name][3], *shapes[name][1:3])
    line = len(shape) == 3 and any(node.window is not None for node in walk.nodes)
    return Graph(
        image=image,
        input_shape=input_shape_of(shapes.get(image, shape), line),
        batch=shape[0] if len(shape) > 1 else 1,
        line=line,
        nodes=tuple(walk.nodes),
        shapes=shapes,
        owners=walk.known.owners,
        sizes=walk.known.sizes,
        fillers=frozenset(walk.known.fillers),
        notes=(*chosen.notes(), *dict.fromkeys(walk.notes)),
        opened=tuple(sorted(chosen.opened)),
        unused=tuple(walk.unused),
    )


class _Chosen:
    """Sizes chosen for those that a file leaves open; the same name means the same size."""

    def __init__(self, height: int, width: int, channels: int) -> None:
        self.height, self.width, self.channels = height, width, channels
        self.opened: dict[str, int] = {}
        self._names: dict[str, int] = {}

    def shape(self, value: Any, *, first: bool, last: frozenset[str]) -> Dims:
        """Return the shape of an input with all sizes chosen."""
        dims = value.type.tensor_type.shape.dim
        batch = dims[0].dim_param if dims else ""
        found: list[int | None] = []
        for place, dim in enumerate(dims):
            if dim.HasField("dim_value") and dim.dim_value > 0:
                found.append(int(dim.dim_value))
                continue
            if place == 0 and len(dims) > 1 or dim.dim_param and dim.dim_param == batch and len(dims) > 1:
                found.append(1)
                continue
            what = self._what(len(dims), place, value.name in last)
            # Height and width often share one name, “?”; other inputs take the size that a name stands for.
            chosen = getattr(self, what) if first else self._names.get(dim.dim_param, 1)
            if first:
                self.opened[what] = chosen
                if dim.dim_param:
                    self._names[dim.dim_param] = chosen
            found.append(chosen)
        return tuple(found)

    @staticmethod
    def _what(axes: int, place: int, last: bool) -> str:
        """Name the size along an axis."""
        if axes >= 4 and place == (axes - 1 if last else 1):
            return "channels"
        return "height" if axes >= 4 and place == axes - (3 if last else 2) else "width"

    def notes(self) -> list[str]:
        """Say which sizes are open, as a sentence."""
        if not self.opened:
            return []
        said = " and ".join(f"{what} {self.opened[what]}" for what in _OPEN if what in self.opened)
        return [f"The file leaves the size of its input open; here it has {said}."]


def _image(inputs: Sequence[Any]) -> Any:
    """Return the input that is the image: the first with four axes, or else with five, or simply the first."""
    axes = {value.name: len(value.type.tensor_type.shape.dim) for value in inputs if _has_shape(value)}
    for wanted in ((4,), (5,), (1, 2, 3, 6, 7, 8)):
        for value in inputs:
            if axes.get(value.name) in wanted:
                return value
    raise ValueError("The file does not say which shape its input has; export the network with one.")


def _channels_last(graph: Any, image: Any) -> frozenset[str]:
    """Name the image and everything computed from it elementwise, if its channels come last."""
    if len(image.type.tensor_type.shape.dim) != 4:
        return frozenset()
    found = {image.name}
    turned = False
    for node in graph.node:
        if not found & set(node.input[:2]):
            continue
        if node.op_type == "Transpose" and node.input[0] in found:
            perm = next((list(a.ints) for a in node.attribute if a.name == "perm"), [])
            turned = turned or perm == [0, 3, 1, 2]
        elif node.op_type in _ALONG:
            found |= set(node.output)
    return frozenset(found) if turned else frozenset()


def _check_functions(model: Any) -> None:
    """Refuse local functions that expand to too many operations, before any of them is expanded."""
    functions = {(function.domain, function.name): function for function in model.functions}
    known: dict[tuple[str, str], int] = {}

    def size(key: tuple[str, str], above: tuple[tuple[str, str], ...]) -> int:
        if key in above:
            raise ValueError("A function in the file calls itself.")
        if key not in known:
            if len(above) > 64:
                raise ValueError("Functions of the file call one another too deep.")
            inner = [(node.domain, node.op_type) for node in functions[key].node]
            known[key] = sum(size(name, (*above, key)) if name in functions else 1 for name in inner)
        return known[key]

    total = sum(size((n.domain, n.op_type), ()) if (n.domain, n.op_type) in functions else 1 for n in model.graph.node)
    if total > MAX_NODES:
        raise ValueError(
            f"The file has {total:,} operations with those of its functions; at most {MAX_NODES:,} are possible."
        )


def _has_shape(value: Any) -> bool:
    return bool(value.type.HasField("tensor_type") and value.type.tensor_type.HasField("shape"))


def _dims(value: Any) -> Dims:
    return tuple(
        int(dim.dim_value) if dim.HasField("dim_value") and dim.dim_value > 0 else None
        for dim in value.type.tensor_type.shape.dim
    )
