"""Exercises on Inception: outputs, operations, and parameters of a module, and stacks that see as much."""

from __future__ import annotations

from typing import Any

from core.exercises.templates import Template
from core.labs.inception.exercises.modules import DEPTH, POOLED, SAVING, WEIGHTS
from core.labs.inception.exercises.stacks import DESIGNS, STACK

EXERCISES: tuple[Template[Any], ...] = (DEPTH, SAVING, POOLED, WEIGHTS, STACK, DESIGNS)
