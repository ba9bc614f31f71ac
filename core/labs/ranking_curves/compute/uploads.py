"""Labels and scores from a visitor's CSV file, which is kept while its columns can be chosen."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.kit.memo import Memo
from core.labs.ranking_curves.compute.csv_rows import counted
from core.worker import confined

Labels = NDArray[np.uint8]

LONGEST_NAME = 60


@dataclass(frozen=True)
class Picks:
    """A visitor's choice of the columns of a file, all counted from 1; 0 and () leave it to the lab.

    Attributes
    ----------
    label : int
    positive : int
        Of the different values in the column of labels.
    scores : tuple of int
        At most `core.labs.ranking_curves.compute.roles.MOST`.
    counts : int
        Column that says how many equal cases a row stands for; 0 if each stands for one.
    """

    label: int = 0
    positive: int = 0
    scores: tuple[int, ...] = ()
    counts: int = 0


@dataclass(frozen=True, eq=False)
class Upload:
    """The cases read from a file.

    Attributes
    ----------
    name : str
        Of the file.
    classes : tuple of str
        (negative, positive), see `core.labs.ranking_curves.compute.classes.ordered`.
    why : str
        Why the positive class is the positive one: "by its meaning".
    labels : ndarray (n,) of uint8
        1 = positive.
    columns : tuple of str
        Names of one to five scores.
    scores : tuple of ndarray (n,)
        Finite.
    notes : tuple of str
        Sentences about what was left out.
    """

    name: str
    classes: tuple[str, str]
    why: str = field(repr=False)
    labels: Labels = field(repr=False)
    columns: tuple[str, ...]
    scores: tuple[Array, ...] = field(repr=False)
    notes: tuple[str, ...] = field(repr=False)

    def __post_init__(self) -> None:
        arrays: tuple[NDArray[np.generic], ...] = (self.labels, *self.scores)
        for array in arrays:
            array.flags.writeable = False

    def __str__(self) -> str:
        positives = f"{int(self.labels.sum()):,} positive (“{self.classes[1]}”, {self.why})"
        return f"{self.name}: {counted(len(self.labels), 'case')}, {positives}"


@dataclass(frozen=True)
class Sketch:
    """A first look at a table.

    Attributes
    ----------
    rows : int
    titles : tuple of str
        Names of the columns, or their places.
    samples : tuple of tuple of str
        The first texts of each column.
    values : tuple of tuple of str
        The different values of each column; () if there are many.
    """

    rows: int
    titles: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    values: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Reading:
    """Cases read from a file under some picks.

    Attributes
    ----------
    sketch : Sketch
    picks : Picks
        Those of the visitor, completed as far as the lab can tell.
    refusal : str
        Why there are no cases, as a sentence; or empty.
    upload : Upload or None
        The cases.
    """

    sketch: Sketch
    picks: Picks
    refusal: str
    upload: Upload | None


@dataclass(frozen=True)
class Content(Memo):
    """The bytes of a file, which remember what was last made of them."""

    data: bytes = field(repr=False)


@dataclass(frozen=True)
class ScoreFile(Memo):
    """A table in a file; equal if name and content of the file are equal.

    Attributes
    ----------
    name : str
        Of the file.
    digest : str
        SHA-256 of its content.
    sketch : Sketch
    content : Content
    """

    name: str
    digest: str = field(repr=False)
    sketch: Sketch = field(compare=False, repr=False)
    content: Content = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.name}: {counted(self.sketch.rows, 'row')}, {counted(len(self.sketch.titles), 'column')}"

    def reading(self, picks: Picks = Picks()) -> Reading:
        """Read the cases from the chosen columns, in a confined process unless the last picks were the same."""
        found: Reading = self.content.recall(_reading, _settings(self.content, self.name, picks))
        return found

    def cases(self, picks: Picks = Picks()) -> Upload:
        """Return the cases from the chosen columns.

        Raises
        ------
        ValueError
            If it is not clear which column is which, or one does not fit; the sentence names the line or the column.
        """
        found = self.reading(picks)
        if found.upload is None:
            raise ValueError(found.refusal)
        return found.upload


def read_scores(name: str, content: bytes) -> ScoreFile:
    """Read a table of labels and scores from a text file, in a confined process.

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
        If it is no table; the sentence names the line.
    """
    title = "".join(filter(str.isprintable, name))[:LONGEST_NAME]
    held = Content(content)
    found: Reading = held.recall(_reading, _settings(held, title, Picks()))
    return ScoreFile(title, hashlib.sha256(content).hexdigest(), found.sketch, held)


def _settings(content: Content, name: str, picks: Picks) -> tuple[tuple[str, Any], ...]:
    return ("content", content), ("name", name), ("picks", picks)


def _reading(content: Content, name: str, picks: Picks) -> Reading:
    values = confined.call("core.labs.ranking_curves.compute.cases.score_values", content.data, **asdict(picks))
    samples, different = (tuple(map(tuple, values[key])) for key in ("samples", "values"))
    sketch = Sketch(values["rows"], tuple(values["titles"]), samples, different)
    picks = Picks(values["label"], values["positive"], tuple(values["picked"]), values["counts"])
    if values["refusal"]:
        return Reading(sketch, picks, values["refusal"], None)
    cases = Upload(
        name=name,
        classes=(values["classes"][0], values["classes"][1]),
        why=values["why"],
        labels=values["labels"],
        columns=tuple(values["columns"]),
        scores=tuple(values["scores"]),
        notes=tuple(values["notes"]),
    )
    return Reading(sketch, picks, "", cases)
