"""The numbers in the words of a page: tests check these, and leave the words to the writer."""

from __future__ import annotations

import re

_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
# Digits that belong to a name (VGG19, ResNet-18, block3_conv3, 3b) are not numbers.
_NUMBER = re.compile(
    r"(?<![\w.])(?<!\w-)(?P<sign>[−-]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+|(?=\.\d))(?P<part>\.\d+)?"
    r"(?:(?P<times>\s?×\s?10)?(?P<power>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))?(?![\w])"
)


def numbers_in(text: str) -> list[float]:
    """Return the numbers of a text in order: thousands separators, true minus signs, and powers are understood.

    >>> numbers_in("VGG19: 1,728 of 20,024,384 (0.009%), from −0.3 to 1.2 × 10⁻³, 10⁶ and 3×3")
    [1728.0, 20024384.0, 0.009, -0.3, 0.0012, 1000000.0, 3.0, 3.0]
    """
    return [value for value, _ in _read(text)]


def units_in(text: str) -> list[tuple[float, float]]:
    """Return the numbers of a text, each with the unit of its last digit.

    >>> units_in("0.40 of 1,200")
    [(0.4, 0.01), (1200.0, 1.0)]
    """
    return _read(text)


def holds(text: str, *values: float) -> bool:
    """Return whether each value is in a text, rounded to the digits that it has there.

    >>> holds("0.813, 0.769, and 4.7 × 10⁻⁵", 0.8128, 4.74e-5), holds("0.813", 0.8138)
    (True, False)
    """
    found = _read(text)
    return all(any(abs(value - own) <= 0.501 * unit + 1e-9 * abs(value) for own, unit in found) for value in values)


def _read(text: str) -> list[tuple[float, float]]:
    found = []
    for match in _NUMBER.finditer(text):
        part = match["part"] or ""
        value, unit = float(match["whole"].replace(",", "") + part), 10.0 ** -max(len(part) - 1, 0)
        if match["power"]:
            power = int(match["power"].translate(_SUPERSCRIPTS))
            value, unit = (value * 10.0**power, unit * 10.0**power) if match["times"] else (value**power, 0.0)
        found.append((-value if match["sign"] else value, unit))
    return found
