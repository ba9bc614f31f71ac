"""Exercises on transfer: what is frozen and trained, memory, heads, and bugs in code that freezes."""

from __future__ import annotations

from typing import Any

from core.exercises.templates import Template
from core.labs.transfer.exercises.bugs import INPUTS, PARENT, PASSES, RESIZE, SOFTMAX
from core.labs.transfer.exercises.counts import CUT, HEAD, MEMORY
from core.labs.transfer.exercises.vgg import VGG19

EXERCISES: tuple[Template[Any], ...] = (CUT, MEMORY, HEAD, VGG19, SOFTMAX, PARENT, RESIZE, INPUTS, PASSES)
