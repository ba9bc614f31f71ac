"""Folded sections below the picture of the lab on neighbors."""

from __future__ import annotations

from core.kit.lab import Section
from core.labs.neighbors.sections.moved import move
from core.labs.neighbors.sections.space import dimensions, directions

SECTIONS = (
    Section("Move a training point: how far does it reach?", move),
    Section("Directions: when does length not matter?", directions),
    Section("Many dimensions: how near is the nearest?", dimensions),
)
