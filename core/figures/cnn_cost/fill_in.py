"""Fill-in mode of a table: what is typed is read as a number, judged, and known slips are named."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from core.cnn.cost_controls import HEADS
from core.cnn.rows import label, shown
from core.cnn.slips import Answer, judge, judge_sum, rounded, truth
from core.cnn.table import LayerTable, totals
from core.lab import Cell, Verdict

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)([kmg]?)", re.IGNORECASE | re.ASCII)
_POWERS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_LONGEST = 40  # digits


def number_typed(text: str) -> int:
    """Read a whole number as people write it: 1,728 or 1 728 or 1'728, or 3.2M.

    Raises
    ------
    ValueError
        If it is none.
    """
    plain = re.sub(r"(?<=\d)[\s,'’_](?=\d{3})", "", text.strip())
    found = _NUMBER.fullmatch(plain)
    if found is None or len(plain) > _LONGEST:
        raise ValueError(f"“{text[:20]}” is not read as a number; write it like 1728 or 1,728.")
    whole, _, decimals = found[1].partition(".")
    value: int = int(whole + decimals) * _POWERS[found[2].lower()]
    scale = int(10 ** len(decimals))
    if value % scale:
        raise ValueError("The number has to be a whole one.")
    return value // scale


def cells(table: LayerTable, blanks: tuple[tuple[int, str], ...], *, bias: bool, input_row: bool) -> tuple[Cell, ...]:
    """The blank cells of a table as cells of an exercise, and the sums of the columns that occur among them."""
    found = []
    calls = table.inference
    numbers = {row.place: number for number, row in enumerate(shown(table, every=False, collapse=False), 1)}
    for place, column in blanks:
        call = calls[place]
        name = f"{numbers.get(place, place + 1)}. {label(call)}: {HEADS[column]}"
        right = truth(call, column=column, bias=bias)
        found.append(_cell(name, right, partial(_judged, table, place, column, bias)))
    columns = {column for _, column in blanks}
    if "activations" in columns:
        right = judge_sum(table, answer=-1, input_row=input_row).truth
        with_image = "with the image" if input_row else "without the image"
        found.append(
            _cell(f"Sum of all activations, with pooling, {with_image}", right, partial(_summed, table, input_row))
        )
    if "params" in columns:
        total = totals(table, bias=bias).params
        found.append(_cell("Sum of all parameters", total, partial(_params_summed, table, bias)))
    return tuple(found)


def _judged(table: LayerTable, place: int, column: str, bias: bool, answer: int) -> Answer:
    return judge(table.inference[place], column=column, answer=answer, bias=bias)


def _summed(table: LayerTable, input_row: bool, answer: int) -> Answer:
    return judge_sum(table, answer=answer, input_row=input_row)


def _params_summed(table: LayerTable, bias: bool, answer: int) -> Answer:
    """Judge the sum of the parameters, and recognise rounded cells, biases, and a zero dropped in one product."""
    own = [call.params if bias else call.weights for call in table.inference if not call.shared]
    right, other = sum(own), totals(table, bias=not bias).params
    slips = [
        ("bias forgotten" if bias else "bias counted", other, f"The {abs(right - other):,} biases were "
         f"{'forgotten' if bias else 'counted'}."),
        ("rounded cells", sum(map(rounded, own)), "The cells were rounded before they were added; add the exact ones."),
        *(("zero dropped", right - cell + cell // 10, f"A zero was dropped: {cell // 10:,} stands for {cell:,}.")
          for cell in own if cell),
    ]  # fmt: skip
    for slip, wrong, explanation in slips:
        if answer == wrong != right:
            return Answer(right=False, truth=right, slip=slip, explanation=explanation)
    return Answer(right=answer == right, truth=right)


def _cell(name: str, right: int, judged: Callable[[int], Answer]) -> Cell:
    def verdict(text: str) -> Verdict:
        answer = number_typed(text)
        found = judged(answer)
        if found.right:
            return Verdict(True, f"{answer:,} is right.")
        if found.slip:
            return Verdict(False, f"**{found.slip[0].upper()}{found.slip[1:]}.** {found.explanation}")
        if answer == rounded(right):
            return Verdict(False, "**Rounded.** A cell holds the exact number; sums of rounded ones go astray.")
        return Verdict(False, f"{answer:,} is not right, and no known slip gives it.")

    return Cell(name, verdict)
