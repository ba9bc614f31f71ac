"""Lectures: stories over several labs, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A step of a lab's story, and a line that leads to it."""

    lab: str
    story: str
    step: int
    words: str


@dataclass(frozen=True)
class Lecture:
    """A story over several labs.

    Attributes
    ----------
    name : str
        Name in links; no lab has a story of that name.
    title : str
    parts : tuple of Part
    takeaway : str
    """

    name: str
    title: str
    parts: tuple[Part, ...]
    takeaway: str
