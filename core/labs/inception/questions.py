"""Questions of the Inception page, to be answered before the picture is seen."""

from __future__ import annotations

from core.exercises.questions import Question, Slip
from core.kit.controls import Choice, Slider
from core.kit.mark import Mark
from core.kit.prediction import Prediction, because
from core.labs.inception.compute.by_hand import depth, on_screen, saving
from core.labs.inception.compute.explore import Sweep
from core.labs.inception.compute.factorised import build
from core.labs.inception.words import share

_LEAST = -50  # a saving below is asked for as this


def saved(result: Sweep) -> int:
    """Saving with one channel in eight before the 5 x 5, in whole percent."""
    return max(round(100 * result.saving(result.eighth.reduced)), _LEAST)


def saved_verdict(guess: int, truth: int, result: Sweep) -> str:
    """Name the slip that a guess comes from, and what is saved where."""
    module = result.eighth.reduced
    slip = _slip(saving(on_screen(result, module)), 100, guess, truth)
    naive, own = result.operations(result.naive), result.operations(module)
    return f"{slip}{own:,} of {naive:,} operations remain: {share(result.saving(module))} saved."


def deep(result: Sweep) -> int:
    """Depth of the output of the reduced module."""
    return result.modules[0].output_shape[0]


def deep_verdict(guess: int, truth: int, result: Sweep) -> str:
    """Name the slip that a guess comes from, and give the sum."""
    module = result.eighth.reduced
    terms = " + ".join(str(branch.depth) for branch in module.branches)
    naive = result.naive.output_shape[0]
    slip = _slip(depth(on_screen(result, module), reduced=True), 1, guess, truth)
    return f"{slip}The branches are {terms} = {truth} deep; in the naive module, {naive}."


def _slip(asked: Question, unit: int, guess: int, truth: int) -> str:
    """Name the known mistake behind a guess in units of 1/`unit`; nothing for other guesses."""
    found = next((slip for slip in asked.slips if round(unit * slip.value) == guess != truth), None)
    return "" if found is None else f"{found.words} "


def _in_units(asked: Question, unit: int) -> tuple[Slip, ...]:
    """Return the known mistakes of an exercise in units of 1/`unit`, rounded as a guess is."""
    return tuple(Slip(slip.name, round(unit * slip.value), slip.words) for slip in asked.slips)


def blocks_verdict(guess: str, truth: str, result: Sweep) -> str:
    """Say what one bottleneck, the guessed number, and the right number of them see and weigh."""
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
        lambda result: (
            f"With r = {result.channels // 8} of {result.channels} channels, what percentage of the naive operations "
            "is saved?"
        ),
        guess=Slider(name="guess", label="Saved (%)", default=50, low=_LEAST, high=100, help="Enter your prediction."),
        truth=saved,
        verdict=saved_verdict,
        slips=lambda result: _in_units(saving(on_screen(result, result.eighth.reduced)), 100),
        mark=lambda result, values: Mark(2, "y", at=result.channels // 8) if values["view"] == "module" else None,
        margin=5,
    ),
    Prediction(
        "How many output channels does the reduced module have?",
        guess=Slider(
            name="guess", label="Channels", default=256, low=0, high=2304, step=16, help="Enter your prediction."
        ),
        truth=deep,
        verdict=deep_verdict,
        slips=lambda result: _in_units(depth(on_screen(result, result.modules[0]), reduced=True), 1),
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
        why=because(
            "What widens the receptive field of a bottleneck?",
            "its 3×3 layer",
            "A 1×1 layer sees a single position.",
            {
                "each of its three layers": "A 1×1 layer sees a single position.",
                "its 1×1 layers": "They only change the number of channels.",
            },
        ),
    ),
)
