"""Fill-in mode of a table: its blank cells, and sums over them, as questions."""

from __future__ import annotations

from core.exercises.questions import Question
from core.kit.words import verbatim
from core.labs.cnn_cost.compute.rows import label, shown
from core.labs.cnn_cost.compute.slips import activations_in_all, cell, parameters_in_all
from core.labs.cnn_cost.controls import HEADS
from core.networks.table import LayerTable


def questions(
    table: LayerTable, blanks: tuple[tuple[int, str], ...], *, bias: bool, input_row: bool
) -> tuple[Question, ...]:
    """Return questions for the blank cells of a table, and for the sums of the columns that occur among them."""
    numbers = {row.place: number for number, row in enumerate(shown(table, every=False, collapse=False), 1)}
    found = []
    for place, column in blanks:
        call = table.inference[place]
        name = f"{numbers.get(place, place + 1)}. {verbatim(label(call))}: {HEADS[column]}"
        found.append(cell(name, call, column=column, bias=bias))
    columns = {column for _, column in blanks}
    if "activations" in columns:
        image = "with the image" if input_row else "without the image"
        found.append(activations_in_all(f"Sum of all activations, with pooling, {image}", table, input_row=input_row))
    if "params" in columns:
        found.append(parameters_in_all("Sum of all parameters", table, bias=bias))
    return tuple(found)
