"""Networks from files of a visitor, read as data: nothing in a file is ever run, and pickles are never opened."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from core.kit.memo import Memo
from core.labs.cnn_cost.compute.graph import MAX_AXES, MAX_NUMBER, clean, graph_table
from core.labs.cnn_cost.compute.models import decoded, encoded
from core.labs.cnn_cost.compute.onnx_file import read_onnx
from core.labs.cnn_cost.compute.pt2 import read_program
from core.networks.receptive_field import Field, Window
from core.networks.table import Call, LayerTable
from core.worker import confined

MAX_BYTES = 1 << 30
MAX_HEADER = 5_000_000
MAX_MODEL_JSON = 30_000_000
MAX_TENSORS = 50_000
LONGEST_NAME = 60
HOW = (
    "Export the network in PyTorch with torch.onnx.export(model, (image,), 'model.onnx', external_data=False) or with "
    "torch.export.save(torch.export.export(model, (image,)), 'model.pt2'), or save its weights alone with "
    "safetensors.torch.save_file(model.state_dict(), 'model.safetensors')."
)
# Names of files that are refused because opening them can run code, or because nothing is known of them.
_REFUSED = {
    (".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt", ".joblib", ".npy", ".npz"): "may hold a Python pickle, and "
    "opening a pickle runs whatever is in it",
    (".h5", ".hdf5", ".keras", ".pb", ".tflite"): "comes from another framework",
    (".py", ".ipynb"): "is a program, and programs of visitors are not run here",
}
_STATISTICS = ("running_mean", "running_var", "num_batches_tracked")
_ITEM_BYTES = {"F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2} | {
    "F8_E4M3": 1,
    "F8_E5M2": 1,
    "I8": 1,
    "U8": 1,
    "BOOL": 1,
}


@dataclass(frozen=True)
class UploadedNetwork(Memo):
    """What was read from a file; equal if name and content of the file are equal.

    Attributes
    ----------
    name : str
        Of the file.
    digest : str
        SHA-256 of its content.
    table : LayerTable
        Its `source` is "onnx", "pt2" or "safetensors". The last has parameters alone: no shapes of maps, no operations.
    notes : tuple of str
        Sentences about what the file does not say.
    """

    name: str
    digest: str = field(repr=False)
    table: LayerTable = field(compare=False, repr=False)
    notes: tuple[str, ...] = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.name}: {len(self.table.calls):,} rows"


def read_network(name: str, content: bytes) -> UploadedNetwork:
    """Read a network from an ONNX, PT2 or safetensors file, in a confined process.

    Parameters
    ----------
    name
        Of the file.
    content
        At most 1 GiB.

    Raises
    ------
    ValueError
        If it is another file, damaged, or too large; the sentence says how to export a network.
    """
    kind = _kind(name, content)
    title = "".join(filter(str.isprintable, name))[:LONGEST_NAME]
    needed = content[: 8 + MAX_HEADER] if kind == "safetensors" else content
    values = confined.call(
        "core.labs.cnn_cost.compute.uploads.network_values", needed, kind=kind, title=title, size=len(content)
    )
    table = replace(decoded(values), source=kind)
    return UploadedNetwork(title, hashlib.sha256(content).hexdigest(), table, _NOTES[kind])


def network_values(content: bytes, *, kind: str, title: str, size: int) -> dict[str, Any]:
    """Read the table of a network as JSON values; `size` is that of the whole file, of which the rest may be missing.

    Raises
    ------
    ValueError
        If it is another file, damaged, or too large.
    """
    if kind == "safetensors":
        return encoded(_safetensors(title, content, size))
    graph = read_onnx(content) if kind == "onnx" else read_program(_model_json(content))
    return encoded(graph_table(graph, title=title, source=kind))


def _kind(name: str, content: bytes) -> str:
    """Which reader is asked; by the name, and never for something that begins like a pickle."""
    suffix = "." + name.lower().rsplit(".", 1)[-1] if "." in name else ""
    for suffixes, reason in _REFUSED.items():
        if suffix in suffixes:
            raise ValueError(f"A file that ends in {suffix} {reason}. {HOW}")
    if len(content) > MAX_BYTES:
        raise ValueError(f"The file is larger than {MAX_BYTES >> 30} GiB.")
    if content[:1] == b"\x80" and content[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05") and suffix != ".safetensors":
        raise ValueError(f"The file is a Python pickle, and opening a pickle runs whatever is in it. {HOW}")
    if suffix[1:] not in _NOTES:
        raise ValueError(f"“{name[-LONGEST_NAME:]}” is no ONNX, PT2 or safetensors file. {HOW}")
    return suffix[1:]


def _safetensors(title: str, content: bytes, size: int) -> LayerTable:
    """Rows from the header alone: 8 bytes with its length, then JSON."""
    header = _header(content, size)
    shapes = {name: tuple(entry["shape"]) for name, entry in header.items()}
    modules: dict[str, dict[str, tuple[int, ...]]] = {}
    for name, shape in shapes.items():
        module, _, tensor = name.rpartition(".")
        modules.setdefault(module, {})[tensor] = shape
    return LayerTable(
        title=title,
        input_shape=(0, 0, 0),
        calls=tuple(_weights_row(module, tensors) for module, tensors in modules.items()),
        blocks={"": "Network"},
        source="safetensors",
    )


def _header(content: bytes, size: int) -> dict[str, dict[str, Any]]:
    length = int.from_bytes(content[:8], "little")
    if size < 8 or length > size - 8:
        raise ValueError("The file is cut off: its header is longer than the file.")
    if length > MAX_HEADER:
        raise ValueError(f"The header of the file has {length:,} bytes; at most {MAX_HEADER:,} are read.")
    try:
        header = json.loads(content[8 : 8 + length], object_pairs_hook=_unique)
        header.pop("__metadata__", None)
        spans = sorted(_span(name, entry) for name, entry in header.items())
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError("The header of the file is not that of a safetensors file.") from error
    if not 1 <= len(spans) <= MAX_TENSORS:
        raise ValueError(f"The file has {len(spans):,} tensors; it must have 1 to {MAX_TENSORS:,}.")
    ends = [0, *(end for _, end in spans)]
    if any(begin != end for (begin, _), end in zip(spans, ends, strict=False)) or ends[-1] != size - 8 - length:
        raise ValueError("The tensors of the file leave gaps, overlap, or end elsewhere than the file.")
    return dict(header)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("A name stands there twice.")
    return values


def _span(name: str, entry: dict[str, Any]) -> tuple[int, int]:
    """Where the bytes of a tensor begin and end; ValueError if that does not go with its shape."""
    shape, (begin, end) = entry["shape"], entry["data_offsets"]
    if len(shape) > MAX_AXES or any(type(n) is not int or not 0 <= n <= MAX_NUMBER for n in (*shape, begin, end)):
        raise ValueError(f"{name} has a size that is no natural number.")
    if prod(shape) * _ITEM_BYTES[entry["dtype"]] != end - begin:
        raise ValueError(f"{name} has another number of bytes than its shape needs.")
    return begin, end


def _weights_row(module: str, tensors: dict[str, tuple[int, ...]]) -> Call:
    """A row of which only the parameters are known; its kind is guessed from their shapes."""
    weight = tensors.get("weight", ())
    running = [shape for name, shape in tensors.items() if name in ("running_mean", "running_var")]
    trained = [shape for name, shape in tensors.items() if name not in _STATISTICS]
    kind, role = {4: ("Conv2d", "convolution"), 2: ("Linear", "linear")}.get(len(weight), ("Parameters", "other"))
    if running:
        kind, role = "BatchNorm2d", "norm"
    biases = prod(tensors["bias"]) if role in ("convolution", "linear") and "bias" in tensors else 0
    return Call(
        name=clean(module or "parameters"),
        kind=kind,
        role=role,
        input_shape=(),
        output_shape=(),
        window=Window((weight[2], weight[3])) if len(weight) == 4 else None,
        weights=sum(prod(shape) for shape in trained) - biases,
        biases=biases,
        buffers=sum(prod(shape) for shape in running),
        field=Field(reach="unknown"),
    )


def _model_json(content: bytes) -> bytes:
    """The description of the network in a PT2 file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename.endswith("models/model.json")]
            if len(entries) != 1:
                raise ValueError(f"The file holds no network as torch.export writes it. {HOW}")
            if entries[0].file_size > MAX_MODEL_JSON:
                raise ValueError(f"The description of the network is larger than {MAX_MODEL_JSON:,} bytes.")
            with archive.open(entries[0]) as stream:
                text = stream.read(MAX_MODEL_JSON + 1)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ValueError("The file is damaged or not a PT2 file.") from error
    return text


_NOTES: dict[str, tuple[str, ...]] = {
    "safetensors": ("The file holds parameters alone: no sizes of feature maps, no operations.",),
    "pt2": ("What training keeps in memory is not known from a file.",),
    "onnx": (
        "The file shows the network as it is deployed: exporting often merges batch normalisation into the "
        "convolution before, so that there are fewer parameters than in training.",
        "What training keeps in memory is not known from a file.",
    ),
}
