"""Sections of the lab on gradients: every number of the graph, and the rules by which gradients flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.kit.lab import Section, Table
from core.labs.gradients.compute.explore import VALUES, Gradients

RULES = """
- **A sum** hands its gradient on unchanged, to each of its terms.
- **A product** xy hands y times its gradient to x, and x times it to y.
- **A function** multiplies by its slope: 1 − o² for o = tanh z, o(1 − o) for a sigmoid, 1 or 0 for ReLU.
- **A matrix product** z = Wx hands g xᵀ to W and Wᵀg to x.
- **Softmax with cross-entropy** hands f − h to the scores, where h is 1 for the true class and 0 elsewhere.
- **The maximum** hands everything to the largest entry. At a tie any shares that add up to 1 are a subgradient.
- **A node used twice** gets the sum of what comes back.
"""


def numbers(result: Gradients, values: Mapping[str, Any]) -> Sequence[Any]:
    """List each entry of each node with its gradient, at the value of the leaf."""
    k = int(np.abs(VALUES - float(values["value"])).argmin())
    rows: dict[str, list[Any]] = {"node": [], "row": [], "column": [], "value": [], "gradient": []}
    for node in result.nodes:
        for place in np.ndindex(node.values.shape[1:]):
            row = (node.name, place[0] + 1, place[1] + 1, float(node.values[k][place]), float(node.gradient[k][place]))
            for column, entry in zip(rows.values(), row, strict=True):
                column.append(entry)
    output = result.nodes[-1].name
    return (Table(rows, caption=f"All nodes at {result.leaf} = {VALUES[k]:g}; the gradient is that of {output}."),)


def rules(result: Gradients, values: Mapping[str, Any]) -> Sequence[Any]:
    """Show the local rules of the reverse sweep."""
    return (RULES,)


SECTIONS = (Section("All numbers: what is in each node?", numbers), Section("Rules: how does a gradient pass?", rules))
