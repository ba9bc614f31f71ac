"""Significant digits: how many an answer needs, how far off it may be, and how a number is written to them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction


class Alike(ValueError):
    """A mistake that no reasonable number of digits tells from the right answer."""


def tolerance(value: float | Fraction, digits: int) -> Fraction:
    """Half a unit of the last of `digits` significant digits of `value`, plus what floating point can lose."""
    exact = abs(Fraction(value))
    if exact == 0:
        return Fraction(1, 2 * 10**digits)
    return Fraction(10) ** (_exponent(exact) - digits + 1) / 2 + exact / 10**12


def significant(value: float | Fraction, digits: int) -> str:
    """Write a number rounded to significant digits, with a true minus.

    >>> significant(0.09598, 3), significant(-1234.5, 3), significant(2.78e-5, 3), significant(64, 3)
    ('0.0960', '−1230', '2.78e-5', '64.0')
    """
    exact = Fraction(value)
    if exact == 0:
        return "0"
    places = digits - 1 - _exponent(abs(exact))
    rounded = round(exact * Fraction(10) ** places)
    if len(str(abs(rounded))) > digits:  # 9.996 is 10.0
        rounded, places = round(Fraction(rounded, 10)), places - 1
    sign = "−" if rounded < 0 else ""
    figures = str(abs(rounded))
    power = digits - 1 - places
    if not -4 <= power < 7:
        mantissa = figures[0] + (f".{figures[1:]}" if digits > 1 else "")
        return f"{sign}{mantissa}e{power}"
    if places <= 0:
        return f"{sign}{figures}{'0' * -places}"
    figures = figures.rjust(places + 1, "0")
    return f"{sign}{figures[:-places]}.{figures[-places:]}"


def digits_needed(truth: float | Fraction, others: Sequence[float | Fraction], least: int = 3, most: int = 6) -> int:
    """Return the fewest significant digits at which `truth` cannot be taken for one of `others`.

    Raises
    ------
    Alike
        If one of them agrees with the truth even to `most` digits.
    """
    for digits in range(least, most + 1):
        gaps = (abs(Fraction(truth) - Fraction(other)) for other in others if math.isfinite(other))
        margins = (tolerance(truth, digits) + tolerance(other, digits) for other in others if math.isfinite(other))
        if all(gap > margin for gap, margin in zip(gaps, margins, strict=True)):
            return digits
    raise Alike(f"A mistake agrees with the right answer to {most} digits.")


def _exponent(value: Fraction) -> int:
    """Return the power of ten of the first significant digit of a positive number."""
    power = len(str(value.numerator)) - len(str(value.denominator))
    return power if value >= Fraction(10) ** power else power - 1
