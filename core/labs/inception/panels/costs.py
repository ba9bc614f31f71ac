"""Operations and parameters of each branch of both modules, as bars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from core.draw.live import Figure, Frames, Panel
from core.draw.marks import colored
from core.draw.style import BARE, ceiling, layout
from core.kit.arrays import Numbers
from core.labs.inception.compute.explore import Sweep
from core.labs.inception.panels.widths import LOWER, R, above, column, operations, si, steady
from core.networks.inception_module import Branch

_NAMES = ("1×1", "3×3", "5×5", "pool")
_PLACES: Numbers = np.arange(4.0)
_LEFT, _RIGHT = 0.31, 0.69  # of a column: the naive and the reduced bar
_SWEPT = 2  # the branch whose reduction is dragged


def operation_bars(result: Sweep) -> Panel:
    """Draw the operations of each branch."""
    return _bars(result, result.operations, operations(result), 0)


def parameter_bars(result: Sweep) -> Panel:
    """Draw the parameters of each branch."""
    return _bars(result, result.parameters, "weights and biases" if result.bias else "weights", 1)


def _bars(result: Sweep, count: Callable[[Any], int], what: str, place: int) -> Panel:
    naive, own = (np.array([_split(count, b) for b in m.branches]) for m in (result.naive, result.modules[0]))
    swept = np.array([_split(count, module.branches[_SWEPT]) for module in result.modules])
    every = np.repeat([own], len(R), axis=0)  # (widths, branches, parts)
    every[:, _SWEPT] = swept
    totals = naive.sum(axis=1), every.sum(axis=2)
    pools = np.concatenate([_PLACES + _LEFT, _PLACES + _RIGHT]), np.concatenate([naive[:, 2], own[:, 2]])
    on_naive = [(x + _LEFT, y, si(y)) for x, y in zip(_PLACES, totals[0], strict=True)]
    on_own = [(x + _RIGHT, y, "") for x, y in zip(_PLACES, totals[1][0], strict=True)]
    texts = ["%{customdata:.3s}" if i == _SWEPT else si(y) for i, y in enumerate(totals[1][0])]
    data = [
        column(_PLACES + _RIGHT, own[:, 1], "second", "reduced"),
        column(_PLACES + _RIGHT, own[:, 0], "accent", "its 1×1 before 3×3, 5×5"),
        above(on_own, "second", "reduced, in words", texttemplate=texts, customdata=totals[1][0]),
        column(_PLACES + _LEFT, naive[:, 1], "first", "naive"),
        above(on_naive, "first", "naive, in words"),
        *([column(*pools, "pool", "comparisons of the pool")] if pools[1].any() else []),
    ]
    still = [k for k in range(3, len(data)) if data[k]["type"] == "bar"]
    frames = (
        *steady(data, still),
        Frames(0, every[:, :, 1]),
        Frames(1, every[:, :, 0]),
        Frames(2, totals[1]),
        Frames(2, totals[1], "customdata"),
    )
    top = 1.22 * ceiling(float(max(totals[0].max(), totals[1][0].max())))
    said = [("first", "naive"), ("second", "reduced"), ("accent", "first 1×1")]
    look = layout(
        title=f"{what[0].upper()}{what[1:]} per branch: {colored(said)}",
        x="branch",
        y=what,
        barmode="stack",
        margin={"l": 4, "r": 4, "t": 30, "b": 38},
        xaxis={
            "range": [0, 4],
            "tickvals": [0.5, 1.5, 2.5, 3.5],
            "ticktext": _NAMES,
            "title": {"standoff": 4},
            "showgrid": False,
        },
        yaxis=BARE | {"range": [0, top]},
    )
    return Panel(
        Figure(data=data, layout=look), alt=_alt(totals, what), frames=frames, column=place, height=LOWER, folded=True
    )


def _split(count: Callable[[Any], int], branch: Branch) -> tuple[float, float, float]:
    """Return the cost of a reduction, of the convolution after it (or of a single one), and of pooling."""
    convolutions = [count(step) for step in branch.steps if step.kind == "conv"]
    pool = sum(count(step) for step in branch.steps if step.kind == "pool")
    return float(sum(convolutions[:-1])), float(sum(convolutions[-1:])), float(pool)


def _alt(totals: tuple[Numbers, Numbers], what: str) -> str:
    told = [
        f"{name} {si(naive)} against {si(own)}" + (" without a reduction" if i == _SWEPT else "")
        for i, (name, naive, own) in enumerate(zip(_NAMES, totals[0], totals[1][0], strict=True))
    ]
    return f"{what[0].upper()}{what[1:]} of the branches, naive against reduced: {'; '.join(told)}."
