"""Labels and scores of the cases in a table: which column is which, which class is positive, and what is left out."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.labs.ranking_curves.compute.classes import as_number, ordered
from core.labs.ranking_curves.compute.csv_columns import FEW, MAX_ROWS, Column, read_columns
from core.labs.ranking_curves.compute.csv_numbers import is_missing, shown
from core.labs.ranking_curves.compute.csv_rows import counted
from core.labs.ranking_curves.compute.roles import MOST, Roles, label_of, of_positive, only_negative, roles

Labels = NDArray[np.uint8]

SCORERS = ("First scorer", "Second scorer", "Third scorer", "Fourth scorer", "Fifth scorer")
LONGEST_NAME = 60
OTHERS = "all others"  # name of the negative class if the labels have more than two values


def score_values(
    content: bytes, *, label: int = 0, positive: int = 0, scores: Sequence[int] = (), counts: int = 0
) -> dict[str, Any]:
    """Read the cases of a table as plain values; see `core.labs.ranking_curves.compute.uploads.Picks`.

    Returns
    -------
    dict
        "rows", "titles", "samples", and "values" of the table; "label", "positive", "picked", and "counts", completed
        as far as the lab can tell; and either "refusal", a sentence, or the fields of an `Upload` without its name.

    Raises
    ------
    ValueError
        If it is no table; the sentence names the line.
    """
    names, columns = read_columns(content)
    titles = [
        f"“{shown(names[place])}”" if names and names[place] else f"column {place + 1}" for place in range(len(columns))
    ]
    found: dict[str, Any] = {
        "rows": columns[0].rows,
        "titles": [title.strip("“”") for title in titles],
        "samples": [list(map(shown, column.sample)) for column in columns],
        "values": [[shown(texts[0]) for texts in _alike(column)] for column in columns],
        "label": label,
        "positive": positive,
        "picked": list(scores),
        "counts": counts,
        "refusal": "",
    }
    try:
        found |= _cases(names, columns, titles, found)
    except ValueError as error:
        found["refusal"] = str(error)
    return found


def _cases(names: list[str], columns: list[Column], titles: list[str], picks: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an `Upload`; what the picks leave open is written into them."""
    for place in (picks["label"], picks["counts"], *picks["picked"]):
        if place > len(columns):
            raise ValueError(f"The file has no column {place}; it has {len(columns)}. Choose again.")
    chosen = [place - 1 for place in picks["picked"]]
    most = MOST if picks["label"] else 2  # who has chosen the labels sees what is taken for scores
    label = picks["label"] - 1 if picks["label"] else label_of(names, columns, titles, chosen)
    picks["label"] = label + 1
    if label in chosen:
        raise ValueError(f"{titles[label]} cannot be both the label and a score.")
    found = roles(names, columns, titles, label, chosen, most)
    if not columns[found.label].few:
        raise ValueError(
            f"The labels in {titles[found.label]} have more than {FEW} different values; they must have two."
        )
    numbers = [columns[place].numbers for group in found.scores for place in group]
    counts = _counts(columns, titles, picks["counts"] - 1) if picks["counts"] else None
    present = _present(columns[found.label], numbers if counts is None else [*numbers, counts])
    classes, why, labels = _classes(columns[found.label], titles[found.label], present, picks)
    places = [of_positive(group, names, classes) for group in found.scores]
    picks["picked"] = picks["picked"] or [place + 1 for place in places]
    _check_names([*classes, *(names[place] for place in places if names)])
    scores = [columns[place].numbers[present] for place in places]
    own_names = [names[place] for place in places if names] or list(SCORERS[: len(places)])
    notes = _notes(present, found, places, own_names, columns, titles, picks["counts"] - 1)
    for k, place in enumerate(places):
        if names and only_negative(names[place], classes, scores[k], alone=len(places) == 1):
            scores[k] = 1 - scores[k]
            notes.append(f"{titles[place]} is the probability of “{classes[0]}”; 1 minus it is taken.")
    if counts is not None:
        times = counts[present].astype(np.int64)
        if not 0 < times.sum() <= MAX_ROWS:
            raise ValueError(f"The counts add up to {times.sum():,}; it must be 1 to {MAX_ROWS:,}.")
        labels, scores = np.repeat(labels, times), [np.repeat(score, times) for score in scores]
        notes.append(f"Each row counts as often as {titles[picks['counts'] - 1]} says.")
    return {"classes": classes, "why": why, "labels": labels, "columns": own_names, "scores": scores, "notes": notes}


def _counts(columns: list[Column], titles: list[str], place: int) -> Array:
    """Return how many cases each row stands for (n,), nan where that is missing."""
    column = columns[place]
    if column.fault:
        raise ValueError(f"The counts in {titles[place]} cannot be read: {column.fault}.")
    numbers = column.numbers
    known = numbers[~np.isnan(numbers)]
    if not ((known >= 0) & (known == np.floor(known))).all():
        raise ValueError(f"The counts in {titles[place]} must be whole numbers from 0 on: how many equal cases.")
    return numbers


def _alike(column: Column) -> list[list[str]]:
    """Return the different values of a column, each with its spellings; equal numbers are one value; [] if many."""
    alike: dict[float | str, list[str]] = {}
    for text in column.texts if column.few else ():
        number = as_number(text)
        alike.setdefault(text if math.isnan(number) else number, []).append(text)
    return list(alike.values())


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


def _classes(
    label: Column, title: str, present: NDArray[np.bool_], picks: dict[str, Any]
) -> tuple[tuple[str, str], str, Labels]:
    """Return (negative, positive), why, and the labels of the complete rows."""
    places = label.places[present]
    held = set(np.unique(places).tolist())
    every = _alike(label)
    alike = [texts for texts in every if any(label.codes[text] in held for text in texts)]
    firsts = [texts[0] for texts in alike]
    if picks["positive"] > len(every):
        raise ValueError(f"The labels in {title} have no value {picks['positive']}. Choose the positive class again.")
    if len(firsts) != 2 and not (picks["positive"] and len(firsts) > 2):
        raise ValueError(
            f"The labels in {title} have {counted(len(firsts), 'different value')} "
            f"({', '.join(f'“{shown(text)}”' for text in firsts)}); "
            f"{'choose the positive class' if len(firsts) > 2 else 'they must have two'}."
        )
    if picks["positive"]:
        positives, why = every[picks["positive"] - 1], "as chosen"
        if positives not in alike:
            raise ValueError(f"No complete row has the label “{shown(positives[0])}”.")
        positive = positives[0]
        negative = next(text for text in firsts if text != positive) if len(firsts) == 2 else OTHERS
    else:
        counts = [sum(int(np.sum(places == label.codes[text])) for text in texts) for texts in alike]
        negative, positive, why = ordered(firsts[0], firsts[1], counts[0], counts[1])
        positives = alike[firsts.index(positive)]
        picks["positive"] = every.index(positives) + 1
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
    counts: int,
) -> list[str]:
    notes = []
    missing = int(np.count_nonzero(~present))
    if missing:
        notes.append(f"Left out: {missing:,} of {counted(len(present), 'row')}, without a label or a score.")
    used = {found.label, counts, *(place for group in found.scores for place in group)}
    left_out = [place for place in range(len(columns)) if place not in used]
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
    return notes
