"""Exercise: areas under the curves of a short ranking with a tie."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exercises.questions import Question, Slip, number
from core.exercises.templates import Refused, Template
from core.labs.ranking_curves.exercises.spaces import like

F = Fraction


@dataclass(frozen=True)
class Ranked:
    """Labels in the order of falling scores; `ties` holds the places (i, i + 1) with equal scores."""

    labels: tuple[int, ...]
    tie: int

    @property
    def scores(self) -> tuple[int, ...]:
        """Scores that give this order, in percent."""
        n = len(self.labels)
        falling = [95 - 90 * k // n for k in range(n)]
        if self.tie >= 0:
            falling[self.tie + 1] = falling[self.tie]
        return tuple(falling)


def _draw_ranked(rng: random.Random) -> Ranked:
    n = rng.choice((6, 7, 8))
    labels = tuple(int(rng.random() < 0.75 - 0.6 * k / n) for k in range(n))
    if not 2 <= sum(labels) <= n - 2:
        raise Refused("Both classes are needed.")
    places = [k for k in range(n - 1) if labels[k] != labels[k + 1]]
    return Ranked(labels, rng.choice(places))


def _pairs(p: Ranked, tied: Fraction) -> Fraction:
    total = F(0)
    for a, y in zip(p.scores, p.labels, strict=True):
        for b, z in zip(p.scores, p.labels, strict=True):
            if y == 1 and z == 0:
                total += 1 if a > b else tied if a == b else 0
    return total


def _average_precision(p: Ranked) -> Fraction:
    found, flagged, last, total = F(0), 0, F(0), F(0)
    positives = sum(p.labels)
    for score in sorted(set(p.scores), reverse=True):
        here = [y for s, y in zip(p.scores, p.labels, strict=True) if s == score]
        found, flagged = found + sum(here), flagged + len(here)
        recall = found / positives
        total += (recall - last) * found / flagged
        last = recall
    return total


def _ask_ranked(p: Ranked) -> Sequence[Question]:
    positives = sum(p.labels)
    negatives = len(p.labels) - positives
    pairs = positives * negatives
    good = _pairs(p, F(1, 2))
    hits = [k for k, y in enumerate(p.labels, 1) if y]
    ap = _average_precision(p)
    by_order = sum((F(j, k) for j, k in enumerate(hits, 1)), F(0)) / positives
    every = sum((F(sum(p.labels[:k]), k) for k in range(1, len(p.labels) + 1)), F(0)) / len(p.labels)
    return (
        number(
            "AUROC",
            good / pairs,
            (
                Slip("ties_lost", _pairs(p, F(0)) / pairs, "A tied pair counts one half."),
                Slip("ties_won", _pairs(p, F(1)) / pairs, "A tied pair counts one half, not one."),
                Slip("wrong_side", 1 - good / pairs, "That is the share of pairs in the wrong order."),
                Slip(
                    "by_all_pairs",
                    good / F(len(p.labels) * (len(p.labels) - 1), 2),
                    "Only pairs of a positive and a negative count.",
                ),
            ),
            (
                f"{positives} · {negatives} = {pairs} pairs",
                f"{float(good):g} / {pairs} = {float(good / pairs):.5f}",
            ),
        ),
        number(
            "Average precision",
            ap,
            (
                Slip("tie_broken", by_order, "Examples with equal scores are flagged together: one step for both."),
                Slip("mean_of_all", every, "Only steps that find a positive count."),
                Slip("auroc", good / pairs, "That is the AUROC."),
            ),
            (_ap_step(p), f"divided by {positives} positives = {float(ap):.5f}"),
        ),
    )


def _ap_step(p: Ranked) -> str:
    parts, found, flagged = [], 0, 0
    for score in sorted(set(p.scores), reverse=True):
        here = [y for s, y in zip(p.scores, p.labels, strict=True) if s == score]
        found, flagged = found + sum(here), flagged + len(here)
        if sum(here):
            parts.append(f"{sum(here)} · {found}/{flagged}")
    return " + ".join(parts) + f" = {float(_average_precision(p) * sum(p.labels)):.5f}"


def _ranked_text(p: Ranked) -> str:
    rows = "\n".join(f"| {s / 100:.2f} | {y} |" for s, y in zip(p.scores, p.labels, strict=True))
    return (
        f"A classifier scores {len(p.labels)} examples. Two of them have the same score.\n\n| score | label "
        f"|\n|--|--|\n{rows}"
    )


RANKED = Template(
    key="ranking_curves.areas",
    title="Areas of a short ranking",
    topic="Ranking",
    minutes=6,
    draw=_draw_ranked,
    text=_ranked_text,
    ask=_ask_ranked,
    state=lambda p: like(p.labels),
    hints=lambda p: (
        "AUROC is the share of positive-negative pairs in which the positive has the larger score.",
        "Average precision adds the precision at each threshold, weighted by how much recall it adds.",
    ),
    lesson="Ties count one half in AUROC, and a group of equal scores is one step of a precision-recall curve.",
)
