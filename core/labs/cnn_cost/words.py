"""Words of the page on shapes and cost: readouts, a sentence for each layer, questions, and verdicts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from core.draw.live import Check, Readout
from core.kit.controls import Choice
from core.kit.prediction import Prediction, because
from core.kit.words import size_text
from core.labs.cnn_cost.compute.explore import HIDDEN, Cost
from core.labs.cnn_cost.compute.formulas import formulas
from core.labs.cnn_cost.compute.rows import Row, recount, stops
from core.labs.cnn_cost.compute.slips import truth
from core.labs.cnn_cost.panels.costs import operations_of, params_of, unit_name
from core.labs.cnn_cost.panels.field import field_text
from core.labs.cnn_cost.panels.memory import images_text
from core.networks.memory import TrainingMemory
from core.networks.table import LayerTable, Totals, totals

NAMES = {
    "convolution": "the convolutions",
    "linear": "the fully connected layers",
    "attention": "attention",
    "norm": "normalization",
    "other": "something else",
}


_NOTES = 2  # of a network, before its first row; the section with the table has all
UNKNOWN = "–"


def shape_text(shape: Sequence[int]) -> str:
    """Write a shape: channels × height × width; a file without shapes has zeros."""
    return "×".join(map(str, shape)) if any(shape) else UNKNOWN


def bare(table: LayerTable) -> bool:
    """Return whether a table holds only parameters: a file of weights has neither maps nor operations."""
    return table.source in ("safetensors", "state_dict")


def least(table: LayerTable) -> str:
    """Return what precedes a sum over rows some of which are not counted."""
    return "at least " if table.uncounted else ""


def readouts(
    result: Cost, rows: Sequence[Row], sums: Totals, memory: TrainingMemory | str, *, bias: bool, unit: str, batch: int
) -> tuple[Readout, ...]:
    """Describe the slider's row, and the sums over the network, counted twice."""
    own: list[tuple[str, str, str, str]] = []
    for k in stops(tuple(rows)):
        if not k:
            own.append((shape_text(result.table.input_shape), "0", "0", "1×1"))
            continue
        row = rows[k - 1]
        shown = {
            "side": shape_text(row.call.output_shape),
            "params": f"{params_of(row, bias):,}",
            "macs": UNKNOWN if bare(result.table) else f"{operations_of(row, unit):,}",
        }
        shown = {column: HIDDEN if (row.place, column) in result.blanks else text for column, text in shown.items()}
        own.append((shown["side"], shown["params"], shown["macs"], field_text(row)))
    ways = {column: _ways(result, rows, column, bias=bias, unit=unit) for column in ("params", "macs")}
    output, params_, work, seen = (tuple(texts) for texts in zip(*own, strict=True))
    name = unit_name(unit)
    asked = {column for _, column in result.blanks}
    all_params = HIDDEN if "params" in asked else f"{sums.params:,}"
    all_maps = HIDDEN if "activations" in asked else f"{sums.activations:,}"
    all_work = f"{least(result.table)}{sums.flops if unit == 'flops' else sums.macs:,}"
    if bare(result.table):
        all_maps = all_work = UNKNOWN
    kept = size_text(memory.total) if isinstance(memory, TrainingMemory) else UNKNOWN
    return (
        Readout("output", output, help="Channels × height × width of what this row gives."),
        Readout("parameters", params_, help="Of this row.", formula=ways["params"], headline=True),
        Readout(name, work, help=f"{name} of this row, for one image.", formula=ways["macs"]),
        Readout("sees", seen, "accent", "Height × width of what one unit sees of the image, padding included."),
        Readout(
            "all parameters",
            (all_params,),
            help="Of the network; what is used twice counts once.",
            check=None if asked else _recounted(result),
        ),
        Readout(f"all {name}", (all_work,), help="Of the network, for one image."),
        Readout("all activations", (all_maps,), help="As the switches say: image, pooling outputs."),
        Readout(
            f"training, {images_text(batch)}",
            (kept,),
            "first",
            "Weights, gradients, optimizer and what is kept for the backward pass, without workspace of the GPU.",
        ),
    )


