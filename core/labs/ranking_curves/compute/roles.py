"""Roles of the columns of a file: the label, and the scores."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.kit.arrays import Array
from core.labs.ranking_curves.compute.classes import as_number
from core.labs.ranking_curves.compute.csv_columns import Column
from core.labs.ranking_curves.compute.csv_rows import counted

# Names of columns, in small letters and digits alone.
_LABELS = (
    "label labels class target y true truth ytrue ytest actual outcome groundtruth obs observed reference gold "
    "truelabel trueclass actuallabel actualclass goldlabel classlabel targetclass "
)
LABEL_NAMES = frozenset(_LABELS.split())
SCORE_NAME = re.compile(
    r"y?(score|prob|pred).*|yhat\d*|logit.*|confidence.*|decision.*|[ps]\d*"
    r"|.*(score|prob|proba|probability|probabilities|pred|prediction|logit|confidence)s?\d*"
)
PREDICTED = re.compile(r".*(pred|label|class|yhat|decision).*")
OUTCOME = re.compile(
    "(is|has|had|was|will).+|survived|churn(ed)?|default(ed)?|fraud|diagnosis|status|disease|died|dead|death|event"
    "|converted|conversion|click(ed)?|purchased?|bought|spam|malignant|response|relevant|readmitted|exited|attrition"
)
ROW_NAMES = frozenset(["", "id", "index", "row", "case", "unnamed0"])
_IDS = (
    "id ids uuid guid index idx nr no number num row rownum key inst instance patient member customer client "
    "user subject sample passenger observation fold resample split "
)
ID_WORDS = frozenset(_IDS.split())
PROBABILITY = re.compile(r"p.*|.*(prob|confidence).*")
COUNTS = frozenset(["count", "counts", "freq", "frequency", "weight", "weights", "sampleweight", "n"])
HOW = "Choose the label and the scores."
MOST = 5  # scorers
_FEWEST_COUNTED = 10  # rows from which whole numbers in steps of one are taken for row numbers


@dataclass(frozen=True)
class Roles:
    """Positions of columns.

    Attributes
    ----------
    label : int
    scores : tuple of (int, ...)
        One tuple for each scorer: its column, or both if two hold p and 1 - p.
    hard : tuple of int
        Columns of predicted classes.
    """

    label: int
    scores: tuple[tuple[int, ...], ...]
    hard: tuple[int, ...]


def label_of(names: list[str], columns: list[Column], titles: list[str], scores: Sequence[int] = ()) -> int:
    """Find the column of labels by its name or, failing that, by the content of the columns.

    Parameters
    ----------
    names, columns, titles
        Names of the columns, empty without a header; their content; and what to call them.
    scores : sequence of int
        The columns of scores, if chosen.

    Raises
    ------
    ValueError
        If it is unclear which column it is.
    """
    keys, used = _used(names, columns)
    used = [i for i in used if i not in scores]
    named = [i for i in used if SCORE_NAME.fullmatch(keys[i])]
    by_name = [i for i in used if keys[i] in LABEL_NAMES]
    return _label(by_name, [i for i in used if i not in named], bool(named or scores), columns, titles, keys)


def roles(
    names: list[str], columns: list[Column], titles: list[str], label: int, scores: Sequence[int] = (), most: int = 2
) -> Roles:
    """Find the scorers beside the column of labels, with the parameters of `label_of`.

    Up to `MOST` are taken if their names or values say that they are scores, otherwise up to `most`.

    Raises
    ------
    ValueError
        If it is unclear which columns they are, or a chosen one does not hold numbers.
    """
    keys, used = _used(names, columns)
    named = [i for i in used if SCORE_NAME.fullmatch(keys[i])]
    hard = tuple(
        i for i in used if i != label and PREDICTED.fullmatch(keys[i]) and _is_hard(columns[i], columns[label])
    )
    chosen = bool(scores)
    scores = scores or _scores([i for i in used if i != label and keys[i] not in COUNTS], named, hard, columns)
    for i in scores:
        if columns[i].fault:
            raise ValueError(f"The scores in {titles[i]} cannot be read: {columns[i].fault}.")
    groups = tuple((i,) for i in scores) if chosen else _complements(list(scores), columns)
    sure = chosen or set(scores) & set(named) or all(_is_share(columns[i]) for i in scores)
    if not 1 <= len(groups) <= (MOST if sure else most):
        listed = f": {', '.join(titles[i] for i in scores)}" if scores else ""
        raise ValueError(f"Beside the labels there are {counted(len(groups), 'column')} of scores{listed}. {HOW}")
    if len({titles[i] for i in scores}) < len(scores) and names:
        raise ValueError(f"Two columns of scores are called {titles[scores[0]]}; give them different names.")
    return Roles(label, groups, hard)


def _used(names: list[str], columns: list[Column]) -> tuple[list[str], list[int]]:
    """Return the names in small letters and digits alone, and the columns that neither are empty nor name the rows."""
    keys = [re.sub(r"[^a-z0-9]", "", name.casefold()) for name in names] or ["-"] * len(columns)
    filled = [i for i, column in enumerate(columns) if column.texts or not column.few]
    return keys, [i for i in filled if not (names and _is_id(names[i], columns[i]))]


def _label(
    named: list[int], others: list[int], scored: bool, columns: list[Column], titles: list[str], keys: list[str]
) -> int:
    """Find the label: by name, or the only column left, or the only one of two words, or of two values.

    Where the scores are known by name (`scored`), the file may be a table of features, such as the passengers of a
    ship: then the only one of two values whose name is an outcome, and not just any words.
    """
    if len(named) > 1:
        raise ValueError(f"Columns {', '.join(titles[i] for i in named)} all look like labels by their names. {HOW}")
    two = [i for i in others if columns[i].few and len(columns[i].texts) == 2]
    likely = [i for i in two if (OUTCOME.fullmatch(keys[i]) if scored else columns[i].fault)]
    for choice in (named, others, likely, two):
        if len(choice) == 1:
            return choice[0]
    if two:
        raise ValueError(f"Exactly two different values are in {', '.join(titles[i] for i in two)}. {HOW}")
    raise ValueError(f"No column has exactly two different values, so none can be the labels. {HOW}")


def _scores(others: list[int], named: list[int], hard: tuple[int, ...], columns: list[Column]) -> list[int]:
    """Find columns of scores: those with such a name, or all numbers; predicted classes only as a last resort."""
    soft = [i for i in others if i not in hard and not columns[i].wordy]
    if by_name := [i for i in soft if i in named]:
        return by_name
    numbers = [i for i in soft if not columns[i].fault]
    counted_up = [i for i in numbers if _counts_up(columns[i])]
    numbers = [i for i in numbers if i not in counted_up] or numbers
    if hard:  # beside predicted classes other numbers may be features
        numbers = [i for i in numbers if np.nanmin(columns[i].numbers) >= 0 and np.nanmax(columns[i].numbers) <= 1]
    words = [i for i in others if i in named] or others
    return numbers or [i for i in hard if not columns[i].fault] or words[:1]


def _is_id(name: str, column: Column) -> bool:
    """Return whether a column names or numbers its rows: by its own name, and not if it holds fractions."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    key = re.sub(r"[^a-z0-9]", "", name.casefold())
    if not (key in ROW_NAMES or (words and words[-1].casefold() in ID_WORDS)):
        return False
    return bool(column.fault) or _is_whole(column)


