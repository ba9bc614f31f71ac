"""Answers as an importer takes them: plain numbers with a tolerance, or exact texts."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core.exercises.digits import tolerance
from core.exercises.kinds import Count, Map, Number, Pick, Shape, Share, Vector
from core.exercises.questions import Question


@dataclass(frozen=True)
class Part:
    """One blank of an exported question.

    Attributes
    ----------
    label : str
    form : str
        "number", "text", or "choice".
    truth : tuple
        Value and tolerance of a number, else (text,).
    slips : tuple of (value, words)
        As `truth`, with what to say to who types it.
    options : tuple of str
        Of a choice.
    steps : tuple of str
    """

    label: str
    form: str
    truth: tuple[Any, ...]
    slips: tuple[tuple[tuple[Any, ...], str], ...]
    options: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


def parts(question: Question) -> tuple[Part, ...]:
    """Return the blanks of a question: one for each entry of a vector or shape, else one.

    A share is asked for in percent, since an importer takes one number only.
    """
    kind = question.kind
    if isinstance(kind, Vector):
        return tuple(
            _one(f"{question.label}, entry {place + 1}", kind.entry, question, lambda value, i=place: value[i])
            for place in range(kind.length)
        )
    if isinstance(kind, Shape):
        return tuple(
            _one(f"{question.label}, size {place + 1}", Count(), question, lambda value, i=place: value[i])
            for place in range(kind.axes)
        )
    if isinstance(kind, Map):
        return (_one(question.label, Count(), question, lambda value: value[1]),)
    return (_one(question.label, kind, question, lambda value: value),)


def _one(label: str, kind: Any, question: Question, part: Any) -> Part:
    truth, slips, seen = _accepted(kind, part(question.truth)), [], set()
    for slip in question.slips:
        value = _accepted(kind, part(slip.value))
        if value[0] not in seen and value[0] != truth[0]:
            seen.add(value[0])
            slips.append((value, slip.words))
    form = "number" if isinstance(kind, Number | Count) else "choice" if isinstance(kind, Pick) else "text"
    options = kind.options if isinstance(kind, Pick) else ()
    suffix = " (%)" if isinstance(kind, Share) else f" ({kind.unit})" if isinstance(kind, Number) and kind.unit else ""
    return Part(label + suffix, form, truth, tuple(slips), options, question.steps)


def _accepted(kind: Any, value: Any) -> tuple[Any, ...]:
    if isinstance(kind, Share):
        return 100 * Fraction(value), tolerance(100 * Fraction(value), kind.digits)
    if isinstance(kind, Number):
        return Fraction(value), tolerance(value, kind.digits)
    if isinstance(kind, Count):
        return Fraction(value), Fraction(0)
    return (kind.write(value).replace(" ", ""),) if not isinstance(kind, Pick) else (value,)


def plain(value: Fraction, digits: int = 12) -> str:
    """Write a number with a point and without separators, as importers read it.

    >>> plain(Fraction(1, 3)), plain(Fraction(1651098)), plain(Fraction(1, 40000))
    ('0.333333333333', '1651098', '0.000025')
    """
    if value.denominator == 1:
        return str(value.numerator)
    text = f"{float(value):.{digits}g}"
    if "e" in text:
        text = f"{float(value):.{max(digits - int(text.split('e')[1]), 1)}f}".rstrip("0").rstrip(".")
    return text
