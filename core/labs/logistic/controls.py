"""Controls of the lab on logistic regression."""

from __future__ import annotations

from core.data.tables import PASTED, read_file
from core.kit.brought import File
from core.kit.controls import Choice, LogSlider, Slider, Text
from core.labs.logistic.own import EXAMPLE

LABELS = {"1": "1", "0": "0"}
BASES = {"e": "e (nats)", "2": "2 (bits)", "10": "10"}

PENALTY = LogSlider(
    name="penalty",
    label="Penalty λ",
    default=0.0,
    low=1e-4,
    high=100.0,
    per_decade=1,
    zero=True,
    place="section",
    help="Weight of λw²/2 beside the losses. Raising it shrinks the fitted weight.",
)
_OWN = ("fitted", ("own",))
FITTED = Choice(
    name="fitted",
    label="Fit to",
    default="six",
    options={"six": "six points", "own": "your table"},
    place="section",
    help="What the curve is fitted to: six points, of which one is dragged, or a table of your own.",
)
ROWS = Text(
    name="pasted",
    label="Your table",
    default=EXAMPLE,
    limit=PASTED,
    place="section",
    when=_OWN,
    examples=(
        "1 no\n2 yes\n3 no\n4 yes",
        "dose;age;class\n0,5;31;0\n1,5;40;1\n1,0;52;1\n2,0;29;0",
        "1 a\n2 b",
        "1, x, no",
    ),
    help="A line for each row: one or more numbers and one of two classes.",
)
UPLOAD = File(
    name="upload",
    label="Or a CSV file",
    read=read_file,
    limit=1,
    place="section",
    when=_OWN,
    help="The same kind of table from a file. It is read once, not kept, and not part of a link.",
)
COLUMNS = Text(
    name="columns",
    label="Columns",
    default="1",
    limit=80,
    place="section",
    when=_OWN,
    examples=("1, 2", "petal width", "9"),
    help="One or two columns to predict from, by name or by number among the columns of numbers.",
)
TYPED = Text(
    name="predictions",
    label="Predictions",
    default="1 0.2, 0 0.5, 0 0.1",
    limit=160,
    place="section",
    examples=("1 0.9, 1 0.6, 0 0.3", "1 0.001", "0 1, 1 0"),
    help="A true label (0 or 1) and a predicted probability for each, separated by commas.",
)

CONTROLS = (
    Slider(
        name="x1",
        label="Hours x₁",
        default=40,
        low=0,
        high=120,
        help="Hours of study. One more hour adds the weight b₁ to the score.",
    ),
    Slider(
        name="x2",
        label="Grade average x₂",
        default=3.5,
        low=0.0,
        high=4.0,
        step=0.1,
        help="The second input. Raising it moves the whole curve sideways.",
    ),
    Slider(
        name="target",
        label="Target probability",
        default=0.5,
        low=0.01,
        high=0.99,
        step=0.01,
        help="The probability to reach. The dotted line shows how many hours that takes.",
    ),
    Choice(
        name="y",
        label="True label",
        default="1",
        options=LABELS,
        help="What really happened. The losses compare the prediction with it.",
    ),
    Slider(
        name="b1",
        label="Weight of hours b₁",
        default=0.05,
        low=-1.0,
        high=1.0,
        step=0.01,
        help="What one more hour adds to the score. Raising it makes the curve steeper.",
    ),
    Slider(
        name="b0",
        label="Intercept b₀",
        default=-6.0,
        low=-10.0,
        high=10.0,
        step=0.1,
        place="more",
        help="The score without any input.",
    ),
    Slider(
        name="b2",
        label="Weight of the average b₂",
        default=1.0,
        low=-3.0,
        high=3.0,
        step=0.1,
        place="more",
        help="What one more grade point adds to the score.",
    ),
    Choice(
        name="base",
        label="Logarithm",
        default="e",
        options=BASES,
        place="more",
        help="Base of the logarithm in the cross-entropy: nats, bits, or decimal digits.",
    ),
    FITTED,
    ROWS,
    UPLOAD,
    COLUMNS,
    PENALTY,
    TYPED,
)
