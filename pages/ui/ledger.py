"""A visitor's answers in this session, to exercises and predictions, for the verdicts and for a report.

Nothing is stored: it goes with the session.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.exercises.export.report import Line
from core.exercises.questions import Question, Verdict
from core.exercises.templates import Drawn
from core.kit.lab import Exercise

KEPT = 300  # exercises per session; the oldest go first
MASTERED = 3  # in a row without a hint


@dataclass
class Entry:
    """One exercise: what it asks, answers by the label of each question, wrong answers so far, hints, and steps shown.

    `done` says that all answers were correct once, `told` that the page around it knows.
    """

    asked: Drawn | Exercise
    given: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, int] = field(default_factory=dict)
    hints: int = 0
    steps: bool = False
    done: bool = False
    told: bool = False


@dataclass
class Ledger:
    """All exercises of a session by key: those drawn from templates, and those in sections."""

    entries: dict[str, Entry] = field(default_factory=dict)
    streaks: dict[str, int] = field(default_factory=dict)

    def entry(self, drawn: Drawn | Exercise) -> Entry:
        """Return what has been answered of an exercise; asking for it keeps it from being forgotten."""
        entry = self.entries.pop(drawn.key, None) or Entry(drawn)
        entry.asked = drawn
        self.entries[drawn.key] = entry
        while len(self.entries) > KEPT:
            del self.entries[next(iter(self.entries))]
        return entry

    def answer(self, drawn: Drawn | Exercise, question: Question, text: str) -> None:
        """Take an answer; an exercise answered correctly counts toward mastery if no hint was taken."""
        entry = self.entry(drawn)
        entry.given[question.label] = text
        verdict = question.judge(text) if text.strip() else None
        if verdict is not None and verdict.settled and not verdict.right:
            entry.wrong[question.label] = entry.wrong.get(question.label, 0) + 1
            self._count(drawn, clean=False)
        solved = all(v is not None and v.right for v in self.verdicts(drawn))
        if solved and not entry.done:
            entry.done = True
            self._count(drawn, clean=not entry.hints and not entry.steps and not entry.wrong)

    def _count(self, drawn: Drawn | Exercise, *, clean: bool) -> None:
        """Lengthen the row of a template, or end it."""
        if isinstance(drawn, Drawn):
            self.streaks[drawn.template.key] = self.streaks.get(drawn.template.key, 0) + 1 if clean else 0

    def verdicts(self, drawn: Drawn | Exercise) -> list[Verdict | None]:
        """Return the verdict on each question; None where nothing is typed."""
        given = self.entry(drawn).given
        texts = [given.get(question.label, "") for question in drawn.questions]
        return [q.judge(text) if text.strip() else None for q, text in zip(drawn.questions, texts, strict=True)]

    def lines(self) -> list[Line]:
        """Return every answer with its verdict, for a report."""
        lines = []
        for entry in list(self.entries.values()):
            asked = entry.asked
            title = asked.template.title if isinstance(asked, Drawn) else asked.title
            for question in asked.questions:
                text = entry.given.get(question.label, "")
                if text.strip():
                    wrong = entry.wrong.get(question.label, 0)
                    lines.append(Line(title, asked.text, question, text, wrong, entry.hints, entry.steps))
        return lines

    def stuck(self, drawn: Drawn | Exercise) -> bool:
        """Return whether a question has been answered wrongly twice."""
        return max(self.entry(drawn).wrong.values(), default=0) >= 2

    def mastered(self, key: str) -> bool:
        """Return whether a template was solved three times in a row without help."""
        return self.streaks.get(key, 0) >= MASTERED


def ledger() -> Ledger:
    """Return the ledger of this session."""
    found: Any = st.session_state.setdefault("ledger", Ledger())
    return found  # type: ignore[no-any-return]
