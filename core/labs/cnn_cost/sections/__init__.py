"""Folded sections of the page on shapes and cost: the table, its blanks, conventions, depth, the notation."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from core.kit.lab import Exercise, Section, Table
from core.kit.words import size_text, verbatim
from core.labs.cnn_cost.compute.explore import Cost
from core.labs.cnn_cost.compute.formulas import formulas
from core.labs.cnn_cost.compute.models import model_table
from core.labs.cnn_cost.compute.rows import Row
from core.labs.cnn_cost.compute.slips import rounded
from core.labs.cnn_cost.panels.costs import unit_name
from core.labs.cnn_cost.panels.memory import memory_of
from core.labs.cnn_cost.sections.fill_in import questions
from core.labs.cnn_cost.sections.layer_table import BLANKED, columns_of
from core.labs.cnn_cost.words import UNKNOWN, bare, least, shape_text, telling
from core.networks.layers import KINDS
from core.networks.lenet import lenet5
from core.networks.pasted import PastedError, own_notation
from core.networks.presets import PRESETS, preset_table
from core.networks.table import COUNTED, LayerTable, totals

# Column of the table -> key of its formula, and its name among the blank cells.
_FORMULAS = {
    "output": "output",
    "activations": "activations",
    "parameters": "params",
    "MACs": "macs",
    "FLOPs": "macs",
    "bytes": "bytes",
    "sees": "field",
    "stored for training": "saved",
}

_LATER = "Totals appear when no cells are hidden: choose “Nothing” under “Leave blank”."


def table_blocks(result: Cost, values: Mapping[str, Any]) -> Sequence[Any]:
    """Show the rows as a table, and the exercise if some cells of it are blank."""
    rows = result.rows(every=values["every"], collapse=values["collapse"])
    table = Table(
        columns=columns_of(result, rows, values),
        explain=lambda row, column: _explained(result, rows[row], column, values),
        caption=_caption(result, values),
    )
    notes = [f"- {note}" for note in (result.problem, *telling(result, result.notes)) if note]
    blocks: list[Any] = ["\n".join(notes)] if notes else []
    blocks.append(table)
    if not result.blanks and (found := _one_number(rows, int(values["layer"]))):
        blocks.append(found)
    if result.blanks:
        settings = ("net", "text", "upload", "size", "channels", "bias", "input_row", "blank", "seed")
        blocks.append(
            Exercise(
                "**Fill in the hidden cells.** A size is 24, 24 × 24, or all of (64, 24, 24). A number is exact, "
                "like 1,792, or rounded to three digits or more, like 3.36e9 or 3.36G.",
                questions(result.table, result.blanks, bias=values["bias"], input_row=values["input_row"]),
                key=" ".join(str(values[name]) for name in settings),
                title="Hidden cells of the table",
            )
        )
    return blocks


def _one_number(rows: Sequence[Row], layer: int) -> str:
    """Link the convolution under the slider to the lab that shows one of its numbers, product by product."""
    if not 1 <= layer <= len(rows):
        return ""  # the image
    row = rows[layer - 1]
    window, shape = row.call.window, row.call.input_shape
    if row.call.role != "convolution" or window is None or len(shape) != 3:
        return ""
    (down, across), channels = window.kernel, shape[0] // window.groups
    stride, padding = window.stride[0], window.padding[0]
    words = (
        f"One number of {verbatim(row.label)} adds up {down} × {across} × {channels:,} products of weight and input."
    )
    if max(down, across) > 5 or stride > 3 or padding > 4:
        return words
    ones = "%3B%20".join(["%20".join("1" * across)] * down)
    return f"{words} [See such a sum, product by product](convolution?kernel={ones}&stride={stride}&padding={padding})."


def _explained(result: Cost, row: Row, column: str, values: Mapping[str, Any]) -> str:
    """Return the formula of a cell, unless it is to be found."""
    if (row.place, BLANKED.get(column, "")) in result.blanks:
        return "This cell is hidden: fill it in below."
    key = _FORMULAS.get(column)
    if key is None:
        return f"**{verbatim(row.label)}** is the call {verbatim(row.call.name)}. {verbatim(row.call.note)}".strip()
    found = formulas(row.call, bias=values["bias"], flops=values["unit"] == "flops", precision=values["precision"])
    return f"**{verbatim(row.label)}**, {column}: {found[key].replace('*', '×') or 'not known'}"


def _caption(result: Cost, values: Mapping[str, Any]) -> str:
    switches = [
        "parameters with biases" if values["bias"] else "parameters without biases",
        f"{unit_name(values['unit'])} for one image",
        f"bytes in {values['precision']}",
    ]
    ends = f" Parts that are never used: {_unused(result.table)}." if result.table.unused else ""
    return f"Here: {', '.join(switches)}. The corner of the table has a search and a CSV file.{ends}"


def _unused(table: LayerTable) -> str:
    return ", ".join(f"{verbatim(name)} with {params:,} parameters" for name, params in table.unused)


def conventions(result: Cost, values: Mapping[str, Any]) -> Sequence[Any]:
    """Count the same network by every convention found in print."""
    if result.blanks:
        return (_LATER,)
    table = result.table
    full, biasless = totals(table), totals(table, bias=False)
    cells_ = [call.activations for call in table.inference if call.role in COUNTED]
    image = full.activations - totals(table, input_row=False).activations
    missing = f", without {', '.join(table.uncounted)}" if table.uncounted else ""
    counted = [
        ("parameters", "with biases", full.params),
        ("parameters", "without biases", biasless.params),
        ("buffers (not trained)", "running means and variances", full.buffers),
        ("operations", f"MACs: a multiply-add counts once{missing}", full.macs),
        ("operations", "FLOPs: it counts twice", full.flops),
        ("operations", "plus biases, normalization, activations, and pooling", full.other_ops),
        ("activations", "image, convolutions, pooling, fully connected", full.activations),
        ("activations", "without the image", totals(table, input_row=False).activations),
        ("activations", "without pooling", totals(table, pool_rows=False).activations),
        ("activations", "each cell rounded to two digits before adding", sum(map(rounded, [image, *cells_]))),
        (
            "activations",
            "all operations, normalization and ReLU included",
            sum(c.activations for c in table.inference) + image,
        ),
    ]
    if bare(table):
        counted = [row for row in counted if row[0] not in ("operations", "activations")]
    columns = {name: [row[k] for row in counted] for k, name in enumerate(("what", "counting rule", "number"))}
    return (
        "Tables disagree because they count different things. All of these are in print:",
        Table(columns),
        *_twins(values["net"]),
        *([_lenet()] if values["net"] == "lenet5" else []),
        *([f"Used only in training, or never: {_unused(table)}."] if table.unused else []),
    )


def _twins(net: str) -> list[str]:
    """Compare with torchvision's version of the same paper."""
    pairs = {
        "googlenet": "googlenet",
        "tv_googlenet": "googlenet",
        "alexnet": "alexnet",
        "vgg16": "vgg16",
        "vgg19": "vgg19",
        "resnet18": "resnet18",
    }
    if net not in pairs:
        return []
    own, theirs = totals(preset_table(net=pairs[net])), totals(model_table(net=pairs[net]))
    words = (
        f"**Typed and traced.** By formulas the text of {PRESETS[pairs[net]].title} has {own.params:,} parameters and "
        f"{own.macs:,} MACs; torchvision's {pairs[net]}, traced with torch, has {theirs.params:,} and {theirs.macs:,}: "
        f"{_signed(theirs.params - own.params)} and {_signed(theirs.macs - own.macs)}."
    )
    if pairs[net] == "googlenet":
        words += (
            " The paper's 5×5 convolutions are 3×3 in torchvision (pytorch/vision issue 906), so it "
            "cannot reproduce the paper's table."
        )
    return [words]


