"""Templates: exercises whose numbers are drawn by a seed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from core.exercises.digits import Alike
from core.exercises.questions import Question, minus

P = TypeVar("P")

LARGEST_VARIANT = 999_999
TRIES = 50  # draws until one can be told apart
_KEY = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")


class Refused(ValueError):
    """A draw that makes a poor exercise, such as one whose mistakes lead to the right answer."""


@dataclass(frozen=True, kw_only=True)
class Template(Generic[P]):
    """An exercise before its numbers are drawn.

    Attributes
    ----------
    key : str
        Lab and name, such as "cnn_cost.convolution"; part of links.
    title, topic : str
    shown_by : str
        The lab that shows the answer, if it is not the one in the key.
    minutes : int
        Time that a student needs.
    draw : callable
        Random generator to parameters; raises `Refused` for a poor draw.
    published : P or None
        Parameters of variant 0, as first published.
    text : callable
        Parameters to the question in Markdown.
    ask : callable
        Parameters to the questions, each with its truth, mistakes, and steps.
    state : callable
        Parameters to values of the lab's controls under which the answer can be seen.
    hints : callable
        Parameters to hints, from a nudge to nearly the answer.
    lesson : str
        What there is to learn, for the answer key.
    """

    key: str
    title: str
    topic: str
    shown_by: str = ""
    minutes: int
    draw: Callable[[random.Random], P]
    published: P | None = None
    text: Callable[[P], str]
    ask: Callable[[P], Sequence[Question]]
    state: Callable[[P], Mapping[str, Any]]
    hints: Callable[[P], Sequence[str]]
    lesson: str

    def __post_init__(self) -> None:
        """Check the key, which stands in links."""
        if not _KEY.fullmatch(self.key):
            raise ValueError(f"`key` must be like lab.name; got {self.key[:40]!r}.")

    @property
    def lab(self) -> str:
        """Name of the lab that it belongs to."""
        return self.key.partition(".")[0]

    @property
    def shown_in(self) -> str:
        """Name of the lab that shows the answer, to which `state` belongs."""
        return self.shown_by or self.lab

    def variant(self, number: int) -> Drawn:
        """Draw a variant.

        Parameters
        ----------
        number : int
            0 for the published numbers, where there are some; otherwise the seed, up to `LARGEST_VARIANT`.

        Raises
        ------
        ValueError
            If there is no such variant.
        """
        if not 0 <= number <= LARGEST_VARIANT:
            raise ValueError(f"A variant is a number from 0 to {LARGEST_VARIANT:,}; got {number}.")
        if number == 0 and self.published is not None:
            return Drawn(self, 0, self.published, tuple(self.ask(self.published)))
        generator = random.Random(f"{self.key}-{number}")
        for _ in range(TRIES):
            try:
                parameters = self.draw(generator)
                questions = tuple(self.ask(parameters))
            except (Refused, Alike):
                continue
            if all(question.apart for question in questions):
                return Drawn(self, number, parameters, questions)
        raise ValueError(f"No variant {number} of “{self.title}” can be told from its mistakes; try another one.")


@dataclass(frozen=True)
class Drawn:
    """An exercise with its numbers."""

    template: Template[Any]
    number: int
    parameters: Any
    questions: tuple[Question, ...]

    @property
    def key(self) -> str:
        """Template and variant, as in links: "cnn_cost.convolution-7"."""
        return f"{self.template.key}-{self.number}"

    @property
    def text(self) -> str:
        """The question in Markdown."""
        return minus(self.template.text(self.parameters))

    @property
    def hints(self) -> tuple[str, ...]:
        """Hints, from a nudge to nearly the answer."""
        return tuple(self.template.hints(self.parameters))

    @property
    def state(self) -> Mapping[str, Any]:
        """Values of the lab's controls under which the answer can be seen."""
        return self.template.state(self.parameters)
