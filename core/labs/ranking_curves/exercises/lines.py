"""Exercises: what lies between two points of a precision-recall curve, and the area with its end point."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exercises.questions import Question, Slip, choice, number
from core.exercises.templates import Refused, Template
from core.labs.ranking_curves.exercises.spaces import TOPIC, like

F = Fraction


@dataclass(frozen=True)
class Pair:
    """Two thresholds by their true and false positives, and the positives."""

    first: tuple[int, int]
    second: tuple[int, int]
    positives: int

    @property
    def middle(self) -> tuple[Fraction, Fraction]:
        """True and false positives halfway."""
        return F(self.first[0] + self.second[0], 2), F(self.first[1] + self.second[1], 2)


def _precision(tp: Fraction | int, fp: Fraction | int) -> Fraction:
    return F(tp) / (F(tp) + F(fp))


def _ask_between(p: Pair) -> Sequence[Question]:
    tp, fp = p.middle
    a, b = _precision(*p.first), _precision(*p.second)
    truth = _precision(tp, fp)
    return (
        number(
            "Precision halfway",
            truth,
            (
                Slip("linear_in_pr", (a + b) / 2, "Precision does not change linearly; true and false positives do."),
                Slip("first", a, "That is the precision at the first threshold."),
                Slip("second", b, "That is the precision at the second threshold."),
            ),
            (
                f"({p.first[0]} + {p.second[0]}) / 2 = {float(tp):g} true and "
                f"({p.first[1]} + {p.second[1]}) / 2 = {float(fp):g} false positives",
                f"{float(tp):g} / ({float(tp):g} + {float(fp):g}) = {float(truth):.6g}",
            ),
            share=True,
        ),
        number(
            "Recall halfway",
            tp / p.positives,
            (Slip("second", F(p.second[0], p.positives), "That is the recall at the second threshold."),),
            (f"{float(tp):g} / {p.positives} = {float(tp / p.positives):.6g}",),
            share=True,
        ),
        choice(
            "Which precision belongs to recall 0 with nothing flagged?",
            ("precision 0", "precision 1", "none"),
            "none",
            {
                "precision 0": "Nothing is flagged: that would be 0/0.",
                "precision 1": "By convention curves begin there, but nothing is flagged.",
            },
            "With nothing flagged the precision is 0/0, so a ROC point has no counterpart there.",
        ),
    )


def _draw_pair(rng: random.Random) -> Pair:
    positives = rng.choice((40, 50, 60, 80, 100))
    tp, fp = rng.randint(positives // 8, positives // 2), rng.randint(1, 12)
    more = 2 * rng.randint(5, (positives - tp) // 2)
    found = Pair((tp, fp), (tp + more, fp + 2 * rng.randint(positives // 4, positives)), positives)
    a, b = _precision(*found.first), _precision(*found.second)
    straight = (a + b) / 2
    if abs(straight - _precision(*found.middle)) < F(3, 100) or abs(a - b) < F(1, 20):
        raise Refused("The curve must be bent between the points.")
    return found


BETWEEN = Template(
    key="ranking_curves.between",
    title="Between two thresholds",
    topic=TOPIC,
    minutes=4,
    draw=_draw_pair,
    text=lambda p: (
        f"Of {p.positives} positives, one threshold flags {p.first[0]} along with {p.first[1]} negatives, a lower one "
        f"{p.second[0]} along with {p.second[1]}. Halfway between the two points in ROC space a classifier tosses a "
        "coin for each example to choose its threshold. Where is it in precision-recall space?"
    ),
    ask=_ask_between,
    state=lambda p: {"interpolation": "achievable"},
    hints=lambda p: ("In ROC space true and false positives are averaged.", "Precision = TP / (TP + FP)."),
    lesson="Straight lines of ROC space are curves in precision-recall space; joining its points is too optimistic.",
)


@dataclass(frozen=True)
class Falling:
    """Labels in the order of falling scores, without ties."""

    labels: tuple[int, ...]


def _curve(labels: Sequence[int]) -> list[tuple[Fraction, Fraction]]:
    """Return recall and precision when the first 1, 2, ... examples are flagged."""
    positives = sum(labels)
    return [(F(sum(labels[:k]), positives), F(sum(labels[:k]), k)) for k in range(1, len(labels) + 1)]


def _area(points: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    pairs = zip(points, points[1:], strict=False)
    return sum(((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairs), F(0))


def _ask_falling(p: Falling) -> Sequence[Question]:
    curve = _curve(p.labels)
    whole = _area([(F(0), F(1)), *curve])
    steps = [(F(0), F(1)), *curve]
    average = sum(((b[0] - a[0]) * b[1] for a, b in zip(steps, curve, strict=False)), F(0))
    parts = [
        f"{float(b[0] - a[0]):.4g} · ({float(a[1]):.4g} + {float(b[1]):.4g})/2"
        for a, b in zip(steps, curve, strict=False)
        if b[0] != a[0]
    ]
    slips = (
        Slip("drop_endpoint", _area(curve), "The curve begins at recall 0 and precision 1."),
        Slip("average_precision", average, "That adds rectangles, not trapezoids."),
    )
    return (
        number(
            "Area by trapezoids, from recall 0 and precision 1 on",
            whole,
            slips,
            (f"{' + '.join(parts)}: area = {float(whole):.6g}",),
        ),
        number(
            "Average precision",
            average,
            (Slip("trapezoids", whole, "That adds trapezoids, not rectangles."),),
            (
                " + ".join(f"{float(b[1]):.4g}" for a, b in zip(steps, curve, strict=False) if b[0] != a[0])
                + f", over {sum(p.labels)}: average precision = {float(average):.6g}",
            ),
        ),
    )


def _draw_falling(rng: random.Random) -> Falling:
    n = rng.randint(6, 9)
    labels = tuple(int(rng.random() < 0.75 - 0.5 * k / n) for k in range(n))
    curve = _curve(labels) if any(labels) else []
    if not 2 <= sum(labels) <= n - 2 or abs(_area([(F(0), F(1)), *curve]) - _area(curve)) < F(1, 100):
        raise Refused("The end point must matter.")
    return Falling(labels)


ENDPOINT = Template(
    key="ranking_curves.endpoint",
    title="The area and its end point",
    topic=TOPIC,
    minutes=6,
    draw=_draw_falling,
    text=lambda p: (
        f"Sorted by falling score, {len(p.labels)} examples have the labels {', '.join(map(str, p.labels))}; no two "
        "scores are equal. Find the area under the precision-recall curve in two ways."
    ),
    ask=_ask_falling,
    state=lambda p: {"interpolation": "straight", **like(p.labels)},
    hints=lambda p: (
        "Flag one example more each time: recall is positives found / all positives, precision is found / flagged.",
        "Only steps that find a positive have a width.",
    ),
    lesson="Trapezoids, rectangles, and a lost end point give different areas: say which one is reported.",
)
