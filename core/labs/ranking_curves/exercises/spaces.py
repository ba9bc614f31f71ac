"""Exercises: one threshold in three spaces, another prevalence, and a trivial classifier."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core.exercises.questions import Question, Slip, choice, number
from core.exercises.templates import Refused, Template
from core.kit.controls import closest
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


def _rates(m: Matrix) -> tuple[Question, ...]:
    r, p = m.recall, m.precision
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
    )


def _gains(m: Matrix) -> tuple[Question, ...]:
    pi, r, p = m.prevalence, m.recall, m.precision
    total = m.tp + m.fn + m.fp + m.tn
    return (
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
    ask=lambda m: (*_rates(m), *_gains(m)),
    state=lambda m: closest(CONTROLS, prevalence=m.prevalence),
    hints=lambda m: (
        "Rates divide by a row of the table: recall by the positives, the false-positive rate by the negatives.",
        "Precision divides by a column: by everything that is flagged.",
        "The gain of x is (x − π)/((1 − π)x) with the share of positives π.",
    ),
    lesson="One confusion matrix is one point in each space; only precision and the gains depend on the prevalence.",
)


def like(labels: Sequence[int]) -> dict[str, Any]:
    """Return a state with the fraction of positives of some labels, in scores that the lab draws itself."""
    share = closest(CONTROLS, positives_share=F(sum(labels), len(labels)))
    return {"source": "gauss", "n_cases": 100, **share}


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
    state=lambda p: closest(CONTROLS, prevalence=p.after),
    hints=lambda p: (
        "Imagine 10,000 people: how many are sick, and how many of them does the test flag?",
        "Precision is π · TPR / (π · TPR + (1 − π) · FPR).",
    ),
    lesson="ROC hides how rare positives are; precision shows it.",
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
    state=lambda p: closest(CONTROLS, prevalence=p.prevalence),
    hints=lambda p: ("Write its confusion matrix: nothing is negative for it.", "Its precision is the prevalence."),
    lesson="The trivial classifier is a corner of ROC space and the baseline of precision.",
)
