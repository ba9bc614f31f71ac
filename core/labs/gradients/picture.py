"""The picture: the graph next to the output against its leaf, dragged along the step and along the leaf."""

from __future__ import annotations

from core.draw.live import Axis, Picture, Plane
from core.draw.thumbnail import svg_curves
from core.labs.gradients.compute.explore import VALUES, Gradients, explore
from core.labs.gradients.panels import against, graph
from core.labs.gradients.words import readouts, summaries


def picture(result: Gradients) -> Picture:
    """Draw the graph and the output; the step runs across, so that a clicker goes forward and back."""
    steps, values = tuple(range(result.steps)), tuple(VALUES.tolist())
    return Picture(
        panels=(graph(result), against(result)),
        axis=Plane(
            "place",
            Axis("step", "Step", steps, tuple(map(str, steps))),
            Axis("value", f"Value of {result.leaf}", values, tuple(f"{v:g}" for v in values)),
            start=(steps[-1], 1.0),
        ),
        readouts=readouts(result),
        summaries=summaries(result),
    )


def thumbnail() -> str:
    """Draw what one, two, and three sigmoids leave of a gradient."""
    curves = [
        (f"{n} sigmoid{'s' * (n > 1)}", role, VALUES, explore(graph="chain", act="sigmoid", n=n).gradient)
        for n, role in ((1, "first"), (2, "second"), (3, "variance"))
    ]
    return svg_curves(curves, top=0.29, mark=1.0)
