"""Numbers as people type them: decimals with a point or a comma, powers, percentages, and small calculations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

LONGEST = 80  # characters of an answer
_LARGEST = 4000  # bits of a numerator or denominator on the way
_LARGEST_POWER = 300  # of ten

_SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_SUPERSCRIPTS = "⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹"
_PLAIN = str.maketrans(
    {"×": "*", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "−": "-", "–": "-", "‐": "-", "⁄": "/", "’": "'", ":": "/"}
)
_LOWERED = str.maketrans(_SUPERSCRIPTS, "-+0123456789")
_SCALES = {
    "k": 3,
    "thousand": 3,
    "m": 6,
    "million": 6,
    "millions": 6,
    "g": 9,
    "b": 9,
    "billion": 9,
    "billions": 9,
}
_GROUP = rf"(?:[{_SPACES}'_]\d{{3}})"
# A number with decimals after a point, and one with decimals after a comma; the other mark separates thousands.
_LITERALS = tuple(
    re.compile(
        rf"(?P<whole>[1-9]\d{{0,2}}(?:{re.escape(thousands)}\d{{3}})+(?!\d)|[1-9]\d{{0,2}}{_GROUP}+(?!\d)|\d+)?"
        rf"(?:{re.escape(mark)}(?P<decimals>\d+))?",
        re.ASCII,
    )
    for mark, thousands in ((".", ","), (",", "."))
)
_POWER = re.compile(
    r"\s*(?:e(?P<e>[+-]?\d{1,4})|\*\s*10\s*(?:\^|\*\*)\s*\(?(?P<ten>[+-]?\d{1,4})\)?)(?![\d.,])",
    re.ASCII | re.IGNORECASE,
)
_SCALE = re.compile(rf"[{_SPACES}]*(?P<scale>{'|'.join(sorted(_SCALES, key=len, reverse=True))})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Typed:
    """A number as it was typed.

    Attributes
    ----------
    value : Fraction
        Exactly what was typed; 1/100 of it for a percentage.
    unit : Fraction
        Value of the last digit typed, such as 1/1000 for 0.378; 0 if the number is exact: a whole number without
        a power of ten, or the result of a calculation.
    percent : bool
        Whether a percent sign followed.
    """

    value: Fraction
    unit: Fraction = Fraction(0)
    percent: bool = False

    def rounds(self, number: Fraction | float) -> bool:
        """Return whether `number`, rounded to the digits that were typed, is this one."""
        return 2 * abs(Fraction(number) - self.value) <= self.unit


def read_numbers(text: str) -> tuple[Typed, ...]:
    """Read a number or a small calculation in every way it can be meant, the likeliest first.

    A comma or a point is a decimal mark or separates thousands: “1,728” can be either and gives two readings,
    “0,655” and “12,5” only one.

    Parameters
    ----------
    text : str
        Such as -0.3, .5, 1 728, 3.36e9, 2,78·10^-5, 39/4, 2^10, 600,000 + 375,000, 12.3%, or 1.5 million.

    Raises
    ------
    ValueError
        If it is not a number, too long, too large, or divides by zero.
    """
    plain = tidy(text).translate(_PLAIN)
    percent = plain.endswith("%")
    plain = plain.removesuffix("%").rstrip(_SPACES).replace("**", "^").removeprefix("=").strip()
    plain = re.sub(rf"(?<=[\d){_SPACES}])[xX](?=[\d({_SPACES}])", "*", plain)
    # A raised exponent is a power; brackets keep its sign with it.
    plain = re.sub(f"[{_SUPERSCRIPTS}]+", lambda raised: f"^({raised[0].translate(_LOWERED)})", plain)
    found: list[Typed] = []
    problem = ""
    for literal in _LITERALS:
        try:
            typed = _Parser(plain, literal).read()
        except _Unreadable as error:
            problem = problem or str(error)
            continue
        if percent:
            typed = Typed(typed.value / 100, typed.unit / 100, percent=True)
        if typed not in found:
            found.append(typed)
    if not found:
        raise ValueError(problem or f"“{_excerpt(text)}” is not a number; type one like 1728, 0.378, or 3.36e9.")
    return tuple(found)


def tidy(text: str) -> str:
    """Strip an answer and check its length and characters.

    Raises
    ------
    ValueError
        If it is empty, longer than `LONGEST`, or holds control characters.
    """
    plain = text.strip()
    if not plain:
        raise ValueError("Type an answer.")
    if len(plain) > LONGEST:
        raise ValueError(f"An answer has at most {LONGEST} characters; this one has {len(plain):,}.")
    if not plain.isprintable() and any(c not in _SPACES for c in plain if not c.isprintable()):
        raise ValueError("The answer contains characters that cannot be shown; type it again.")
    return plain


def split(text: str) -> Sequence[str]:
    """Split a typed vector into its entries: (1, 2), 0,5; 1,5 or 1 2 3.

    A semicolon separates entries; else a comma followed by a space; else blanks; else commas.
    """
    plain = tidy(text).strip("()[]{}").strip()
    for pattern in (r"\s*;\s*", r",\s+", r"\s+", r","):
        if re.search(pattern, plain):
            return re.split(pattern, plain.rstrip(",; "))
    return [plain]


def _excerpt(text: str) -> str:
    shown = "".join(c if c.isprintable() else " " for c in text.strip())
    return shown if len(shown) <= 20 else f"{shown[:20]}…"


class _Unreadable(ValueError):
    """A text that is no calculation; its message is empty where "not a number" says it all."""


class _Parser:
    """A recursive descent over sums, products, signs, powers, brackets, and literals."""

    def __init__(self, text: str, literal: re.Pattern[str]) -> None:
        self.text, self.literal, self.place = text, literal, 0

    def read(self) -> Typed:
        typed = self._sum()
        self._skip()
        if self.place < len(self.text):
            raise _Unreadable
        return typed

    def _skip(self) -> None:
        while self.place < len(self.text) and self.text[self.place] in _SPACES:
            self.place += 1

    def _take(self, marks: str) -> str:
        self._skip()
        mark = self.text[self.place : self.place + 1]
        if mark and mark in marks:
            self.place += 1
            return mark
        return ""

    def _sum(self) -> Typed:
        typed = self._product()
        while mark := self._take("+-"):
            other = self._product()
            typed = _exact(typed.value + other.value if mark == "+" else typed.value - other.value)
        return typed

    def _product(self) -> Typed:
        typed = self._signed()
        while mark := self._take("*/"):
            other = self._signed()
            if mark == "/" and other.value == 0:
                raise _Unreadable("The answer divides by zero.")
            typed = _exact(typed.value / other.value if mark == "/" else typed.value * other.value)
        return typed

    def _signed(self) -> Typed:
        if mark := self._take("+-"):
            typed = self._signed()
            return Typed(-typed.value, typed.unit) if mark == "-" else typed
        return self._power()

    def _power(self) -> Typed:
        base = self._atom()
        if not self._take("^"):
            return base
        power = self._signed().value
        if power.denominator != 1:
            raise _Unreadable("Only whole powers are read; type the number itself.")
        if base.value == 0 and power < 0:
            raise _Unreadable("The answer divides by zero.")
        size = max(base.value.numerator.bit_length(), base.value.denominator.bit_length())
        if size * abs(power) > _LARGEST:
            raise _Unreadable("The number is too large.")
        return _exact(base.value ** int(power))

    def _atom(self) -> Typed:
        if self._take("("):
            typed = self._sum()
            if not self._take(")"):
                raise _Unreadable("A bracket is not closed.")
            return typed
        self._skip()
        found = self.literal.match(self.text, self.place)
        if found is None or not found[0] or self.text[found.end() : found.end() + 1] in (".", ","):
            raise _Unreadable
        self.place = found.end()
        whole = re.sub(r"\D", "", found["whole"] or "0", flags=re.ASCII)
        decimals = found["decimals"]
        power = 0
        rounded = decimals is not None
        if scaled := _POWER.match(self.text, self.place):
            power, rounded, self.place = int(scaled["e"] or scaled["ten"]), True, scaled.end()
        elif scaled := _SCALE.match(self.text, self.place):
            power, rounded, self.place = _SCALES[scaled["scale"].lower()], True, scaled.end()
        if abs(power) > _LARGEST_POWER:
            raise _Unreadable(f"A power of ten is at most {_LARGEST_POWER}.")
        unit = Fraction(10) ** (power - len(decimals or ""))
        return Typed(int(whole + (decimals or "")) * unit, unit if rounded else Fraction(0))


def _exact(value: Fraction) -> Typed:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _LARGEST:
        raise _Unreadable("The number is too large.")
    return Typed(value)
