"""Predictions: questions that are answered, with a reason, before the picture is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.exercises.kinds import Count, Near, Vector
from core.exercises.questions import Question, Slip, choice
from core.kit.controls import Choice, Scale, Slider
from core.kit.mark import Mark
from core.kit.words import fixed

_DIGITS = 3  # to which the right number is written


@dataclass(frozen=True)
class Spot:
    """An answer that is given by pointing at a place of a picture.

    `picture` maps the page's result and the place pointed at, or `None`, to what is shown; `values` are the
    places that the tests point at.
    """

    picture: Callable[[Any, tuple[float, float] | None], Any]
    values: tuple[tuple[float, float], ...]
    default: None = None

    def show(self, value: tuple[float, float]) -> str:
        """Write a place for a reader."""
        return "({}, {})".format(*(fixed(part, 2) for part in value))


@dataclass(frozen=True)
class Prediction:
    """A question to be answered before the picture is shown.

    Attributes
    ----------
    question : str or callable
        A sentence, or what writes one from the page's result.
    guess : Scale, Choice, or Spot
        What collects the answer.
    truth : callable
        Result to the right answer.
    verdict : callable
        Guess, truth, and result to what there is to learn from the difference.
    mark : callable
        Result and the values of all controls to where the picture has the answer: the guess is drawn there.
    margin : float or callable
        How far off a number, or each coordinate of a place, may be; or what gives it from the result.
    slips : callable
        Result to known mistakes, where the answer is a number. Of a choice, every wrong option is one.
    why : callable
        Result to a question for the reason, which is answered together with the guess; None if there is none.
    when : callable
        Result to whether the question is asked at all.
    """

    question: str | Callable[[Any], str]
    guess: Scale | Choice | Spot
    truth: Callable[[Any], Any]
    verdict: Callable[[Any, Any, Any], str]
    mark: Callable[[Any, Mapping[str, Any]], Mark | None] = lambda result, values: None
    margin: float | Callable[[Any], float] = 0.0
    slips: Callable[[Any], Iterable[Slip]] = lambda result: ()
    why: Callable[[Any], Question | None] = lambda result: None
    when: Callable[[Any], bool] = lambda result: True

    def ask(self, result: Any) -> str:
        """Return the question about a result."""
        return self.question if isinstance(self.question, str) else self.question(result)

    def asked(self, result: Any) -> Question:
        """Return the question as exercises have it: with its kind, its truth, and its known mistakes."""
        label, truth = self.ask(result), self.truth(result)
        reason = self.verdict(truth, truth, result)
        if isinstance(self.guess, Choice):
            wrong = {self.guess.show(v): self.verdict(v, truth, result) for v in self.guess.values if v != truth}
            return choice(label, [self.guess.show(v) for v in self.guess.values], self.guess.show(truth), wrong, reason)
        margin = self.margin(result) if callable(self.margin) else self.margin
        if isinstance(self.guess, Slider):
            margin = max(margin, self.guess.step / 2)  # a number that is typed need not be one that it has
        near = Near(_DIGITS, "", margin)
        if isinstance(self.guess, Spot):
            return Question(label, Vector(2, near), truth, (), (), reason)
        slips = tuple(slip for slip in self.slips(result) if abs(slip.value - truth) > margin)
        return Question(label, near if margin else Count(), truth, slips, (), reason)

    def written(self, guess: Any) -> str:
        """Write a guess as it would be typed."""
        if isinstance(self.guess, Choice):
            return self.guess.show(guess)
        return "; ".join(f"{part:.9g}" for part in (guess if isinstance(self.guess, Spot) else (guess,)))

    def right(self, guess: Any, result: Any) -> bool:
        """Return whether a guess counts as right."""
        return self.asked(result).judge(self.written(guess)).right


def because(label: str, right: str, words: str, wrong: Mapping[str, str]) -> Callable[[Any], Question]:
    """Return what asks for a reason that holds for every result.

    Parameters
    ----------
    label : str
        The beginning of the sentence that an option ends.
    right, words : str
        The option that is right, and one sentence on it.
    wrong : mapping
        The other options, each with one sentence on why it is wrong.
    """
    asked = choice(label, sorted((right, *wrong)), right, dict(wrong), words)  # in an order that gives nothing away
    return lambda result: asked
