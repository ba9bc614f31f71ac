"""Checks that a page is whole: pictures with finite numbers, words without raw messages, tables without gaps."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np

from core.draw.live import Picture, uncolored
from core.draw.packing import pack
from core.draw.still import still
from core.kit.controls import Control
from core.kit.lab import Clickable, Exercise, Table, Work
from core.kit.refusal import reason
from core.kit.runs import RunList

NAN = re.compile(r"\bnan\b")  # as Python writes it; NaN may be what a sentence is about
SENTENCE = re.compile(r"^.*[.!?]$", re.DOTALL)
# What numpy, Python, and plotly print, and what remains where a name or a number is missing.
RAW = re.compile(
    r"zero-size|invalid literal|could not (convert|be broadcast)|out of (range|bounds)|math domain|codec can|Traceback"
    r"|unsupported operand|unhashable|not (callable|iterable|subscriptable)|object (has|is) no|positional argument"
    r"|division by zero|must be real number|cannot convert|\w(Error|Exception)\b|\bNone(Type)?\b|(?i:\b(nan|inf)\b)"
    r"|“”|‘’|''|(?<!\w)\(\)|\{\}|__\w+__|<\w+ object"
)
TYPED = (
    "0",
    "-0",
    "17",
    "1,728",
    "-1",
    "1e400",
    "1e-400",
    "9" * 60,
    "nan",
    "inf",
    "<b>",
    "٣",
    "seven",
    "1/0",
    "%",
    "=1",
)


def check_words(words: str, *quoted: str) -> None:
    """Check that words are a sentence of ours; `quoted` is what they may repeat."""
    assert SENTENCE.match(words), f"not a sentence: {words}"
    for text in quoted:
        if RAW.search(text):
            words = words.replace(repr(text), "x").replace(text, "x")
    raw = RAW.search(re.sub(r"(?<!\w)'[^']+'(?!\w)|“[^”]+”", "x", words))  # what is quoted is somebody else's
    assert not raw, f"{raw[0]!r} in: {words}"


def check_refusal(error: ValueError, *quoted: str) -> str:
    """Return the sentence of a refusal."""
    words = reason(error)
    assert words, f"not a sentence of ours: {error!r}"
    check_words(words, *quoted)
    return words


def check_block(block: Any, values: dict[str, Any], first: bool) -> None:
    """Check a block of a section; work is done for the first of the states that are looked at."""
    if isinstance(block, Clickable):
        check_picture(block.picture)
        assert set(block.take((0.0, 0.0), values)) <= set(values)
    elif isinstance(block, Picture):
        check_picture(block)
    elif isinstance(block, Table):
        check_table(block)
    elif isinstance(block, Exercise):
        check_exercise(block)
    elif isinstance(block, RunList):
        for chosen in (block.runs()[:1], block.runs()):
            check_picture(block.compare(chosen))
    elif isinstance(block, Work):
        assert block.label
        if first:
            found = block.blocks(block.begin().result())
            assert [check_picture(part) for part in found if isinstance(part, Picture)]
    elif isinstance(block, Control):
        assert block.place == "section"
    else:
        assert block
        assert not NAN.search(block)


def check_table(table: Table) -> None:
    """Check columns of equal length without a nan, and that every cell of some rows is explained."""
    (rows,) = {len(values) for values in table.columns.values()}
    assert rows
    assert not NAN.search(str(list(table.columns.values())))
    if table.explain is not None:
        for row in {0, rows // 2, rows - 1}:
            for name in table.columns:
                words = table.explain(row, name)
                assert words.strip() and not NAN.search(words)


def check_exercise(exercise: Exercise) -> None:
    """Questions with labels of their own; whatever is typed is answered by a sentence."""
    assert exercise.text and exercise.key
    labels = [question.label for question in exercise.questions]
    assert labels and len(set(labels)) == len(labels)
    for question in exercise.questions:
        assert question.judge(question.kind.write(question.truth)).right
        for text in TYPED:
            check_words(question.judge(text).words, text)


def check_texts(picture: Picture) -> None:
    """Check what a picture says at each of its steps, as it is sent to the browser."""
    packed = pack(picture)
    header = json.loads(packed[4 : 4 + int.from_bytes(packed[:4], "little")])
    assert not NAN.search(json.dumps([header["readouts"], header["sentences"], header["remarks"]]))
    for text in {*picture.summaries}:
        words = uncolored(text)
        assert SENTENCE.match(words) and len(words.replace(" × 10", "×10").split()) <= 15, text
        assert not NAN.search(words), text
        assert set(re.findall(r"\[(\w+)\|", text)) <= set(header["roles"]), text
    for panel in picture.panels:
        assert len(panel.alt) > 20 and SENTENCE.match(panel.alt) and not NAN.search(panel.alt)


def check_picture(picture: Picture) -> None:
    """Check titles on axes, finite numbers (gaps excepted), a text alternative, and texts for each step."""
    check_texts(picture)
    steps = len(picture.axis.values) if picture.axis else 1
    for panel in picture.panels:
        layout = panel.figure["layout"]
        assert layout["xaxis"]["title"]["text"]
        assert layout["yaxis"]["title"]["text"]
    for figure in still(picture, steps // 2):  # plotly checks every property here
        for trace in figure.data:
            check_heights(trace.y, trace.name)
    for panel in picture.panels:
        for frames in panel.frames:
            if frames.attr == "y":
                for index in (0, steps - 1):
                    check_heights(
                        frames.at(picture.entry(frames.along, index)), panel.figure["data"][frames.trace].get("name")
                    )


def check_heights(values: Any, name: Any) -> None:
    """Check for finite numbers, gaps excepted, and at least one."""
    y = np.asarray(values, dtype=float)
    assert np.isfinite(y[~np.isnan(y)]).all()
    assert np.isfinite(y).any() or y.size == 0, f"nothing to see in {name}"
