"""The graph in an ONNX file.

The package onnx is optional. What reads the file there is C++: only a confined process may call it.
"""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import Any

from core.labs.cnn_cost.compute.graph import MAX_NODES, Graph, Node, checked_shape
from core.networks.receptive_field import Pair, Window
from core.networks.table import Shape

MAX_FILE = 50_000_000
# Types of real numbers in ONNX: float, half, double, bfloat16. Whole numbers are axes and sizes, no parameters.
_REAL = (1, 10, 11, 16)


def read_onnx(content: bytes) -> Graph:
    """Read an ONNX file.

    Raises
    ------
    ValueError
        If the package onnx is not installed, the file is too large or damaged, keeps its weights in other files, or has
        no fixed shapes.
    """
    if find_spec("onnx") is None:
        raise ValueError("ONNX files need the Python package onnx, which is not installed where this app runs.")
    if len(content) > MAX_FILE:
        raise ValueError(
            f"The file has {len(content):,} bytes; ONNX files of at most {MAX_FILE:,} are read. A PT2 or safetensors "
            "file of the same network may be larger."
        )
    try:
        return _graph(_read(content))
    except (ValueError, MemoryError):
        raise
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError("The file has operations whose shapes do not fit together.") from error
    except Exception as error:  # the errors of onnx have no class in common
        raise ValueError("The file is damaged or no ONNX file.") from error


def _graph(answer: dict[str, Any]) -> Graph:
    shapes = {name: checked_shape(name, shape) for name, shape in answer["shapes"].items()}
    constants = {name: shapes[name] for name in answer["constants"]}
    return Graph(
        image=answer["image"],
        nodes=tuple(_node(entry, shapes) for entry in answer["nodes"]),
        shapes=shapes,
        parameters={name: shape for name, shape in constants.items() if name not in answer["statistics"]},
        buffers={name: constants[name] for name in answer["statistics"] if name in constants},
    )


def _node(entry: dict[str, Any], shapes: dict[str, Shape]) -> Node:
    inputs = tuple(entry["inputs"])
    numbers: dict[str, list[int]] = entry["numbers"]
    return Node(
        name=entry["name"],
        operation=entry["operation"],
        inputs=inputs,
        outputs=tuple(entry["outputs"]),
        window=_window(entry["operation"], numbers, [shapes.get(name, ()) for name in inputs], entry["padding"]),
    )


def _window(operation: str, numbers: dict[str, list[int]], shapes: list[Shape], padding: str) -> Window | None:
    """The window of a convolution of maps or a pooling."""
    if operation not in ("Conv", "MaxPool", "AveragePool"):
        return None
    kernel = numbers.get("kernel_shape") or list(shapes[1][2:])
    if len(kernel) != 2 or len(shapes[0]) != 4:
        return None
    stride, dilation = _pair(numbers, "strides"), _pair(numbers, "dilations")
    pads = numbers.get("pads", [0, 0, 0, 0])
    sides = pads[0], pads[2], pads[1], pads[3]
    if padding.startswith("SAME"):
        reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
        size = shapes[0][2:]
        total = [max(-(-n // s) * s - s + r - n, 0) for n, s, r in zip(size, stride, reach, strict=True)]
        first = [(rows + (padding == "SAME_LOWER")) // 2 for rows in total]
        sides = first[0], total[0] - first[0], first[1], total[1] - first[1]
    ceil = bool(numbers.get("ceil_mode", [0])[0])
    return Window((kernel[0], kernel[1]), stride, sides, dilation, numbers.get("group", [1])[0], ceil)


def _pair(numbers: dict[str, list[int]], name: str) -> Pair:
    found = numbers.get(name) or [1]
    return max(found[0], 1), max(found[-1], 1)


def _read(content: bytes) -> dict[str, Any]:
    onnx: Any = importlib.import_module("onnx")
    model = onnx.load_model_from_string(content)  # never from a path, beside which other files could lie
    graph = model.graph
    if len(graph.node) > MAX_NODES:
        raise ValueError(f"The file has {len(graph.node):,} operations; at most {MAX_NODES:,} are possible.")
    _check(graph)
    shapes = {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    known = set(shapes)
    numbers = [tensor.name for tensor in graph.initializer if tensor.data_type in _REAL]
    inferred = importlib.import_module("onnx.shape_inference").infer_shapes(model).graph
    for value in (*inferred.input, *inferred.value_info, *inferred.output):
        dims = value.type.tensor_type.shape.dim
        # A batch that is left open is one image.
        shapes.setdefault(value.name, [d.dim_value or (place == 0) for place, d in enumerate(dims)])
    images = [value.name for value in graph.input if value.name not in known]
    if not images:
        raise ValueError("The network in the file has no input.")
    if not all(shapes[images[0]]):
        raise ValueError("The size of the input is not fixed; export the network with fixed input sizes.")
    return {
        "image": images[0],
        "shapes": {name: [int(size) for size in shape] for name, shape in shapes.items() if all(shape)},
        "constants": numbers,
        "statistics": [name for node in graph.node if node.op_type == "BatchNormalization" for name in node.input[3:5]],
        "nodes": [_entry(node) for node in graph.node],
    }


def _check(graph: Any) -> None:
    """Refuse weights in other files, wherever they are mentioned, and graphs inside of operations."""
    tensors: list[Any] = [*graph.initializer]
    for sparse in graph.sparse_initializer:
        tensors += [sparse.values, sparse.indices]
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g") or attribute.graphs:
                raise ValueError(f"{node.name or node.op_type} holds a network of its own, which is not read.")
            tensors += [attribute.t, *attribute.tensors]
    if any(tensor.external_data or tensor.data_location for tensor in tensors):
        raise ValueError(
            "The file keeps its weights in other files; export the network with external_data=False, so that it is one "
            "file."
        )


def _entry(node: Any) -> dict[str, Any]:
    numbers = {a.name: list(a.ints) if a.ints else [a.i] for a in node.attribute if a.type in (2, 7)}
    padding = next((a.s.decode() for a in node.attribute if a.name == "auto_pad"), "")
    return {
        "name": node.name or (node.output[0] if node.output else node.op_type),
        "operation": node.op_type,
        "inputs": list(node.input),
        "outputs": list(node.output),
        "numbers": numbers,
        "padding": padding,
    }
