"""Words of the lab on trees: readouts, the sentence under the picture, predictions."""

from __future__ import annotations

from core.draw.live import Check, Readout
from core.exercises.questions import Slip
from core.kit.controls import Choice, Slider
from core.kit.prediction import Prediction, because
from core.kit.words import fixed
from core.labs.trees.compute.data import FEATURES, table
from core.labs.trees.compute.gains import CRITERIA, best, impurity, questions
from core.labs.trees.compute.splits import Splits, explore

AGREE = 1e-12  # of the two ways to a gain
UNITS = {"2": " (bits)", "e": " (nats)"}
AGAIN = {
    "entropy": "mutual information",
    "gini": "spread of the shares",
    "error": "samples gained",
}


def readouts(result: Splits) -> tuple[Readout, ...]:
    """Return gain, impurity on both sides, and mistakes of the tree at each threshold."""
    criterion, unit = result.criterion, UNITS[result.base] if result.criterion == "entropy" else ""
    whole = float(impurity(result.children[0].sum(axis=0), criterion, result.base))
    sides = impurity(result.children, criterion, result.base)
    sizes = result.children.sum(axis=2)
    noun, count = result.samples.noun, len(result.samples.labels)
    gains, again = result.gains(criterion), result.again
    formula = tuple(
        f"{fixed(whole)} − {n[0]:.0f}/{count} · {fixed(float(h[0]))} − {n[1]:.0f}/{count} · {fixed(float(h[1]))} = "
        f"{fixed(float(g))}"
        for n, h, g in zip(sizes, sides, gains, strict=True)
    )
    check = Check(
        tuple(f"{AGAIN[criterion]} = {fixed(float(v))}" for v in again),
        tuple(bool(abs(a - b) < AGREE) for a, b in zip(gains, again, strict=True)),
    )
    name = CRITERIA[criterion]
    return (
        Readout(
            f"gain{unit}",
            tuple(fixed(float(g)) for g in gains),
            "test",
            f"The {name} before the question minus that of both sides, weighted by their {noun}.",
            formula=formula,
            check=check,
            headline=True,
        ),
        Readout(f"{name}, yes", tuple(fixed(float(h[0])) for h in sides), help="How mixed the left side is."),
        Readout(f"{name}, no", tuple(fixed(float(h[1])) for h in sides), help="How mixed the right side is."),
        Readout(
            "wrong in the tree",
            tuple(str(int(w)) for w in result.wrong),
            help=f"{noun.capitalize()} of {count} that the majorities of the leaves get wrong.",
        ),
    )


def summaries(result: Splits) -> tuple[str, ...]:
    """Sum up each threshold in at most 15 words."""
    gains = result.gains(result.criterion)
    top, place = fixed(float(gains[result.best])), result.samples.written(result.thresholds[result.best])
    texts = []
    for gain, (low, high) in zip(gains, result.children.sum(axis=2), strict=True):
        if fixed(float(gain)) == top:
            texts.append(f"No threshold on this feature gains more than [test|{top}].")
        else:
            texts.append(f"{low:.0f} left, {high:.0f} right: gain [test|{fixed(float(gain))}]; {top} at {place}.")
    return tuple(texts)


def _first(result: Splits) -> str:
    def top(feature: str) -> float:
        found = explore(feature=feature, criterion=result.criterion, base=result.base, depth=1)
        return float(found.gains(result.criterion)[found.best])

    return max(FEATURES, key=top)


def _first_verdict(guess: str, truth: str, result: Splits) -> str:
    parts = []
    for feature in dict.fromkeys((truth, guess)):
        found = explore(feature=feature, criterion=result.criterion, base=result.base, depth=1)
        gain = fixed(float(found.gains(result.criterion)[found.best]))
        parts.append(f"{FEATURES[feature]} gains {gain} at {found.thresholds[found.best]:g} cm")
    return f"By {CRITERIA[result.criterion]}, {'; '.join(parts)}."


def _day(result: Splits) -> str:
    (winner,) = best(questions(table("day")), "entropy")
    return "day" if winner == "day" else "weather"


def _day_verdict(guess: str, truth: str, result: Splits) -> str:
    day = questions(table("day"))[0]
    return (
        f"Each day is a pure child of its own, so the gain is the whole entropy, {fixed(day.gain('entropy'))} bits. It "
        "says nothing about tomorrow."
    )


def _xor(result: Splits) -> float:
    return round(questions(table("xor"))[0].gain("entropy"), 2)


def _xor_verdict(guess: float, truth: float, result: Splits) -> str:
    return "Each side of either input still has one label of each kind: the gain is 0, though two questions solve it."


PREDICTIONS = (
    Prediction(
        "Two kinds of iris: which feature should the first question ask for?",
        guess=Choice(name="guess", label="Feature", default="petal_length", options=FEATURES, help="Your guess."),
        truth=_first,
        verdict=_first_verdict,
    ),
    Prediction(
        "Fourteen days of tennis: which feature has the largest gain?",
        guess=Choice(
            name="guess",
            label="Feature",
            default="weather",
            options={"weather": "the outlook", "day": "the number of the day"},
            help="Your guess.",
        ),
        truth=_day,
        verdict=_day_verdict,
        why=because(
            "A feature that differs in every row gains the most because",
            "each branch keeps one row and no uncertainty",
            "Every branch is pure, which says nothing about a fifteenth day.",
            {
                "it predicts a new day best": "A new day has a number that no branch knows.",
                "gain prefers features with few values": "It is the other way around: more values, more pure branches.",
            },
        ),
    ),
    Prediction(
        "The label is the XOR of two inputs. What does asking for one of them gain, in bits?",
        guess=Slider(name="guess", label="Gain", default=0.5, low=0.0, high=1.0, step=0.05, help="Your guess."),
        truth=_xor,
        verdict=_xor_verdict,
        slips=lambda result: (Slip("both", 1, "That is what both inputs together tell."),),
    ),
)
