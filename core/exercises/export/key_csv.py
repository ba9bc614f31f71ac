"""The key as CSV: one row for the right answer of each blank, and one for each known mistake."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from core.exercises.export.accepted import Part, parts, plain
from core.exercises.templates import Drawn

COLUMNS = ("exercise", "variant", "blank", "judged", "answer", "tolerance", "words")


def key_csv(exercises: Sequence[Drawn]) -> str:
    """Write answers and mistakes of exercises.

    `judged` is "right" or "mistake"; numbers carry a point and no separators, and a tolerance on either side. A text
    that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for place, exercise in enumerate(exercises, 1):
        for question in exercise.questions:
            for part in parts(question):
                for judged, value, words in _rows(part):
                    number = part.form == "number"
                    answer = plain(value[0]) if number else _inert(str(value[0]))
                    margin = plain(value[1]) if number else ""
                    writer.writerow((place, exercise.key, part.label, judged, answer, margin, words))
    return out.getvalue()


def _rows(part: Part) -> list[tuple[str, tuple[Any, ...], str]]:
    steps = " ".join(part.steps)
    return [("right", part.truth, steps), *(("mistake", value, words) for value, words in part.slips)]


def _inert(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
