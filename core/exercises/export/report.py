"""The report of a session: every answer with its verdict, as a page to print and as data. It names nobody."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from core.exercises.export.markup import html
from core.exercises.questions import Question

_CSS = """
@page { size: A4; margin: 18mm 16mm; }
:root { color-scheme: light; }
body { font: 11pt/1.45 system-ui, sans-serif; color: #111; background: #fff; }
body { max-width: 178mm; margin: 1rem auto; padding: 0 1rem; }
h1 { font-size: 15pt; margin: 0; } h2 { font-size: 12pt; margin: 0 0 .2rem; }
p { margin: .25rem 0; overflow-wrap: anywhere; }
section { break-inside: avoid; margin-top: 1.1rem; padding-top: .7rem; border-top: 1px solid #ccc; }
.answer { padding-left: .7rem; border-left: 4px solid #b4412f; } .right { border-color: #00734f; }
.open { border-color: #777; }
table { border-collapse: collapse; } th, td { border: 1px solid #999; padding: .15rem .5rem; text-align: right; }
pre { background: #f3f3f3; padding: .5rem; white-space: pre-wrap; } small { color: #555; }
@media print { body { margin: 0; padding: 0; } }
"""


@dataclass(frozen=True)
class Line:
    """One answer.

    Attributes
    ----------
    title, text : str
        The exercise or the lab, and what it asks, in Markdown.
    question : Question
    answer : str
        As it was typed last.
    wrong, hints : int
        Wrong answers to the question before, and hints taken for the exercise.
    steps : bool
        Whether the worked steps were shown.
    """

    title: str
    text: str
    question: Question
    answer: str
    wrong: int = 0
    hints: int = 0
    steps: bool = False


def report_json(lines: Sequence[Line]) -> str:
    """Write answers as JSON: a list of objects with strings, counts, and the verdict's state."""
    rows = []
    for line in lines:
        verdict = line.question.judge(line.answer)
        rows.append(
            {
                "title": line.title,
                "text": line.text,
                "question": line.question.label,
                "answer": line.answer,
                "verdict": verdict.state,
                "words": verdict.words,
                "mistakes": list(verdict.slips),
                "wrong_answers": line.wrong,
                "hints": line.hints,
                "steps_shown": line.steps,
            }
        )
    return json.dumps(rows, ensure_ascii=False, indent=1)


def report_html(lines: Sequence[Line], link: str = "") -> str:
    """Write a self-contained page for the browser's print dialog.

    Parameters
    ----------
    lines : sequence of Line
        Answers to one exercise stand next to each other.
    link : str
        Address of the page that it was made on, for the last line.
    """
    right = sum(line.question.judge(line.answer).right for line in lines)
    parts = "".join(_exercise(list(group)) for _, group in groupby(lines, key=lambda line: (line.title, line.text)))
    footer = f"<p><small>{escape(link)}</small></p>" if link else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Answers</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_CSS}</style></head><body><h1>Answers</h1>'
        f"<p>{right} of {len(lines)} correct. Name: ______________________________</p>{parts}{footer}</body></html>\n"
    )


def _exercise(lines: Sequence[Line]) -> str:
    first = lines[0]
    asked = "" if first.text == first.question.label else html(first.text)
    help_ = [f"{first.hints} hint{'s' * (first.hints != 1)}"] * bool(first.hints) + ["worked steps"] * first.steps
    helped = f"<p><small>With {' and '.join(help_)}.</small></p>" if help_ else ""
    return f"<section><h2>{escape(first.title)}</h2>{asked}{''.join(map(_answer, lines))}{helped}</section>"


def _answer(line: Line) -> str:
    verdict = line.question.judge(line.answer)
    look = "right" if verdict.right else "" if verdict.settled else "open"
    tries = f" <small>({line.wrong} wrong answer{'s' * (line.wrong != 1)})</small>" if line.wrong else ""
    return (
        f'<div class="answer {look}"><p><strong>{escape(line.question.label)}</strong> {escape(line.answer)}{tries}</p>'
        f"<p>{escape(verdict.words)}</p></div>"
    )
