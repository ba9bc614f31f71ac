"""A page that has to wait for work; run by tests/test_waiting.py."""

from __future__ import annotations

from dataclasses import replace

from core.labs.ranking_curves.lab import LAB
from pages.ui import frame, state
from tests.test_waiting import tasks

lab = replace(LAB, needs=lambda **settings: tasks(settings["separation"]))
state.arrive("ranking_curves")
frame.show(lab)
