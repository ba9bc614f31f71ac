"""Networks from visitors' files, read as data: nothing in a file is ever run, and pickles are never opened."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np

from core.kit.memo import Memo
from core.labs.cnn_cost.compute.models import decoded, encoded, model_table
from core.networks.files.graph import MisfitError, graph_table
from core.networks.files.hub import named
from core.networks.files.keras import config_of, keras_table
from core.networks.files.onnx_file import read_onnx, without_weights
from core.networks.files.pt2 import is_program, program_text, read_program
from core.networks.files.state_dicts import saved_table
from core.networks.files.weights import MAX_HEADER, safetensors_table
from core.networks.table import LayerTable
from core.worker import confined

MAX_BYTES = 1 << 30
MAX_GRAPH = 200 * 2**20  # bytes of a file with a graph
MAX_KEPT = 8_000_000  # bytes of a file without its weights that are kept for other sizes
LONGEST_NAME = 60
READER = "core.labs.cnn_cost.compute.uploads.network_values"
# Height, width and channels that stand for open ones: those of most classifiers, text recognizers and detectors.
SIDES = ((224, 224, 3), (48, 320, 3), (640, 640, 3), (32, 100, 1), (32, 32, 3), (28, 28, 1))
HOW = (
    "Export the network in PyTorch with torch.onnx.export(model, (image,), 'model.onnx', external_data=False) or with "
    "torch.export.save(torch.export.export(model, (image,)), 'model.pt2'), or save its weights alone with "
    "safetensors.torch.save_file(model.state_dict(), 'model.safetensors')."
)
_READ = {".onnx": "onnx", ".pt2": "pt2", ".safetensors": "safetensors", ".keras": "keras"} | dict.fromkeys(
    (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle", ".tar"), "state_dict"
)
_NAMES = {"onnx": "ONNX", "pt2": "PT2"}
# Names of files that are refused because nothing is known of what is in them, or because opening them can run code.
_REFUSED = {
    (".joblib", ".npy", ".npz"): "may hold a Python pickle, which can run code when opened",
    (".h5", ".hdf5", ".pb", ".tflite", ".pdmodel", ".pdiparams", ".mlmodel", ".caffemodel", ".engine"): (
        "comes from another framework"
    ),
    (".gguf", ".ggml"): "holds a language model in a format of its own",
    (".py", ".ipynb"): "is a program, and programs of visitors are not run here",
}
# What files begin with that are something else than their name says -> what that is.
_OTHERWISE = (
    (
        b"version https://git-lfs.github.com/spec",
        "only a pointer of Git LFS, a few lines of text that stand for the "
        "file; fetch the file itself with “git lfs pull” or with the download button of its page",
    ),
    (b"<!doctype html", "a web page, such as one that says that the file was not found; download the file itself"),
    (b"<html", "a web page, such as one that says that the file was not found; download the file itself"),
    (b"<?xml", "an XML file, such as a server's message that something failed; download the file itself"),
    (b'{"error"', "a server's message that something failed; download the file itself"),
    (b"\x1f\x8b", "compressed with gzip; unpack it first"),
    (b"%pdf", "a PDF"),
    (b"gguf", "a GGUF file, the format of llama.cpp, which is not read here"),
    (b"\x89hdf", "an HDF5 file, as Keras wrote them, which is not read here"),
)


@dataclass(frozen=True)
class UploadedNetwork(Memo):
    """The content read from a file; equal if name and content of the file are equal.

    Attributes
    ----------
    name : str
        Of the file.
    digest : str
        SHA-256 of its content.
    table : LayerTable
        Its `source` is "onnx", "pt2", "keras", "hub", "safetensors", or "state_dict". The last two have only
        parameters: no shapes of maps, no operations.
    notes : tuple of str
        Sentences about what the file does not say.
    graph : bytes
        The file without its weights, if it leaves the size of its input open; otherwise nothing.
    """

    name: str
    digest: str = field(repr=False)
    table: LayerTable = field(compare=False, repr=False)
    notes: tuple[str, ...] = field(compare=False, repr=False)
    graph: bytes = field(default=b"", compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.name}: {len(self.table.calls):,} rows"


def read_network(name: str, content: bytes) -> UploadedNetwork:
    """Read a network from an ONNX, PT2, safetensors or torch.save file, in a confined process.

    Parameters
    ----------
    name
        Of the file.
    content
        At most 1 GiB.

    Raises
    ------
    ValueError
        If it is another kind of file, damaged, or too large; the sentence says how to export a network.
    """
    kind = _kind(name, content)
    title = "".join(filter(str.isprintable, name))[:LONGEST_NAME]
    needed = content[: 8 + MAX_HEADER] if kind == "safetensors" else content
    values = confined.call(
        "core.labs.cnn_cost.compute.uploads.network_values", needed, kind=kind, title=title, size=len(content)
    )
    table = replace(decoded(values["table"]), source=values["kind"])
    graph = values["graph"].tobytes() if values["graph"] is not None else b""
    return UploadedNetwork(title, hashlib.sha256(content).hexdigest(), table, _NOTES[values["kind"]], graph)


@lru_cache(maxsize=16)
def sized(upload: UploadedNetwork, *, side: int, height: int, channels: int) -> LayerTable:
    """Return rows at a given size of a network whose file leaves the size open; 0 is the size at which it was read.

    Raises
    ------
    ValueError
        If it does not accept such an input.
    """
    if not upload.graph or not (side or height or channels):
        return upload.table
    own = upload.table.input_shape
    wanted = [height or side or own[1], side or own[2], channels or own[0]]
    values = confined.call(
        READER,
        upload.graph,
        kind=upload.table.source,
        title=upload.name,
        size=len(upload.graph),
        sides=[wanted],
        light=True,
    )
    return replace(decoded(values["table"]), source=upload.table.source)


def network_values(
    content: bytes,
    *,
    kind: str,
    title: str,
    size: int,
    sides: Sequence[Sequence[int]] = SIDES,
    light: bool = False,
) -> dict[str, Any]:
    """Read a network as plain values.

    Parameters
    ----------
    content : bytes
    kind : str
        "onnx", "pt2", "keras", "hub", "safetensors" or "state_dict".
    title : str
    size : int
        Of the whole file, of which the rest may be missing.
    sides : sequence of (int, int, int)
        Height, width, and channels that are tried in this order if the file leaves them open.
    light : bool
        Whether the content is the "graph" of an earlier call.

    Returns
    -------
    dict
        "kind" of the file, "table", and "graph", the file without its weights if it leaves the size of its input open.

    Raises
    ------
    ValueError
        If it is another kind of file, damaged, or too large.
    """
    graph = None
    if kind == "state_dict" and is_program(content):
        kind = "pt2"
    if kind == "safetensors":
        table = safetensors_table(title, content, size)
    elif kind == "keras":
        table = keras_table(title, config_of(content) if content[:2] == b"PK" else content)
    elif kind == "hub":
        table = _hub_table(title, content)
    elif kind == "state_dict":
        table = saved_table(title, content)
    else:
        lighten = without_weights if kind == "onnx" else program_text
        kept = content if light else lighten(content)
        table = _fitting(kind, kept, title, sides)
        graph = np.frombuffer(kept, np.uint8) if table.opened and len(kept) <= MAX_KEPT else None
    return {"kind": kind, "table": encoded(table), "graph": graph}


def _hub_table(title: str, content: bytes) -> LayerTable:
    """Return the rows of the network of torchvision that a configuration of Hugging Face or timm has the sizes of."""
    found = named(content)
    if found is None:
        raise ValueError(f"“{title}” holds settings, and no network with its shapes. {HOW}")
    if not found.network:
        raise ValueError(
            f"“{title}” is the configuration of {found.what}. The layers are in the code of its library, not in the "
            f"file. {HOW}"
        )
    remark = f"The file is the configuration of {found.what}; torchvision's {found.network} has the same sizes."
    return replace(model_table(net=found.network), title=title, remarks=(remark,))


def _fitting(kind: str, kept: bytes, title: str, sides: Sequence[Sequence[int]]) -> LayerTable:
    """Return rows at the first size that the network accepts; if it accepts none, raise the first reason why not."""
    read, first = {"onnx": read_onnx, "pt2": read_program}[kind], None
    for height, width, channels in sides:
        try:
            return graph_table(read(kept, height=height, width=width, channels=channels), title=title, source=kind)
        except MisfitError as error:
            first = first or error
    raise first or ValueError("No size was tried.")


def _kind(name: str, content: bytes) -> str:
    """Choose the reader: by the name, and never for a file that is recognizably of another kind."""
    suffix = "." + name.lower().rsplit(".", 1)[-1] if "." in name else ""
    short = f"“{name[-LONGEST_NAME:]}”"
    begin = content[:256].lstrip().lower()
    for first, what in _OTHERWISE:
        if begin.startswith(first):
            raise ValueError(f"{short} is {what}.")
    for suffixes, said in _REFUSED.items():
        if suffix in suffixes:
            raise ValueError(f"A file that ends in {suffix} {said}. {HOW}")
    if suffix == ".json" and b'"class_name"' in content[:1_000_000] and b'"layers"' in content[:1_000_000]:
        return "keras"
    if suffix == ".json" and b'"weight_map"' in content[:1_000_000]:
        raise ValueError(
            f"{short} is the index of weights that are kept in several files; it has names without shapes. Bring the "
            "files that it lists, one at a time."
        )
    if suffix == ".json":
        return "hub"
    if suffix not in _READ:
        raise ValueError(f"{short} is no ONNX, PT2, safetensors or torch.save file. {HOW}")
    if len(begin) > 8 and all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in begin):
        quoted = content[:256].lstrip()[:40].decode("ascii").splitlines()[0]
        raise ValueError(f"{short} is a text file, perhaps a server's message; it begins with “{quoted}”.")
    _check_begin(_READ[suffix], content)
    return _READ[suffix]


def _check_begin(kind: str, content: bytes) -> None:
    """Refuse files that are too large, and pickles where none is expected."""
    if len(content) > MAX_BYTES:
        raise ValueError(f"The file is larger than {MAX_BYTES >> 30} GiB.")
    if kind not in ("onnx", "pt2"):
        return
    if content[:1] == b"\x80" and content[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        raise ValueError(f"The file is a Python pickle, which can run code when opened. {HOW}")
    if len(content) > MAX_GRAPH:
        raise ValueError(
            f"The file has {len(content):,} bytes; {_NAMES[kind]} files of at most {MAX_GRAPH:,} are read. A "
            "safetensors file of the same network may be larger."
        )


_NOTES: dict[str, tuple[str, ...]] = {
    "safetensors": ("The file holds parameters alone: no sizes of feature maps, no operations.",),
    "state_dict": ("The file holds parameters alone: no sizes of feature maps, no operations.",),
    "pt2": ("What training keeps in memory is not known from a file.",),
    "keras": ("Layers are read from the description in the file; its weights are not opened.",),
    "hub": ("The rows are those of torchvision; the library of the file may split its layers otherwise.",),
    "onnx": (
        "The file shows the network as it is deployed: exporting often merges batch normalization into the "
        "convolution before, so that there are fewer parameters than in training.",
        "What training keeps in memory is not known from a file.",
    ),
}
