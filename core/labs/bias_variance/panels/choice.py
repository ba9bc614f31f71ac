"""Choosing a degree: how often each rule picks each one."""

from __future__ import annotations

from core.draw.live import Panel
from core.draw.regression import choice_rows
from core.labs.bias_variance.compute.explore import Exploration
from core.labs.bias_variance.panels.errors import HEIGHT
from core.labs.bias_variance.words import RULES, rule_name


def choosing(result: Exploration, compare: tuple[int, ...]) -> tuple[Panel, ...]:
    """Panel of what every rule picks, over many repetitions of the experiment."""
    s = result.selection
    looks = {rule: (rule_name(result, rule), RULES[rule][1]) for rule in s.rules}
    return (choice_rows(s, looks, HEIGHT),)
