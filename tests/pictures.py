"""Helpers for tests of pictures: a state drawn, a trace by its name, its frames, the readouts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.draw.live import Panel, Picture
from core.kit.controls import defaults
from core.kit.lab import Lab


def drawn_state(lab: Lab, preset: Mapping[str, Any] | tuple[()] = (), **change: Any) -> tuple[dict[str, Any], Any, Any]:
    """Return values, result, and picture of a state that differs from the default by a preset's values and `change`."""
    values = defaults(lab.all_controls) | dict(preset) | change
    result = lab.result(values)
    return values, result, lab.draw(result, values)


def place_of(panel: Panel, name: str) -> int:
    """Return the number of the only trace of that name."""
    (place,) = [k for k, one in enumerate(panel.figure["data"]) if one["name"] == name]
    return place


def trace_of(panel: Panel, name: str) -> dict[str, Any]:
    """Return the only trace of that name."""
    return panel.figure["data"][place_of(panel, name)]


def trace(picture: Picture, panel: int, name: str) -> dict[str, Any]:
    """Return the only trace of that name in a panel of a picture."""
    return trace_of(picture.panels[panel], name)


def framed(picture: Picture, panel: int, name: str, attr: str, step: int) -> Any:
    """Return what the frames of a trace put into it at a step of the axis."""
    place = place_of(picture.panels[panel], name)
    (found,) = [f for f in picture.panels[panel].frames if (f.trace, f.attr) == (place, attr)]
    return found.at(picture.entry(found.along, step))


def readouts(picture: Picture, step: int) -> dict[str, str]:
    """Return the text of each readout at a step, by its label."""
    return {one.label: one.texts[min(step, len(one.texts) - 1)] for one in picture.readouts}


def section(lab: Lab, title: str, result: Any, values: Mapping[str, Any]) -> list[Any]:
    """Return the blocks of the only section whose title has these words."""
    (found,) = [one for one in lab.sections if title in one.title]
    return list(found.blocks(result, values))
