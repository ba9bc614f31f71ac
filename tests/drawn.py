"""Exercises as their oracles see them: variants of a template, and the correct answers that are numbers."""

from collections.abc import Sequence
from typing import Any

from core.exercises.templates import Drawn, Template


def some(template: Template[Any], most: int = 6) -> list[Drawn]:
    """Return the published variant, or the first one, and the next ones."""
    return [template.variant(number) for number in range(most)]


def truths(drawn: Drawn) -> list[Any]:
    """Return correct answers in order, without choices: numbers as floats, the others unchanged."""
    found = [question.truth for question in drawn.questions if not isinstance(question.truth, str)]
    return [truth if isinstance(truth, Sequence) else float(truth) for truth in found]


def chosen(drawn: Drawn) -> list[str]:
    """Return correct options and orders."""
    return [question.truth for question in drawn.questions if isinstance(question.truth, str)]


def named(template: Template[Any], place: int, text: str) -> set[str]:
    """Return the known mistakes of an answer to variant 0; empty if it is correct."""
    verdict = template.variant(0).questions[place].judge(text)
    assert verdict.settled, verdict
    return set() if verdict.right else set(verdict.slips) or {"unknown"}
