"""Exercises: one threshold in three spaces, another prevalence, areas of a short ranking, and a trivial classifier."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exercises.questions import Question, Slip, choice, number
from core.exercises.templates import Refused, Template
from core.kit.controls import Scale
from core.labs.ranking_curves.controls import CONTROLS

F = Fraction
TOPIC = "Ranking"


@dataclass(frozen=True)
class Matrix:
    """A confusion matrix: true positives, false negatives, false positives, true negatives."""

    tp: int
    fn: int
    fp: int
    tn: int

    @property
    def prevalence(self) -> Fraction:
        """Share of positives."""
        return F(self.tp + self.fn, self.tp + self.fn + self.fp + self.tn)

    @property
    def recall(self) -> Fraction:
        """Share of the positives that are found."""
        return F(self.tp, self.tp + self.fn)

    @property
    def fall_out(self) -> Fraction:
        """False-positive rate: share of the negatives that are flagged."""
        return F(self.fp, self.fp + self.tn)

    @property
    def precision(self) -> Fraction:
        """Share of positives among what is flagged."""
        return F(self.tp, self.tp + self.fp)


def _draw_matrix(rng: random.Random) -> Matrix:
    positives, negatives = rng.choice((20, 40, 50, 60, 80)), rng.choice((100, 150, 200, 240, 320))
    tp, fp = rng.randint(positives // 2, positives - 2), rng.randint(4, negatives // 3)
    found = Matrix(tp, positives - tp, fp, negatives - fp)
    if found.precision <= found.prevalence or len({tp, positives - tp, fp, negatives - fp}) < 4:
        raise Refused("Equal counts hide which one is meant.")
    return found


def _ask_point(m: Matrix) -> Sequence[Question]:
    pi, r, p = m.prevalence, m.recall, m.precision
    total = m.tp + m.fn + m.fp + m.tn
    return (
        number(
            "True-positive rate (recall)",
            r,
            (
                Slip("precision", p, "That is the precision: it divides by what is flagged."),
                Slip("by_all", F(m.tp, total), "Divide by the positives, not by all examples."),
            ),
            (f"{m.tp} / ({m.tp} + {m.fn}) = {float(r):.5f}",),
            share=True,
        ),
        number(
            "False-positive rate",
            m.fall_out,
            (
                Slip("specificity", 1 - m.fall_out, "That is the specificity, one minus this rate."),
                Slip("false_discovery", 1 - p, "That divides by what is flagged; divide by the negatives."),
                Slip("by_all", F(m.fp, total), "Divide by the negatives, not by all examples."),
            ),
            (f"{m.fp} / ({m.fp} + {m.tn}) = {float(m.fall_out):.5f}",),
            share=True,
        ),
        number(
            "Precision",
            p,
            (
                Slip("recall", r, "That is the recall: it divides by the positives."),
                Slip("accuracy", F(m.tp + m.tn, total), "That is the accuracy."),
            ),
            (f"{m.tp} / ({m.tp} + {m.fp}) = {float(p):.5f}",),
            share=True,
        ),
        number(
            "Precision gain",
            (p - pi) / ((1 - pi) * p),
            (
                Slip("no_div_p", (p - pi) / (1 - pi), "The gain divides by the precision too: (p − π)/((1 − π)p)."),
                Slip("ratio", p / pi, "That is the lift, precision over prevalence."),
                Slip("difference", p - pi, "That is only the difference to the prevalence."),
            ),
            (
                f"π = {m.tp + m.fn} / {total} = {float(pi):.5f}",
                f"({float(p):.5f} − {float(pi):.5f}) / ({float(1 - pi):.5f} · {float(p):.5f}) = "
                f"{float((p - pi) / ((1 - pi) * p)):.5f}",
            ),
        ),
        number(
            "Recall gain",
            (r - pi) / ((1 - pi) * r),
            (
                Slip("no_div_r", (r - pi) / (1 - pi), "The gain divides by the recall too: (r − π)/((1 − π)r)."),
                Slip("precision_gain", (p - pi) / ((1 - pi) * p), "That is the precision gain."),
            ),
            (
                f"({float(r):.5f} − {float(pi):.5f}) / ({float(1 - pi):.5f} · {float(r):.5f}) = "
                f"{float((r - pi) / ((1 - pi) * r)):.5f}",
            ),
        ),
    )


POINT = Template(
    key="ranking_curves.point",
    title="One threshold in three spaces",
    topic=TOPIC,
    minutes=6,
    draw=_draw_matrix,
    text=lambda m: (
        "At one threshold a classifier gives this confusion matrix. Where is the point in ROC space, in "
        "precision-recall "
        "space, and in precision-recall-gain space?\n\n| truth | flagged | not flagged |\n|--|--|--|\n"
        f"| positives | {m.tp} | {m.fn} |\n| negatives | {m.fp} | {m.tn} |"
    ),
    ask=_ask_point,
    state=lambda m: {"prevalence": _prevalence(m.prevalence)},
    hints=lambda m: (
        "Rates divide by a row of the table: recall by the positives, the false-positive rate by the negatives.",
        "Precision divides by a column: by everything that is flagged.",
        "The gain of x is (x − π)/((1 − π)x) with the share of positives π.",
    ),
    lesson="One confusion matrix is one point in each space; only precision and the gains depend on the prevalence.",
)


def _prevalence(share: Fraction) -> float:
    """Return the nearest prevalence that the lab's slider has."""
    (control,) = (one for one in CONTROLS if isinstance(one, Scale) and one.name == "prevalence")
    return min((value for value in control.values if value > 0), key=lambda value: abs(value - float(share)))


