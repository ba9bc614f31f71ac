"""Numbers in the notation of other programs: percent, decimal commas, thousands marks, other minus signs, brackets."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from core.kit.arrays import Array
from core.labs.ranking_curves.compute.classes import as_number

MISSING = frozenset(["", "na", "n/a", "#n/a", "nan", "null", "?", "<na>"])
_SAS_MISSING = re.compile(r"\.[a-z_]?", re.IGNORECASE)
_MINUS = str.maketrans(dict.fromkeys("\N{MINUS SIGN}\N{EN DASH}\N{SMALL HYPHEN-MINUS}\N{FULLWIDTH HYPHEN-MINUS}", "-"))
# A list of one number, or one as torch and NumPy print it.
_WRAPPED = re.compile(
    r"(?:(?:torch\.)?tensor\(|(?:np\.)?array\(|np\.float\d+\(|(?=\[))\[*\s*(?P<number>[^\[\]()\s]+?)\s*\]*"
    r"(?:,\s*(?:device|dtype|grad_fn|requires_grad)=.*)?\)?"
)
_NUMBER = re.compile(r"([+-]?)(\d[\d.,]*|[.,]\d+)((?:[eE][+-]?\d+)?)(\s*%?)", re.ASCII)
_SPACED = re.compile(
    r"(?<=\d)[ '\N{RIGHT SINGLE QUOTATION MARK}\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}](?=\d{3}(?!\d))"
)
_SIMPLE = re.compile(r"[\d.,%eE+\n-]*", re.ASCII)
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?:\.\d{3})+")


def is_missing(text: str) -> bool:
    """Return whether a text stands for a missing value, in R, pandas, Weka, or SAS."""
    return text.casefold() in MISSING or bool(_SAS_MISSING.fullmatch(text))


def shown(text: str) -> str:
    """Write a text from the file for a reader."""
    short = "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in " ".join(text.split()))
    return short if len(short) <= 40 else f"{short[:39]}…"


def looks_like_number(text: str) -> bool:
    """Return whether a text is a number in some notation."""
    return _parts(text) is not None


def read_numbers(texts: Sequence[str], lines: Sequence[int], between_commas: bool) -> tuple[Array, str]:
    """Read a whole column of numbers, whose marks are interpreted together.

    Parameters
    ----------
    texts, lines
        Values and the lines that they are on.
    between_commas
        Whether commas separate the values of the file. Only then does “1,234” alone mean a thousand.

    Returns
    -------
    numbers : ndarray (n,)
        nan where a value is missing.
    note : str
        How the first value that is not written plainly was read, as a sentence.

    Raises
    ------
    ValueError
        If this is not a column of numbers; the end of a sentence that says why.
    """
    numbers = _alike(texts, between_commas)
    if numbers is not None:
        return numbers, f"{_quoted(texts[0], lines[0])} is read as {numbers[0]:.10g}."
    bodies: list[tuple[str, str, str, bool] | None] = []
    for text, line in zip(texts, lines, strict=True):
        bodies.append(None if is_missing(text) else _parts(text))
        if bodies[-1] is None and not is_missing(text):
            raise ValueError(f"{_quoted(text, line)} is not a finite number")
    known = [part for part in bodies if part]
    comma = _decimal_comma([digits for _, digits, _, _ in known], between_commas)
    _check_percent(texts, lines, bodies)
    numbers = np.array([np.nan if part is None else _value(part, comma) for part in bodies])
    for place in np.flatnonzero(np.isnan(numbers)).tolist():
        if bodies[place]:
            raise ValueError(f"{_quoted(texts[place], lines[place])} is not a finite number")
    odd = next(k for k, text in enumerate(texts) if np.isnan(as_number(text)) and not is_missing(text))
    return numbers, f"{_quoted(texts[odd], lines[odd])} is read as {numbers[odd]:.10g}."


def _alike(texts: Sequence[str], between_commas: bool) -> Array | None:
    """Read numbers that all have the same decimal mark and no sign other than a percent sign; otherwise return `None`.

    This is the case in long files, and is ten times as fast as number by number.
    """
    joined = "\n".join(texts)
    percent = joined.count("%") == len(texts)
    if not _SIMPLE.fullmatch(joined) or ("," in joined and "." in joined) or ("%" in joined and not percent):
        return None
    if between_commas and "," in joined and not any("," in text and not _GROUPED.fullmatch(text) for text in texts):
        return None
    try:
        numbers = np.array([float(text.rstrip("%").replace(",", ".")) for text in texts])
    except ValueError:
        return None
    if not np.isfinite(numbers).all():
        return None
    return numbers / 100 if percent else numbers


def _quoted(text: str, line: int) -> str:
    return f"“{shown(text)}” in line {line}"


def _parts(text: str) -> tuple[str, str, str, bool] | None:
    """Return sign, digits with their marks, exponent, and whether it is a percentage."""
    wrapped = None if text[:1].isdecimal() else _WRAPPED.fullmatch(text)
    plain = wrapped["number"] if wrapped else text
    if not _SIMPLE.fullmatch(plain):
        plain = _SPACED.sub("", plain.translate(_MINUS))
    found = _NUMBER.fullmatch(plain)
    return (found[1], found[2], found[3], "%" in found[4]) if found else None


def _decimal_comma(digits: list[str], between_commas: bool) -> bool:
    """Return whether the decimal mark of a column is a comma."""
    votes = {mark for each in digits if (mark := _decimal_mark(each))}
    if len(votes) > 1:
        raise ValueError("it has decimal commas and decimal points")
    if votes:
        return votes == {","}
    return not between_commas and any("," in each for each in digits)


def _decimal_mark(digits: str) -> str:
    """Return the decimal mark of a number, or "" if it has none or the mark may separate thousands."""
    marks = [mark for mark in digits if mark in ".,"]
    if not marks:
        return ""
    if len(set(marks)) > 1:
        return marks[-1]
    if _GROUPED.fullmatch(digits):  # a mark that comes twice separates thousands, so the other one is decimal
        return {",": ".", ".": ","}[marks[0]] if len(marks) > 1 else ""
    return marks[0]


def _value(part: tuple[str, str, str, bool], comma: bool) -> float:
    sign, digits, exponent, percent = part
    decimal, group = (",", ".") if comma else (".", ",")
    whole, *rest = digits.split(decimal)
    if group in whole:
        if not _GROUPED.fullmatch(whole):
            return np.nan
        whole = whole.replace(group, "")
    number = as_number(sign + ".".join([whole, *rest]) + exponent)
    return number / 100 if percent else number


def _check_percent(texts: Sequence[str], lines: Sequence[int], parts: list[tuple[str, str, str, bool] | None]) -> None:
    """Refuse percentages mixed with plain numbers other than 0."""
    percents = [k for k, part in enumerate(parts) if part and part[3]]
    plain = [k for k, part in enumerate(parts) if part and not part[3] and part[1].strip("0.,")]
    if percents and plain:
        one, other = percents[0], plain[0]
        raise ValueError(
            f"{_quoted(texts[one], lines[one])} is a percentage, and {_quoted(texts[other], lines[other])} is not"
        )
