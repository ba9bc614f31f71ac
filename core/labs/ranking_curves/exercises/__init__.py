"""Exercises on rankings: points in three spaces, areas, and what lies between points."""

from __future__ import annotations

from typing import Any

from core.exercises.templates import Template
from core.labs.ranking_curves.exercises.areas import RANKED
from core.labs.ranking_curves.exercises.gains import GAINS
from core.labs.ranking_curves.exercises.lines import BETWEEN, ENDPOINT
from core.labs.ranking_curves.exercises.spaces import EVERYTHING, MOVED, POINT

EXERCISES: tuple[Template[Any], ...] = (POINT, MOVED, RANKED, EVERYTHING, BETWEEN, ENDPOINT, GAINS)