@dataclass(frozen=True)
class Moved:
    """A point in ROC space, and the prevalence before and after."""

    recall: Fraction
    fall_out: Fraction
    before: Fraction
    after: Fraction


def _precision(recall: Fraction, fall_out: Fraction, prevalence: Fraction) -> Fraction:
    flagged = prevalence * recall + (1 - prevalence) * fall_out
    return prevalence * recall / flagged


def _draw_moved(rng: random.Random) -> Moved:
    return Moved(
        F(rng.randint(12, 19), 20),
        F(rng.randint(2, 15), 100),
        F(rng.choice((40, 50, 60)), 100),
        F(rng.choice((1, 2, 4, 5, 10)), 100),
    )


def _ask_moved(p: Moved) -> Sequence[Question]:
    before, after = (_precision(p.recall, p.fall_out, pi) for pi in (p.before, p.after))
    numerator, other = p.after * p.recall, (1 - p.after) * p.fall_out
    return (
        number(
            "Precision now",
            after,
            (
                Slip("prevalence_free", before, "Precision changes with the prevalence, and the ROC point does not."),
                Slip("scaled", before * p.after / p.before, "Precision is not proportional to the prevalence."),
                Slip(
                    "fall_out_unweighted",
                    p.after * p.recall / (p.after * p.recall + p.fall_out),
                    "The false-positive rate is a share of the negatives: weight it by 1 − π.",
                ),
                Slip("recall", p.recall, "That is the recall."),
            ),
            (
                f"{float(p.after):g} · {float(p.recall):g} = {float(numerator):.6g}",
                f"{float(1 - p.after):g} · {float(p.fall_out):g} = {float(other):.6g}",
                f"{float(numerator):.6g} / ({float(numerator):.6g} + {float(other):.6g}) = {float(after):.5f}",
            ),
            share=True,
        ),
        choice(
            "Which curve looks the same as before?",
            ("ROC", "precision-recall", "precision-recall-gain"),
            "ROC",
            {
                "precision-recall": "Precision mixes both classes, so it moves with the prevalence.",
                "precision-recall-gain": "Gains are measured against the prevalence, so they move with it.",
            },
            "Both of its rates are shares within one class.",
        ),
    )


