"""A printable sheet: the exercises, and on new pages the key with steps and mistakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from core.exercises.export.markup import html
from core.exercises.kinds import Pick
from core.exercises.questions import Question
from core.exercises.templates import Drawn

_CSS = """
@page { size: A4; margin: 18mm 16mm; }
body { font: 11pt/1.45 system-ui, sans-serif; color: #111; max-width: 178mm; margin: 1rem auto; padding: 0 1rem; }
h1 { font-size: 15pt; margin: 0 0 .2rem; } h2 { font-size: 12pt; margin: 1.2rem 0 .3rem; }
.exercise { break-inside: avoid; }
.blanks { display: grid; grid-template-columns: max-content 1fr; gap: .45rem .8rem; margin: .5rem 0; }
.line { border-bottom: 1px solid #777; min-width: 4rem; } .options span { margin-right: 1.2rem; white-space: nowrap; }
.key { break-before: page; } .key li { margin: .1rem 0; } .key .exercise { break-inside: auto; }
h2, .key p { break-after: avoid; } .key ul, .key ol { break-inside: avoid; }
table { border-collapse: collapse; } th, td { border: 1px solid #999; padding: .15rem .5rem; text-align: right; }
pre { background: #f3f3f3; padding: .5rem; white-space: pre-wrap; } svg { max-width: 100%; height: auto; }
footer { margin-top: 1.5rem; font-size: 9pt; color: #555; overflow-wrap: anywhere; }
@media print { body { margin: 0; padding: 0; } }
"""


def sheet_html(
    exercises: Sequence[Drawn],
    *,
    title: str = "Exercises",
    link: str = "",
    key: bool = True,
    pictures: Mapping[str, str] | None = None,
) -> str:
    """Write a self-contained page for the browser's print dialog.

    Parameters
    ----------
    exercises : sequence of Drawn
    title : str
    link : str
        Address of the sheet in the app, for the footer.
    key : bool
        Whether the answers, steps, and mistakes follow on new pages.
    pictures : mapping, optional
        SVG markup by `Drawn.key`; made by us, never by a visitor.
    """
    minutes = sum(exercise.template.minutes for exercise in exercises)
    drawn = pictures or {}
    tasks = "".join(_task(place, one, drawn.get(one.key, "")) for place, one in enumerate(exercises, 1))
    answers = "".join(_answer(place, one) for place, one in enumerate(exercises, 1))
    footer = f"<footer>{escape(link)}</footer>" if link else ""
    keyed = f'<section class="key"><h1>{escape(title)}: key</h1>{answers}{footer}</section>' if key else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_CSS}</style></head><body>'
        f"<h1>{escape(title)}</h1><p>{len(exercises)} exercises, about {minutes} minutes. Name: "
        f"______________________________</p>{tasks}{footer}{keyed}</body></html>\n"
    )


def _task(place: int, exercise: Drawn, picture: str) -> str:
    blanks = "".join(f"<span>{escape(question.label)}</span>{_blank(question)}" for question in exercise.questions)
    return (
        f'<div class="exercise"><h2>{place}. {escape(exercise.template.title)}</h2>{html(exercise.text)}{picture}'
        f'<div class="blanks">{blanks}</div></div>'
    )


def _blank(question: Question) -> str:
    """Draw a line to write on, or the options to choose from."""
    if not isinstance(question.kind, Pick):
        return '<span class="line"></span>'
    options = "".join(f"<span>○ {escape(option)}</span> " for option in question.kind.options)
    return f'<span class="options">{options}</span>'


def _answer(place: int, exercise: Drawn) -> str:
    found = ""
    for question in exercise.questions:
        steps = "".join(f"<li>{escape(step)}</li>" for step in question.steps)
        mistakes = "".join(
            f"<li>{escape(question.kind.write(slip.value))}: {escape(slip.words)}</li>"
            for slip in question.slips
            if len(slip.names) == 1
        )
        found += (
            f"<p><strong>{escape(question.label)}{'' if question.label.endswith('?') else ':'} "
            f"{escape(question.kind.write(question.truth))}</strong></p>"
            + (f"<ol>{steps}</ol>" if steps else "")
            + (f"<p>Common mistakes</p><ul>{mistakes}</ul>" if mistakes else "")
        )
    return (
        f'<div class="exercise"><h2>{place}. {escape(exercise.template.title)}</h2>{found}'
        f"{html(exercise.template.lesson)}<p><small>{escape(exercise.key)}</small></p></div>"
    )
