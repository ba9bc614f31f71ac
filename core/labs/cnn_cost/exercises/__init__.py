"""Exercises on shapes and cost: single layers, and whole networks counted from their table."""

from __future__ import annotations

from typing import Any

from core.exercises.templates import Template
from core.labs.cnn_cost.exercises.layers import CONVOLUTION, DENSE, STACK
from core.labs.cnn_cost.exercises.networks import LENET, VGG
from core.labs.cnn_cost.exercises.paper import WHOLE
from core.labs.cnn_cost.exercises.tables import BLOCK, TABLE

EXERCISES: tuple[Template[Any], ...] = (CONVOLUTION, STACK, DENSE, TABLE, BLOCK, WHOLE, LENET, VGG)
