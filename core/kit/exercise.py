"""Questions with a number for an answer, and the known slips that a wrong one comes from."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from core.kit.answers import read_number


@dataclass(frozen=True)
class Slip:
    """A known mistake: what it is called, the number that it gives, and what went wrong as a sentence."""

    name: str
    value: Fraction
    explanation: str

    def __str__(self) -> str:
        """The sentence, and the name."""
        return f"{self.explanation} ({self.name.replace('_', ' ')})"


@dataclass(frozen=True)
class Question:
    """Something to be worked out: the right number, its unit, and slips.

    Attributes
    ----------
    label : str
    truth : Fraction
        In percent where `unit` is "%".
    unit : str
        "" for a count.
    slips : tuple of Slip
        Only those that give another number than the right one.
    """

    label: str
    truth: Fraction
    unit: str
    slips: tuple[Slip, ...]

    def judge(self, text: str) -> tuple[bool, tuple[Slip, ...]]:
        """Whether an answer is right to the digits that it has, and otherwise the slips that give it.

        Parameters
        ----------
        text : str
            Such as 1234567, 1,234,567, 1.23 M or 12.3%.

        Raises
        ------
        ValueError
            If it is no number.
        """
        value, unit = read_number(text.strip().removesuffix("%"))
        if unit == 1 and self.unit != "%":  # a count without decimals is exact, a percentage is rounded
            unit = Fraction(0)

        def fits(number: Fraction) -> bool:
            return abs(number - value) <= unit / 2

        right = fits(self.truth)
        return right, () if right else tuple(slip for slip in self.slips if fits(slip.value))
