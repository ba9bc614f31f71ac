"""A picture at one value of its axis, as figures of plotly that stand still."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.draw import style
from core.draw.live import Picture, Track


def still(picture: Picture, index: int) -> list[go.Figure]:
    """Return the figures of a picture at one axis index: for a page without a live chart, for tests, for thumbnails."""
    figures = []
    for panel in picture.panels:
        figure = go.Figure(**panel.figure)
        for frames in panel.frames:
            figure.data[frames.trace][frames.attr] = frames.at(picture.entry(frames.along, index))
        for track in panel.tracks:
            _add_handle(figure, track, picture.entry(track.along, index))
        figures.append(figure)
    return figures


def _add_handle(figure: go.Figure, track: Track, index: int) -> None:
    x, y = track.x[index], None if track.y is None else track.y[index]
    if not np.isfinite([x, 0 if y is None else y]).all():
        return
    color = style.color(track.role)
    if y is None:
        figure.add_shape(type="line", x0=x, x1=x, y0=0, y1=1, yref="paper", line={"color": color, "width": 1.5})
    else:
        figure.add_scatter(x=[x], y=[y], mode="markers", marker={"color": color, "size": 10}, showlegend=False)
