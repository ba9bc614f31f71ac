"""Four recorded curves and the rates that made them: which belongs to which?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from core.draw.live import Picture
from core.draw.marks import curve, panel
from core.exercises.questions import Question, choice
from core.kit.lab import Exercise, Section
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


def questions() -> tuple[Question, ...]:
    """Return a question for each curve: which of the four rates made it?"""
    found = curves()
    letters = {f"{each.rate:g}": letter for letter, each in found.items()}
    rates = sorted(letters, key=float, reverse=True)
    told = {rate: f"With {rate} {_told(letters[rate])}." for rate in rates}
    return tuple(
        choice(f"Rate of {letters[rate]}", rates, rate, told, told[rate])
        for rate in sorted(rates, key=letters.__getitem__)
    )


def _told(letter: str) -> str:
    """Say what the rate of a curve did, from the numbers, as the end of a sentence."""
    every, own = curves(), curves()[letter]
    best = min(every, key=lambda each: every[each].loss)
    first = min(every, key=lambda each: float(np.mean(every[each].losses[:_EARLY])))
    end = f"the last epoch has a loss of {fixed(own.loss)}"
    if letter == best:
        return f"{end}, the smallest of the four"
    if letter == first:
        return f"the loss drops first, but {end}: too high to settle"
    return f"{end} and is still falling: too low for so few updates"


def exercise(result: LrRange, values: Mapping[str, Any]) -> Sequence[Picture | Exercise]:
    """The picture without names, and a question for each curve."""
    found = curves()
    traces = [
        curve(
            np.arange(len(each.losses)),
            smooth(each.losses, _BETA),
            _ROLES[letter],
            letter,
            2.4,
            dash="solid",
        )
        for letter, each in found.items()
    ]
    ends = "; ".join(f"{letter} ends near {fixed(each.loss, 2)}" for letter, each in found.items())
    alt = f"Smoothed loss of four runs with constant rates. {ends}."
    steps = len(next(iter(found.values())).losses)
    drawn = panel(traces, alt, x="updates", y="smoothed loss", xaxis={"range": [0, steps]}, yaxis={"range": [0, 2.6]})
    text = (
        "The same network was trained with four constant rates: 0.1, 0.01, 0.001, and 0.0001. "
        "Which curve has which? (Recorded: MLP, three epochs of 6,000 images, batches of 64, "
        "momentum 0.9.)"
    )
    return Picture((drawn,)), Exercise(text, questions(), key="four rates", title="Match four curves")


SECTION = Section("Match each curve to its learning rate", exercise)
