"""Choosing a degree: how often each rule picks each one."""

from __future__ import annotations

from core.figures.bias_variance.errors import HEIGHT
from core.figures.bias_variance.text import RULES, rule_name
from core.figures.live import Panel
from core.figures.regression import choice_rows
from core.generalization.exploration import Exploration


def choosing(result: Exploration, compare: tuple[int, ...]) -> tuple[Panel, ...]:
    """Panel of what every rule picks, over many repetitions of the experiment."""
    s = result.selection
    looks = {rule: (rule_name(result, rule), RULES[rule][1]) for rule in s.rules}
    return (choice_rows(s, looks, HEIGHT),)
