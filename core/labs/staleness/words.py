"""Words of the lab on staleness: readouts, the sentence under the picture, predictions."""

from __future__ import annotations

import numpy as np

from core.draw.live import Check, Readout
from core.exercises.questions import Slip
from core.kit.arrays import Numbers
from core.kit.controls import Slider
from core.kit.mark import Mark
from core.kit.prediction import Prediction, because
from core.kit.words import fixed, number, percent
from core.labs.staleness.compute.delayed import limit
from core.labs.staleness.compute.explore import PERIODS, TICKS, Staleness
from core.labs.staleness.compute.timelines import simulate, stale_again

_STEPS = range(len(PERIODS))
ASKED = 2.5  # period of learner 2 in the first question


def readouts(result: Staleness) -> tuple[Readout, ...]:
    """Staleness of both kinds of learners, updates, waiting, and the weight at the horizon."""
    return (
        Readout(
            "staleness, learner 2",
            tuple(_mean(result.stale(k, True)) for k in _STEPS),
            "second",
            "Updates between reading the weights and updating them, the mean over the gradients of learner 2.",
            formula=tuple(_sum(result.stale(k, True)) for k in _STEPS),
            check=_again(result),
            headline=True,
        ),
        Readout(
            "staleness, others",
            tuple(_mean(result.stale(k, False)) for k in _STEPS),
            "first",
            "The mean over the gradients of all other learners.",
            formula=tuple(_sum(result.stale(k, False)) for k in _STEPS),
        ),
        Readout(
            "staleness, all",
            tuple(_mean(line.stale) for line in result.timelines),
            help="The mean over all gradients. Without waiting or ties it tends to the number of other learners.",
            formula=tuple(_sum(line.stale) for line in result.timelines),
        ),
        Readout(
            "updates",
            tuple(str(len(line.updates)) for line in result.timelines),
            help="How often the server has changed the weights.",
        ),
        Readout(
            "time waiting",
            tuple(percent(float(share)) for share in result.waiting),
            "noise",
            "Share of the time of all learners that is spent waiting for others.",
        ),
        Readout(
            "distance at the end",
            tuple(number(float(end)) for end in result.ends),
            "variance",
            "How far the weight is from the minimum at the end of the time shown; it starts at 1.",
        ),
    )


def _again(result: Staleness) -> Check:
    """Compare every gradient with what the times of updates say, without the counter of versions."""
    found = [stale_again(line, result.tie) for line in result.timelines]
    pairs = list(zip(result.timelines, found, strict=True))
    return Check(
        tuple(f"by times alone {_mean(again[line.learner == 1])}" for line, again in pairs),
        tuple(bool((again == line.stale).all()) for line, again in pairs),
        "updates of others while it was computed",
    )


def _mean(stale: Numbers) -> str:
    return fixed(float(stale.mean()), 2) if len(stale) else "–"


def _sum(stale: Numbers) -> str:
    return f"{int(stale.sum())} / {len(stale)} = {_mean(stale)}" if len(stale) else "none arrives in the time shown"


def summaries(result: Staleness) -> tuple[str, ...]:
    """At most 15 words at each period."""
    return tuple(_summary(result, k) for k in _STEPS)


def _summary(result: Staleness, step: int) -> str:
    line = result.timelines[step]
    if not len(line.stale):
        return f"No gradient arrives by t = {result.horizon:g}."
    if result.ends[step] > 1:
        return f"At rate {result.eta:g} these gradients are too old: the weight [variance|moves away]."
    if result.sync == "sync":
        share = float(result.waiting[step])
        waiting = f"the learners wait [noise|{percent(share)}] of their time" if share else "nobody waits"
        return f"No gradient is old, and {waiting}."
    own, rest = _mean(result.stale(step, True)), _mean(result.stale(step, False))
    if own == "–":
        return f"Learner 2 delivers nothing; the others' gradients are [first|{rest}] updates old."
    return f"Learner 2's gradients are [second|{own}] updates old, the others' [first|{rest}]."


def _last(result: Staleness) -> int:
    stale = result.stale(result.step(ASKED), True)
    return int(stale[-1]) if len(stale) else 0


def _last_verdict(guess: int, truth: int, result: Staleness) -> str:
    line = result.timelines[result.step(ASKED)]
    own = np.flatnonzero(line.learner == 1)
    if not len(own):
        return f"None of its gradients arrives by t = {result.horizon:g}."
    k = own[-1]
    return (
        f"It reads version {line.seen[k]} at t = {line.read[k] / TICKS:g} and updates version {line.version[k]} at "
        f"t = {line.done[k] / TICKS:g}: {line.version[k]} − {line.seen[k]} = {truth}."
    )


def _equal(result: Staleness) -> int:
    return int(simulate([TICKS] * 4, 10 * TICKS).stale[-1])


def _equal_verdict(guess: int, truth: int, result: Staleness) -> str:
    return f"Between two updates of a learner, each of the {truth} others updates once."


def _limit(result: Staleness) -> float:
    return round(limit(2), 2)


def _limit_verdict(guess: float, truth: float, result: Staleness) -> str:
    return f"It is 2 sin(π/10) = {number(limit(2))}; with fresh gradients it would be 2."


PREDICTIONS = (
    Prediction(
        "Learner 2 has a period of 2.5. How many updates old is the last gradient that it delivers?",
        guess=Slider(name="guess", label="Staleness", default=0, low=0, high=60, help="Your guess."),
        truth=_last,
        verdict=_last_verdict,
        mark=lambda result, values: Mark(1, "y"),
    ),
    Prediction(
        "Four equal learners deliver one after another. How many updates old is each gradient in the long run?",
        guess=Slider(name="guess", label="Staleness", default=0, low=0, high=8, help="Your guess."),
        truth=_equal,
        verdict=_equal_verdict,
        slips=lambda result: (
            Slip("counts_own", 4, "It reads right after its own update: count the others alone."),
            Slip("none", 0, "The others deliver while it works, although all are equally fast."),
        ),
        why=because(
            "Between reading and delivering,",
            "each of the others delivers once",
            "All have the same period, so nobody delivers twice.",
            {
                "every learner delivers once": "A learner reads after its own update.",
                "nobody delivers, since all are equally fast": "They take turns; equally fast does not mean together.",
            },
        ),
    ),
    Prediction(
        "Every gradient is two updates old, and the curvature is 1. Up to which learning rate does descent converge?",
        guess=Slider(
            name="guess", label="Learning rate", default=1.0, low=0.0, high=2.0, step=0.02, help="Your guess."
        ),
        truth=_limit,
        verdict=_limit_verdict,
        slips=lambda result: (
            Slip("fresh", limit(0), "That is the limit of fresh gradients."),
            Slip("one_old", limit(1), "That is the limit where gradients are one update old."),
        ),
    ),
)
