"""Four recorded curves and the rates that made them: which belongs to which?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from core.draw.live import Picture
from core.draw.marks import curve, panel
from core.draw.style import color
from core.kit.lab import Cell, Exercise, Section, Verdict
from core.kit.words import fixed
from core.labs.lr_range.compute.curves import Candidate
from core.labs.lr_range.compute.explore import LrRange, lr_range
from core.labs.lr_range.controls import SETTINGS
from core.labs.lr_range.presets import FOUR
from core.training.range_curves import smooth

# The order of the exam: A has 0.1, B 0.001, C 0.01, D 0.0001.
LETTERS = {"A": 3, "B": 1, "C": 2, "D": 0}
_ROLES = {"A": "first", "B": "second", "C": "test", "D": "threshold"}
_BETA = 0.9
_EARLY = 40  # updates that tell which curve falls first


@cache
def curves() -> dict[str, Candidate]:
    """The training of each letter."""
    every = lr_range(**SETTINGS | FOUR).now().sweeps[0].candidates
    return {letter: every[place] for letter, place in LETTERS.items()}


def judge(letter: str, text: str) -> Verdict:
    """What a typed rate is worth for a curve.

    Raises
    ------
    ValueError
        If it is no number.
    """
    try:
        typed = float(text.replace(",", "."))
    except ValueError:
        raise ValueError("Enter one of the four rates, such as 0.01.") from None
    right = bool(np.isclose(typed, curves()[letter].rate, rtol=1e-3))
    if right:
        return Verdict(True, _told(letter))
    if not any(np.isclose(typed, each.rate, rtol=1e-3) for each in curves().values()):
        return Verdict(False, "The four rates are 0.1, 0.01, 0.001, and 0.0001.")
    return Verdict(False, "That rate belongs to another curve. Compare the first updates, then the end.")


def _told(letter: str) -> str:
    """What the rate did, from the numbers."""
    every, own = curves(), curves()[letter]
    best = min(every, key=lambda each: every[each].loss)
    first = min(every, key=lambda each: float(np.mean(every[each].losses[:_EARLY])))
    end = f"the last epoch has a loss of {fixed(own.loss)}"
    if letter == best:
        return f"Correct: {end}, the smallest of the four."
    if letter == first:
        return f"Correct: it drops first, but {end}, and the best {fixed(every[best].loss)}: too high to settle."
    return f"Correct: {end} and is still falling: too low for so few updates."


def exercise(result: LrRange, values: Mapping[str, Any]) -> Sequence[Picture | Exercise]:
    """The picture without names, and a cell for each curve."""
    found = curves()
    traces = [
        curve(np.arange(len(each.losses)), smooth(each.losses, _BETA), _ROLES[letter], letter, 2.4,
              line={"color": color(_ROLES[letter]), "width": 2.4, "dash": "solid"})
        for letter, each in found.items()
    ]  # fmt: skip
    ends = "; ".join(f"{letter} ends near {fixed(each.loss, 2)}" for letter, each in found.items())
    alt = f"Smoothed loss of four runs with constant rates. {ends}."
    steps = len(next(iter(found.values())).losses)
    drawn = panel(traces, alt, x="updates", y="smoothed loss", xaxis={"range": [0, steps]}, yaxis={"range": [0, 2.6]})
    cells = tuple(Cell(f"Rate of {letter}", partial(judge, letter)) for letter in found)
    question = (
        "The same network was trained with four constant rates: 0.1, 0.01, 0.001, and 0.0001. "
        "Which curve has which? (Recorded: MLP, three epochs of 6,000 images, batches of 64, "
        "momentum 0.9.)"
    )
    return Picture((drawn,)), Exercise(question, cells, key="four rates")


SECTION = Section("Match each curve to its learning rate", exercise)
