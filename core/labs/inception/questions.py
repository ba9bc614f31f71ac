"""Questions of the Inception page: to be answered before the picture is seen, and the homework's, with their slips."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from core.kit.controls import Choice, Slider
from core.kit.exercise import Question, Slip
from core.kit.lab import Cell, Exercise, Prediction, Verdict
from core.labs.inception.compute.explore import WIDTHS, Sweep, sweep
from core.labs.inception.compute.factorised import build
from core.labs.inception.compute.slips import depth_slips, design_questions, questions, saving_slips
from core.labs.inception.controls import HOMEWORK
from core.labs.inception.words import share

_LEAST = -50  # a saving below is asked for as this


def saved(result: Sweep) -> int:
    """Saving with one channel in eight before the 5 x 5, in whole percent."""
    return max(round(100 * result.saving(result.eighth.reduced)), _LEAST)


def saved_verdict(guess: int, truth: int, result: Sweep) -> str:
    """Which slip the guess comes from, and what is saved where."""
    module = result.eighth.reduced
    slip = _slip(saving_slips(result, module), guess, truth)
    naive, own = result.operations(result.naive), result.operations(module)
    return f"{slip}{own:,} of {naive:,} operations remain: {share(result.saving(module))} saved."


def deep(result: Sweep) -> int:
    """Depth of the output of the reduced module."""
    return result.modules[0].output_shape[0]


def deep_verdict(guess: int, truth: int, result: Sweep) -> str:
    """Which slip the guess comes from, and the sum."""
    module = result.eighth.reduced
    terms = " + ".join(str(branch.depth) for branch in module.branches)
    naive = result.naive.output_shape[0]
    slip = _slip(depth_slips(result, module), guess, truth)
    return f"{slip}The branches are {terms} = {truth} deep; in the naive module, {naive}."


def _slip(slips: Sequence[Slip], guess: int, truth: int) -> str:
    """What a guess that is a known slip comes from; nothing otherwise."""
    found = next((slip for slip in slips if round(slip.value) == guess != truth), None)
    return "" if found is None else f"{found} "


def blocks_verdict(guess: str, truth: str, result: Sweep) -> str:
    """What one bottleneck, as many as guessed, and as many as it takes see and weigh."""
    told = []
    for n in sorted({1, int(guess), int(truth)}):
        stack = build(stack=", ".join(["1x1/2, 3x3/2, 1x1"] * n), channels=result.channels)
        told.append(f"{n}: {' × '.join(map(str, stack.field))}, {float(stack.weights_c2):g} C²")
    return (
        "Only the 3×3 widens the receptive field, by two. Bottlenecks with receptive field and "
        f"weights: {'; '.join(told)}."
    )


PREDICTIONS = (
    Prediction(
        "With r = C/8, what percentage of the naive operations is saved?",
        guess=Slider(name="guess", label="Saved (%)", default=50, low=_LEAST, high=100, help="Enter your prediction."),
        truth=saved,
        verdict=saved_verdict,
    ),
    Prediction(
        "How many output channels does the reduced module have?",
        guess=Slider(
            name="guess", label="Channels", default=256, low=0, high=2304, step=16, help="Enter your prediction."
        ),
        truth=deep,
        verdict=deep_verdict,
    ),
    Prediction(
        "How many bottlenecks match the receptive field of one 7×7?",
        guess=Choice(
            name="guess",
            label="Your answer",
            default="1",
            options={str(n): str(n) for n in range(1, 6)},
            help="Enter your prediction.",
        ),
        truth=lambda result: "3",
        verdict=blocks_verdict,
    ),
)


def exercises() -> tuple[Exercise, ...]:
    """The homework's two modules and its designs, to be worked out by hand."""
    text = (
        "**7×7 designs**, from C to C channels, without biases. A bottleneck is 1×1 to half of "
        "the channels, 3×3, and 1×1 back to all of them."
    )
    return (
        *(_exercise(name) for name in HOMEWORK),
        Exercise(text, _cells(design_questions()), key="inception designs"),
    )


def _exercise(name: str) -> Exercise:
    asked = dict(HOMEWORK[name])
    pool = "counts nine comparisons for each output" if asked.get("pooled") else "does not count"
    text = (
        f"**Input {name}.** Filters: {asked['w1']} of 1×1, {asked['w3']} of 3×3, {asked['w5']} of "
        f"5×5, and a 3×3 max-pool. The reduced module has 1×1 convolutions of {asked['r3']} "
        f"filters before the 3×3, {asked['reduce']} before the 5×5, and {asked['pool_proj']} "
        "after the pool. An operation is a multiply-accumulate; there are no biases; the pool "
        f"{pool}."
    )
    return Exercise(text, _cells(_homework(name)), key=f"inception {name}")


def _cells(asked: Mapping[str, Question]) -> tuple[Cell, ...]:
    return tuple(Cell(question.label, _judge(question)) for question in asked.values())


@lru_cache(maxsize=2)
def _homework(name: str) -> Mapping[str, Question]:
    given: dict[str, Any] = dict(HOMEWORK[name])
    width = WIDTHS.index(given.pop("reduce"))
    result = sweep(**given)
    return questions(result, result.modules[width])


def _judge(asked: Question) -> Callable[[str], Verdict]:
    def judge(text: str) -> Verdict:
        right, slips = asked.judge(text)
        if right:
            return Verdict(True, "Correct.")
        return Verdict(False, " Or: ".join(map(str, slips)) or "Not quite: that matches no common mistake.")

    return judge
