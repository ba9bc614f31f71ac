"""Exercises: how old is each gradient of a list, and of equal learners in turn?"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core.exercises.kinds import Count, Vector
from core.exercises.questions import Question, Slip, count
from core.exercises.templates import Refused, Template
from core.labs.staleness.compute.explore import TICKS

TOPIC = "Optimization"


@dataclass(frozen=True)
class Listed:
    """Two learners: ticks that each takes for a gradient, and how many learner 2 delivers; learner 1 until then."""

    fast: int
    slow: int
    twice: int

    @property
    def end(self) -> int:
        """Tick of the last gradient of learner 2."""
        return self.slow * self.twice

    @property
    def times(self) -> tuple[list[int], list[int]]:
        """Ticks at which both deliver; what learner 1 delivers at the end is not listed."""
        return list(range(self.fast, self.end, self.fast)), list(range(self.slow, self.end + 1, self.slow))

    @property
    def before(self) -> tuple[list[int], list[int]]:
        """Updates before each gradient is applied."""
        own, other = self.times
        return [_up_to(t, own, other) for t in own], [_up_to(t, own, other) for t in other]

    @property
    def stale(self) -> tuple[list[int], list[int]]:
        """Updates by the other learner since the own last one."""
        own, other = self.times
        return _between(own, other), _between(other, own)


def _up_to(time: int, *lists: Sequence[int]) -> int:
    return sum(t < time for times in lists for t in times)


def _between(own: Sequence[int], other: Sequence[int]) -> list[int]:
    return [sum(start < t < end for t in other) for start, end in zip([0, *own], own, strict=False)]


def _draw_listed(rng: random.Random) -> Listed:
    p = Listed(rng.choice((10, 15, 20)), rng.randint(11, 45), rng.choice((2, 3, 3, 4)))
    own, other = p.times
    if not p.fast < p.slow or not 4 <= len(own) <= 8 or set(own) & set(other) or p.end > 20 * TICKS:
        raise Refused("Ties in the list need a rule, and long lists take long.")
    return p


def _moments(times: Sequence[int]) -> str:
    written = [f"{t / TICKS:g}" for t in times]
    return f"{', '.join(written[:-1])}, and {written[-1]}" if len(written) > 2 else " and ".join(written)


def _apart(truth: Any, slips: Iterable[Slip]) -> tuple[Slip, ...]:
    return tuple(slip for slip in slips if slip.value != truth)


def _ages(label: str, times: Sequence[int], before: Sequence[int], stale: Sequence[int]) -> Question:
    truth = tuple(stale)
    gaps = [Fraction(end - start, TICKS) for start, end in zip([0, *times], times, strict=False)]
    slips = [
        Slip("counts_own", tuple(age + 1 for age in stale), "A learner reads after its own update: do not count it."),
        Slip("since_start", tuple(before), "Count from when the learner read the weights, not from the start."),
        Slip("both_zero", (0,) * len(stale), "Nobody waits, so the others update in between."),
    ]
    if all(gap.denominator == 1 for gap in gaps):
        slips.append(Slip("time_not_updates", tuple(map(int, gaps)), "Staleness counts updates, not time."))
    steps = [
        f"t = {t / TICKS:g}: read at version {there - age}, applied to version {there}: staleness {age}"
        for t, there, age in zip(times, before, stale, strict=True)
    ]
    return Question(
        label, Vector(len(truth), Count()), truth, _apart(truth, slips), (*steps, "; ".join(map(str, truth)))
    )


def _ask_listed(p: Listed) -> Sequence[Question]:
    own, other = p.times
    last = p.stale[1][-1]
    slow = _ages("Staleness of learner 2's gradients", other, p.before[1], p.stale[1])
    if p.end % p.fast == 0:
        tied = (*p.stale[1][:-1], last + 1)
        words = f"That counts another gradient of learner 1 at t = {p.end / TICKS:g}, which is not listed."
        slow = Question(slow.label, slow.kind, slow.truth, (*slow.slips, Slip("unlisted_tie", tied, words)), slow.steps)
    return (
        _ages("Staleness of learner 1's gradients", own, p.before[0], p.stale[0]),
        slow,
        count(
            "Learner 1 delivers one more just before the last gradient of learner 2: how stale is that one then?",
            last + 1,
            (
                Slip("not_counted", last, "The update by learner 1 comes in between and counts."),
                Slip("own_too", last + 2, "Only the update by learner 1 is new."),
                Slip("since_start", p.before[1][-1] + 1, "Count from when learner 2 read the weights."),
            ),
            (f"{last} + 1 = {last + 1}",),
        ),
    )


LISTED = Template(
    key="staleness.listed",
    title="How old is each gradient?",
    topic=TOPIC,
    minutes=6,
    draw=_draw_listed,
    published=Listed(10, 25, 2),
    text=lambda p: (
        "Two learners train with a parameter server. Nobody waits, and messages take no time: the server applies a "
        "gradient as soon as it is ready, and its learner reads the new weights at once. Both start at time 0. "
        f"Learner 1 delivers gradients at t = {_moments(p.times[0])}; learner 2 at t = {_moments(p.times[1])}. The "
        "staleness of a gradient is the number of updates between reading the weights and updating them. Give it for "
        "each gradient."
    ),
    ask=_ask_listed,
    state=lambda p: {
        "others": p.fast / TICKS,
        "period": p.slow / TICKS,
        "horizon": max(5, math.ceil(p.end / TICKS)),
        "tie": "last",
    },
    hints=lambda p: (
        "Write down the version of the weights after each update, in the order of time.",
        "Each gradient is as old as the version before its update minus the version that its learner read.",
    ),
    lesson="Staleness counts the updates of others in between. With ties it depends on who comes first: say so.",
)


@dataclass(frozen=True)
class Turns:
    """Equal learners in turn: how many, ticks for a gradient, units of time, and which one is asked for."""

    learners: int
    period: int
    horizon: int
    which: int

    @property
    def rounds(self) -> int:
        """Gradients of each learner."""
        return TICKS * self.horizon // self.period


def _draw_turns(rng: random.Random) -> Turns:
    learners = rng.randint(3, 8)
    p = Turns(learners, rng.choice((10, 15, 20, 25)), rng.randint(6, 20), rng.randint(2, learners - 1))
    if p.rounds < 3:
        raise Refused("It takes a few rounds to see the long run.")
    return p


def _ask_turns(p: Turns) -> Sequence[Question]:
    total, later, first = p.learners * p.rounds, p.learners - 1, p.which - 1
    return (
        count(
            f"Updates by t = {p.horizon}",
            total,
            (
                Slip("one_learner", p.rounds, "That is one learner; each of them updates the weights."),
                Slip("one_more", total + p.learners, "The gradients begun at the end have not arrived."),
                Slip("seconds", p.learners * p.horizon, "That would be a gradient in each unit of time."),
            ),
            (f"{p.learners} · {p.rounds} = {total}",),
        ),
        count(
            f"Staleness of the first gradient of learner {p.which}",
            first,
            (
                Slip("counts_own", p.which, "Its own update does not count."),
                Slip("long_run", later, "In the first round only the learners before it have updated."),
                Slip("both_zero", 0, "All read at once, but the learners before it update first."),
            ),
            (f"{p.which} − 1 = {first}",),
        ),
        count(
            f"Staleness of the second gradient of learner {p.which}",
            later,
            (
                Slip("counts_own", p.learners, "Its own update does not count."),
                Slip("first_round", first, "After its first update the learners behind it update, too."),
                Slip("both_zero", 0, "Each of the others updates between its two updates."),
                Slip("since_start", later + p.which, "Count from its own update on, not from the start."),
            ),
            (f"{p.learners} − 1 = {later}",),
        ),
    )


TURNS = Template(
    key="staleness.turns",
    title="Equal learners in turn",
    topic=TOPIC,
    minutes=4,
    draw=_draw_turns,
    published=Turns(4, 10, 10, 3),
    text=lambda p: (
        f"{p.learners} equal learners have a period of {p.period / TICKS:g}, the time that each needs for a gradient. "
        "All read the weights at t = 0, and nobody waits. The server applies gradients that arrive together in the "
        "order of the learners' numbers, and each learner reads right after its own update."
    ),
    ask=_ask_turns,
    state=lambda p: {
        "learners": p.learners,
        "others": p.period / TICKS,
        "period": p.period / TICKS,
        "horizon": p.horizon,
    },
    hints=lambda p: (
        "Who updates between the reading and the update of a learner?",
        "In the first round the learners with a lower number do, later all others.",
    ),
    lesson="With equal learners in turn a gradient is as old as there are other learners.",
)
