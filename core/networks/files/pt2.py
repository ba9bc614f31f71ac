"""The graph in a PT2 file, from its JSON alone; `torch.export.load` could run code and is not used."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from core.networks.files.aten import macs_of, window_of
from core.networks.files.graph import MAX_NODES, SILENT, Graph, Node, checked_shape, input_shape_of
from core.networks.files.sizes import size_of, symbols_in
from core.networks.table import Shape

MAX_MODEL_JSON = 30_000_000
_PREFIX = "torch.ops."
_LARGEST = 65_536  # largest size that may be chosen
# Location of the description: now, and up to torch 2.6.
_PLACES = ("models/model.json", "serialized_exported_program.json")
_BIASES = {"linear": "bias", "addmm": "self", "baddbmm": "self", "addmv": "self"} | dict.fromkeys(
    (
        "conv1d",
        "conv2d",
        "conv3d",
        "convolution",
        "conv_transpose1d",
        "conv_transpose2d",
        "conv_transpose3d",
        "deform_conv2d",
    ),
    "bias",
)


def program_text(content: bytes) -> bytes:
    """Return the description of the network in a PT2 file.

    Raises
    ------
    ValueError
        If it is damaged, or another kind of file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = _described(archive)
            if len(entries) != 1:
                raise ValueError(
                    "The file holds no network as torch.export writes it. Export the network with "
                    "torch.export.save(torch.export.export(model, (image,)), 'model.pt2')."
                )
            if entries[0].file_size > MAX_MODEL_JSON:
                raise ValueError(f"The description of the network is larger than {MAX_MODEL_JSON:,} bytes.")
            with archive.open(entries[0]) as stream:
                return stream.read(MAX_MODEL_JSON + 1)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ValueError("The file is damaged or not a PT2 file.") from error


def is_program(content: bytes) -> bool:
    """Return whether a file is an archive with a network as torch.export writes it, whatever its name."""
    if content[:2] != b"PK":
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return bool(_described(archive))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        return False


