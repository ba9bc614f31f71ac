"""Past runs: those of this host and those that come with Lectern."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core import jobs
from core.kit.controls import LogSlider
from core.labs.lr_range.compute.curves import epoch_steps
from core.labs.lr_range.controls import CONTROLS, OWN, SETTINGS, show_rate, specs_of
from core.networks.trainable import NETWORKS, network_text
from core.training.experiments import RangeTest, Setup, Sweep
from core.training.runs import SPEC_OF, Spec


@dataclass(frozen=True)
class PastRun:
    """A run in the list.

    Attributes
    ----------
    id, name : str
        `name` is empty unless it has one.
    spec : RangeTest, Sweep or Training
    state : str
        As in `core.training.runs.Seen`.
    created : float
        Seconds since 1970; 0 for what comes with Lectern.
    seconds : float
        Time that it has run.
    """

    id: str
    name: str
    spec: Spec
    state: str
    created: float
    seconds: float

    @property
    def title(self) -> str:
        """The run in a few words."""
        spec = self.spec
        net, width = network_of(spec.text)
        title = (
            " ".join(spec.text.split())[:30]
            if net == OWN
            else NETWORKS[net].title + ("" if width == 1 else f" × {width:g}")
        )
        if isinstance(spec, RangeTest):
            what = f"ramp {show_rate(spec.low)} to {show_rate(spec.high)}, {spec.steps} steps"
        elif isinstance(spec, Sweep):
            what = f"{spec.candidates} rates, {spec.updates} updates each"
        else:
            low, high = (dict(spec.settings).get(name) for name in ("low", "high"))
            ends = f"{show_rate(float(low))} to {show_rate(float(high))}" if low and high else spec.schedule
            what = f"training, {ends}, {spec.steps} updates"
        return f"{title}: {what}, {spec.optimizer}, seed {spec.seed}"


def network_of(text: str) -> tuple[str, float]:
    """Name and width of the network that is offered with this text; `OWN` and 1 if there is none."""
    outputs = re.search(r"\bfc(\d{1,3})$", text)
    return _offered(int(outputs[1])).get(text, (OWN, 1.0)) if outputs and int(outputs[1]) > 1 else (OWN, 1.0)


@lru_cache(maxsize=8)
def _offered(classes: int) -> dict[str, tuple[str, float]]:
    """Name and width of each network that is offered for so many classes, by its text."""
    widths = next(control.values for control in CONTROLS if isinstance(control, LogSlider) and control.name == "width")
    found: dict[str, tuple[str, float]] = {}
    for width in sorted(widths, key=lambda each: each != 1):  # a wide MLP is another one as it stands
        for net in NETWORKS:
            found.setdefault(network_text(net, width=width, classes=classes), (net, width))
    return found


def past_runs() -> list[PastRun]:
    """Every run that can be read, the newest first, then those that come with Lectern."""
    found = []
    for run in jobs.runs():
        spec = _spec(run.kind, run.specification)
        if spec is not None:
            status = run.status
            found.append(PastRun(run.id, run.name, spec, status.state, run.created, status.seconds))
    for each in jobs.shipped():
        spec = _spec(each.kind, each.specification)
        if spec is not None:
            found.append(PastRun(each.id, each.name, spec, "recorded", 0.0, each.seconds))
    return found


def _spec(kind: str, values: Any) -> Spec | None:
    """The specification, if this version of Lectern still knows it."""
    try:
        return SPEC_OF[kind].from_json(values)
    except (KeyError, ValueError, TypeError):
        return None


def settings_of(spec: Setup) -> dict[str, Any] | None:
    """Values of the controls that mean a run; None if the page cannot be set to it."""
    if not isinstance(spec, RangeTest | Sweep):
        return None
    net, width = network_of(spec.text)
    names = ("data", "augment", "batch", "optimizer", "momentum", "device", "low", "high", "seed")
    values = {name: getattr(spec, name) for name in names} | {"net": net, "width": width, "text": spec.text}
    if isinstance(spec, RangeTest):
        values |= {"protocol": "ramp", "steps": spec.steps}
    else:
        epochs = max(spec.updates // epoch_steps(spec), 1)
        values |= {"protocol": "sweep", "candidates": spec.candidates, "epochs": epochs}
    plain = {name: value for name, value in SETTINGS.items() if name != "smoothing"}
    if net != OWN:
        values["text"] = plain["text"]
    try:
        same = specs_of(**plain | values) == (spec,)
    except ValueError:  # a set of one's own that is not here
        return None
    return values if same else None
