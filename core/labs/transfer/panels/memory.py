"""Memory of a training step with each optimizer, part by part, as the cut moves."""

from __future__ import annotations

import numpy as np

from core.draw.live import Figure, Frames, Panel
from core.draw.marks import Trace, bars, texts
from core.draw.style import ceiling, layout
from core.kit.arrays import Numbers
from core.kit.words import size_text
from core.labs.transfer.compute.explore import Transfer
from core.networks.memory import OPTIMIZERS

# Part -> color role; weights and gradients of the trained side have one hue each.
_PARTS = {"weights": "first", "gradients": "second", "optimizer": "threshold", "kept": "test"}
_NAMES = {
    "weights": "weights",
    "gradients": "gradients",
    "optimizer": "optimizer state",
    "kept": "stored activations",
}
_SHORT = ("SGD", "momentum", "Adam")
_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def memory_panel(result: Transfer, optimizer: str) -> Panel:
    """Draw stacked bars for the three optimizers; the chosen one is named in bold."""
    found = {part: _of_part(result, part) for part in _PARTS}
    totals = np.sum(list(found.values()), axis=0)
    factor, unit = next((pair for pair in _UNITS if totals.max() >= pair[0]), _UNITS[-1])
    frames, data = [], []
    below = np.zeros_like(totals)
    for place, (part, role) in enumerate(_PARTS.items()):
        data.append(
            bars(
                np.arange(3, dtype=np.float32),
                found[part][0] / factor,
                role,
                _NAMES[part],
                base=below[0] / factor,
                width=np.full(3, 0.62),
                hoverinfo="skip",
            )
        )
        frames += [Frames(place, found[part] / factor), Frames(place, below / factor, "base")]
        below = below + found[part]
    above: Trace = {"textposition": "top center", "showlegend": False, "table": True}
    above |= {"texttemplate": "%{y:.3r} " + unit}  # plain digits: with "s", 80 MB on an axis of GB are "80m GB"
    data.append(texts(np.arange(3, dtype=np.float32), totals[0] / factor, None, "text", "total", 13, **above))
    frames.append(Frames(len(_PARTS), totals / factor))
    names = [f"<b>{short}</b>" if name == optimizer else short for short, name in zip(_SHORT, OPTIMIZERS, strict=True)]
    look = layout(
        title=f"A training step with {result.batch:,} {'image' if result.batch == 1 else 'images'}",
        x="optimizer",
        y=f"memory ({unit})",
        barmode="overlay",
        showlegend=True,
        margin={"l": 56, "r": 8, "t": 34, "b": 48},
        xaxis={
            "range": [-0.5, 2.5],
            "tickvals": [0, 1, 2],
            "ticktext": names,
            "showgrid": False,
            "title": {"standoff": 4},
        },
        yaxis={"range": [0, 1.08 * ceiling(float(totals.max()) / factor)], "nticks": 6},
    )
    full, least = (result.memory(cut, optimizer).total for cut in (0, result.head))
    alt = (
        f"Memory of a training step with {optimizer}: {size_text(full)} with everything trained and {size_text(least)} "
        f"with the whole base frozen; the weights, {size_text(4 * result.params)}, stay."
    )
    return Panel(Figure(data=data, layout=look), alt=alt, frames=tuple(frames), column=1, height=520)


def _of_part(result: Transfer, part: str) -> Numbers:
    """Return the bytes of a part, (cuts, optimizers)."""
    return np.array(
        [[getattr(result.memory(cut, name), part) for name in OPTIMIZERS] for cut in result.cuts], dtype=float
    )
