"""Every template of every lab, drawn with many seeds: told apart, worked out, shown by its lab, judged in one voice."""

import math
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from fractions import Fraction
from functools import lru_cache
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from core.exercises.export.accepted import parts
from core.exercises.export.moodle import moodle_xml
from core.exercises.export.qti import item
from core.exercises.kinds import Count, Number, Pick, Share
from core.exercises.questions import Question
from core.exercises.reading import LONGEST, read_numbers
from core.kit.controls import defaults
from core.kit.links import from_link, to_link
from pages.ui import shell
from tests.formats import MOODLE_NUMBER, blanks, check_item

SEEDS = 500 if os.environ.get("LECTERN_PROFILE") == "nightly" else 25
LABS = shell.labs()
TEMPLATES = {template.key: template for lab in LABS.values() for template in lab.exercises}
EVERY = pytest.mark.parametrize("key", TEMPLATES)


@lru_cache(maxsize=None if SEEDS < 100 else 1)
def variants(key: str):
    return [TEMPLATES[key].variant(number) for number in range(SEEDS)]


def spellings(question: Question) -> list[str]:
    """Return the correct answer as different people write it."""
    kind, truth = question.kind, question.truth
    if isinstance(kind, Share):
        percent = float(100 * Fraction(truth))
        return [f"{percent:.9g}%", f"{percent:.9g} %", f"{percent / 100:.9g}", f"{percent:.9g}%".replace(".", ",")]
    if isinstance(kind, Number):
        value = float(truth)
        plain = f"{value:.9f}"
        written = [repr(value), f"{value:.9e}", plain.replace(".", ","), f"+{plain}" if value > 0 else plain]
        return (
            [*written, f"{value:.9e}".replace("e", "·10^"), plain.replace("-", "−")]
            if abs(value) > 1e-3
            else written[:2]
        )
    if isinstance(kind, Count):
        grouped = f"{truth:,}"
        return [
            str(truth),
            grouped,
            grouped.replace(",", "."),
            grouped.replace(",", " "),
            f"{truth}+0",
            f"{2 * truth}/2",
        ]
    if isinstance(kind, Pick):
        return [truth, truth.upper(), str(kind.options.index(truth) + 1)]
    return [kind.write(truth)]


def test_keys_name_their_lab_and_are_unique():
    assert len(TEMPLATES) == sum(len(lab.exercises) for lab in LABS.values())
    for name, lab in LABS.items():
        assert all(template.lab == name for template in lab.exercises)


@EVERY
def test_answers_are_finite_told_apart_and_worked_out(key):
    for drawn in variants(key):
        assert drawn.questions
        assert len({question.label for question in drawn.questions}) == len(drawn.questions)
        assert drawn.text.strip()
        assert drawn.hints
        for question in drawn.questions:
            assert question.apart, (drawn.key, question.label)
            if isinstance(question.kind, Number | Count):
                assert math.isfinite(question.truth)
                assert question.steps, (drawn.key, question.label)
            kind = question.kind
            if question.steps and isinstance(kind, Number | Count):
                last = re.findall(r"[−-]?[\d.,]*\d(?:e[+-]?\d+)?\s*%?", question.steps[-1])[-1]
                readings = kind.read(last)
                fits = any(
                    question.kind.fits(r, question.truth) or question.kind.coarse(r, question.truth) for r in readings
                )
                assert fits, (drawn.key, question.label, question.steps[-1], question.truth)


@EVERY
def test_the_right_answer_is_right_in_every_spelling_and_each_mistake_is_named(key):
    for drawn in variants(key)[:25]:
        for question in drawn.questions:
            for text in spellings(question):
                assert question.judge(text).right, (drawn.key, question.label, text, question.truth)
            for slip in question.slips:
                verdict = question.judge(question.kind.write(slip.value))
                assert verdict.state == "mistake", (drawn.key, question.label, slip.name, verdict)
                assert verdict.slips, (drawn.key, slip.name)
                if len(slip.names) == 1:
                    assert slip.name in verdict.slips, (drawn.key, question.label, slip.name, verdict)


@EVERY
def test_the_state_of_the_lab_is_valid_and_travels_in_a_link(key):
    lab = LABS[TEMPLATES[key].shown_in]
    for drawn in variants(key)[:3]:
        values = defaults(lab.all_controls) | dict(drawn.state)
        assert set(drawn.state) <= {control.name for control in lab.controls}
        query = {name: [text] for name, text in to_link(lab.all_controls, values).items()}
        assert from_link(lab.all_controls, query) == (values, []), drawn.key
        if not lab.tasks(values):
            lab.draw(lab.result(values), values)


