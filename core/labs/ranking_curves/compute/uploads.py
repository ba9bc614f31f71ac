"""Labels and scores from a CSV file of a visitor; the file itself is not kept."""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.kit.memo import Memo
from core.labs.ranking_curves.compute.classes import as_number, in_order
from core.labs.ranking_curves.compute.csv_columns import FEW, Column, counted, is_missing, read_columns, shown
from core.worker import confined

Labels = NDArray[np.uint8]

SCORERS = ("First scorer", "Second scorer")
# Names of columns, in small letters and digits alone.
LABEL_NAMES = frozenset(
    ["label", "labels", "class", "target", "y", "true", "truth", "ytrue", "actual", "outcome", "groundtruth"]
)
SCORE_NAME = re.compile(r"y?(score|prob|pred).*|yhat\d*|logit.*|confidence.*|decision.*|[ps]\d*")
ROW_NAMES = frozenset(["", "id", "index", "row", "case", "unnamed0"])
HOW = "A first line such as “label,score” or “label,score_1,score_2” says which column is which."
LONGEST_NAME = 60


@dataclass(frozen=True)
class Upload(Memo):
    """What was read from a file; equal if name and content of the file are equal.

    Attributes
    ----------
    name : str
        Of the file.
    digest : str
        SHA-256 of its content.
    classes : tuple of str
        (negative, positive), see `core.labs.ranking_curves.compute.classes.in_order`.
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
    labels: Labels = field(compare=False, repr=False)
    columns: tuple[str, ...] = field(compare=False)
    scores: tuple[Array, ...] = field(compare=False, repr=False)
    notes: tuple[str, ...] = field(compare=False, repr=False)

    def __post_init__(self) -> None:
        arrays: tuple[NDArray[np.generic], ...] = (self.labels, *self.scores)
        for array in arrays:
            array.flags.writeable = False

    def __str__(self) -> str:
        return f"{self.name}: {counted(len(self.labels), 'case')}, {int(self.labels.sum()):,} “{self.classes[1]}”"


def read_scores(name: str, content: bytes) -> Upload:
    """Read labels and one or two scores from a CSV file, in a confined process.

    The columns are recognized by their names, or else: the labels are the only column with two different words, or with
    two different values, and the scores the one or two other columns of numbers. Rows without a label or a score are
    left out.

    Parameters
    ----------
    name
        Of the file, for the reader.
    content
        See `core.labs.ranking_curves.compute.csv_columns.read_columns` for what a CSV file may be.

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
    titles = [f"“{shown(name)}”" for name in names] or [f"column {place + 1}" for place in range(len(columns))]
    label, chosen = _roles(names, columns, titles)
    for place in chosen:
        if columns[place].fault:
            raise ValueError(f"The scores in {titles[place]} cannot be read: {columns[place].fault}.")
    scores = [columns[place].numbers for place in chosen]
    if not columns[label].few:
        raise ValueError(f"The labels in {titles[label]} have more than {FEW} different values; they must have two.")
    present = _present(columns[label], scores)
    classes, labels = _classes(columns[label], titles[label], present)
    _check_names([*classes, *(names[place] for place in chosen if names)])
    scores = [score[present] for score in scores]
    own_names = tuple(names[place] for place in chosen if names) or SCORERS[: len(chosen)]
    left_out = [title for place, title in enumerate(titles) if place != label and place not in chosen]
    return {
        "classes": classes,
        "labels": labels,
        "columns": own_names,
        "scores": scores,
        "notes": _notes(present, scores, own_names, left_out),
    }


def _roles(names: list[str], columns: list[Column], titles: list[str]) -> tuple[int, list[int]]:
    """Places of the label and of the scores."""
    keys = [re.sub(r"[^a-z0-9]", "", name.casefold()) for name in names] or ["-"] * len(columns)
    used = [i for i, column in enumerate(columns) if keys[i] not in ROW_NAMES and (column.texts or not column.few)]
    scores = [i for i in used if SCORE_NAME.fullmatch(keys[i])]
    named = [i for i in used if keys[i] in LABEL_NAMES]
    label = _label(named, [i for i in used if i not in scores], columns, titles)
    if not scores:
        others = [i for i in used if i != label]
        scores = [i for i in others if not columns[i].fault] or others[:1]
    if not 1 <= len(scores) <= 2:
        listed = f": {', '.join(titles[i] for i in scores)}" if scores else ""
        raise ValueError(f"Beside the labels there are {counted(len(scores), 'column')} of scores{listed}. {HOW}")
    if len({titles[i] for i in scores}) < len(scores) and names:
        raise ValueError(f"Two columns of scores are called {titles[scores[0]]}; give them different names.")
    return label, scores


def _label(named: list[int], others: list[int], columns: list[Column], titles: list[str]) -> int:
    """Place of the label: by its name, else the only column left, else the only one of two words, or of two values."""
    if len(named) > 1:
        raise ValueError(f"Columns {', '.join(titles[i] for i in named)} all look like labels by their names. {HOW}")
    two = [i for i in others if columns[i].few and len(columns[i].texts) == 2]
    for choice in (named, others, [i for i in two if columns[i].fault], two):
        if len(choice) == 1:
            return choice[0]
    if two:
        raise ValueError(f"Exactly two different values are in {', '.join(titles[i] for i in two)}. {HOW}")
    raise ValueError(f"No column has exactly two different values, so none can be the labels. {HOW}")


def _present(label: Column, scores: list[Array]) -> NDArray[np.bool_]:
    """Rows (n,) of which nothing is missing."""
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


def _classes(label: Column, title: str, present: NDArray[np.bool_]) -> tuple[tuple[str, str], Labels]:
    """(negative, positive), and the labels of the rows that are present; numbers that are equal are one class."""
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
    negative, positive = in_order(*firsts)
    positives = next(texts for texts in alike.values() if positive in texts)
    labels = np.isin(places, [label.codes[text] for text in positives]).astype(np.uint8)
    return (negative, positive), labels


def _check_names(names: list[str]) -> None:
    """Refuse names that cannot be shown well, or that a spreadsheet would take for a formula in what is exported."""
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
    present: NDArray[np.bool_], scores: list[Array], columns: tuple[str, ...], left_out: list[str]
) -> tuple[str, ...]:
    notes = []
    missing = int(np.count_nonzero(~present))
    if missing:
        notes.append(f"Left out: {missing:,} of {counted(len(present), 'row')}, without a label or a score.")
    if left_out:
        notes.append(f"Columns left out: {', '.join(left_out)}.")
    notes += [
        f"All scores of “{name}” are equal."
        for name, score in zip(columns, scores, strict=True)
        if score.min() == score.max()
    ]
    return tuple(notes)
