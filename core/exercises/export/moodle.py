"""Moodle XML: one cloze question for each exercise, with feedback for each known mistake."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from core.exercises.export.accepted import Part, parts, plain
from core.exercises.export.markup import html
from core.exercises.templates import Drawn


def moodle_xml(exercises: Sequence[Drawn], category: str = "Lectern") -> str:
    """Write exercises as a file that Moodle imports as "Moodle XML".

    The right answer stands first and `*`, everything else, last, since Moodle takes the first that matches;
    tolerances are absolute, and numbers carry no separators.

    Parameters
    ----------
    exercises : sequence of Drawn
    category : str
        Category of the question bank.
    """
    questions = "".join(_question(place, exercise) for place, exercise in enumerate(exercises, 1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
        f'<question type="category"><category><text>$course$/{escape(category)}</text></category></question>\n'
        f"{questions}</quiz>\n"
    )


def _question(place: int, exercise: Drawn) -> str:
    blanks = [part for question in exercise.questions for part in parts(question)]
    rows = "".join(f"<p>{escape(part.label)}: {_cloze(part)}</p>" for part in blanks)
    steps = "".join(f"<p>{escape(step)}</p>" for question in exercise.questions for step in question.steps)
    hints = "".join(f'<hint format="html"><text>{_cdata(html(hint))}</text></hint>\n' for hint in exercise.hints)
    return (
        '<question type="cloze">\n'
        f"<name><text>{place:02d} {escape(exercise.template.title)}</text></name>\n"
        f'<questiontext format="html"><text>{_cdata(html(exercise.text) + rows)}</text></questiontext>\n'
        f'<generalfeedback format="html"><text>{_cdata(steps + html(exercise.template.lesson))}</text>'
        "</generalfeedback>\n"
        f"<penalty>0.3333333</penalty>\n<hidden>0</hidden>\n<idnumber>{escape(exercise.key)}</idnumber>\n"
        f"{hints}<tags><tag><text>{escape(exercise.template.topic)}</text></tag></tags>\n</question>\n"
    )


def _cloze(part: Part) -> str:
    """Write one blank: {1:NUMERICAL:=truth:tolerance#Correct.~%0%mistake:tolerance#words~%0%*#...}."""
    if part.form == "choice":
        said = {value[0]: words for value, words in part.slips}
        answers = [
            f"{'=' if option == part.truth[0] else '%0%'}{_html(option)}"
            f"#{_html('Correct.' if option == part.truth[0] else said.get(option, 'Not quite.'))}"
            for option in part.options
        ]
        return f"{{1:MULTICHOICE_V:{'~'.join(answers)}}}"
    if part.form == "text":
        answers = [f"={_text(part.truth[0])}#Correct."]
        answers += [f"%0%{_text(value[0])}#{_html(words)}" for value, words in part.slips]
        return f"{{1:SHORTANSWER:{'~'.join([*answers, '%0%*#Not quite.'])}}}"
    answers = [f"={_number(part.truth)}#Correct."]
    answers += [f"%0%{_number(value)}#{_html(words)}" for value, words in part.slips]
    return f"{{1:NUMERICAL:{'~'.join([*answers, '%0%*#Not quite.'])}}}"


def _number(value: tuple[Any, ...]) -> str:
    return f"{plain(value[0])}:{plain(value[1])}"


# Marks that end an answer or a feedback, or quote such a mark: as entities, which Moodle decodes after it has split.
_MARKS = str.maketrans({"&": "&amp;", "{": "&#123;", "}": "&#125;", "#": "&#35;", "~": "&#126;", "\\": "&#92;"})


def _text(words: str) -> str:
    """Write a text inside a blank."""
    return words.translate(_MARKS)


def _html(words: str) -> str:
    """Write words inside a blank where Moodle expects HTML: feedback, and the options of a choice."""
    return _text(escape(words, quote=False))


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
