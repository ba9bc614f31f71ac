"""Controls of the lab on trees."""

from __future__ import annotations

from core.kit.controls import Choice, Slider, Text
from core.labs.trees.compute.data import FEATURES, FIVE, TABLES

CRITERIA = {"entropy": "entropy", "gini": "Gini impurity", "error": "error"}
BASES = {"2": "2 (bits)", "e": "e (nats)"}

TABLE = Choice(
    name="table",
    label="Table",
    default="rows",
    options=TABLES,
    place="section",
    help="Samples with a few features each and a label that a tree is to predict.",
)
ROWS = Text(
    name="rows",
    label="My rows",
    default=FIVE,
    limit=800,
    place="section",
    when=("table", ("rows",)),
    examples=("1 0 yes, 0 0 no, 1 1 yes", "a x 1, b x 1", "0 0 0, 0 1 1, 1 0 1, 1 1 0"),
    help="A sample for each entry: its features and, as the last word, its label. Separate samples by commas.",
)

CONTROLS = (
    Slider(name="threshold", label="Threshold", default=4.25, low=1.05, high=7.85, step=0.1,
           help="The first question: is the feature at most this many centimeters? Yes goes left, no goes right."),
    Choice(name="feature", label="Feature", default="petal_length", options=FEATURES,
           help="What the first question asks for. The questions below it may ask for any of the four."),
    Choice(name="criterion", label="Criterion", default="entropy", options=CRITERIA,
           help="How mixed a node is. It decides which question is best."),
    Slider(name="depth", label="Depth", default=2, low=1, high=3,
           help="The most questions from the root to a leaf. Raising it grows the tree by a level."),
    Choice(name="base", label="Logarithm", default="2", options=BASES, when=("criterion", ("entropy",)),
           help="Base of the logarithm in the entropy: bits or nats."),
    TABLE,
    ROWS,
)  # fmt: skip