def _is_whole(column: Column) -> bool:
    known = column.numbers[np.isfinite(column.numbers)]
    return bool((known == np.floor(known)).all())


def _is_share(column: Column) -> bool:
    """Return whether a column of numbers holds fractions of one, and not only 0 and 1."""
    known = column.numbers[np.isfinite(column.numbers)]
    return bool(known.size and ((known >= 0) & (known <= 1)).all() and not _is_whole(column))


def _counts_up(column: Column) -> bool:
    numbers = column.numbers
    return len(numbers) >= _FEWEST_COUNTED and _is_whole(column) and bool((np.diff(numbers) == 1).all())


def _is_hard(column: Column, label: Column) -> bool:
    """Return whether a column holds classes instead of scores: the words of the label, or two whole numbers."""
    if column.wordy:
        return column.few and set(column.texts) <= set(label.texts)
    if column.fault or not column.few or len(column.texts) > 2:
        return False
    values = {as_number(text) for text in column.texts}
    return values <= {0.0, 1.0} or values <= {as_number(text) for text in label.texts}


def _complements(scores: list[int], columns: list[Column]) -> tuple[tuple[int, ...], ...]:
    """Pair two columns that add up to 0, 1, or 100 in every row, as the scores of two classes do."""
    groups: list[tuple[int, ...]] = []
    left = list(scores)
    while left:
        one = left.pop(0)
        other = next((i for i in left if _add_up(columns[one], columns[i])), None)
        if other is not None:
            left.remove(other)
        groups.append((one,) if other is None else (one, other))
    return tuple(groups)


def _add_up(one: Column, other: Column) -> bool:
    with np.errstate(over="ignore", invalid="ignore"):
        total = one.numbers + other.numbers
    total = total[np.isfinite(one.numbers) & np.isfinite(other.numbers)]
    if not total.size or np.nanmin(one.numbers) == np.nanmax(one.numbers):
        return False
    if (total == 0).all():  # the raw predictions of Spark
        return True
    # Both are rounded, to two decimals at least.
    return any(bool((np.abs(total - whole) <= 0.011 * whole).all()) for whole in (1, 100))


def of_positive(group: tuple[int, ...], names: list[str], classes: tuple[str, str]) -> int:
    """Return the column of a group that holds the scores of the positive class.

    Its name says so, or the other's name says the opposite; otherwise the classes are taken in sorted order, like
    the columns of scikit-learn and R.
    """
    if len(group) == 1:
        return group[0]
    if names:
        for place, text in ((0, classes[1]), (1, classes[0])):
            said = [_names(names[i], text) for i in group]
            if sum(said) == 1:
                return group[said.index(True) ^ place]
    values = [as_number(text) for text in classes]
    order = sorted(classes) if np.isnan(sum(values)) else sorted(classes, key=as_number)
    place = order.index(classes[1])
    if names and (ends := [re.search(r"\d+$", names[i]) for i in group]) and all(ends):
        group = tuple(sorted(group, key=lambda i: int(re.findall(r"\d+$", names[i])[0])))
    return group[place]


def only_negative(name: str, classes: tuple[str, str], scores: Array, *, alone: bool) -> bool:
    """Return whether a column holds probabilities of the negative class, by its name and its values.

    Only if it is the only scorer (`alone`) does a number in its name mean a class, and not a model.
    """
    key = re.sub(r"[^a-z0-9]", "", name.casefold())
    if not (scores.min() >= 0 and scores.max() <= 1) or not PROBABILITY.fullmatch(key):
        return False
    numbered = re.fullmatch(r"(?:p|prob|proba|probability)(\d+)", key)
    if numbered:
        return alone and as_number(numbered[1]) == as_number(classes[0])
    return _names(name, classes[0]) and not _names(name, classes[1])


def _names(name: str, text: str) -> bool:
    """Return whether the name of a column contains the name of a class as a word."""
    return bool(re.search(rf"(?<![^\W_]){re.escape(text.casefold())}(?![^\W_])", name.casefold()))
