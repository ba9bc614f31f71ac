"""Kinds of answers: how each is read, compared with a value, and written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

from core.exercises.digits import significant, tolerance
from core.exercises.reading import Typed, read_numbers, split, tidy

COUNT_DIGITS = 3  # of a count that is typed with a power of ten
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


class Kind(Protocol):
    """The form of an answer.

    `read` gives every way a text can be meant; `fits` tells whether one of them is a value, `coarse` whether it only
    would be if fewer digits were asked for; `request` says what such an answer lacks.
    """

    @property
    def request(self) -> str: ...

    def read(self, text: str) -> Sequence[Any]: ...

    def fits(self, reading: Any, value: Any) -> bool: ...

    def coarse(self, reading: Any, value: Any) -> bool: ...

    def write(self, value: Any) -> str: ...


@dataclass(frozen=True)
class Count:
    """A whole number: exact, or with a power of ten to three digits or more."""

    request: str = "That is rounded: give all digits, or at least three with a power of ten."

    def read(self, text: str) -> Sequence[Typed]:
        """Read a whole number in every way it can be meant.

        Raises
        ------
        ValueError
            If it is not one.
        """
        readings = [typed for typed in read_numbers(text) if typed.unit >= 1 or typed.value.denominator == 1]
        if not readings:
            raise ValueError("The answer is a whole number, such as 1728 or 1,728.")
        return readings

    def fits(self, reading: Typed, value: int) -> bool:
        """Return whether a reading is `value`, or `value` rounded to three digits or more."""
        return reading.value == value or (reading.rounds(value) and _significant(reading) >= COUNT_DIGITS)

    def coarse(self, reading: Typed, value: int) -> bool:
        """Return whether a reading is `value` with too few digits, or with zeros in place of its last digits."""
        if reading.rounds(value):
            return True
        whole = str(abs(reading.value.numerator)) if reading.value.denominator == 1 else ""
        zeros = len(whole) - len(whole.rstrip("0"))
        return zeros > 0 and 2 * abs(reading.value - value) <= 10**zeros and len(whole) - zeros >= 2

    def write(self, value: int) -> str:
        """Write a count with separated thousands."""
        return f"{value:,}".replace("-", "−")


@dataclass(frozen=True)
class Number:
    """A real number, asked for to a number of significant digits.

    Parameters
    ----------
    digits : int
        Significant digits that an answer needs.
    unit : str
        Such as "h"; an answer may carry it or not.
    """

    digits: int = 3
    unit: str = ""

    @property
    def request(self) -> str:
        """Say what an answer with too few digits lacks."""
        return f"Give {_WORDS[self.digits]} significant digit{'s' * (self.digits > 1)}."

    def read(self, text: str) -> Sequence[Typed]:
        """Read a number, with or without its unit; see `core.exercises.reading.read_numbers`."""
        plain = tidy(text)
        if self.unit and plain.lower().endswith(self.unit.lower()):
            plain = plain[: -len(self.unit)]
        try:
            return read_numbers(plain)
        except ValueError:
            if not re.fullmatch(r"[^A-Za-zµ°]*\d\s*[A-Za-zµ°]+", plain):
                raise
        raise ValueError(f"Give the answer in {self.unit}." if self.unit else "The answer has no unit; leave it out.")

    def fits(self, reading: Typed, value: float | Fraction) -> bool:
        """Return whether a reading agrees with `value` to the digits asked for."""
        return abs(reading.value - Fraction(value)) <= tolerance(value, self.digits)

    def coarse(self, reading: Typed, value: float | Fraction) -> bool:
        """Return whether `value`, rounded to the digits typed, is the reading."""
        return reading.rounds(value)

    def write(self, value: float | Fraction) -> str:
        """Write a number to the digits asked for."""
        return f"{significant(value, self.digits)}{f' {self.unit}' if self.unit else ''}"


@dataclass(frozen=True)
class Share(Number):
    """A share of a whole: .644, 0.644, 64.4%, and 64.4 mean the same."""

    def read(self, text: str) -> Sequence[Typed]:
        """Read a share; a number above 1 without a percent sign can be a percentage too."""
        readings = list(super().read(text))
        return readings + [
            Typed(typed.value / 100, typed.unit / 100)
            for typed in readings
            if not typed.percent and abs(typed.value) > 1
        ]

    def write(self, value: float | Fraction) -> str:
        """Write a share as a percentage."""
        return f"{significant(100 * Fraction(value), self.digits)}%"


@dataclass(frozen=True)
class Near(Number):
    """A real number that is guessed or estimated: right within a margin."""

    margin: float = 0.0

    def fits(self, reading: Typed, value: float | Fraction) -> bool:
        """Return whether a reading is within the margin, or what floating point and writing can lose of it."""
        lost = max(abs(Fraction(value)), Fraction(self.margin)) / 10**6
        return abs(reading.value - Fraction(value)) <= Fraction(self.margin) + lost

    def coarse(self, reading: Typed, value: float | Fraction) -> bool:
        """Return False: a guess needs no more digits."""
        return False

    def write(self, value: float | Fraction) -> str:
        """Write an estimate without zeros at the end of its decimals."""
        text = significant(value, self.digits)
        return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


@dataclass(frozen=True)
class Shape:
    """Sizes of an array, such as 24×24 or 64×24×24; one number stands for equal sizes."""

    axes: int
    request: str = ""

    def read(self, text: str) -> Sequence[tuple[int, ...]]:
        """Read sizes separated by ×, x, *, @, commas, semicolons, or blanks.

        Raises
        ------
        ValueError
            If there are not as many sizes as axes.
        """
        plain = tidy(text).strip("()[]").translate(str.maketrans("×·", "xx"))
        sizes = re.split(r"\s*[x*@;]\s*|,\s*|\s+", plain.strip(), flags=re.IGNORECASE)
        if not all(re.fullmatch(r"\d{1,9}", size, re.ASCII) for size in sizes):
            raise ValueError(f"Type {_WORDS[self.axes]} sizes, such as {'×'.join(('24',) * self.axes)}.")
        if len(sizes) == 1:
            return [(int(sizes[0]),) * self.axes]
        if len(sizes) != self.axes:
            raise ValueError(f"The answer has {_WORDS[self.axes]} sizes; this one has {len(sizes)}.")
        return [tuple(int(size) for size in sizes)]

    def fits(self, reading: tuple[int, ...], value: tuple[int, ...]) -> bool:
        """Return whether all sizes agree."""
        return reading == tuple(value)

    def coarse(self, reading: tuple[int, ...], value: tuple[int, ...]) -> bool:
        """Return False: sizes are exact."""
        return False

    def write(self, value: tuple[int, ...]) -> str:
        """Write sizes with ×."""
        return "×".join(str(size) for size in value)


@dataclass(frozen=True)
class Map:
    """Size of feature maps, (depth, height, width): the side is enough, and height and width, or all three, will do."""

    request: str = ""

    def read(self, text: str) -> Sequence[tuple[int, ...]]:
        """Read one to three sizes, such as 24, 24×24, 64×24×24, or 24×24×64.

        Raises
        ------
        ValueError
            If there are none, or more.
        """
        plain = tidy(text).strip("()[]").strip()
        if not re.search(r"[x×·*@;]|,\s|\d\s+\d", plain, re.IGNORECASE):
            try:
                return [(int(typed.value),) for typed in Count().read(plain)]
            except ValueError:
                if "," not in plain:
                    raise
        sizes = re.split(r"\s*[x×·*@;,]\s*|\s+", plain, flags=re.IGNORECASE)
        if not 1 <= len(sizes) <= 3 or not all(re.fullmatch(r"\d{1,9}", size, re.ASCII) for size in sizes):
            raise ValueError("Type a size such as 24, 24×24, or 64×24×24.")
        return [tuple(int(size) for size in sizes)]

    def fits(self, reading: tuple[int, ...], value: tuple[int, int, int]) -> bool:
        """Return whether the sizes typed agree, with the depth before or behind them."""
        depth, *sides = value
        return list(reading) in ([sides[0]], sides, [depth, *sides], [*sides, depth])

    def coarse(self, reading: tuple[int, ...], value: tuple[int, int, int]) -> bool:
        """Return False: sizes are exact."""
        return False

    def write(self, value: tuple[int, int, int]) -> str:
        """Write the side, or height and width if they differ."""
        return "×".join(str(size) for size in dict.fromkeys(value[1:]))


@dataclass(frozen=True)
class Vector:
    """Several numbers in order."""

    length: int
    entry: Number | Count = field(default_factory=Number)

    @property
    def request(self) -> str:
        """Say what an answer with too few digits lacks."""
        return self.entry.request

    def read(self, text: str) -> Sequence[tuple[Sequence[Typed], ...]]:
        """Read entries separated by semicolons, commas, or blanks.

        Raises
        ------
        ValueError
            If there are not as many entries as asked for, or one is not a number.
        """
        entries = split(text)
        if len(entries) != self.length:
            raise ValueError(
                f"The answer has {self.length} numbers, separated by semicolons; this one has {len(entries)}."
            )
        return [tuple(self.entry.read(entry) for entry in entries)]

    def fits(self, reading: Sequence[Sequence[Typed]], value: Sequence[Any]) -> bool:
        """Return whether every entry fits."""
        pairs = zip(reading, value, strict=True)
        return all(any(self.entry.fits(one, truth) for one in readings) for readings, truth in pairs)

    def coarse(self, reading: Sequence[Sequence[Typed]], value: Sequence[Any]) -> bool:
        """Return whether every entry fits, or would with fewer digits."""
        pairs = zip(reading, value, strict=True)
        return all(
            any(self.entry.fits(one, truth) or self.entry.coarse(one, truth) for one in readings)
            for readings, truth in pairs
        )

    def write(self, value: Sequence[Any]) -> str:
        """Write the entries, separated by semicolons."""
        return f"({'; '.join(self.entry.write(part) for part in value)})"


@dataclass(frozen=True)
class Order:
    """The letters of the alphabet in an order, such as DBAC."""

    letters: str
    request: str = ""

    def read(self, text: str) -> Sequence[str]:
        """Read letters with or without marks between them.

        Raises
        ------
        ValueError
            If not every letter is there exactly once.
        """
        found = re.sub(r"[\s,;>→<-]+", "", tidy(text)).upper()
        if sorted(found) != sorted(self.letters):
            raise ValueError(f"Type each of the letters {', '.join(self.letters)} once, in order.")
        return [found]

    def fits(self, reading: str, value: str) -> bool:
        """Return whether the orders agree."""
        return reading == value

    def coarse(self, reading: str, value: str) -> bool:
        """Return False: an order is exact."""
        return False

    def write(self, value: str) -> str:
        """Write an order with blanks between its letters."""
        return " ".join(value)


@dataclass(frozen=True)
class Pick:
    """One of several options."""

    options: tuple[str, ...]
    request: str = ""

    def read(self, text: str) -> Sequence[str]:
        """Read an option by its text or by its number, counted from 1.

        Raises
        ------
        ValueError
            If it is none of them.
        """
        plain = tidy(text).casefold()
        named = [option for option in self.options if plain == option.casefold()]
        counted = [option for place, option in enumerate(self.options, 1) if plain == str(place)]
        if named or counted:
            return (named or counted)[:1]
        raise ValueError(f"Choose one of: {', '.join(self.options)}.")

    def fits(self, reading: str, value: str) -> bool:
        """Return whether this option is the value."""
        return reading == value

    def coarse(self, reading: str, value: str) -> bool:
        """Return False: a choice is exact."""
        return False

    def write(self, value: str) -> str:
        """Write the option."""
        return value


def _significant(typed: Typed) -> int:
    return len(str(abs((typed.value / typed.unit).numerator))) if typed.unit else 99