def _ways(result: Cost, rows: Sequence[Row], column: str, *, bias: bool, unit: str) -> tuple[str, ...]:
    """Write the formula of a number at each position of the slider; none while such numbers are to be found."""
    if any(asked == column for _, asked in result.blanks) or bare(result.table):
        return ()
    found = [formulas(row.call, bias=bias, flops=unit == "flops")[column] for row in rows]
    return tuple(found[k - 1] if k else "The image itself." for k in stops(tuple(rows)))


_BUILT = ("traced", "precomputed")
_RECOUNTED = dict.fromkeys(
    _BUILT,
    "Counted from the shapes alone, with every kernel stepped over its input (the parameters of the rows were counted "
    "in the network itself)",
) | {
    "typed": "Counted with every kernel stepped over its input (the weights of typed layers follow from one formula in "
    "both)",
}


def _recounted(result: Cost) -> Check | None:
    """Return the second count; None for a file, where it would depend on what the first one has read."""
    if result.table.source not in _RECOUNTED:
        return None
    params, macs = recount(result.table)
    sums = totals(result.table)
    how = _RECOUNTED[result.table.source]
    return Check((f"{params:,} parameters, {macs:,} MACs",), ((params, macs) == (sums.params, sums.macs),), how)


def sentences(result: Cost, rows: Sequence[Row], *, bias: bool, unit: str) -> tuple[str, ...]:
    """Say what happens at each row, with the formulas and the percentage of the parameters so far."""
    everything = [0, *accumulate(_owned(call, bias) for call in result.table.inference)]
    texts = []
    for k in stops(tuple(rows)):
        if not k:
            texts.append(_opening(result))
            continue
        row = rows[k - 1]
        if any(place == row.place for place, _ in result.blanks):
            texts.append(f"{row.label}: cells of this row are blank; fill them in below the picture.")
            continue
        found = formulas(row.call, bias=bias, flops=unit == "flops")
        share = f"; {100 * everything[row.place + 1] / everything[-1]:.3g}% of all so far" if everything[-1] else ""
        times = f" (one of {row.count} equal ones)" if row.count > 1 else ""
        parts = [f"{row.call.kind}{times}: {found['output']}" if row.call.output_shape else f"{row.call.kind}{times}"]
        parts.append(f"parameters {found['params']}{share}")
        if row.call.macs:
            parts.append(f"{unit_name(unit)} {found['macs']}")
        texts.append(". ".join(filter(None, ["; ".join(parts), row.call.note.rstrip(".")])) + ".")
    return tuple(f"{result.problem} Up to there: {text}" if result.problem else text for text in texts)


def summaries(result: Cost, rows: Sequence[Row], *, bias: bool, unit: str) -> tuple[str, ...]:
    """Say in one line what percentage of the parameters and operations each row has, or why the network stops."""
    if result.blanks:
        return ("Some cells are blank; fill them in below the picture.",)
    if result.problem:
        return (_stopped(result.problem),)
    sums = totals(result.table, bias=bias)
    work = sums.flops if unit == "flops" else sums.macs
    texts = [f"{sums.params:,} parameters in all; drag to see where they are."]
    for k in stops(tuple(rows))[1:]:
        row = rows[k - 1]
        held = f"{_share(_owned(row.call, bias) * row.count, sums.params)} of the parameters"
        done = (
            ""
            if bare(result.table)
            else f", {_share(operations_of(row, unit) * row.count, work)} of the {unit_name(unit)}"
        )
        texts.append(f"This layer has {held}{done}.")
    return tuple(texts)


def _stopped(problem: str) -> str:
    """Say in short where a network stops, and the number that mends it if there is one."""
    place = re.match(r"(?:Line|At) [^:]+: ", problem)
    mended = re.search(r"write \d+ in place of \d+", problem)
    said = f"shapes do not fit; {mended[0] if mended else '“More” says why'}."
    return f"{place[0]}{said}" if place else said.capitalize()


