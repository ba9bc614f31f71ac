"""Memory of a training step: it grows call by call up to the loss, and falls in the backward pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.draw.live import Figure, Panel, Track
from core.draw.marks import Trace, curve
from core.draw.style import ceiling, color, layout
from core.kit.arrays import Numbers
from core.kit.words import BYTES, size_text
from core.labs.cnn_cost.compute.explore import FILES
from core.labs.cnn_cost.compute.rows import Row, stops
from core.networks.memory import TrainingMemory, training_memory
from core.networks.table import LayerTable

HEIGHT = 290


def memory_of(table: LayerTable, batch: int, optimizer: str, precision: str) -> TrainingMemory | str:
    """Return what a training step needs, or the sentence that says why that is unknown."""
    if table.source in FILES:
        return "A file does not say which activations training stores."
    if not table.calls:
        return "There is no layer to train."
    try:
        return training_memory(table, batch=batch, optimizer=optimizer, precision=precision)
    except ValueError as error:
        return str(error).replace("`batch`", "the batch")


def images_text(batch: int) -> str:
    """Write how many images there are in a training step."""
    return "1 image" if batch == 1 else f"{batch:,} images"


def memory_panel(rows: Sequence[Row], table: LayerTable, memory: TrainingMemory | str, batch: int) -> Panel:
    """Draw memory over a training step, with the handle at the forward pass of the slider's row."""
    title = "operations: forward, then backward"
    if isinstance(memory, str):
        words = {"text": _wrapped(memory), "x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper", "showarrow": False}
        hidden: dict[str, Any] = {"showticklabels": False, "showgrid": False, "range": [0, 1]}
        figure = Figure(data=[], layout=layout(x=title, y="memory", annotations=[words], xaxis=hidden, yaxis=hidden))
        return Panel(figure, alt=memory, column=1, height=HEIGHT, folded=True)
    always = memory.weights + memory.gradients + memory.optimizer
    held = np.array([size for _, size in memory.steps], float)
    factor, unit = next((pair for pair in BYTES if always + held.max() >= pair[0]), BYTES[-1])
    last = len(held) - 1
    x = np.arange(last + 1, dtype=np.float32)
    traces = [
        _area(np.array([0, last]), np.full(2, always / factor), "model", "noise", "tozeroy"),
        _area(x, (always + held) / factor, "stored activations", "first", "tonexty"),
    ]
    high = ceiling(1.04 * float(always + held.max()) / factor) if always + held.max() else 1.0
    look: dict[str, Any] = {
        "showlegend": True,
        "margin": {"t": 10, "b": 44, "l": 56},
        "xaxis": {
            "range": [-0.01 * last, 1.01 * last or 1],
            "tickvals": [0, last / 2, last],
            "ticktext": ["image", "loss", "end"],
            "tickangle": 0,
        },
        "yaxis": {"range": [0, high], "nticks": 5},
    }
    figure = Figure(data=traces, layout=layout(x=title, y=f"memory ({unit})", **look))
    places = [rows[k - 1].place + 1 if k else 0 for k in stops(tuple(rows))]
    alt = (
        f"Memory over a training step with {images_text(batch)}: {size_text(always)} for weights, "
        "gradients and optimizer all the time, and up to "
        f"{size_text(memory.saved + memory.image)} of activations stored for the backward pass, "
        f"at the loss. The largest single tensor is the output of {memory.largest_call} with "
        f"{size_text(memory.largest)}."
    )
    return Panel(figure, alt=alt, tracks=(Track(np.array(places, float)),), column=1, height=HEIGHT, folded=True)


def _area(x: Numbers, y: Numbers, name: str, role: str, fill: str) -> Trace:
    return curve(x, y, role, name, 1.6, dash="solid", fill=fill, fillcolor=color(f"{role}_fill"))


def _wrapped(sentence: str, width: int = 46) -> str:
    lines = [""]
    for word in sentence.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] += f" {word}"
    return "<br>".join(part.strip() for part in lines)
