"""Exercises on convolution: kernels by hand, the matrix, receptive fields, and LeNet-5."""

from __future__ import annotations

from typing import Any

from core.exercises.templates import Template
from core.labs.convolution.exercises.kernels import FIELD, MATRIX, PRODUCT, ROW
from core.labs.convolution.exercises.lenet import EARLY, POINT, SPARSE

EXERCISES: tuple[Template[Any], ...] = (PRODUCT, MATRIX, ROW, FIELD, EARLY, SPARSE, POINT)
