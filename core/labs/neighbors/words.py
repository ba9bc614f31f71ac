"""Words of the lab on nearest neighbors: readouts, the sentence under the picture, predictions."""

from __future__ import annotations

import numpy as np

from core.draw.live import Check, Readout
from core.kit.arrays import Array
from core.kit.controls import Choice, Slider
from core.kit.mark import Mark, fraction
from core.kit.prediction import Prediction, because
from core.kit.words import fixed, number, percent
from core.labs.neighbors.compute.distances import METRICS, distances, ordered
from core.labs.neighbors.compute.explore import Neighbors
from core.labs.neighbors.compute.points import CLASSES, Whole
from core.labs.neighbors.compute.votes import UNDECIDED, vote
from core.labs.neighbors.panels import ROLES

AGREE = 1e-6  # of two ways to a distance: the root of a difference of squares loses digits near 0
_HOW = {
    "euclid": "From ‖x‖² + ‖q‖² − 2x·q",
    "manhattan": "The largest sum of the differences under any signs",
    "chebyshev": "By pairs, max(a, b) = (a + b + |a − b|)/2",
    "cosine": "Half the squared distance of the unit vectors",
}


def readouts(result: Neighbors) -> tuple[Readout, ...]:
    """Return the vote, the distance of the last neighbor that votes, and two errors."""
    k, there = result.k, result.directed
    last, second = result.near[:, k - 1], result.second
    agrees = tuple((np.abs(last - second) < AGREE).tolist())
    out = result.left_out
    left = fixed(float(out[k - 1])) if k <= len(out) else "none"
    same = k > len(out) or abs(float(out[k - 1]) - result.refitted) < 1e-12
    check = Check((f"{fixed(result.refitted)}",), (same,), "From one fit for each point that is left out")
    return (
        Readout(
            "vote",
            tuple(_vote(result, step) if there[step] else "none" for step in range(len(there))),
            help="The class that wins, and its share of the votes.",
            headline=True,
        ),
        Readout(
            f"distance of neighbor {k}",
            tuple(fixed(float(d)) for d in last),
            "risk",
            f"The {METRICS[result.metric]} distance of the last point that votes.",
            check=Check(tuple(fixed(float(d)) for d in second), agrees, _HOW[result.metric]),
        ),
        Readout(
            "training error",
            (fixed(float(result.training[k - 1])),),
            "train",
            "Share of the points not given their own class, each being its own neighbor.",
        ),
        Readout(
            "leave-one-out error",
            (left,),
            "test",
            "Share of the points not given their own class by the others.",
            check=check if left != "none" else None,
        ),
    )


def _vote(result: Neighbors, step: int) -> str:
    winner = int(result.winner[step])
    share = fixed(float(result.shares[step].max()))
    return f"{result.names[winner] if winner != UNDECIDED else 'undecided,'} {share}"


def summaries(result: Neighbors) -> tuple[str, ...]:
    """Say in at most 15 words who wins at each point, and whether anything is tied."""
    there, shares = result.directed.tolist(), result.shares.tolist()
    k, near = result.k, result.near
    equal = near[:, k] - near[:, k - 1] < 1e-9 if k < near.shape[1] else np.zeros(len(near), bool)
    steps = zip(there, shares, result.winner.tolist(), equal.tolist(), strict=True)
    return tuple(_summary(result, *step) for step in steps)


def _summary(result: Neighbors, there: bool, shares: list[float], winner: int, another: bool) -> str:
    if not there:
        return "The query is 0 and has no direction: cosine cannot order its neighbors."
    if winner == UNDECIDED:
        return "The vote is tied, and the rule is that no class wins."
    name, role = result.names[winner], ROLES[winner]
    if sum(share > max(shares) - 1e-9 for share in shares) > 1:
        rule = "the nearest of the tied decides" if result.tie == "nearest" else "the first class wins"
        return f"The vote is tied, and {rule}: [{role}|{name}]."
    also = "; another point is exactly as near" if another else ""
    start = name[:1].upper() + name[1:] if result.data != "own" else name
    if result.weights == "equal":
        count, votes = round(shares[winner] * result.k), "vote" if result.k == 1 else "votes"
        return f"[{role}|{start}] wins with {count} of {result.k} {votes}{also}."
    return f"[{role}|{start}] wins with {percent(shares[winner])} of the weight{also}."


def _from_center(result: Neighbors, k: int, factor: float = 1.0) -> tuple[Whole, Array]:
    """The `k` points nearest to (0, 0) and their distances."""
    scale = result.scale * np.array([factor] + [1.0] * (len(result.scale) - 1))
    query: Array = np.zeros((1, len(scale)))
    return ordered(distances(query, result.points * scale, result.metric), min(k, len(result.points)))


def _at_center(result: Neighbors, k: int, factor: float = 1.0) -> str:
    """Tell the class of the point (0, 0) for `k` neighbors and another unit of the first coordinate."""
    order, near = _from_center(result, k, factor)
    won = vote(near, result.labels[order], result.classes, result.weights, result.tie)[1][0]
    return "undecided" if won == UNDECIDED else CLASSES[int(won)]


def _three(result: Neighbors) -> str:
    return _at_center(result, 3)


def _three_verdict(guess: str, truth: str, result: Neighbors) -> str:
    order, near = _from_center(result, 3)
    voters = ", ".join(
        f"{CLASSES[int(result.labels[i])]} at {number(float(d))}" for i, d in zip(order[0], near[0], strict=True)
    )
    return f"The three nearest are {voters}. The vote: {truth}."


def _unit(result: Neighbors) -> str:
    return "yes" if _at_center(result, 1) != _at_center(result, 1, 0.1) else "no"


def _unit_verdict(guess: str, truth: str, result: Neighbors) -> str:
    before, after = _at_center(result, 1), _at_center(result, 1, 0.1)
    return f"The nearest point is {before} before and {after} after: a distance adds up units that do not compare."


def _training(result: Neighbors) -> int:
    return round(100 * float(result.training[0]))


def _training_verdict(guess: int, truth: int, result: Neighbors) -> str:
    return (
        f"Each point is its own nearest neighbor, so the error is {truth}% unless equal points have different classes: "
        f"it says nothing about new ones. Leaving each point out gives {percent(float(result.left_out[0]))}."
    )


PREDICTIONS = (
    Prediction(
        "Which class wins at (0, 0) with three neighbors?",
        guess=Choice(
            name="guess",
            label="Class",
            default="blue",
            options={name: name for name in (*CLASSES, "undecided")},
            help="Your guess.",
        ),
        truth=_three,
        verdict=_three_verdict,
    ),
    Prediction(
        "The numbers x₁ become ten times smaller. Does the nearest point of (0, 0) change its class?",
        guess=Choice(
            name="guess", label="Change", default="no", options={"yes": "yes", "no": "no"}, help="Your guess."
        ),
        truth=_unit,
        verdict=_unit_verdict,
    ),
    Prediction(
        "What is the training error at K = 1, in percent?",
        guess=Slider(name="guess", label="Error in percent", default=50, low=0, high=100, help="Your guess."),
        truth=_training,
        verdict=_training_verdict,
        why=because(
            "The nearest neighbor of a training point is",
            "the point itself",
            "Its distance to itself is 0.",
            {
                "the closest other point": "The point is in the training set too.",
                "the mean of its class": "Neighbors are points, not means.",
            },
        ),
        mark=lambda result, values: Mark(2, "y", at=1, place=fraction),
    ),
)
