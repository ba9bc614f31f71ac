"""Cards with a piece of code that has a bug, and what that comes to: the form, not the bugs."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from core.kit.exercise import Question, Slip


@dataclass(frozen=True)
class Card:
    """A piece of code with a bug.

    Attributes
    ----------
    title, code : str
    asked : tuple of Question
        What it comes to.
    mended : str
        The bug, and what should stand there.
    """

    title: str
    code: str
    asked: tuple[Question, ...]
    mended: str


def asked(label: str, truth: float, *slips: tuple[str, float, str]) -> Question:
    """A question with its answer and, for each slip, a name, the number it gives and what is wrong with it."""
    found = tuple(Slip(name, _exact(value), said) for name, value, said in slips)
    return Question(label, _exact(truth), "", found)


def _exact(value: float) -> Fraction:
    """What Python writes with twelve digits."""
    return Fraction(f"{value:.12g}")
