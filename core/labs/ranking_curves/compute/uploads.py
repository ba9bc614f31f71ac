"""Labels and scores from a visitor's CSV file; the file itself is not kept."""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.kit.memo import Memo
from core.labs.ranking_curves.compute.classes import as_number, ordered
from core.labs.ranking_curves.compute.csv_columns import FEW, Column, read_columns
from core.labs.ranking_curves.compute.csv_numbers import is_missing, shown
from core.labs.ranking_curves.compute.csv_rows import counted
from core.labs.ranking_curves.compute.roles import Roles, of_positive, roles
from core.worker import confined

Labels = NDArray[np.uint8]

SCORERS = ("First scorer", "Second scorer")
LONGEST_NAME = 60


@dataclass(frozen=True)
class Upload(Memo):
    """The content read from a file; equal if name and content of the file are equal.

    Attributes
    ----------
    name : str
        Of the file.
    digest : str
        SHA-256 of its content.
    classes : tuple of str
        (negative, positive), see `core.labs.ranking_curves.compute.classes.ordered`.
    why : str
        Why the positive class is the positive one: "by its meaning".
    labels : ndarray (n,) of uint8
        1 = positive.
    columns : tuple of str
        Names of one or two scores.
    scores : tuple of ndarray (n,)
        Finite.
    notes : tuple of str
        Sentences about what was left out.
    """

    name: str
    digest: str = field(repr=False)
    classes: tuple[str, str] = field(compare=False)
    why: str = field(compare=False, repr=False)
    labels: Labels = field(compare=False, repr=False)
    columns: tuple[str, ...] = field(compare=False)
    scores: tuple[Array, ...] = field(compare=False, repr=False)
    notes: tuple[str, ...] = field(compare=False, repr=False)

    def __post_init__(self) -> None:
        arrays: tuple[NDArray[np.generic], ...] = (self.labels, *self.scores)
        for array in arrays:
            array.flags.writeable = False

    def __str__(self) -> str:
        positives = f"{int(self.labels.sum()):,} positive (“{self.classes[1]}”, {self.why})"
        return f"{self.name}: {counted(len(self.labels), 'case')}, {positives}"


def read_scores(name: str, content: bytes) -> Upload:
    """Read labels and one or two scores from a CSV file, in a confined process.

    The columns are recognized by their names. Otherwise, the labels are the only column with two different words, or
    with two different values, and the scores are the one or two other columns of numbers; see
    `core.labs.ranking_curves.compute.roles`. Rows without a label or a score are left out.

    Parameters
    ----------
    name
        Of the file, for the reader.
    content
        See `core.labs.ranking_curves.compute.csv_columns.read_columns` for the accepted CSV files.

    Raises
    ------
    ValueError
        If it cannot be read or understood; the sentence names the line or the column.
    """
    values = confined.call("core.labs.ranking_curves.compute.uploads.score_values", content)
    return Upload(
        name="".join(filter(str.isprintable, name))[:LONGEST_NAME],
        digest=hashlib.sha256(content).hexdigest(),
        classes=(values["classes"][0], values["classes"][1]),
        why=values["why"],
        labels=values["labels"],
        columns=tuple(values["columns"]),
        scores=tuple(values["scores"]),
        notes=tuple(values["notes"]),
    )


def score_values(content: bytes) -> dict[str, Any]:
    """Read the fields of `Upload` that do not concern the file itself.

    Raises
    ------
    ValueError
        As `read_scores` does.
    """
    names, columns = read_columns(content)
    titles = [
        f"“{shown(names[place])}”" if names and names[place] else f"column {place + 1}" for place in range(len(columns))
    ]
    found = roles(names, columns, titles)
    label = found.label
    if not columns[label].few:
        raise ValueError(f"The labels in {titles[label]} have more than {FEW} different values; they must have two.")
    present = _present(columns[label], [columns[place].numbers for group in found.scores for place in group])
    classes, why, labels = _classes(columns[label], titles[label], present)
    chosen = [of_positive(group, names, classes) for group in found.scores]
    _check_names([*classes, *(names[place] for place in chosen if names)])
    scores = [columns[place].numbers[present] for place in chosen]
    own_names = tuple(names[place] for place in chosen if names) or SCORERS[: len(chosen)]
    return {
        "classes": classes,
        "why": why,
        "labels": labels,
        "columns": own_names,
        "scores": scores,
        "notes": _notes(present, found, chosen, own_names, columns, titles),
    }