def _described(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [entry for entry in archive.infolist() if entry.filename.endswith(_PLACES)]


def read_program(text: bytes, *, height: int = 224, width: int = 224, channels: int = 3) -> Graph:
    """Read the description of the network in a PT2 file.

    Parameters
    ----------
    text : bytes
        JSON.
    height, width, channels : int
        Of the image if the file leaves them open; `width` is also the length of one-dimensional inputs.

    Raises
    ------
    ValueError
        If it is not such a program.
    """
    try:
        program = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("The description of the network in the file is damaged.") from error
    try:
        return _Program(program, {"height": height, "width": width, "channels": channels}).graph()
    except (KeyError, TypeError, AttributeError, IndexError, StopIteration, RecursionError) as error:
        raise ValueError("The file does not describe a network as torch.export writes it.") from error


class _Program:
    def __init__(self, program: dict[str, Any], wanted: Mapping[str, int]) -> None:
        module = program["graph_module"]
        self.entries: list[dict[str, Any]] = module["graph"]["nodes"]
        if len(self.entries) > MAX_NODES:
            raise ValueError(f"The file has {len(self.entries):,} operations; at most {MAX_NODES:,} are possible.")
        self.specs: list[dict[str, Any]] = module["signature"]["input_specs"]
        self.told: dict[str, Any] = {
            str(name): value["sizes"] for name, value in module["graph"]["tensor_values"].items()
        }
        self.ranges: Mapping[str, Any] = program.get("range_constraints") or {}
        self.wanted = wanted
        self.symbols: dict[str, int] = {}
        self.opened: dict[str, int] = {}

    def graph(self) -> Graph:
        inputs = [name for spec in self.specs if "user_input" in spec for name in _tensors(spec["user_input"]["arg"])]
        image = next((name for name in inputs if len(self.told[name]) == 4), inputs[0])
        for name in [image, *inputs]:
            self._choose(self.told[name])
        shapes = {name: shape for name, sizes in self.told.items() if (shape := self._shape(name, sizes)) is not None}
        owners: dict[str, tuple[str, ...]] = {name: (name,) for name in self._names("parameter")}
        statistics = {name for name in self._names("buffer") if name.endswith(("running_mean", "running_var"))}
        owners |= {name: (name,) for name in statistics}
        moving, nodes = set(inputs), []
        for entry in self.entries:
            node = self._node(entry, shapes, owners, moving, statistics)
            if node is not None:
                nodes.append(node)
        shape = shapes[image]
        if not shape:
            raise ValueError("The input of the network is a single number.")
        line = len(shape) == 3 and any(node.window is not None for node in nodes)
        sizes = {name: prod(shapes[name]) for held in owners.values() for name in held}
        used = {owner for node in nodes for name in (*node.weights, *node.biases) for owner in owners[name]}
        unused = sum(sizes[name] for name in self._names("parameter") if name not in used)
        said = " and ".join(f"{what} {size}" for what, size in self.opened.items())
        return Graph(
            image=image,
            input_shape=input_shape_of(shape, line),
            batch=shape[0] if len(shape) > 1 else 1,
            line=line,
            nodes=tuple(nodes),
            shapes=shapes,
            owners=owners,
            sizes=sizes,
            notes=(f"The file leaves the size of its input open; here it has {said}.",) if said else (),
            opened=tuple(sorted(self.opened)),
            unused=(("not used", unused),) if unused else (),
        )

    def _names(self, kind: str) -> list[str]:
        return [str(spec[kind]["arg"]["name"]) for spec in self.specs if kind in spec]

    def _choose(self, sizes: Sequence[Any]) -> None:
        """Assign values to the symbols of an input: one image, and the requested sizes."""
        axes = len(sizes)
        for place, size in enumerate(sizes):
            formula = _formula(size)
            fresh = [name for name in symbols_in(formula) if name not in self.symbols]
            if len(fresh) != 1:
                continue
            if place == 0 and axes > 1:
                self.symbols[fresh[0]] = 1
                continue
            what = "width" if axes < 4 or place == axes - 1 else "channels" if place == 1 else "height"
            self.symbols[fresh[0]] = self._solved(formula, fresh[0], self.wanted[what])
            self.opened.setdefault(what, size_of(formula, self.symbols))

    def _solved(self, formula: str, symbol: str, wanted: int) -> int:
        """Return the value of a symbol that brings a size nearest to the requested one, within the file's range."""
        bounds = self.ranges.get(symbol) or {}
        low, high = (bounds.get(name) for name in ("min_val", "max_val"))
        low = max(low, 1) if type(low) is int else 1
        high = min(high if type(high) is int else wanted, max(wanted, low), _LARGEST)

        def distance(value: int) -> int:
            return abs(size_of(formula, self.symbols | {symbol: value}) - wanted)

        return min(range(low, max(high, low) + 1), key=distance)

    def _shape(self, name: str, sizes: Sequence[Any]) -> Shape | None:
        """Return the shape of a value; None if one of its sizes is known only when the network runs."""
        found = []
        for size in sizes:
            if "as_int" in size:
                found.append(size["as_int"])
                continue
            try:
                found.append(size_of(_formula(size), self.symbols))
            except ValueError:
                return None
        return None if 0 in found and "as_int" not in sizes[found.index(0)] else checked_shape(name, found)

    def _node(
        self,
        entry: dict[str, Any],
        shapes: Mapping[str, Shape],
        owners: dict[str, tuple[str, ...]],
        moving: set[str],
        statistics: set[str],
    ) -> Node | None:
        target = str(entry["target"])
        domain, _, rest = target.removeprefix(_PREFIX).partition(".")
        operation = rest.split(".")[0].rstrip("_") if target.startswith(_PREFIX) else target.rpartition(".")[2]
        arguments = {str(item["name"]): item["arg"] for item in entry["inputs"]}
        given = {key: names for key, argument in arguments.items() if (names := _tensors(argument))}
        every = [name for names in given.values() for name in names]
        outputs = tuple(name for output in entry["outputs"] for name in _tensors(output))
        moves = tuple(name for name in every if name in moving)
        held = [name for name in every if name in owners]
        if not moves:
            carried = tuple(dict.fromkeys(owner for name in held for owner in owners[name]))
            owners |= dict.fromkeys(outputs, carried) if carried else {}
            return None
        moving |= set(outputs)
        bias = given.get(_BIASES.get(operation, ""), [])
        macs = macs_of(operation, domain, arguments, given, shapes, outputs)
        return Node(
            name=_path(entry) or (outputs[0] if outputs else operation),
            operation=operation if domain == "aten" or operation in SILENT or macs is not None else target,
            inputs=moves,
            outputs=outputs or (f"nothing from {operation}",),
            window=window_of(operation, arguments, given, shapes),
            weights=tuple(name for name in held if name not in bias and name not in statistics),
            biases=tuple(name for name in held if name in bias),
            statistics=tuple(name for name in held if name in statistics),
            macs=macs,
        )


def _formula(size: Mapping[str, Any]) -> str:
    said = size.get("as_expr")
    return str(said["expr_str"]) if isinstance(said, dict) and "expr_str" in said else ""


def _path(entry: Mapping[str, Any]) -> str:
    """Return the dotted name of the module that calls an operation."""
    stack = str((entry.get("metadata") or {}).get("nn_module_stack", ""))
    return stack.split(";")[-1].split(",")[1] if stack.count(",") else ""


def _tensors(argument: Mapping[str, Any]) -> list[str]:
    """List the names of the tensors in an argument."""
    if "as_tensor" in argument:
        return [str(argument["as_tensor"]["name"])]
    found = argument.get("as_tensors") or argument.get("as_optional_tensors") or []
    return [str(each.get("as_tensor", each)["name"]) for each in found if "name" in each.get("as_tensor", each)]
