"""An answer drawn into a picture next to the truth: a point, a line, or a bar."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from core.draw.live import Figure, Panel, Picture
from core.draw.marks import TEXT, Trace, curve, texts
from core.draw.style import color
from core.kit.mark import Mark

Place = float | tuple[float, float]

_INSET = 0.02  # fraction of an axis between its end and anything beyond it
_BAR = 0.84  # width of a bar's outline


def marked(picture: Picture, mark: Mark, guess: Place, truth: Place, right: bool) -> Picture:
    """Draw a guess and the truth into the panel that a mark names.

    Parameters
    ----------
    picture : Picture
    mark : Mark
    guess, truth : float or (float, float)
        Answers, not yet in the units of the axis; pairs if the axis is "xy".
    right : bool
        Whether the guess counts as correct: it then has the color of correct answers.

    Returns
    -------
    Picture
        With two more traces in that panel, which is unfolded. A position beyond an axis moves to its end, and an answer
        without a position is left out.
    """
    number = range(len(picture.panels))[mark.panel]
    panel = picture.panels[number]
    shown = [("correct", truth, "right")] if guess != truth else []
    shown.append(("your guess", guess, "right" if right else "wrong"))
    figure = panel.figure
    named = figure["layout"].get("showlegend", False)
    before = figure["data"] if named else [trace | {"showlegend": False} for trace in figure["data"]]
    shown = [entry for entry in shown if _placed(mark, entry[1])]
    traces = [_trace(panel, mark, value, name, role) for name, value, role in shown]
    words = " ".join(f"{name[0].upper()}{name[1:]}: {_text(value)}." for name, value, _ in reversed(shown))
    changed = replace(
        panel,
        figure=Figure(data=[*before, *traces], layout=figure["layout"] | {"showlegend": True}),
        alt=f"{panel.alt} {words}",
        folded=False,
    )
    return replace(picture, panels=(*picture.panels[:number], changed, *picture.panels[number + 1 :]))


def _placed(mark: Mark, value: Place) -> bool:
    """Return whether an answer has a position on the axis; 0 has none on a logarithmic one, for example."""
    if isinstance(value, tuple):
        return True
    try:
        return math.isfinite(mark.place(value))
    except (ValueError, OverflowError):
        return False


def _trace(panel: Panel, mark: Mark, value: Place, name: str, role: str) -> Trace:
    """Draw one answer; it is named on the picture."""
    if isinstance(value, tuple):
        return _point(_within(panel, "x", value[0]), _within(panel, "y", value[1]), name, role)
    name = f"{name} {_text(value)}"
    here = _within(panel, mark.axis, mark.place(value))
    other = "y" if mark.axis == "x" else "x"
    if mark.at is None:
        across = [_end(panel, other, 0), _end(panel, other, 1)]
        return _line(**{mark.axis: [here, here], other: across}, name=name, role=role)
    if mark.axis == "y" and any(trace.get("type") == "bar" for trace in panel.figure["data"]):
        left, right = mark.at - _BAR / 2, mark.at + _BAR / 2
        base = _end(panel, "y", 0)
        return _line(x=[left, left, right, right], y=[base, here, here, base], name=name, role=role)
    at = _within(panel, other, mark.at)
    return _point(here, at, name, role) if mark.axis == "x" else _point(at, here, name, role)


def _line(*, x: list[float], y: list[float], name: str, role: str) -> Trace:
    return curve(x, y, role, name, 3, dash="solid" if name.startswith("correct") else "dash", table=False)


def _point(x: float, y: float, name: str, role: str) -> Trace:
    symbol = "star" if name.startswith("correct") else "x"
    marker = {"color": color(role), "size": 15, "symbol": symbol, "line": {"width": 1.5, "color": color("paper")}}
    words = texts(np.array([x]), [y], [name], role, name, TEXT + 1)
    return words | {"mode": "markers+text", "marker": marker, "showlegend": False}


def _within(panel: Panel, axis: str, value: float) -> float:
    """Return the value, or the end of the axis if it lies beyond."""
    low, high = sorted((_end(panel, axis, _INSET), _end(panel, axis, 1 - _INSET)))
    return min(max(value, low), high)


def _end(panel: Panel, axis: str, share: float) -> float:
    """Return the value at a fraction of an axis, from its beginning."""
    look: dict[str, Any] = panel.figure["layout"][f"{axis}axis"]
    first, last = (float(end) for end in look["range"])
    at = first + share * (last - first)
    return math.pow(10, at) if look.get("type") == "log" else at


def _text(value: Place) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(_text(part) for part in value)})"
    return f"{value:.4g}".replace("-", "−")
