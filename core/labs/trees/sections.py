"""Sections of the lab on trees: tables of categories, and the gain of a question about each feature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from core.draw.live import Picture
from core.draw.marks import area, labels, panel
from core.kit.lab import Clickable, Section, Table
from core.kit.words import fixed, number, verbatim
from core.labs.trees.compute.data import Rows, table
from core.labs.trees.compute.gains import CRITERIA, Asked, best, branch, impurity, questions
from core.labs.trees.compute.splits import Splits
from core.labs.trees.controls import ROWS, TABLE
from core.labs.trees.words import AGAIN, UNITS


def which_first(result: Splits, values: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the gain of a question about each feature of a table, and the question after the best one."""
    yield from (
        "A question about a feature sends each value to a child of its own. The gain is the impurity before minus "
        "that of the children, weighted by their samples. Change “Criterion” beside the picture to compare.",
        TABLE,
        ROWS,
    )
    rows = table(values["table"], values["rows"])
    criterion, base = result.criterion, result.base
    unit = UNITS[base] if criterion == "entropy" else ""
    asked = questions(rows)
    counts = [rows.labels.count(label) for label in dict.fromkeys(rows.labels)]
    before = fixed(float(impurity(counts, criterion, base)), 6)
    yield from (
        "**Samples.** Click a cell: it takes the next value of its column, in your own rows.",
        Clickable(_cells(rows), lambda place, _: _changed(rows, place)),
        f"**{CRITERIA[criterion].capitalize()} before the question{unit}:** {before}",
        Table(
            {
                "feature": [one.feature for one in asked],
                f"gain{unit}": [one.gain(criterion, base) for one in asked],
                AGAIN[criterion]: [one.again(criterion, base) for one in asked],
                "gain ratio": [number(one.ratio, 6) for one in asked],
                "values": [len(one.levels) for one in asked],
                "ways to cut in two": [one.cuts for one in asked],
            },
            explain=lambda row, column: _explained(asked[row], column, criterion, base),
            caption="Questions",
        ),
        _verdict(rows, asked, criterion, base),
    )


def _columns(rows: Rows) -> list[tuple[str, ...]]:
    """Return the columns of a table, the labels last."""
    return [*zip(*rows.cells, strict=True), rows.labels]


def _cells(rows: Rows) -> Picture:
    """Draw a table whose cells are clicked on: columns at 0, 1, ..., samples at 1, 2, ... from above."""
    columns, count = _columns(rows), len(rows.labels)
    names = [*rows.features, "label"]
    heads = [(float(k), 0.0, name, "middle center") for k, name in enumerate(names)]
    texts = [
        (float(k), float(row), word, "middle center")
        for k, column in enumerate(columns)
        for row, word in enumerate(column, 1)
    ]
    x, y = np.meshgrid(np.arange(len(columns)), np.arange(1, count + 1))
    edges = np.array([[-0.46, 0.46, 0.46, -0.46, -0.46, np.nan], [-0.42, -0.42, 0.42, 0.42, -0.42, np.nan]])
    across, down = ((at.ravel()[:, None] + side).ravel() for at, side in zip((x, y), edges, strict=True))
    drawn = panel(
        [area(across, down, "grid", "cells"), labels(heads, "names"), labels(texts, "values", "text", 13)],
        f"A table of {count} samples with the columns {', '.join(names)}; a click on a cell changes it. Its rows: "
        f"{'; '.join(' '.join(row) for row in zip(*columns, strict=True))}.",
        x="feature",
        y="sample",
        height=28 * (count + 1) + 40,
        showlegend=False,
        dragmode=False,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis={"range": [-0.5, len(columns) - 0.5], "visible": False, "fixedrange": True},
        yaxis={"range": [count + 0.5, -0.5], "visible": False, "fixedrange": True},
    )
    return Picture((drawn,))


def _changed(rows: Rows, place: tuple[float, float]) -> dict[str, str]:
    """Return the settings after a click: the cell under it takes the next value that its column has."""
    columns, (k, row) = _columns(rows), (round(place[0]), round(place[1]) - 1)
    if not (0 <= k < len(columns) and 0 <= row < len(rows.labels)):
        return {}
    words = list(dict.fromkeys(columns[k]))
    if len(words) == 1:
        words.append("1" if words[0] == "0" else "0")
    column = list(columns[k])
    column[row] = words[(words.index(column[row]) + 1) % len(words)]
    columns[k] = tuple(column)
    return {"table": "rows", "rows": ", ".join(" ".join(words) for words in zip(*columns, strict=True))}


def _explained(asked: Asked, column: str, criterion: str, base: str) -> str:
    n = sum(map(sum, asked.children))
    parts = " + ".join(
        f"{sum(child)}/{n} · {fixed(float(impurity(child, criterion, base)))}" for child in asked.children
    )
    if column.startswith("gain") and column != "gain ratio":
        before = impurity([sum(column) for column in zip(*asked.children, strict=True)], criterion, base)
        return f"{fixed(float(before))} − ({parts}) = {fixed(asked.gain(criterion, base), 6)}"
    if column == "gain ratio":
        return "The gain by entropy over the entropy of the sizes of the children; – for a feature with one value."
    if column == "ways to cut in two":
        q = len(asked.levels)
        return f"2^({q} − 1) − 1 = {asked.cuts:,}"
    if column == "values":
        return ", ".join(
            f"{verbatim(level)}: {' : '.join(map(str, child))}"
            for level, child in zip(asked.levels, asked.children, strict=True)
        )
    return f"The gain computed another way: {fixed(asked.again(criterion, base), 6)}"


def _verdict(rows: Rows, asked: tuple[Asked, ...], criterion: str, base: str) -> str:
    if len(set(rows.labels)) == 1:
        return "All labels are equal: the impurity is 0 and there is nothing to ask."
    first = best(asked, criterion, base)
    if not first:
        return (
            "**No single question gains anything.** A greedy tree stops here, even where two questions together help."
        )
    if len(first) > 1:
        names = " and ".join(verbatim(name) for name in first)
        return f"**A tie between {names}.** Libraries pick one of them by their own order, so trees differ."
    winner = next(one for one in asked if one.feature == first[0])
    after = []
    for level in winner.levels:
        rest = branch(rows, winner.feature, level)
        where = f"{verbatim(winner.feature)} = {verbatim(level)}"
        if len(set(rest.labels)) == 1:
            after.append(f"{where} is pure ({verbatim(rest.labels[0])})")
            continue
        below = questions(rest)
        best_there = best(below, criterion, base)
        gain = max(one.gain(criterion, base) for one in below)
        names = " or ".join(verbatim(name) for name in best_there)
        after.append(f"{where}: ask {names} (gain {fixed(gain)})" if names else f"{where}: no question helps")
    return f"**Ask {verbatim(winner.feature)} first.** Then " + "; ".join(after) + "."


SECTIONS = (Section("Tables: which feature first?", which_first),)
