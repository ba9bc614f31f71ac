"""Answers as people type them: numbers with the digits that they are given to, and shapes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)(?:([kmg])|(?:e\+?|[*x]10\^?)(\d{1,2}))?", re.IGNORECASE | re.ASCII)
_SHAPE = re.compile(r"[(\[]?\s*\d{1,6}(?:\s*[x*@,;]\s*\d{1,6}){1,2}\s*[)\]]?", re.ASCII)
_POWERS = {"k": 3, "m": 6, "g": 9}
_LONGEST = 40  # digits
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_PLAIN = str.maketrans({"×": "x", "X": "x", "·": "*", "⋅": "*"})
_LOWERED = str.maketrans(_RAISED, "0123456789")


@dataclass(frozen=True)
class Given:
    """A whole number, and the unit of its last digit: 1 if it is meant exactly."""

    value: int
    unit: int = 1

    @property
    def digits(self) -> int:
        """How many digits of a rounded number were given."""
        return len(str(self.value // self.unit))

    def fits(self, number: int) -> bool:
        """Whether a number, rounded to these digits, is this one."""
        return 2 * abs(number - self.value) < self.unit + (self.unit > 1)


def read_number(text: str) -> tuple[Fraction, Fraction]:
    """Read a number, and the unit of its last digit: 12.3 and 1/10, 3.36G or 3.36e+09 or 3,36·10^9 and 10^7.

    Raises
    ------
    ValueError
        If it is none.
    """
    plain = re.sub(f"(?<=10)[{_RAISED}]+", lambda raised: "^" + raised[0].translate(_LOWERED), text.strip())
    plain = plain.translate(_PLAIN).replace("**", "^")
    plain = re.sub(r"(?<=\d)[\s,'’_](?=\d{3}(?!\d))", "", plain)
    if re.fullmatch(r"\d{1,3}(\.\d{3}){2,}", plain):
        plain = plain.replace(".", "")
    plain = re.sub(r"\s*([*x^])\s*|\s+(?=[kmg]$)", r"\1", plain, flags=re.IGNORECASE)
    if not plain:
        raise ValueError("The number is missing; write it like 1728, 1,728 or 3.36e9.")
    found = _NUMBER.fullmatch(plain)
    if found is None or len(plain) > _LONGEST:
        raise ValueError(f"“{text[:20]}” is not read as a number; write it like 1728, 1,728, or 3.36e9.")
    whole, _, decimals = found[1].replace(",", ".").partition(".")
    unit = Fraction(10) ** (_POWERS.get((found[2] or "").lower(), int(found[3] or 0)) - len(decimals))
    return int(whole + decimals) * unit, unit


def number_typed(text: str) -> Given:
    """Read a whole number: 1728 or 1,728 or 1 728 exactly; 3.36G, 3.36e9 or 3,36·10^9 to three digits.

    Raises
    ------
    ValueError
        If it is none.
    """
    value, unit = read_number(text)
    if value.denominator > 1:
        raise ValueError("Enter a whole number, such as 1728 or 1,728.")
    return Given(int(value), max(int(unit), 1))


def shape_typed(text: str) -> tuple[int, ...]:
    """Read a shape of two or three sizes: 24x24, 24 × 24, (24, 24) or 64@24x24; () if it is none."""
    plain = text.strip().translate(_PLAIN)
    sizes = tuple(int(size) for size in re.findall(r"\d+", plain, re.ASCII)) if _SHAPE.fullmatch(plain) else ()
    separated = re.search(r"[x*@;(\[]|,\s", plain) is not None or len(set(sizes)) == 1  # else a comma of thousands
    return sizes if separated else ()
