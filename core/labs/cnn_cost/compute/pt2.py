"""The graph in a PT2 file, from its JSON alone; `torch.export.load` could run code and is not used."""

from __future__ import annotations

import json
from typing import Any

from core.labs.cnn_cost.compute.graph import Graph, Node, checked_shape
from core.networks.receptive_field import Pair, Window
from core.networks.table import Shape

_PREFIX = "torch.ops.aten."


def read_program(text: bytes) -> Graph:
    """Read models/model.json of a PT2 file.

    Raises
    ------
    ValueError
        If it is not such a program, or its shapes are not fixed.
    """
    try:
        program = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("The description of the network in the file is damaged.") from error
    try:
        graph, specs = program["graph_module"]["graph"], program["graph_module"]["signature"]["input_specs"]
        shapes = {str(name): _shape(str(name), value["sizes"]) for name, value in graph["tensor_values"].items()}
        nodes = tuple(_node(node, shapes) for node in graph["nodes"])
        parameters = {name: shapes[name] for name in _names(specs, "parameter")}
        buffers = {name: shapes[name] for name in _names(specs, "buffer") if "running" in name}
        image = next(spec["user_input"]["arg"]["as_tensor"]["name"] for spec in specs if "user_input" in spec)
        return Graph(
            image=image if image in shapes else "", nodes=nodes, shapes=shapes, parameters=parameters, buffers=buffers
        )
    except (KeyError, TypeError, AttributeError, IndexError, StopIteration) as error:
        raise ValueError("The file does not describe a network as torch.export writes it.") from error


def _names(specs: list[dict[str, Any]], kind: str) -> list[str]:
    return [spec[kind]["arg"]["name"] for spec in specs if kind in spec]


def _shape(name: str, sizes: list[dict[str, Any]]) -> Shape:
    if any("as_int" not in size for size in sizes):
        raise ValueError(f"The shape of “{name[:40]}” is not fixed; export the network without dynamic shapes.")
    return checked_shape(name, [size["as_int"] for size in sizes])


def _node(node: dict[str, Any], shapes: dict[str, Shape]) -> Node:
    target = str(node["target"])
    operation = target.removeprefix(_PREFIX).split(".")[0].rstrip("_") if target.startswith(_PREFIX) else target
    arguments = {str(item["name"]): item["arg"] for item in node["inputs"]}
    stack = str(node.get("metadata", {}).get("nn_module_stack", ""))
    path = stack.split(";")[-1].split(",")[1] if stack.count(",") else ""
    outputs = tuple(name for output in node["outputs"] for name in _tensors(output))
    return Node(
        name=path or (outputs[0] if outputs else operation),
        operation=operation,
        inputs=tuple(name for argument in arguments.values() for name in _tensors(argument) or [""]),
        outputs=outputs,
        window=_window(operation, arguments, shapes),
    )


def _tensors(argument: dict[str, Any]) -> list[str]:
    """Names of the tensors in an argument."""
    if "as_tensor" in argument:
        return [str(argument["as_tensor"]["name"])]
    return [str(tensor["name"]) for tensor in argument.get("as_tensors", [])]


def _window(operation: str, arguments: dict[str, Any], shapes: dict[str, Shape]) -> Window | None:
    """The window of a convolution of maps or a pooling."""
    dilation = _pair(arguments, "dilation", (1, 1))
    if operation in ("conv2d", "convolution"):
        weight = shapes[arguments["weight"]["as_tensor"]["name"]]
        if len(weight) != 4 or arguments.get("transposed", {}).get("as_bool"):
            return None
        kernel, stride = (weight[2], weight[3]), _pair(arguments, "stride", (1, 1))
    elif operation in ("max_pool2d", "avg_pool2d"):
        kernel = _pair(arguments, "kernel_size", (1, 1))
        stride = _pair(arguments, "stride", kernel)
    else:
        return None
    return Window(
        kernel,
        stride,
        _padding(arguments, kernel, dilation),
        dilation,
        groups=int(arguments.get("groups", {}).get("as_int", 1)),
        ceil=bool(arguments.get("ceil_mode", {}).get("as_bool", False)),
    )


def _padding(arguments: dict[str, Any], kernel: Pair, dilation: Pair) -> tuple[int, int, int, int]:
    if arguments.get("padding", {}).get("as_string") == "same":
        rows, columns = (d * (k - 1) for d, k in zip(dilation, kernel, strict=True))
        return rows // 2, rows - rows // 2, columns // 2, columns - columns // 2
    pad = _pair(arguments, "padding", (0, 0))
    return pad[0], pad[0], pad[1], pad[1]


def _pair(arguments: dict[str, Any], name: str, default: Pair) -> Pair:
    numbers = arguments.get(name, {}).get("as_ints") or default
    return int(numbers[0]), int(numbers[-1])