def _present(label: Column, scores: list[Array]) -> NDArray[np.bool_]:
    """Return the rows (n,) without missing values."""
    gaps = [code for text, code in label.codes.items() if is_missing(text)]
    present = ~np.isin(label.places, gaps)
    for score in scores:
        present &= ~np.isnan(score)
    left_out = int(np.count_nonzero(~present))
    if 2 * left_out > len(present):
        raise ValueError(
            f"In {left_out:,} of {counted(len(present), 'row')} a label or score is missing; at most "
            "half may be skipped."
        )
    return present


def _classes(label: Column, title: str, present: NDArray[np.bool_]) -> tuple[tuple[str, str], str, Labels]:
    """Return (negative, positive), why, and the labels of the complete rows; equal numbers are one class."""
    places = label.places[present]
    alike: dict[float | str, list[str]] = {}
    for code in np.unique(places):
        text = list(label.codes)[code]
        number = as_number(text)
        alike.setdefault(text if math.isnan(number) else number, []).append(text)
    firsts = [texts[0] for texts in alike.values()]
    if len(firsts) != 2:
        raise ValueError(
            f"The labels in {title} have {counted(len(firsts), 'different value')} "
            f"({', '.join(f'“{shown(text)}”' for text in firsts)}); they must have two."
        )
    counts = [sum(int(np.sum(places == label.codes[text])) for text in texts) for texts in alike.values()]
    negative, positive, why = ordered(firsts[0], firsts[1], counts[0], counts[1])
    positives = next(texts for texts in alike.values() if positive in texts)
    labels = np.isin(places, [label.codes[text] for text in positives]).astype(np.uint8)
    return (negative, positive), why, labels


def _check_names(names: list[str]) -> None:
    """Refuse names that cannot be shown well, or that a spreadsheet would take for a formula in an export."""
    for name in names:
        if len(name) > LONGEST_NAME:
            reason = f"is longer than {LONGEST_NAME} characters"
        elif any(unicodedata.category(mark) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") for mark in name):
            reason = "has characters that cannot be shown"
        elif re.match(r"[=+@-].", name) and math.isnan(as_number(name)):
            reason = "looks like a formula"
        else:
            continue
        raise ValueError(f"“{shown(name)}” {reason}; give the label or the column another name.")


def _notes(
    present: NDArray[np.bool_],
    found: Roles,
    chosen: list[int],
    own_names: Sequence[str],
    columns: list[Column],
    titles: list[str],
) -> tuple[str, ...]:
    notes = []
    missing = int(np.count_nonzero(~present))
    if missing:
        notes.append(f"Left out: {missing:,} of {counted(len(present), 'row')}, without a label or a score.")
    grouped = {place for group in found.scores for place in group}
    left_out = [place for place in range(len(columns)) if place != found.label and place not in grouped]
    if left_out:
        listed = [f"{titles[place]}{' (predicted classes)' * (place in found.hard)}" for place in left_out]
        notes.append(f"Columns left out: {', '.join(listed)}.")
    for group, place, name in zip(found.scores, chosen, own_names, strict=True):
        if len(group) == 2:
            notes.append(
                f"{' and '.join(titles[k] for k in group)} are two halves of one score; {titles[place]} is taken."
            )
        if place in found.hard:
            notes.append(f"{titles[place]} holds predicted classes, not scores: its curves have a single corner.")
        if columns[place].note:
            notes.append(f"In {titles[place]}, {columns[place].note}")
        scores = columns[place].numbers[present]
        if scores.min() == scores.max():
            notes.append(f"All scores of “{name}” are equal.")
    return tuple(notes)
