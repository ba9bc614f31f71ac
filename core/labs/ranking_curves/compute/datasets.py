"""Tables with two classes: the bundled one, two of scikit-learn's, and any from OpenML."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import worker
from core.kit.arrays import Array
from core.kit.memo import Memo
from core.labs.ranking_curves.compute.classes import as_number
from core.worker.tasks import Task

CREDIT = Path(__file__).parents[3] / "data" / "credit-g.csv"
CREDIT_NOTES = (
    "German credit is the Statlog data set of Hans Hofmann (1994, UCI, doi 10.24432/C5NC77, CC BY 4.0) with the "
    "category names of OpenML's credit-g.",
    "Some of its columns are known to be coded wrongly (Groemping 2019, South German Credit).",
    "Sex (in personal_status) and foreign_worker are among its columns, and the models use them.",
)
# A name at OpenML, or its number; nothing that could change the address that is asked.
OPENML_NAME = re.compile(r"[A-Za-z0-9_.,()+-]{1,128}")


@dataclass(frozen=True)
class Table(Memo):
    """Examples with two classes; equal if name and content are equal.

    Attributes
    ----------
    name : str
    target : str
        Column that holds the class.
    classes : tuple of str
        (negative, positive).
    labels : ndarray (n,) of uint8
        1 = positive.
    columns : tuple of str
        Names of the d features.
    categories : tuple of tuple of str
        Names of the categories of each feature, in alphabetical order; empty for a number.
    cells : ndarray (n, d)
        Values of numbers, positions of categories; nan where missing.
    notes : tuple of str
        Sentences about what was changed, left out, or is known to be wrong.
    """

    name: str
    target: str = field(compare=False)
    classes: tuple[str, str] = field(compare=False)
    labels: NDArray[np.uint8] = field(compare=False, repr=False)
    columns: tuple[str, ...] = field(compare=False, repr=False)
    categories: tuple[tuple[str, ...], ...] = field(compare=False, repr=False)
    cells: Array = field(compare=False, repr=False)
    notes: tuple[str, ...] = field(compare=False, repr=False)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        words = repr((self.target, self.classes, self.columns, self.categories, self.cells.shape)).encode()
        content = hashlib.sha256(words + self.labels.tobytes() + np.ascontiguousarray(self.cells).tobytes())
        object.__setattr__(self, "digest", content.hexdigest())
        self.labels.flags.writeable = self.cells.flags.writeable = False

    @property
    def nbytes(self) -> int:
        """Return the bytes of its arrays."""
        return self.labels.nbytes + self.cells.nbytes

    def message(self) -> dict[str, Any]:
        """Return the message from which `from_message` makes the table."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.init}

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Table:
        """Make a table from a message, in which tuples have become lists."""
        categories = tuple(tuple(names) for names in message["categories"])
        words = {name: tuple(message[name]) for name in ("classes", "columns", "notes")}
        return cls(**{**message, **words, "categories": categories})


def encode(texts: Sequence[str]) -> tuple[Array, tuple[str, ...]]:
    """Return positions of texts among the different ones in alphabetical order, and these; an empty text is nan."""
    names = tuple(sorted(set(texts) - {""}))
    places = {text: float(place) for place, text in enumerate(names)}
    return np.array([places.get(text, np.nan) for text in texts]), names


@lru_cache(maxsize=4)
def load(source: str, digit: int) -> Table:
    """Read a data set that needs no network; "cancer" and "digits" import scikit-learn."""
    if source == "credit":
        return credit()
    from sklearn import datasets

    if source == "cancer":
        bunch = datasets.load_breast_cancer()
        name, target, classes, labels = "Breast cancer", "diagnosis", ("benign", "malignant"), bunch.target == 0
    else:
        bunch = datasets.load_digits()
        name, target, classes, labels = "Digits", "digit", ("other digits", f"digit {digit}"), bunch.target == digit
    columns = tuple(str(column) for column in bunch.feature_names)
    cells = np.array(bunch.data, dtype=np.float64)
    return Table(name, target, classes, labels.astype(np.uint8), columns, ((),) * len(columns), cells, ())


def credit() -> Table:
    """Read the bundled German credit data: 1000 examples, 20 features, 700 good and 300 bad."""
    with CREDIT.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    *features, target = zip(*rows, strict=True)
    columns = []
    for texts in features:
        numbers = np.array([as_number(text) for text in texts])
        columns.append(encode(texts) if np.isnan(numbers).any() else (numbers, ()))
    return Table(
        name="German credit",
        target=header[-1],
        classes=("bad", "good"),
        labels=np.array([label == "good" for label in target], dtype=np.uint8),
        columns=tuple(header[:-1]),
        categories=tuple(names for _, names in columns),
        cells=np.array([cells for cells, _ in columns]).T,
        notes=CREDIT_NOTES,
    )


def fetch(text: str) -> Task[Table]:
    """Begin to download a data set from OpenML, by its name (the oldest active version) or its number.

    Raises
    ------
    ValueError
        If `text` is neither.
    """
    name = text.strip()
    if not OPENML_NAME.fullmatch(name):
        raise ValueError("`openml` must be the name of a data set at OpenML, such as credit-g, or its number.")
    return worker.submit(
        "core.labs.ranking_curves.compute.openml.download",
        {"text": name},
        title=f"Downloading {name}",
        read=Table.from_message,
    )
