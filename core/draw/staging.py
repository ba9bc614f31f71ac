"""Panels on the stage: some of a picture's panels, without those that would give an answer away."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from core.draw.live import Picture


def showing(picture: Picture, numbers: Collection[int]) -> Picture:
    """Unfold the panels with these numbers, counted from 0, and fold the others; without numbers, change nothing."""
    if not numbers:
        return picture
    panels = (replace(panel, folded=k not in numbers) for k, panel in enumerate(picture.panels))
    return replace(picture, panels=tuple(panels))


def without(picture: Picture, numbers: Collection[int]) -> Picture:
    """Remove the panels with these numbers, and all readouts and words, which say the same; if none, change nothing."""
    panels = tuple(panel for k, panel in enumerate(picture.panels) if k not in numbers)
    if len(panels) in (0, len(picture.panels)):
        return picture
    return replace(picture, panels=panels, readouts=(), sentences=(), remarks=(), summaries=())
