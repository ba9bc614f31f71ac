"""Controls of the lab on gradients."""

from __future__ import annotations

from core.kit.controls import Choice, Slider, Text
from core.labs.gradients.compute.explore import LEAVES
from core.labs.gradients.compute.graphs import subscripted

GRAPHS = {
    "perceptron": "layer δᵀ act(W̃x̃)",
    "shared": "(xy + x)²",
    "softmax": "softmax, cross-entropy",
    "max": "largest entry",
    "mean": "mean",
    "chain": "chain",
}
ACTS = {"tanh": "tanh", "sigmoid": "sigmoid σ", "relu": "ReLU"}
_CLASSES = {"1": "first", "2": "second", "3": "third"}
_LEAVES = {leaf: subscripted(f"x{leaf}") for leaf in LEAVES}
_VECTOR = ("graph", ("perceptron", "softmax", "max", "mean"))
_LAYER = ("graph", ("perceptron",))
_PAIR = ("graph", ("shared",))

CONTROLS = (
    Slider(
        name="step",
        label="Step",
        default=6,
        low=0,
        high=20,
        help="Forward to the output first, then back to the leaves.",
    ),
    Slider(
        name="value",
        label="Value of the leaf",
        default=1.0,
        low=-3.0,
        high=3.0,
        step=0.1,
        help="The value of the leaf that is dragged. Drag the dot on the curve to change it.",
    ),
    Choice(name="graph", label="Graph", default="perceptron", options=GRAPHS, help="What is computed from the leaves."),
    Choice(
        name="leaf",
        label="Dragged entry of x",
        default="1",
        options=_LEAVES,
        when=_VECTOR,
        help="The entry of x that is dragged. A click on another leaf in the graph takes that one.",
    ),
    Text(
        name="weight",
        label="Dragged weight",
        default="none",
        limit=10,
        place="more",
        when=_LAYER,
        examples=("1 1", "2 4", "3 1"),
        help="Row and column of the entry of W̃ that is dragged in place of x. A click in the graph takes one, too.",
    ),
    Choice(
        name="variable",
        label="Dragged variable",
        default="x",
        options={"x": "x", "y": "y"},
        when=_PAIR,
        help="The variable that is dragged. Only x reaches the output in two ways.",
    ),
    Slider(
        name="held",
        label="Other variable",
        default=-3.0,
        low=-3.0,
        high=3.0,
        step=0.1,
        when=_PAIR,
        help="Value of the variable that is not dragged.",
    ),
    Choice(
        name="act",
        label="Activation",
        default="tanh",
        options=ACTS,
        when=("graph", ("perceptron", "chain")),
        help="Its slope multiplies each gradient on the way back.",
    ),
    Slider(
        name="n",
        label="Length of the chain",
        default=10,
        low=1,
        high=10,
        when=("graph", ("chain",)),
        help="How many activations follow each other. Each multiplies the gradient by its slope.",
    ),
    Choice(
        name="label",
        label="True class",
        default="2",
        options=_CLASSES,
        when=("graph", ("softmax",)),
        help="The class that really is there. Only its gradient is negative.",
    ),
    Text(
        name="inputs",
        label="Entries of x",
        default="1 2 -1",
        limit=60,
        when=_VECTOR,
        examples=("2 1 0", "3 1 3", "1 -1 2", "0.5 −.25 2 9"),
        help="One to four numbers from −9 to 9. The dragged entry is replaced.",
    ),
    Text(
        name="weights",
        label="Weights W",
        default="0.5 -0.3 0.8; 0.2 0.4 -0.6",
        limit=120,
        place="more",
        when=_LAYER,
        examples=("1 2 0; 0 -1 1", "1 0 0", "1 2; 3 4"),
        help="Rows of W separated by semicolons, at most 3 by 4. As many columns as x has entries.",
    ),
    Text(
        name="bias",
        label="Bias b",
        default="0.1 -0.2",
        limit=60,
        place="more",
        when=_LAYER,
        examples=("0 1", "0", "0 0 0"),
        help="One number for each row of W; it is the last column of W̃.",
    ),
    Text(
        name="delta",
        label="Gradient by o, δ",
        default="1 1",
        limit=60,
        place="more",
        when=_LAYER,
        examples=("2 -1", "0 0", "1"),
        help="What the rest of the network hands back: one number for each row of W.",
    ),
)
