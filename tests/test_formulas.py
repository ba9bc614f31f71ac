"""The formulas that readouts open to: each is true, and ends with the number that it explains."""

from __future__ import annotations

import re
from math import floor, prod

import pytest

from core.kit.lab import Lab
from tests.pictures import drawn_state
from tests.states import LABS

# Formulas of numbers alone, as this test works them out; others hold words or letters.
_NUMBER = r"−?\d[\d,]*(?:\.\d+)?"
_SUM = re.compile(rf"({_NUMBER}(?: [+−] {_NUMBER})+) = ({_NUMBER})")
_PRODUCT = re.compile(rf"({_NUMBER}(?: × {_NUMBER})+)(?: \+ ({_NUMBER}))? = ({_NUMBER})")
_RATIO = re.compile(rf"(1 − )?({_NUMBER}) / ({_NUMBER}) = ({_NUMBER})(%?)")
_COUNT = re.compile(rf"({_NUMBER}) of ({_NUMBER})(?: / .+)? = ({_NUMBER})(?: / .+)?")  # of the first of two models
_WEIGHED = re.compile(r"(\S+) · (\S+) / \(\1 · \2 \+ (\S+) · (\S+)\)(?:; .+)? = (\d[\d.]*)(?: / .+)?")
_SIZE = re.compile(r"⌊\((\d+) \+ 2·(\d+) − (\d+)\)/(\d+)⌋ \+ 1 = (\d+)")


def value(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def worked_out(formula: str) -> tuple[float, str] | None:
    """Return the left side of a formula as a number, and the right side as it is written."""
    if found := _SUM.fullmatch(formula):
        parts = re.split(r" ([+−]) ", found[1])
        signs = [1, *(1 if sign == "+" else -1 for sign in parts[1::2])]
        return sum(sign * value(part) for sign, part in zip(signs, parts[::2], strict=True)), found[2]
    if found := _PRODUCT.fullmatch(formula):
        return prod(map(value, found[1].split(" × "))) + value(found[2] or "0"), found[3]
    if found := _RATIO.fullmatch(formula):
        ratio = value(found[2]) / value(found[3])
        return (1 - ratio if found[1] else ratio) * (100 if found[5] else 1), found[4]
    if found := _COUNT.fullmatch(formula):
        return value(found[1]) / value(found[2]), found[3]
    if found := _WEIGHED.fullmatch(formula):
        share, tpr, rest, fpr = map(float, found.groups()[:4])
        assert share + rest == pytest.approx(1)
        return share * tpr / (share * tpr + rest * fpr), found[5]
    return None


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_formulas_are_true_and_end_with_the_number(lab: Lab) -> None:
    tried = 0
    for preset in ((), *(preset.values for preset in lab.presets)):
        _, _, picture = drawn_state(lab, preset)
        for readout in picture.readouts:
            for k, formula in enumerate(readout.formula):
                text = readout.texts[min(k, len(readout.texts) - 1)]
                for size in _SIZE.findall(formula):
                    n, p, kernel, stride, shown = map(int, size)
                    assert floor((n + 2 * p - kernel) / stride) + 1 == shown
                found = worked_out(formula)
                if found is None or not text.startswith(found[1]):
                    continue  # "lost in rounding", or a formula with letters
                number, right = found
                last = 10.0 ** -len(right.partition(".")[2]) if "." in right else 1.0
                terms = 1 + formula.count(" + ") + formula.count(" − ")
                assert abs(number - value(right)) <= 0.5 * last * terms + 1e-9 * abs(number), (readout.label, formula)
                tried += 1
    least = {"bias_variance": 50, "model_selection": 50, "transfer": 20, "cnn_cost": 100}
    assert tried >= (least | {"ranking_curves": 100, "inception": 20, "convolution": 1}).get(lab.name, 0)
