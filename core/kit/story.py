"""Stories: steps through a lab's states, each with words and sometimes a question, as plain data."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from core.exercises.questions import Question
from core.kit.mark import Mark

LONGEST = 120  # characters of a step's words
_KEY = re.compile(r"(?P<story>[a-z0-9_]{1,30})\.(?P<step>\d{1,2})", re.ASCII)


@dataclass(frozen=True)
class Goal:
    """Something to be done in a step: `control` is moved to a value for which `met` holds."""

    control: str
    met: Callable[[Any], bool]


@dataclass(frozen=True)
class Step:
    """One state with words.

    Attributes
    ----------
    state : str
        Query string that is added to the story's base.
    words : str
        What to look at, at most `LONGEST` characters.
    ask : Question, optional
        Asked before the step is shown, while the picture of the step before still stands.
    mark : Mark, optional
        Where the picture of the step has the answer: the guess is drawn there beside the truth.
    hide : tuple of int
        Panels that hold the answer, counted from 0: they are not shown while the question is open. Before a first step
        there is no picture unless this says what to leave out of its own.
    show : tuple of int
        Panels that are shown; those that the picture shows anyway if not given.
    large : int, optional
        The panel that fills the stage.
    open : str
        Name of the section that is unfolded.
    until : tuple of Goal
        What the words ask to do, in any order; the step notices when all of it is done.
    controls : tuple of str
        Names of the controls that are unfolded; those that the story changes if not given.
    """

    state: str
    words: str
    ask: Question | None = None
    mark: Mark | None = None
    hide: tuple[int, ...] = ()
    show: tuple[int, ...] = ()
    large: int | None = None
    open: str = ""
    until: tuple[Goal, ...] = ()
    controls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Story:
    """A way through one lab.

    Attributes
    ----------
    name : str
        Name in links, unique in its lab.
    title : str
    base : str
        Query string that holds for all steps.
    steps : tuple of Step
    takeaway : str
        What to remember, shown with the last step.
    """

    name: str
    title: str
    base: str
    steps: tuple[Step, ...]
    takeaway: str

    def query(self, number: int) -> dict[str, list[str]]:
        """Return the query of step `number`, counted from 1: the step's values over those of the base."""
        step = self.steps[number - 1]
        return parse_qs(self.base, keep_blank_values=True) | parse_qs(step.state, keep_blank_values=True)

    def controls(self, number: int) -> tuple[str, ...]:
        """Return the controls that step `number` names, or all that some step of the story sets or asks to move."""
        named = (name for step in self.steps for name in (*_names(step.state), *(goal.control for goal in step.until)))
        return self.steps[number - 1].controls or tuple(dict.fromkeys(named))


def _names(query: str) -> tuple[str, ...]:
    return tuple(parse_qs(query, keep_blank_values=True))


def read_place(text: str) -> tuple[str, int] | None:
    """Read a place in a story from a link, such as "start.3"; None if it is none."""
    found = _KEY.fullmatch(text)
    return (found["story"], int(found["step"])) if found else None
