"""Results of the page on shapes and cost: the rows of a network, of a second one next to it, and blank cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from core.kit.memo import Memo
from core.labs.cnn_cost.compute.models import MODEL, made_with, model_table, native_sizes
from core.labs.cnn_cost.compute.rows import Row, columns, shown, stops
from core.labs.cnn_cost.compute.slips import COLUMNS
from core.labs.cnn_cost.compute.traced import Traced, tracing
from core.labs.cnn_cost.compute.uploads import UploadedNetwork, sized
from core.networks.grammar import TextError
from core.networks.presets import PRESETS, preset_table
from core.networks.reported import without_report
from core.networks.table import COUNTED, LayerTable
from core.networks.typed import ShapeError, layer_table, made_for
from core.worker.tasks import Task

ASKED = COUNTED - {"attention"}  # whose cells have formulas that can be worked out by hand
HIDDEN = "?"  # stands in a cell that is to be filled in
SOME = 8  # cells that are blank if not a whole column is
MOST = 24  # cells of a blank column
FILES = ("onnx", "pt2", "keras", "hub", "safetensors", "state_dict")  # sources that say nothing about training
TEXT_SIZE = 224  # side of the image of a typed network that does not say it


@dataclass(frozen=True, eq=False)
class Cost(Memo):
    """Result of `cost`.

    Attributes
    ----------
    table, other : LayerTable
        The network and the second one.
    notes, other_notes : tuple of str
        Origin of the rows and their warnings, as sentences.
    problem : str
        Why the rows end before the network does, as a sentence; "" if they do not.
    blanks : tuple of (int, str)
        Cells to be filled in: index of a call, and column.
    """

    table: LayerTable
    notes: tuple[str, ...]
    other: LayerTable
    other_notes: tuple[str, ...]
    problem: str = ""
    blanks: tuple[tuple[int, str], ...] = ()
    _rows: dict[tuple[str, bool, bool], tuple[Row, ...]] = field(default_factory=dict, repr=False)

    def rows(self, *, every: bool, collapse: bool, which: str = "table") -> tuple[Row, ...]:
        """Return rows as they are shown, of the network or of the `other` one; see `shown`."""
        key = (which, every, collapse)
        if key not in self._rows:
            self._rows[key] = shown(getattr(self, which), every=every, collapse=collapse)
        return self._rows[key]


def cost(
    *,
    net: str,
    text: str,
    upload: UploadedNetwork | None,
    size: int,
    height: int = 0,
    channels: int,
    beside: str,
    blank: str,
    seed: int,
) -> Cost:
    """Return the rows of a network and of another one.

    Parameters
    ----------
    net : str
        Key of `core.labs.cnn_cost.controls.NETWORKS`: a preset, a model of torchvision, "text" or "upload".
    text, upload
        The network, if it is one of these.
    size : int
        Side of the image; 0 for that of the network.
    height : int
        Of the image of a file that leaves it open; 0 for the side.
    channels : int
        Of the image of a typed network, and of a file that leaves them open.
    beside : str
        Preset or model of torchvision, shown at its own size.
    blank : str
        Cells to be filled in: "none", "some" or a column of `core.labs.cnn_cost.compute.slips.COLUMNS`.
    seed : int
        Which ones.

    Raises
    ------
    ValueError
        If a text cannot be read, a file is missing, or the network cannot take such images at all.
    """
    problem = ""
    try:
        table, notes = _network(net, text, upload, size, height, channels)
    except ShapeError as error:
        table, notes, problem = error.table, (), _failing(error, text) if net == "text" else error.problem
    except TextError as error:
        raise ValueError(f"{caret(error)}{pointed(error)}") from error
    other, other_notes = _known(beside, 0)
    return Cost(table, notes, other, other_notes, problem, blanks(table, blank=blank, seed=seed))


def awaited(**settings: Any) -> tuple[Task[Traced], ...]:
    """Begin the work that `cost` would wait for, and return it."""
    net, size = settings["net"], settings["size"]
    return (tracing(net.removeprefix(MODEL), size),) if _traced(net, size) else ()


def pointed(error: TextError) -> str:
    """Say what is wrong with a text and where, as a sentence."""
    return f"Line {error.line}, column {error.column}: {error.problem}"


def _failing(error: ShapeError, text: str) -> str:
    """Say which layer of a text does not fit: by its place or, where the text was pasted, by its name."""
    report = without_report(text)[1]
    if report is not None and error.problem == report.advice:  # which no layer here makes
        return error.problem
    if error.source in text:
        return pointed(error)
    name = re.split(r"[ ,|}]", error.source[len(error.caret) - 1 :])[0]
    return f"At {name}: {error.problem}"


def caret(error: TextError) -> str:
    """Return the line of a text with a caret under the error, as Markdown."""
    source = error.source.replace("`", "'")
    return f"```text\n{source}\n{error.caret}\n```\n"


def blanks(table: LayerTable, *, blank: str, seed: int) -> tuple[tuple[int, str], ...]:
    """Choose the cells to be filled in: indices of calls, each with a column."""
    counted = [place for place, call in enumerate(table.inference) if call.role in ASKED and call.output_shape]
    if blank == "none" or not counted:
        return ()
    if blank in COLUMNS:
        return tuple((place, blank) for place in counted[:MOST])
    cells = [(place, column) for place in counted for column in COLUMNS]
    drawn = np.random.default_rng(seed).choice(len(cells), min(SOME, len(cells)), replace=False)
    return tuple(cells[k] for k in sorted(drawn))


def tables(result: Cost, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return tables for a download: every row with the inputs of its formulas, for the script, and the second network.

    The column "slider" holds the step of the slider at which a row is shown, −1 for none; "?" is to be filled in.
    """
    rows = result.rows(every=values["every"], collapse=values["collapse"])
    stopping = {rows[k - 1].place: k for k in stops(rows) if k}
    own = np.array([0, *(stopping.get(place, -1) for place in range(len(result.table.calls)))])
    return {
        "layers.csv": {"slider": own} | _without(result.blanks, columns(result.table, values["precision"])),
        "layers_2.csv": columns(result.other, values["precision"]),
    }