MOVED = Template(
    key="ranking_curves.prevalence",
    title="The same test, a rarer disease",
    topic=TOPIC,
    minutes=4,
    draw=_draw_moved,
    text=lambda p: (
        f"A test finds {float(100 * p.recall):g}% of the sick and flags {float(100 * p.fall_out):g}% of the "
        f"healthy. It "
        f"was developed where {float(100 * p.before):g}% were sick and is now used where {float(100 * p.after):g}% are."
    ),
    ask=_ask_moved,
    state=lambda p: {"prevalence": _prevalence(p.after)},
    hints=lambda p: (
        "Imagine 10,000 people: how many are sick, and how many of them does the test flag?",
        "Precision is π · TPR / (π · TPR + (1 − π) · FPR).",
    ),
    lesson="ROC hides how rare positives are; precision shows it.",
)


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
    topic=TOPIC,
    minutes=6,
    draw=_draw_ranked,
    text=_ranked_text,
    ask=_ask_ranked,
    state=lambda p: {"source": "gauss"},
    hints=lambda p: (
        "AUROC is the share of positive-negative pairs in which the positive has the larger score.",
        "Average precision adds the precision at each threshold, weighted by how much recall it adds.",
    ),
    lesson="Ties count one half in AUROC, and a group of equal scores is one step of a precision-recall curve.",
)


@dataclass(frozen=True)
class Everything:
    """The classifier that flags everything, at a prevalence."""

    prevalence: Fraction


def _ask_everything(p: Everything) -> Sequence[Question]:
    pi = p.prevalence
    f1 = 2 * pi / (1 + pi)
    return (
        choice(
            "Its point in ROC space",
            ("(0, 0)", "(1, 1)", f"(1, {float(pi):g})"),
            "(1, 1)",
            {
                "(0, 0)": "That is the classifier that flags nothing.",
                f"(1, {float(pi):g})": "That is its point in precision-recall space.",
            },
            "It flags every positive and every negative.",
        ),
        number(
            "Its precision",
            pi,
            (
                Slip("one", F(1), "It flags the negatives too."),
                Slip("half", F(1, 2), "That holds for balanced classes only."),
            ),
            (f"positives / all = {float(pi):g}",),
            share=True,
        ),
        number(
            "Its F1 score",
            f1,
            (
                Slip("precision", pi, "That is its precision; F1 is the harmonic mean with the recall 1."),
                Slip("arithmetic", (1 + pi) / 2, "F1 is the harmonic mean, not the arithmetic one."),
            ),
            (f"2 · {float(pi):g} / (1 + {float(pi):g}) = {float(f1):.5f}",),
        ),
        choice(
            "Its point in precision-recall-gain space",
            ("(0, 0)", "(1, 0)", "(1, 1)"),
            "(1, 0)",
            {
                "(0, 0)": "Its recall is 1, so its recall gain is 1.",
                "(1, 1)": "Its precision is the prevalence: no gain.",
            },
            "Full recall gains 1, and a precision equal to the prevalence gains nothing.",
        ),
        choice(
            "Random scorers lie in precision-recall-gain space on",
            ("the diagonal", "the axis of precision gain 0", "the axis of recall gain 0"),
            "the axis of precision gain 0",
            {
                "the diagonal": "That is where they lie in ROC space.",
                "the axis of recall gain 0": "Their recall is whatever share they flag.",
            },
            "Their precision is the prevalence, whatever they flag.",
        ),
    )


EVERYTHING = Template(
    key="ranking_curves.everything",
    title="Flag everything",
    topic=TOPIC,
    minutes=4,
    draw=lambda rng: Everything(F(rng.choice((*range(2, 40, 2), *range(60, 95, 5))), 100)),
    text=lambda p: f"In a data set {float(100 * p.prevalence):g}% are positive. A classifier flags every example.",
    ask=_ask_everything,
    state=lambda p: {"prevalence": _prevalence(p.prevalence)},
    hints=lambda p: ("Write its confusion matrix: nothing is negative for it.", "Its precision is the prevalence."),
    lesson="The trivial classifier is a corner of ROC space and the baseline of precision.",
)
