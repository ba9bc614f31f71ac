"""Exercises on range tests: their rates, smoothed losses, updates, and what is read off."""

from __future__ import annotations

from typing import Any

from core.exercises.templates import Template
from core.labs.lr_range.exercises.reading import READING
from core.labs.lr_range.exercises.sweeps import SMOOTH, SWEEP, UPDATES

EXERCISES: tuple[Template[Any], ...] = (SWEEP, SMOOTH, UPDATES, READING)