def _signed(difference: int) -> str:
    return f"{difference:+,}".replace("-", "−")


def _lenet() -> str:
    """Describe LeNet-5 as it was published."""
    old = lenet5()
    rows = "".join(
        f"| {layer.name} | {layer.kind} | {shape_text(layer.shape)} | {layer.params:,} | {layer.connections:,} |\n"
        for layer in old.layers
    )
    return (
        f"**The 1998 network differs**: C3 connects {old.links} of 96 pairs of maps, subsampling "
        "has a trained factor and bias for each map, and the output compares with "
        f"{old.layers[-1].fixed} fixed numbers. {old.params:,} parameters, against "
        f"{old.modern_params:,} of the modern version.\n\n| layer | kind | maps × height × width | "
        f"parameters | connections |\n|--|--|--|--:|--:|\n{rows}\nTogether {old.connections:,} "
        "connections."
    )


def side_by_side(result: Cost, values: Mapping[str, Any]) -> Sequence[Any]:
    """Show totals of both networks."""
    if result.blanks:
        return (_LATER,)
    columns: dict[str, list[str]] = {"count": ["image", "calls", "parameters", "MACs", "activations", "training"]}
    for table in (result.table, result.other):
        sums = totals(table, bias=values["bias"], input_row=values["input_row"], pool_rows=values["pool_rows"])
        memory = memory_of(table, values["batch"], values["optimizer"], values["precision"])
        name = table.title if table.title not in columns else f"{table.title}, again"
        columns[name] = [
            shape_text(table.input_shape),
            f"{len(table.inference):,}",
            f"{sums.params:,}",
            UNKNOWN if bare(table) else f"{least(table)}{sums.macs:,}",
            UNKNOWN if bare(table) else f"{sums.activations:,}",
            memory if isinstance(memory, str) else size_text(memory.total),
        ]
    first, second = (totals(table, bias=values["bias"]) for table in (result.table, result.other))
    work = "" if bare(result.table) else f" and {_times(first.macs, second.macs)} the MACs"
    words = (
        f"{verbatim(result.table.title)} has {_times(first.params, second.params)} the parameters{work} of "
        f"{verbatim(result.other.title)}."
    )
    return (words, Table(columns))


