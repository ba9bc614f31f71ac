"""Two classes, and which of them is the positive one."""

from __future__ import annotations

import math

POSITIVE_WORDS = frozenset(["+", "true", "t", "yes", "y", "pos", "positive"])
NEGATIVE_WORDS = frozenset(["-", "false", "f", "no", "n", "neg", "negative"])


def as_number(text: str) -> float:
    """Value of a text that is a finite number in plain digits, else nan."""
    if not text.isascii() or "_" in text:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def in_order(first: str, second: str) -> tuple[str, str]:
    """Put two class names in the order (negative, positive).

    Positive is the larger of two numbers; of two words the one that says so ("yes", "true", "pos", "+"), or the one
    whose partner says the opposite; else the last in alphabetical order.
    """

    def rank(name: str) -> tuple[float, str, str]:
        word = name.casefold()
        return (word in POSITIVE_WORDS) - (word in NEGATIVE_WORDS), word, name

    if math.isnan(as_number(first) + as_number(second)):
        ordered = sorted((first, second), key=rank)
    else:
        ordered = sorted((first, second), key=as_number)
    return ordered[0], ordered[1]
