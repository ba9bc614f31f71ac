"""Fill-in mode of a table: what is typed is read as a number or a shape, judged, and known slips are named."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from core.kit.answers import Given, number_typed, shape_typed
from core.kit.lab import Cell, Verdict
from core.kit.words import verbatim
from core.labs.cnn_cost.compute.rows import label, shown
from core.labs.cnn_cost.compute.slips import Answer, another, judge, judge_sum, rounded, truth
from core.labs.cnn_cost.controls import HEADS
from core.networks.table import Call, LayerTable, totals


def cells(table: LayerTable, blanks: tuple[tuple[int, str], ...], *, bias: bool, input_row: bool) -> tuple[Cell, ...]:
    """The blank cells of a table as cells of an exercise, and the sums of the columns that occur among them."""
    found = []
    calls = table.inference
    numbers = {row.place: number for number, row in enumerate(shown(table, every=False, collapse=False), 1)}
    for place, column in blanks:
        call = calls[place]
        name = f"{numbers.get(place, place + 1)}. {verbatim(label(call))}: {HEADS[column]}"
        right = truth(call, column=column, bias=bias)
        cell = _cell(name, right, partial(_judged, table, place, column, bias))
        found.append(Cell(name, partial(_side_verdict, call, cell)) if column == "side" else cell)
    columns = {column for _, column in blanks}
    if "activations" in columns:
        right = judge_sum(table, answer=Given(-1), input_row=input_row).truth
        with_image = "with the image" if input_row else "without the image"
        found.append(
            _cell(f"Sum of all activations, with pooling, {with_image}", right, partial(_summed, table, input_row))
        )
    if "params" in columns:
        total = totals(table, bias=bias).params
        found.append(_cell("Sum of all parameters", total, partial(_params_summed, table, bias)))
    return tuple(found)


def _judged(table: LayerTable, place: int, column: str, bias: bool, answer: Given) -> Answer:
    return judge(table.inference[place], column=column, answer=answer, bias=bias)


def _summed(table: LayerTable, input_row: bool, answer: Given) -> Answer:
    return judge_sum(table, answer=answer, input_row=input_row)


def _params_summed(table: LayerTable, bias: bool, answer: Given) -> Answer:
    """Judge the sum of the parameters, and recognize what may go wrong with it."""
    own = [0 if call.shared else call.params if bias else call.weights for call in table.inference]
    right, other = sum(own), totals(table, bias=not bias).params
    if answer.fits(right):
        return Answer(right=True, truth=right)
    slips = [
        *another(table, own, right),
        ("bias forgotten" if bias else "bias counted", other, f"The {abs(right - other):,} biases were "
         f"{'forgotten' if bias else 'counted'}."),
        ("rounded cells", sum(map(rounded, own)), "The cells were rounded before they were added; add the exact ones."),
        *(("zero dropped", right - cell + cell // 10, f"A zero was dropped: {cell // 10:,} stands for {cell:,}.")
          for cell in own if cell),
    ]  # fmt: skip
    for slip, wrong, explanation in slips:
        if answer.fits(wrong) and wrong != right:
            return Answer(right=False, truth=right, slip=slip, explanation=explanation)
    return Answer(right=False, truth=right)


def _side_verdict(call: Call, cell: Cell, text: str) -> Verdict:
    """Judge a side that may be typed as the whole shape, with or without the channels, before or behind the sides."""
    typed = shape_typed(text)
    if not typed:
        return cell.judge(text)
    depth, *sides = call.output_shape if len(call.output_shape) == 3 else (call.output_shape[-1], 1, 1)
    own = [list(typed)] if len(typed) == 2 else [list(typed[1:]), list(typed[:2])]
    if sides not in own:
        if own[0][0] == sides[0]:
            return Verdict(False, "The height is correct, the width is not.")
        return cell.judge(str(own[0][0]))
    if len(typed) == 3 and typed not in ((depth, *sides), (*sides, depth)):
        return Verdict(False, "The sides are correct; the depth is the number of filters.")
    return Verdict(True, f"{' × '.join(map(str, typed))} is correct.")


def _cell(name: str, right: int, judged: Callable[[Given], Answer]) -> Cell:
    def verdict(text: str) -> Verdict:
        answer = number_typed(text)
        if answer.unit > 1 and answer.digits < 2:
            raise ValueError("Give at least two digits.")
        found = judged(answer)
        if found.right:
            words = f"Correct to {answer.digits} digits." if answer.unit > 1 else f"{answer.value:,} is correct."
            return Verdict(True, words)
        if found.slip:
            return Verdict(False, f"**{found.slip[0].upper()}{found.slip[1:]}.** {found.explanation}")
        if answer.value == rounded(right):
            return Verdict(False, "**Rounded.** A cell holds the exact number; sums of rounded cells drift.")
        return Verdict(False, f"Not quite: {answer.value:,} matches no common mistake.")

    return Cell(name, verdict)
