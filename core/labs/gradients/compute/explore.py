"""A graph and its gradients at every value of one leaf, and the same gradients by central differences."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.kit.arrays import Array, check_choice, check_integer, check_number
from core.labs.gradients.compute.graphs import (
    Node,
    Tape,
    chain,
    cross_entropy,
    frozen,
    largest,
    mean,
    perceptron,
    shared,
    subscripted,
)

VALUES = np.round(np.arange(-30, 31) / 10, 1)  # of the leaf that is dragged
GRAPHS = ("perceptron", "shared", "softmax", "max", "mean", "chain")
ACTS = ("tanh", "sigmoid", "relu")
CLASSES = ("1", "2", "3")
LEAVES = ("1", "2", "3", "4")
LONGEST = 10  # activations of a chain
STEP = 1e-5  # h of the central differences
_SIDE = 1e-6  # h of the slopes on either side
_BEND = 1e-3  # difference of these slopes from which on there is a kink
_ENTRY = re.compile(r"[-+−]?(\d{1,2}(\.\d{1,2})?|\.\d{1,2})", re.ASCII)

Build = Callable[[Array], Tape]


@dataclass(frozen=True)
class Gradients:
    """A graph and its gradients.

    Attributes
    ----------
    graph, act : str
    leaf : str
        Name of the leaf that is dragged, such as "x₁".
    nodes : tuple of Node
        Each after its parents; the last one is the output.
    output, gradient : ndarray of shape (S,)
        The output and its derivative with respect to the leaf, by the reverse sweep.
    difference : ndarray of shape (S,)
        The derivative by a central difference of the output.
    left, right : ndarray of shape (S,)
        Slopes on both sides of the value: the gradient, or at a kink the ends of the subgradients.
    nudged : ndarray of shape (S,)
        Change of the output when the leaf grows by 0.1.
    entry : int
        Position of the leaf in its node, row by row.
    place : int
        Position of its node.
    label : int
        The true class of softmax, counted from 0.
    """

    graph: str
    act: str
    leaf: str
    nodes: tuple[Node, ...]
    output: Array
    gradient: Array
    difference: Array
    left: Array
    right: Array
    nudged: Array
    entry: int
    place: int
    label: int

    @property
    def top(self) -> int:
        """Count the forward steps until the output is known."""
        return self.nodes[-1].level

    @property
    def steps(self) -> int:
        """Count the steps forward and back, including that of the leaves."""
        return 2 * self.top + 1

    @property
    def kinks(self) -> Array:
        """Return where the output has no derivative, as 0 and 1."""
        bends: Array = (self.left != self.right).astype(float)
        return bends

    @property
    def agrees(self) -> tuple[bool, ...]:
        """Return whether gradient and difference agree; at a kink, whether the gradient is a subgradient.

        They do not where kinks cancel: relu(z) - relu(-z) is z, and the sweep, which takes 0 for both slopes at 0,
        gives 0, as in PyTorch.
        """
        low, high = np.minimum(self.left, self.right), np.maximum(self.left, self.right)
        between = (low - 1e-6 <= self.gradient) & (self.gradient <= high + 1e-6)
        rounding = 1e-10 * (10 + np.abs(self.output))  # of the output, over h
        near = np.abs(self.gradient - self.difference) <= rounding + 1e-6 * np.abs(self.gradient)
        return tuple(bool(v) for v in np.where(self.kinks == 1, between, near))

    @property
    def nbytes(self) -> int:
        """Return the bytes of the arrays."""
        own = (self.output, self.gradient, self.difference, self.left, self.right, self.nudged)
        parts = [a for node in self.nodes for a in (node.values, node.gradient, *node.flows)]
        return sum(a.nbytes for a in (*own, *parts))


def explore(
    *,
    graph: str = "perceptron",
    act: str = "tanh",
    leaf: str = "1",
    weight: str = "none",
    variable: str = "x",
    held: float = -3.0,
    inputs: str = "1 2 -1",
    weights: str = "0.5 -0.3 0.8; 0.2 0.4 -0.6",
    bias: str = "0.1 -0.2",
    delta: str = "1 1",
    label: str = "2",
    n: int = 10,
) -> Gradients:
    """Compute a graph and its gradients at each of `VALUES` of the dragged leaf.

    Parameters
    ----------
    graph : str
        "perceptron" L = δᵀ act(Wx + b), "shared" f = (xy + x)², "softmax" with cross-entropy, "max" and "mean" of x, or
        "chain", n activations of each other.
    act : str
        "tanh", "sigmoid", or "relu"; of the perceptron and the chain.
    leaf : str
        Which entry of x is dragged, counted from 1.
    weight : str
        Row and column of the entry of the perceptron's W̃, W with b as its last column, that is dragged instead, such as
        "1 2"; or "none".
    variable, held : str, float
        Which variable of "shared" is dragged, "x" or "y", and the value of the other one in [-3, 3].
    inputs, weights, bias, delta : str
        Entries of x (1 to 4), rows of W (1 to 3) separated by semicolons, b, and δ. The dragged entry is replaced.
    label : str
        True class of softmax, counted from 1.
    n : int
        Activations of the chain, in [1, 10].

    Raises
    ------
    ValueError
        If a value is out of range, a text is not read, or sizes do not fit.
    """
    check_choice("graph", graph, GRAPHS)
    check_choice("act", act, ACTS)
    check_choice("leaf", leaf, LEAVES)
    check_choice("variable", variable, ("x", "y"))
    check_choice("label", label, CLASSES)
    check_number("held", held, -3, 3)
    check_integer("n", n, 1, LONGEST)
    entry, true = 0, int(label) - 1
    if graph == "shared":
        build, name, place = _of_pair(variable, float(held)), variable, "xy".index(variable)
    elif graph == "chain":
        build, name, place = (lambda v: chain(v[:, None, None], act, n)), "x", 0
    else:
        (x,) = read_rows("inputs", inputs, 1, 4, 9)
        entry, name, place = _entry(x, leaf), subscripted(f"x{leaf}"), int(graph == "perceptron")
        if graph == "perceptron":
            w, b, d = _layer(len(x), weights, bias, delta)
            matrix, moved = np.column_stack([w, b]), weight.strip() != "none"
            if moved:
                entry, name, place = *_weight(matrix, weight), 0
            build = _of_layer(act, x, matrix, d, entry, moved)
        else:
            build = _of_vector(graph, x, entry, true)
    return _explored(build, (graph, act, name, place, entry, true))


def _explored(build: Build, told: tuple[str, str, str, int, int, int]) -> Gradients:
    graph, act, name, place, entry, label = told

    def output(v: Array) -> Array:
        return build(v).values[-1][:, 0, 0]

    nodes = build(VALUES).swept()
    here, gradient = output(VALUES), nodes[place].gradient.reshape(len(VALUES), -1)[:, entry]
    left, right = ((output(VALUES + h) - here) / h for h in (-_SIDE, _SIDE))
    bends = np.abs(right - left) > _BEND
    left, right = (np.where(bends, np.round(side, 5) + 0.0, gradient) for side in (left, right))
    difference = (output(VALUES + STEP) - output(VALUES - STEP)) / (2 * STEP)
    nudged = output(VALUES + 0.1) - here
    return Gradients(
        graph,
        act,
        name,
        nodes,
        output=frozen(here),
        gradient=frozen(gradient),
        difference=frozen(difference),
        left=frozen(left),
        right=frozen(right),
        nudged=frozen(nudged),
        entry=entry,
        place=place,
        label=label,
    )


def _of_pair(variable: str, held: float) -> Build:
    """Return the builder of the graph of x and y, of which one is the leaf."""

    def build(v: Array) -> Tape:
        moved, fixed = v[:, None, None], np.full((len(v), 1, 1), held)
        return shared(moved, fixed) if variable == "x" else shared(fixed, moved)

    return build


def _of_vector(graph: str, x: Array, entry: int, label: int) -> Build:
    """Return the builder of a graph whose leaf is an entry of x."""

    def column(v: Array) -> Array:
        return _moved(x[:, None], entry, v)

    if graph == "softmax":
        if label >= len(x):
            raise ValueError(
                f"`label` is {label + 1}, and `inputs` has {len(x)} entries; the class must be one of them."
            )
        return lambda v: cross_entropy(column(v), label)
    return lambda v: largest(column(v)) if graph == "max" else mean(column(v))


def _of_layer(act: str, x: Array, matrix: Array, d: Array, entry: int, weight: bool) -> Build:
    """Return the builder of a perceptron whose leaf is an entry of x or of W̃."""
    if weight:
        return lambda v: perceptron(_moved(x[:, None], None, v), _moved(matrix, entry, v), d, act)
    return lambda v: perceptron(_moved(x[:, None], entry, v), _moved(matrix, None, v), d, act)


def _moved(held: Array, entry: int | None, v: Array) -> Array:
    """Return a matrix at each value, one of its entries in turn being that value: shape (S, rows, columns)."""
    moved = np.repeat(held[None], len(v), axis=0)
    if entry is not None:
        moved.reshape(len(v), -1)[:, entry] = v
    return moved


def _entry(x: Array, leaf: str) -> int:
    if int(leaf) > len(x):
        raise ValueError(f"`leaf` is {leaf}, and `inputs` has {len(x)} entries; drag one that is there.")
    return int(leaf) - 1


def _weight(matrix: Array, weight: str) -> tuple[int, str]:
    """Return the position of the entry that a text such as "1 2" names, and its name."""
    (rows, columns), found = matrix.shape, re.fullmatch(r"\s*([1-9])[\s,]*([1-9])\s*", weight, re.ASCII)
    if not found or int(found[1]) > rows or int(found[2]) > columns:
        raise ValueError(
            f"`weight` must be none, or a row up to {rows} and a column up to {columns}, such as 1 2; "
            f"got “{weight[:20]}”."
        )
    row, column = int(found[1]), int(found[2])
    return (row - 1) * columns + column - 1, subscripted(f"W{row}{column}")


def _layer(columns: int, weights: str, bias: str, delta: str) -> tuple[Array, Array, Array]:
    w = read_rows("weights", weights, 3, 4, 5)
    if w.shape[1] != columns:
        raise ValueError(f"`weights` has {w.shape[1]} columns and `inputs` has {columns} entries; they must be equal.")
    others = []
    for name, text in (("bias", bias), ("delta", delta)):
        (entries,) = read_rows(name, text, 1, 3, 5)
        if len(entries) != len(w):
            raise ValueError(
                f"`weights` has {len(w)} rows and `{name}` has {len(entries)} entries; they must be equal."
            )
        others.append(entries)
    return w, others[0], others[1]


def read_rows(name: str, text: str, rows: int, columns: int, largest: float) -> Array:
    """Read a matrix such as "1 2; 3 -4": rows separated by semicolons, entries by blanks or commas.

    Parameters
    ----------
    name : str
        Of the setting, for the refusal.
    text : str
    rows, columns : int
        Most rows and columns.
    largest : float
        Largest absolute value of an entry; entries have at most two decimals.

    Raises
    ------
    ValueError
        If an entry is not a number or too large, rows differ in length, or there are too many or none.
    """
    lines = [re.split(r"[\s,]+", line.strip(" \t\n,")) for line in text.split(";") if line.strip(" \t\n,")]
    if not 1 <= len(lines) <= rows:
        wanted = "one row of numbers" if rows == 1 else f"1 to {rows} rows, separated by semicolons"
        raise ValueError(f"`{name}` must be {wanted}, such as {'1 2' if rows == 1 else '1 2; 3 4'}; got {len(lines)}.")
    widths = {len(line) for line in lines}
    if len(widths) > 1:
        raise ValueError(f"The rows of `{name}` must have equal lengths; got {' and '.join(map(str, sorted(widths)))}.")
    if max(widths) > columns:
        raise ValueError(f"`{name}` must have at most {columns} entries in a row; got {max(widths)}.")
    for entry in (entry for line in lines for entry in line):
        if not _ENTRY.fullmatch(entry) or abs(float(entry.replace("−", "-"))) > largest:
            limits = f"from −{largest:g} to {largest:g} with at most two decimals"
            raise ValueError(f"“{entry[:20]}” in `{name}` is not a number {limits}.")
    return np.array([[float(entry.replace("−", "-")) for entry in line] for line in lines]) + 0.0


def tables(result: Gradients, values: Mapping[str, Any]) -> dict[str, dict[str, Array]]:
    """Return the columns of the files that can be downloaded."""
    return {
        "gradients.csv": {
            "value": VALUES,
            "output": result.output,
            "gradient": result.gradient,
            "central_difference": result.difference,
            "slope_left": result.left,
            "slope_right": result.right,
        }
    }
