"""Controls of the lab on trees."""

from __future__ import annotations

from core.data.tables import PASTED, read_file
from core.kit.brought import File
from core.kit.controls import Choice, Slider, Text
from core.labs.trees.compute.data import EXAMPLE, FEATURES, FIVE, TABLES
from core.labs.trees.compute.splits import DATA

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

_OWN = ("data", ("own",))
_THRESHOLD = Slider(
    name="threshold",
    label="Threshold",
    default=4.25,
    low=1.05,
    high=7.85,
    step=0.1,
    display="{:g}".format,
    help="The first question: is the feature at most this large? Yes goes left, no goes right.",
)
THRESHOLDS = _THRESHOLD.values

CONTROLS = (
    _THRESHOLD,
    Choice(
        name="data",
        label="Data",
        default="iris",
        options=DATA,
        help="What the tree is grown for: flowers of two kinds, or a table of your own.",
    ),
    Text(
        name="pasted",
        label="Your table",
        default=EXAMPLE,
        limit=PASTED,
        when=_OWN,
        examples=("1 2 a\n2 1 b\n3 3 c", "height;weight;class\n1,5;50;no\n1,8;80;yes\n1,7;70;no", "1, x, no"),
        help="A line for each row: one or more numbers and a class, of which there are two to five.",
    ),
    File(
        name="upload",
        label="Or a CSV file",
        read=read_file,
        limit=1,
        when=_OWN,
        help="The same kind of table from a file. It is read once, not kept, and not part of a link.",
    ),
    Text(
        name="columns",
        label="Columns",
        default="1, 2",
        limit=80,
        when=_OWN,
        examples=("2, 1", "petal width", "1, 9"),
        help="Up to four columns to ask about, by name or by number. The first question asks about the first one.",
    ),
    Choice(
        name="feature",
        label="Feature",
        default="petal_length",
        options=FEATURES,
        when=("data", ("iris",)),
        help="What the first question asks for. The questions below it may ask for any of the four.",
    ),
    Choice(
        name="criterion",
        label="Criterion",
        default="entropy",
        options=CRITERIA,
        help="How mixed a node is. It decides which question is best.",
    ),
    Slider(
        name="depth",
        label="Depth",
        default=2,
        low=1,
        high=3,
        help="The most questions from the root to a leaf. Raising it grows the tree by a level.",
    ),
    Choice(
        name="base",
        label="Logarithm",
        default="2",
        options=BASES,
        when=("criterion", ("entropy",)),
        help="Base of the logarithm in the entropy: bits or nats.",
    ),
    TABLE,
    ROWS,
)