def _share(part: int, whole: int) -> str:
    """Write a fraction of a whole with two digits."""
    share = 100 * part / whole if whole else 0.0
    if share >= 99.5:  # two digits would make a power of ten of it
        return "100%" if part == whole else f"{min(share, 99.99):.4g}%"
    return f"{share:.2g}%" if share >= 0.01 or not part else "under 0.01%"


def _owned(call: Any, bias: bool) -> int:
    return 0 if call.shared else call.params if bias else call.weights


def _opening(result: Cost) -> str:
    """Return what precedes the first row."""
    note = " ".join(telling(result, result.notes)[:_NOTES])
    size = result.table.input_shape
    image = f"An image of {size[1]} × {size[2]} with {size[0]} channels." if any(size) else "The file holds no image."
    return f"{result.table.title}. {image} {note}".strip()


def telling(result: Cost, notes: Iterable[str]) -> list[str]:
    """List notes without the sentences that give away a blank number."""
    answers = {
        truth(result.table.inference[place], column=column, bias=bias)
        for place, column in result.blanks
        for bias in (False, True)
    }
    if any(column == "params" for _, column in result.blanks):
        answers |= {totals(result.table, bias=bias).params for bias in (False, True)}
    if any(column == "activations" for _, column in result.blanks):
        answers |= {totals(result.table, input_row=image).activations for image in (False, True)}
    kept = (
        [part for part in re.split(r"(?<=[.!?]) +(?=[A-Z0-9])", note) if not answers & set(_numbers(part))]
        for note in notes
    )
    return [" ".join(parts) for parts in kept if parts]


def _numbers(sentence: str) -> Iterator[int]:
    return (int(found.replace(",", "")) for found in re.findall(r"\d+(?:,\d{3})*", sentence))


def largest(result: Cost, quantity: int) -> str:
    """Tell what holds most of a quantity: 0 parameters, 2 MACs."""
    by_role = totals(result.table).by_role
    best = max(by_role, key=lambda role: by_role[role][quantity], default="other")
    return best if best in NAMES else "other"


def _verdict(quantity: int, name: str) -> Any:
    def verdict(guess: str, truth: str, result: Cost) -> str:
        by_role: Mapping[str, tuple[int, int, int]] = totals(result.table).by_role
        whole = sum(sums[quantity] for sums in by_role.values()) or 1
        shares = [
            f"{NAMES.get(role, role)} {100 * sums[quantity] / whole:.3g}%"
            for role, sums in sorted(by_role.items(), key=lambda pair: -pair[1][quantity])
            if sums[quantity]
        ]
        return f"Of {whole:,} {name}: {', '.join(shares) or 'nothing'}."

    return verdict


_WHY = {
    0: because(
        "A fully connected layer has a weight for each",
        "pair of an input and an output",
        "A convolution shares its weights among all positions.",
        {
            "input": "Every output needs one for each input.",
            "channel": "That is closer to a convolution, whose weights are shared among positions.",
        },
    ),
    2: because(
        "A weight of a convolution is used",
        "at every position of its output",
        "So its operations are its weights times the positions.",
        {
            "once for each image": "That is a fully connected layer.",
            "once for each channel": "It belongs to one input channel, and moves over the whole image.",
        },
    ),
}


def _question(text: str, quantity: int, name: str) -> Prediction:
    guess = Choice(
        name="guess", label="Your answer", default="convolution", options=NAMES, help="Enter your prediction."
    )
    return Prediction(
        text, guess, lambda result: largest(result, quantity), _verdict(quantity, name), why=_WHY[quantity]
    )


PREDICTIONS = (
    _question("Which part of this network holds most of its parameters?", 0, "parameters"),
    _question("Which part does most of the multiply-accumulates?", 2, "MACs"),
)
