"""Section in which a visitor sets points of his own by clicks, on every page that takes such points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from core.draw.live import Picture
from core.draw.marks import dots, panel, span
from core.kit.lab import Clickable, Section
from core.regression import points

_MARGIN = 0.25  # of the range of the points, on each side: room for points beyond them


def _blocks(result: Any, values: Mapping[str, Any]) -> Iterator[str | Clickable]:
    """Show the points of the control "Your points"; a click adds one, or removes the one that is there."""
    if values["truth"] == points.POINTS and values["upload"]:
        yield "A file replaces the typed points; remove it above to set points by clicks."
        return
    yield "Click to add a point; click a point to remove it. “Your points” lists them all."
    if values["truth"] != points.POINTS:
        yield "The first click makes these the points of the page; the true function is then unknown."
    x, y = points.read_text(values["pasted"])
    across, up = span(x, _MARGIN), span(y, _MARGIN)

    def take(place: tuple[float, float], values: Mapping[str, Any]) -> dict[str, Any]:
        pasted = points.clicked(values["pasted"], place, float(np.ptp(across)), float(np.ptp(up)))
        return {"truth": points.POINTS, "pasted": pasted}

    drawn = panel(
        [dots(x, y, "train", "your points", 9, hover="x %{x:.4g}<br>y %{y:.4g}")],
        f"{x.size} points; a click adds one or removes one.",
        x="x",
        y="y",
        height=360,
        dragmode=False,
        showlegend=False,
        xaxis={"range": across},
        yaxis={"range": up},
    )
    yield Clickable(Picture((drawn,)), take)


OWN_POINTS = Section("Set your own points", _blocks)
