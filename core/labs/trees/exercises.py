"""Exercises: the first question for a table, two splits with the same error, a value for each sample."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from core.exercises.kinds import Vector
from core.exercises.questions import Question, Slip, choice, number
from core.exercises.templates import Refused, Template
from core.labs.trees.compute.data import FIVE, Rows, read_rows
from core.labs.trees.compute.gains import best, impurity, questions, remainder

TOPIC = "Classification"
LN2 = math.log(2)


def _draw_table(rng: random.Random) -> str:
    n = rng.randint(6, 11)
    text = ", ".join(" ".join(rng.choice("01") for _ in range(4)) for _ in range(n))
    rows = read_rows(text)
    if len(set(rows.labels)) < 2 or len(set(rows.cells)) < 3:
        raise Refused("Both labels are needed.")
    asked = questions(rows)
    gains = sorted(one.gain("entropy") for one in asked)
    if gains[0] < 0.01 or gains[2] - gains[1] < 0.02 or any(len(one.levels) < 2 for one in asked):
        raise Refused("Ties and questions that gain nothing hide mistakes.")
    return text


def _ask_table(text: str) -> Sequence[Question]:
    rows = read_rows(text)
    asked, n = questions(rows), len(rows.labels)
    counts = [rows.labels.count(label) for label in dict.fromkeys(rows.labels)]
    entropy = float(impurity(counts, "entropy"))
    parts = [[float(impurity(child, "entropy")) for child in one.children] for one in asked]
    gains = tuple(one.gain("entropy") for one in asked)
    rests = tuple(float(remainder(one.children, "entropy")) for one in asked)
    slips = (
        Slip(
            "unweighted",
            tuple(entropy - sum(part) / len(part) for part in parts),
            "The children count by their samples, not equally.",
        ),
        Slip("natural_log", tuple(g * LN2 for g in gains), "That is in nats, with the natural logarithm."),
        Slip("remainder_for_gain", rests, "That is what is left; the gain is the entropy minus that."),
        Slip(
            "children_added",
            tuple(entropy - sum(part) for part in parts),
            "The entropies of the children are weighted, not added.",
        ),
    )
    (winner,) = best(asked, "entropy")
    names = tuple(one.feature for one in asked)
    shown = {one.feature: f"It gains {one.gain('entropy'):.3f} bits, less than {winner} does." for one in asked}
    return (
        number(
            "Entropy before any question (bits)",
            entropy,
            (
                Slip("natural_log", entropy * LN2, "That is in nats, with the natural logarithm."),
                Slip("gini", float(impurity(counts, "gini")), "That is the Gini impurity."),
                Slip("error", float(impurity(counts, "error")), "That is the error of the majority."),
            ),
            (" − ".join(("", *(f"{c}/{n} · log₂({c}/{n})" for c in counts))).strip() + f" = {entropy:.6f}",),
        ),
        Question(
            "Gain of A1, A2, and A3 (bits)",
            Vector(3),
            gains,
            slips,
            (
                *(
                    f"{one.feature}: {entropy:.4f} − {rest:.4f} = {g:.6f}"
                    for one, rest, g in zip(asked, rests, gains, strict=True)
                ),
                "; ".join(f"{g:.6f}" for g in gains),
            ),
        ),
        choice("First question", names, winner, shown, f"{winner} has the largest gain."),
    )


def _table_text(rows: Rows) -> str:
    head = "| " + " | ".join((*rows.features, "label")) + " |\n|" + "--|" * (len(rows.features) + 1) + "\n"
    return head + "\n".join(
        "| " + " | ".join((*cells, label)) + " |" for cells, label in zip(rows.cells, rows.labels, strict=True)
    )


TABLE = Template(
    key="trees.table",
    title="Which question first?",
    topic=TOPIC,
    minutes=8,
    draw=_draw_table,
    published=FIVE,
    text=lambda p: (
        "A decision tree is grown from this table by information gain, with logarithms to base 2. Which feature does "
        "its first question ask for?\n\n" + _table_text(read_rows(p))
    ),
    ask=_ask_table,
    state=lambda p: {"table": "rows", "rows": p},
    hints=lambda p: (
        "The entropy of counts is −Σ p log₂ p over the labels; for the gain, sort the samples by each feature.",
        "Gain = entropy − Σ (samples in the child / all samples) · entropy of the child.",
    ),
    lesson="A question is worth the entropy that it takes away, children weighted by their samples.",
)


@dataclass(frozen=True)
class Pair:
    """Two splits of `size` samples of each class: what the first child of each gets of both classes."""

    size: int
    first: tuple[int, int]
    second: tuple[int, int]

    def children(self, split: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
        """Class counts of both children of a split."""
        return split, (self.size - split[0], self.size - split[1])


def _draw_pair(rng: random.Random) -> Pair:
    size = rng.randint(4, 9)
    first = (rng.randint(0, size), rng.randint(0, size))
    ahead = first[0] - first[1]
    start = rng.randint(0, size - abs(ahead))
    second = (start + max(ahead, 0), start + max(-ahead, 0))  # as far apart, so that as many are wrong
    pair = Pair(size, first, second)
    if ahead == 0 or not (0 < sum(first) < 2 * size and 0 < sum(second) < 2 * size):
        raise Refused("Both splits need two children that differ.")
    if abs(float(remainder(pair.children(first), "gini")) - float(remainder(pair.children(second), "gini"))) < 0.005:
        raise Refused("The impurities must differ.")
    return pair


def _gini_slips(children: Sequence[Sequence[int]], before: float, value: float) -> tuple[Slip, ...]:
    plain = [float(impurity(child, "gini")) for child in children]
    return (
        Slip("unweighted", sum(plain) / 2, "The children count by their samples, not equally."),
        Slip("gain", before - value, "That is the gain; asked is what is left."),
        Slip("sum_of_squares", 1 - value, "The Gini impurity is one minus the sum of squares."),
        Slip("added", sum(plain), "The impurities of the children are weighted, not added."),
    )


def _weighted(children: Sequence[Sequence[int]], criterion: str) -> str:
    n = sum(map(sum, children))
    parts = (f"{sum(child)}/{n} · {float(impurity(child, criterion)):.4f}" for child in children)
    return f"{' + '.join(parts)} = {float(remainder(children, criterion)):.6f}"


def _ask_pair(p: Pair) -> Sequence[Question]:
    one, two = p.children(p.first), p.children(p.second)
    error = float(remainder(one, "error"))
    gini, other = float(remainder(one, "gini")), float(remainder(two, "gini"))
    parts = [float(impurity(child, "error")) for child in one]
    better = "A" if gini < other else "B"
    return (
        number(
            "Error left by A",
            error,
            (
                Slip("unweighted", sum(parts) / 2, "The children count by their samples, not equally."),
                Slip("accuracy", 1 - error, "That is the share of samples that are right."),
                Slip("added", sum(parts), "The errors of the children are weighted, not added."),
            ),
            (_weighted(one, "error"),),
        ),
        number("Gini impurity left by A", gini, _gini_slips(one, 0.5, gini), (_weighted(one, "gini"),)),
        number("Gini impurity left by B", other, _gini_slips(two, 0.5, other), (_weighted(two, "gini"),)),
        choice(
            "Which split does the Gini impurity prefer?",
            ("A", "B", "neither"),
            better,
            {
                "A": "It leaves more Gini impurity than B.",
                "B": "It leaves more Gini impurity than A.",
                "neither": "The errors are equal, the Gini impurities are not.",
            },
            f"{better} leaves less Gini impurity.",
        ),
    )


def _pair_rows(p: Pair) -> str:
    samples = []
    for label in range(2):
        for k in range(p.size):
            samples.append(f"{int(k >= p.first[label])} {int(k >= p.second[label])} {label}")
    return ", ".join(samples)


def _hundreds(children: Sequence[Sequence[int]]) -> str:
    return " and ".join(f"({100 * a}, {100 * b})" for a, b in children)


PAIR = Template(
    key="trees.same_error",
    title="Same error, other impurity",
    topic=TOPIC,
    minutes=6,
    draw=_draw_pair,
    published=Pair(4, (3, 1), (2, 4)),
    text=lambda p: (
        f"A node has {100 * p.size} samples of each of two classes. Split A leads to children with "
        f"{_hundreds(p.children(p.first))} samples of the classes, split B to {_hundreds(p.children(p.second))}. Both "
        "leave the same error. Which one does the Gini impurity prefer?"
    ),
    ask=_ask_pair,
    state=lambda p: {"table": "rows", "rows": _pair_rows(p), "criterion": "gini"},
    hints=lambda p: (
        "What a split leaves is the mean over its children, weighted by their samples.",
        "The error of a child is 1 − max p, its Gini impurity 1 − Σ p².",
    ),
    lesson="The error does not see that a child has become purer; entropy and Gini impurity do.",
)


@dataclass(frozen=True)
class Own:
    """Samples, and how many of them have the first label."""

    samples: int
    first: int


def _draw_own(rng: random.Random) -> Own:
    samples = rng.randint(8, 24)
    first = rng.randint(2, samples - 2)
    if 2 * first == samples:
        raise Refused("An entropy of 1 hides mistakes.")
    return Own(samples, first)


def _ask_own(p: Own) -> Sequence[Question]:
    entropy = float(impurity((p.first, p.samples - p.first), "entropy"))
    sizes = math.log2(p.samples)
    ratio = entropy / sizes
    share = p.first / p.samples
    return (
        number(
            "Gain of the number of the sample (bits)",
            entropy,
            (
                Slip("nothing", 0.0, "Each child is pure, so nothing is left: the gain is the whole entropy."),
                Slip("natural_log", entropy * LN2, "That is in nats, with the natural logarithm."),
                Slip("divided", entropy / p.samples, "The children are pure; there is nothing to divide."),
                Slip("one_term", -share * math.log2(share), "The other label has a term too."),
            ),
            (f"Each child is pure: {entropy:.6f} − 0 = {entropy:.6f}",),
        ),
        number(
            "Its gain ratio",
            ratio,
            (
                Slip("gain", entropy, "The gain ratio divides by the entropy of the sizes."),
                Slip("by_samples", entropy / p.samples, "Divide by log₂ of the number of children."),
                Slip("mixed_logs", entropy / math.log(p.samples), "Both logarithms need the same base."),
            ),
            (f"log₂ {p.samples} = {sizes:.6f}", f"{entropy:.6f} / {sizes:.6f} = {ratio:.6f}"),
        ),
        choice(
            "What does 0 · log 0 in the entropy of a pure child count as?",
            ("as zero", "as one", "it is undefined"),
            "as zero",
            {
                "it is undefined": "p log p goes to 0 with p, so it is taken as 0.",
                "as one": "A pure child is not mixed at all: its entropy is 0.",
            },
            "p log p goes to 0 as p does.",
        ),
    )


OWN = Template(
    key="trees.own_value",
    title="A value for each sample",
    topic=TOPIC,
    minutes=4,
    draw=_draw_own,
    published=Own(14, 9),
    text=lambda p: (
        f"Of {p.samples} samples, {p.first} have the label yes and {p.samples - p.first} the label no. One feature is "
        "the number of the sample, different in each. What does a question about it gain, and what is its gain ratio "
        "(gain over the entropy of the sizes of the children)?"
    ),
    ask=_ask_own,
    state=lambda p: {
        "table": "rows",
        "rows": ", ".join(f"{k} {'yes' if k <= p.first else 'no'}" for k in range(1, p.samples + 1)),
    },
    hints=lambda p: (
        "How mixed is a child with a single sample?",
        "The gain is the whole entropy; the sizes of the children have the entropy log₂ of their number.",
    ),
    lesson="Gain favors features with many values, up to one that says nothing about new samples.",
)

EXERCISES: tuple[Template, ...] = (TABLE, PAIR, OWN)  # type: ignore[type-arg]
