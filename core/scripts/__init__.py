"""Stand-alone scripts that a visitor can take home; they compute the numbers on screen without Lectern."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.generalization.truths import TRUTHS
from core.training.image_sources import image_set

_TRUTH = re.compile(r"^(def f\(x\):\n    return ).*$", re.MULTILINE)
_PART = re.compile(r"^# --- (\w+)", re.MULTILINE)


def _read(name: str) -> tuple[str, dict[str, str]]:
    """Common head of a script and its parts, each of which begins with a line `# --- name`."""
    head, *rest = _PART.split(Path(__file__).with_name(name).read_text("utf-8"))
    parts = {key: f"# --- {key}{text}" for key, text in zip(rest[::2], rest[1::2], strict=True)}
    return head, parts


def _with_truth(head: str, values: Mapping[str, Any]) -> str:
    """Put the chosen true function into a script."""
    return _TRUTH.sub(rf"\g<1>{TRUTHS[values['truth']].code}", head)


def bias_variance(values: Mapping[str, Any]) -> str:
    """Script of the bias-variance lab: the decomposition and, where that is shown, the choice of a degree."""
    head, parts = _read("bias_variance.py")
    wanted = ["decomposition", "choice"] if values["view"] == "choose" else ["decomposition"]
    head = _with_truth(head, values)
    return (head + "".join(parts[name] for name in wanted)).rstrip() + "\n"


def model_selection(values: Mapping[str, Any]) -> str:
    """Script of the model-selection lab: every rule on one data set."""
    return _with_truth(Path(__file__).with_name("model_selection.py").read_text("utf-8"), values)


def regularization(values: Mapping[str, Any]) -> str:
    """Script of the regularization lab: ridge over many data sets, or the path of one data set."""
    head, parts = _read("regularization.py")
    head = _with_truth(head, values)
    return (head + parts[values["view"]]).rstrip() + "\n"


# Parts of the script of the ranking lab by source of the cases.
_CASES = {
    "gauss": ["gauss"],
    "upload": ["file"],
    "cancer": ["bundled", "models"],
    "digits": ["bundled", "models"],
    "credit": ["table", "models"],
    "openml": ["table", "models"],
}


def ranking_curves(values: Mapping[str, Any]) -> str:
    """Script of the ranking lab: scores from the source that is shown, and the numbers at the threshold."""
    head, parts = _read("ranking_curves.py")
    script = head + "".join(parts[name] for name in (*_CASES[values["source"]], "numbers"))
    return script.replace("  # noqa: E402", "").rstrip() + "\n"


def convolution(values: Mapping[str, Any]) -> str:
    """Script of the page on convolution: the view that is shown."""
    head, parts = _read("convolution.py")
    return (head + parts[values["view"]]).replace("  # noqa: E741", "").rstrip() + "\n"


def inception(values: Mapping[str, Any]) -> str:
    """Script of the Inception page: a module with and without reductions, or the designs that see 7 x 7."""
    head, parts = _read("inception.py")
    return (head + parts[values["view"]]).rstrip() + "\n"


def cnn_cost(values: Mapping[str, Any]) -> str:
    """Script of the page on shapes and cost: formulas over the rows of the network, which come in a table."""
    return Path(__file__).with_name("cnn_cost.py").read_text("utf-8")


def lr_range(values: Mapping[str, Any]) -> str:
    """Script of the page on range tests: the rules from the steps of a ramp, or the bounds from those of a sweep."""
    head, parts = _read("lr_range.py")
    images = f"images = {image_set(values['data']).images:_}"
    return (head + parts[values["protocol"]]).replace("images = 6_000", images).rstrip() + "\n"


def momentum(values: Mapping[str, Any]) -> str:
    """Script of the page on momentum: rate and distance in two ways, and the best setting."""
    return Path(__file__).with_name("momentum.py").read_text("utf-8")


def schedules(values: Mapping[str, Any]) -> str:
    """Script of the page on schedules: one schedule or the strategies side by side, as planned or as trained."""
    head, parts = _read("schedules.py")
    return (head + parts["runs" if values["what"] == "runs" else values["view"]]).rstrip() + "\n"


def transfer(values: Mapping[str, Any]) -> str:
    """Script of the page on transfer: both sides of the cut, and the memory of a step or the trainings."""
    head, parts = _read("transfer.py")
    return (head + parts[values["view"]]).rstrip() + "\n"