def _times(first: int, second: int) -> str:
    return f"{first / second:.3g} times" if second else "not comparable:"


def notation(result: Cost, values: Mapping[str, Any]) -> Sequence[Any]:
    """Show the text of the current network (for torchvision's, the visitor's), and the layers that can be typed."""
    own = PRESETS[values["net"]].text if values["net"] in PRESETS else values["text"]
    with contextlib.suppress(PastedError):  # what was pasted from PyTorch or Keras stands here as it is written here
        own = own_notation(own)
    rows = "".join(f"| `{kind.example}` | {kind.help} |\n" for kind in dict.fromkeys(KINDS.values()))
    return (
        "Layers are separated by commas, arrows or line ends; # begins a comment. `{a | b}` "
        "concatenates branches, `{+ a | id}` adds them, `{* a | id}` multiplies them, `{/ a | "
        "id}` gives each a part of the channels; `3x conv3-64` and `2x(…)` repeat. Options "
        "follow a layer: `/2` or `/2x1` stride, `p1` padding, `same`, `d2` dilation, `g8` "
        "groups, `bias=0`, `in=400` the inputs that a layer is made for. Lines of PyTorch and Keras can be pasted too; "
        "they are read, not run. A shape error of PyTorch, pasted below its layers, shows the layer that fails. "
        "Choose “Your own text” and paste, for example:",
        f"```text\n{own.replace('`', chr(39))}\n```",
        f"| write | for |\n|--|--|\n{rows}",
    )


SECTIONS = (
    Section("Layer table with formulas", table_blocks),
    Section("Why published tables differ", conventions),
    Section("Both networks in numbers", side_by_side),
    Section("Notation for networks", notation),
)
