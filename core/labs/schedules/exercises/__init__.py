"""Exercises on schedules: their rates by hand, code that sets them wrongly, and code that reports wrongly."""

from __future__ import annotations

from typing import Any

from core.exercises.templates import Template
from core.labs.schedules.exercises.momentum import CYCLED, RESUMED
from core.labs.schedules.exercises.plans import COSINE, GROWING, TRIANGLE
from core.labs.schedules.exercises.reports import BEST, DIVIDED, EQUAL, LOOKS, MEANS
from core.labs.schedules.exercises.schedulers import ANNEALED, OUTER, TRUNCATED

EXERCISES: tuple[Template[Any], ...] = (
    TRIANGLE,
    COSINE,
    GROWING,
    TRUNCATED,
    ANNEALED,
    CYCLED,
    OUTER,
    RESUMED,
    DIVIDED,
    EQUAL,
    BEST,
    MEANS,
    LOOKS,
)