# Exercises on an idea, on code, or on numbers that their lab has no control for.
SAME_STATE = {
    "bias_variance.claims",
    "bias_variance.cross_terms",
    "bias_variance.leave_one_out",
    "descent.inputs",
    "model_selection.one_se",
    "ranking_curves.between",
    "regularization.residuals",
    "schedules.best_epoch",
    "transfer.inputs",
    "transfer.passes",
    "transfer.resize",
}
# Their lab shows the effect at numbers of its own: a whole network, trained layers, a batch that doubles.
OTHER_NUMBERS = {
    "convolution.sparse",
    "schedules.growing_batch",
    "transfer.inputs",
    "transfer.memory",
    "transfer.parent",
    "trees.same_error",
}


@EVERY
def test_show_me_stands_at_the_numbers_of_the_exercise(key):
    states = {str(sorted(drawn.state.items(), key=str)) for drawn in variants(key)[1:12]}
    assert (len(states) == 1) == (key in SAME_STATE)


@pytest.mark.nightly
@EVERY
def test_show_me_shows_an_answer(key):
    """One answer at least stands in the picture, the tables, or a section of the lab at the state of the exercise."""
    drawn, lab = variants(key)[1], LABS[TEMPLATES[key].shown_in]
    values = defaults(lab.all_controls) | dict(drawn.state)
    if lab.tasks(values) or not (wanted := [one for one in map(_numbers_of, drawn.questions) if one]):
        return
    result = lab.result(values)
    shown = [lab.draw(result, values), lab.tables(result, values)]
    for section in lab.sections:
        with suppress(ValueError):  # a section that has nothing to say at this state
            shown += section.blocks(result, values)
    found = np.unique([number for text in texts(shown) for number in numbers(text)])
    there = [
        all(np.any(abs(found - scale * n) <= abs(scale * n) / 500) for n in one) for one in wanted for scale in (1, 100)
    ]
    assert any(there) != (key in OTHER_NUMBERS), (wanted, dict(drawn.state))


def _numbers_of(question: Question) -> list[float]:
    truth = question.truth if isinstance(question.truth, tuple) else (question.truth,)
    return [float(value) for value in truth if isinstance(value, int | float | Fraction)]


def texts(shown: Any) -> Iterator[str]:
    """Yield every text and number in what a lab shows."""
    if isinstance(shown, str | int | float | np.generic):
        yield str(shown)
    elif isinstance(shown, np.ndarray):
        yield from map(str, shown.ravel()[:4000].tolist())
    elif is_dataclass(shown):
        yield from texts([getattr(shown, each.name) for each in fields(shown)])
    elif isinstance(shown, Mapping | list | tuple):
        for part in shown.values() if isinstance(shown, Mapping) else shown:
            yield from texts(part)


def numbers(text: str) -> list[float]:
    written = re.findall(r"[-−]?\d[\d,]*\.?\d*(?:e[-+]?\d+)?", text)
    return [float(one.replace(",", "").replace("−", "-")) for one in written]


@EVERY
def test_no_answer_can_be_guessed(key):
    first = Counter(str(drawn.questions[0].truth) for drawn in variants(key))
    options = getattr(TEMPLATES[key].variant(1).questions[0].kind, "options", ())
    if not options:
        assert first.most_common(1)[0][1] <= max(0.2 * SEEDS, 3), first.most_common(3)


@EVERY
def test_numbers_in_the_steps_are_read(key):
    """A step is arithmetic: what precedes "=" can be read by the reader of answers, if it is a calculation."""
    for drawn in variants(key)[:3]:
        for question in drawn.questions:
            for step in question.steps:
                left, mark, right = step.rpartition("=")
                if (
                    mark
                    and len(left) <= LONGEST
                    and re.fullmatch(r"[\d\s.,·+\-−/()^]+", left.strip())
                    and re.fullmatch(r"[\d\s.,−-]+", right.strip())
                ):
                    found = read_numbers(left)[0].value
                    assert any(abs(found - r.value) <= abs(found) / 1000 + r.unit for r in read_numbers(right)), step


@EVERY
def test_the_files_of_other_systems_keep_to_their_grammars(key):
    drawn = TEMPLATES[key].variant(1)
    check_item(item(drawn, "item01"))
    cloze = ET.fromstring(moodle_xml([drawn]))[1].find("questiontext/text").text
    expected = [part for question in drawn.questions for part in parts(question)]
    found = blanks(cloze)
    assert len(found) == len(expected)
    for (kind, answers), part in zip(found, expected, strict=True):
        (right,) = (value for fraction, value, _ in answers if fraction == "=")
        if kind == "NUMERICAL":
            numbers = [number for _, value, _ in answers[:-1] for number in value.split(":")]
            assert all(MOODLE_NUMBER.fullmatch(number) for number in numbers)
            value, tolerance = map(Fraction, right.split(":"))
            assert abs(value - part.truth[0]) <= max(tolerance, abs(part.truth[0]) / 10**9)
        else:
            assert unescape(right) == part.truth[0]
        told = [unescape(words) for _, _, words in answers]
        assert all(words in told for _, words in part.slips)
