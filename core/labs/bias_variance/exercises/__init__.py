"""Exercises on bias and variance: the decomposition, its price, and fits that are drawn, ranked, and left out."""

from __future__ import annotations

from typing import Any

from core.exercises.templates import Template
from core.labs.bias_variance.exercises.claims import CURVES
from core.labs.bias_variance.exercises.decomposition import CROSS, LEFT, PARAMETERS, POINT, SIMULATION
from core.labs.bias_variance.exercises.fits import NOISE, RANK

EXERCISES: tuple[Template[Any], ...] = (POINT, PARAMETERS, SIMULATION, LEFT, CROSS, NOISE, RANK, CURVES)
