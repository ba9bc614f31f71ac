"""Computation graphs: values forward, gradients back by a reverse sweep.

The conventions are those of PyTorch: the slope of ReLU at 0 is 0, and entries that tie for the maximum share its
gradient, as in `torch.amax`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from core.kit.arrays import Array

_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

Back = Callable[[Array], tuple[Array, ...]]


@dataclass(frozen=True)
class Node:
    """A node of a graph at each of the S = 61 values of the leaf.

    Attributes
    ----------
    name, formula : str
        Such as "z" and "W̃x̃"; a leaf has no formula.
    values, gradient : ndarray of shape (S, rows, columns)
        The node and the derivative of the output with respect to it.
    parents : tuple of int
        Positions of the nodes that it is computed from.
    flows : tuple of ndarray
        Contributions to the gradient of each parent, in the shape of that parent.
    level : int
        The forward step at which it is computed; 0 for a leaf.
    """

    name: str
    formula: str
    values: Array
    gradient: Array
    parents: tuple[int, ...]
    flows: tuple[Array, ...]
    level: int


@dataclass
class Tape:
    """Nodes in the order in which they are computed, each with the rule that passes its gradient to its parents."""

    names: list[tuple[str, str]] = field(default_factory=list)
    values: list[Array] = field(default_factory=list)
    parents: list[tuple[int, ...]] = field(default_factory=list)
    backs: list[Back] = field(default_factory=list)

    def add(
        self, name: str, values: Array, formula: str = "", parents: tuple[int, ...] = (), back: Back = tuple
    ) -> int:
        """Append a node and return its position."""
        self.names.append((name, formula))
        self.values.append(values)
        self.parents.append(parents)
        self.backs.append(back)
        return len(self.values) - 1

    def swept(self) -> tuple[Node, ...]:
        """Compute the gradient of the last node with respect to each, from the last to the first."""
        gradients = [np.zeros_like(v) for v in self.values]
        gradients[-1] = np.ones_like(self.values[-1])
        flows: list[tuple[Array, ...]] = [()] * len(self.values)
        for k in reversed(range(len(self.values))):
            if self.parents[k]:
                flows[k] = self.backs[k](gradients[k])
            for parent, flow in zip(self.parents[k], flows[k], strict=True):
                gradients[parent] = gradients[parent] + flow
        levels: list[int] = []
        for parents in self.parents:
            levels.append(1 + max((levels[p] for p in parents), default=-1))
        rows = zip(self.names, self.values, gradients, self.parents, flows, levels, strict=True)
        return tuple(
            Node(name, formula, frozen(v), frozen(g), parents, tuple(map(frozen, f)), level)
            for (name, formula), v, g, parents, f, level in rows
        )


def activate(act: str, z: Array) -> Array:
    """Return tanh, the sigmoid, or ReLU of `z`, elementwise and without overflow."""
    if act == "tanh":
        return np.tanh(z)
    if act == "sigmoid":
        return (1 + np.tanh(z / 2)) / 2
    return np.maximum(z, 0)


def slope(act: str, z: Array, out: Array) -> Array:
    """Return the derivative of an activation from its input and output; that of ReLU at 0 is 0."""
    if act == "tanh":
        return 1 - out**2
    if act == "sigmoid":
        return out * (1 - out)
    return (z > 0).astype(float)


def softmax(x: Array) -> tuple[Array, Array]:
    """Return e^(x - max x) and the softmax along the second axis of (S, n, 1); large entries do not overflow."""
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers, powers / powers.sum(axis=1, keepdims=True)


def subscripted(text: str) -> str:
    """Return a text with its digits lowered.

    >>> subscripted("x1")
    'x₁'
    """
    return text.translate(_SUBSCRIPT)


def perceptron(x: Array, matrix: Array, d: Array, act: str) -> Tape:
    """Return L = dᵀ act(W x + b) at x of (S, n, 1), W with b as its last column of (S, m, n + 1), and d of (m,)."""
    tape = Tape()
    extended = np.concatenate([x, np.ones((len(x), 1, 1))], axis=1)
    z = matrix @ extended
    out = activate(act, z)
    parts = tape.add("W̃", matrix), tape.add("x̃", extended)
    at = tape.add("z", z, "W̃x̃", parts, lambda g: (g @ extended.transpose(0, 2, 1), matrix.transpose(0, 2, 1) @ g))
    sign = {"tanh": "tanh z", "sigmoid": "σ(z)", "relu": "max(0, z)"}[act]
    at = tape.add("o", out, sign, (at,), lambda g: (g * slope(act, z, out),))
    tape.add("L", d[None, None] @ out, "δᵀo", (at,), lambda g: (g * d[None, :, None],))
    return tape


def shared(x: Array, y: Array) -> Tape:
    """Return f = (xy + x)² at x and y of (S, 1, 1)."""
    tape = Tape()
    at_x, at_y = tape.add("x", x), tape.add("y", y)
    product = tape.add("p", x * y, "xy", (at_x, at_y), lambda g: (g * y, g * x))
    total = x * y + x
    at = tape.add("s", total, "p + x", (product, at_x), lambda g: (g, g))
    tape.add("f", total**2, "s²", (at,), lambda g: (g * 2 * total,))
    return tape


def cross_entropy(x: Array, label: int) -> Tape:
    """Return the cross-entropy of the softmax of x of (S, n, 1) for the class `label`, counted from 0."""
    tape = Tape()
    powers, f = softmax(x)
    total = powers.sum(axis=1, keepdims=True)
    hot = np.zeros_like(x)
    hot[:, label] = 1
    at = tape.add("x", x)
    at = tape.add("e", powers, "exp(x − max x)", (at,), lambda g: (g * powers,))
    at = tape.add("f", f, "e/Σe", (at,), lambda g: ((g - (g * f).sum(axis=1, keepdims=True)) / total,))
    # By logarithms, not from f: there the rounding of f would count.
    loss = np.log(total) - (x - x.max(axis=1, keepdims=True))[:, label : label + 1]
    tape.add("L", loss, subscripted(f"−ln f{label + 1}"), (at,), lambda g: (-g * hot / f,))
    return tape


def largest(x: Array) -> Tape:
    """Return the largest entry of x of (S, n, 1)."""
    tape, most = Tape(), x.max(axis=1, keepdims=True)
    share = (x == most) / (x == most).sum(axis=1, keepdims=True)
    tape.add("L", most, "max x", (tape.add("x", x),), lambda g: (g * share,))
    return tape


def mean(x: Array) -> Tape:
    """Return the mean of the entries of x of (S, n, 1)."""
    tape = Tape()
    tape.add("L", x.mean(axis=1, keepdims=True), "mean x", (tape.add("x", x),), lambda g: ((g + 0 * x) / x.shape[1],))
    return tape


def chain(x: Array, act: str, n: int) -> Tape:
    """Return n activations of each other, the first one of x of (S, 1, 1)."""
    sign = {"tanh": "tanh", "sigmoid": "σ", "relu": "relu"}[act]
    tape, name, at, z = Tape(), "x", 0, x
    tape.add(name, x)
    for k in range(1, n + 1):
        out = activate(act, z)
        step = slope(act, z, out)
        formula, name = f"{sign}({name})", subscripted(f"a{k}")
        at = tape.add(name, out, formula, (at,), lambda g, step=step: (g * step,))  # type: ignore[misc]
        z = out
    return tape


def frozen(values: Array) -> Array:
    """Return a read-only copy without negative zeros."""
    out = np.array(values, float) + 0.0  # not -0
    out.setflags(write=False)
    return out