def _without(blanks: tuple[tuple[int, str], ...], found: dict[str, Any]) -> dict[str, Any]:
    """Return columns of a file in which the blank cells hold "?"; the image is the first row.

    A side stays if there is no window from which to compute it: it is 1.
    """
    found = dict(found)
    names = {"side": "output", "activations": "activations", "params": "weights", "macs": "MACs"}
    for place, column in blanks:
        row, name = place + 1, names[column]
        found[name] = found[name].astype(object)
        if column != "side":
            found[name][row] = HIDDEN
        elif found["kernel height"][row]:
            found[name][row] = f"{found[name][row].split()[0]} {HIDDEN} {HIDDEN}"
    return {name: values.astype(str) if values.dtype == object else values for name, values in found.items()}


def _network(
    net: str, text: str, upload: UploadedNetwork | None, size: int, height: int, channels: int
) -> tuple[LayerTable, tuple[str, ...]]:
    if net == "upload":
        if upload is None:
            raise ValueError("There is no file yet; choose an ONNX, PT2, Keras, safetensors, .pt, or config.json file.")
        chosen = channels if "channels" in upload.table.opened else 0
        table = sized(upload, side=size, height=height, channels=chosen)
        return table, (*table.notes, *upload.notes)
    if net == "text":
        own, side = made_for(text=text, channels=channels)
        table = layer_table(text=text, size=size or side or TEXT_SIZE, channels=own, title="Your network")
        return table, table.notes
    return _known(net, size)


def _known(net: str, size: int) -> tuple[LayerTable, tuple[str, ...]]:
    """Return rows and notes of a preset or of a torchvision model."""
    if net in PRESETS:
        table = _preset(net, size)
        return table, (PRESETS[net].note, *table.notes)
    name = net.removeprefix(MODEL)
    if _traced(net, size):
        table = tracing(name, size).result().table
        return table, ("Traced just now with the installed torchvision.", *table.notes)
    table = model_table(net=name)
    return table, (f"Traced with {made_with()}.", *table.notes)


@lru_cache(maxsize=8)
def _preset(net: str, size: int) -> LayerTable:
    return preset_table(net=net, size=size or None)


def _traced(net: str, size: int) -> bool:
    """Return whether the rows must be traced: for a torchvision model at another size than its own."""
    name = net.removeprefix(MODEL)
    return net.startswith(MODEL) and size not in (0, native_sizes().get(name, 0))
