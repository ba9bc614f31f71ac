"""Exercise: the area under a precision-recall-gain curve of a short ranking."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from core.exercises.questions import Question, Slip, number
from core.exercises.templates import Refused, Template
from core.labs.ranking_curves.exercises.spaces import TOPIC, like

F = Fraction
Point = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Ranking:
    """Labels in the order of falling scores, without ties."""

    labels: tuple[int, ...]

    @property
    def positives(self) -> int:
        """Number of positives."""
        return sum(self.labels)

    @property
    def prevalence(self) -> Fraction:
        """Share of positives."""
        return F(self.positives, len(self.labels))

    @property
    def counts(self) -> list[Point]:
        """True and false positives where recall is the prevalence, and at each later threshold."""
        found = [(F(sum(self.labels[:k])), F(k - sum(self.labels[:k]))) for k in range(len(self.labels) + 1)]
        start = self.prevalence * self.positives
        place = next(k for k, (tp, _) in enumerate(found) if tp >= start)
        (tp, fp), (more, other) = found[place - 1], found[place]
        crossing = (start, fp + (start - tp) / (more - tp) * (other - fp))
        return [crossing, *(point for point in found[place:] if point != crossing)]

    def gains(self, *, divided: bool = True) -> list[Point]:
        """Return recall gain and precision gain of `counts`; without the division they are a known mistake."""
        pi = self.prevalence
        rates = [(tp / self.positives, tp / (tp + fp)) for tp, fp in self.counts]
        return [
            ((r - pi) / ((1 - pi) * (r if divided else 1)), (p - pi) / ((1 - pi) * (p if divided else 1)))
            for r, p in rates
        ]


def _area(points: Sequence[Point]) -> Fraction:
    return sum(((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(points)), F(0))


def _ask(p: Ranking) -> Sequence[Question]:
    gains, (tp, fp) = p.gains(), p.counts[0]
    area, first = _area(gains), gains[0][1]
    shown = [*(point for point in gains if point[0] < 1), next(point for point in gains if point[0] == 1)]
    return (
        number(
            "Precision gain where the recall gain is 0",
            first,
            (
                Slip("next_threshold", gains[1][1], "There the recall is larger than the prevalence."),
                Slip("no_div_p", p.gains(divided=False)[0][1], "The gain divides by the precision too."),
                Slip("precision", tp / (tp + fp), "That is the precision."),
            ),
            (
                f"recall = {float(p.prevalence):.5g}: {float(tp):.5g} true and {float(fp):.5g} false positives",
                f"precision = {float(tp / (tp + fp)):.6g}; precision gain = {float(first):.6g}",
            ),
        ),
        number(
            "Area under the precision-recall-gain curve",
            area,
            (
                Slip("no_div_p", _area(p.gains(divided=False)), "Gains divide by precision and recall too."),
                Slip("clip_first", _area([(r, max(g, F(0))) for r, g in gains]), "Negative gains belong to the area."),
                Slip("no_crossing", _area(gains[1:]), "The curve begins at recall gain 0, between two thresholds."),
            ),
            (
                "; ".join(f"({float(r):.4g}, {float(g):.4g})" for r, g in shown),
                f"trapezoids from recall gain 0 to 1: area = {float(area):.6g}",
            ),
        ),
    )


def _draw(rng: random.Random) -> Ranking:
    n = rng.randint(7, 11)
    found = Ranking(tuple(int(rng.random() < 0.8 - 0.6 * k / n) for k in range(n)))
    if not 2 <= found.positives <= n - 2 or found.counts[0][1] == 0:
        raise Refused("Both classes are needed, and a false positive before the crossing.")
    if abs(_area(found.gains()) - _area(found.gains()[1:])) < F(1, 50) or abs(_area(found.gains())) < F(1, 50):
        raise Refused("The crossing must matter.")
    return found


GAINS = Template(
    key="ranking_curves.gains",
    title="The area in precision-recall-gain space",
    topic=TOPIC,
    minutes=10,
    draw=_draw,
    text=lambda p: (
        f"Sorted by falling score, {len(p.labels)} examples have the labels {', '.join(map(str, p.labels))}; no two "
        "scores are equal. Between two thresholds true and false positives change linearly. The gain of x is "
        "(x − π)/((1 − π)x) with the fraction of positives π."
    ),
    ask=_ask,
    state=lambda p: like(p.labels),
    hints=lambda p: (
        "Recall gain 0 is where recall is π: find true and false positives there.",
        "Lines are straight in this space: add trapezoids over the recall gain.",
    ),
    lesson="The area begins where recall is the prevalence, and parts below 0 count against it.",
)
