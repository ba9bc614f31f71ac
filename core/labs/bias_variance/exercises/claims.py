"""Exercise: common claims about error curves, true or false."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.exercises.questions import Question, choice
from core.exercises.templates import Template
from core.labs.bias_variance.exercises.decomposition import TOPIC

ANSWERS = ("true", "false")
ASKED = 4

# Claim, whether it is true, and why.
CLAIMS = (
    (
        "The expected test error can lie below the noise variance",
        False,
        "It is bias² + variance + noise, and no term is negative.",
    ),
    (
        "With least squares the training error never rises with the degree",
        True,
        "A larger polynomial can copy a smaller one.",
    ),
    (
        "In every data set the test error is above the training error",
        False,
        "Only in expectation; a lucky test set can be easier.",
    ),
    (
        "Variance is high because it contains the noise of new observations",
        False,
        "Variance is the spread of fits over training sets; noise is a term of its own.",
    ),
    (
        "At every single test point squared bias falls with the degree",
        False,
        "Only its mean over the training points must fall.",
    ),
    (
        "The noise does not depend on the degree",
        True,
        "It belongs to the observations, not to the model.",
    ),
    (
        "The degree with the smallest error on ten test points is the best one",
        False,
        "Ten noisy observations often favor another degree.",
    ),
    (
        "With more training points of the same kind variance falls",
        True,
        "A fit with k coefficients has the mean variance σ²k/n at its points.",
    ),
)


@dataclass(frozen=True)
class Claims:
    """Places of the claims that are asked for."""

    places: tuple[int, ...]


def _ask(p: Claims) -> Sequence[Question]:
    found = []
    for place in p.places:
        claim, right, why = CLAIMS[place]
        truth, other = ANSWERS if right else ANSWERS[::-1]
        found.append(choice(claim, ANSWERS, truth, {other: why}, why))
    return found


CURVES = Template(
    key="bias_variance.claims",
    title="Five curves: true or false?",
    topic=TOPIC,
    minutes=3,
    draw=lambda rng: Claims(tuple(sorted(rng.sample(range(len(CLAIMS)), ASKED)))),
    text=lambda p: (
        "Sketch squared bias, variance, noise, training error, and test error against the degree of a polynomial. "
        "Which of these claims are true?"
    ),
    ask=_ask,
    state=lambda p: {"view": "many"},
    hints=lambda p: (
        "Expected test error = bias² + variance + noise.",
        "Ask of each claim: in expectation, or always?",
    ),
    lesson="Most of what is said about these curves holds in expectation, and on average over points.",
)
