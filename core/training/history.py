"""Past runs: those of this host and those that come with Lectern."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core import jobs
from core.kit.words import number
from core.networks.trainable import NETWORKS, offered_as
from core.training.experiments import RangeTest, Sweep
from core.training.runs import SPEC_OF, Spec


@dataclass(frozen=True)
class PastRun:
    """A run in the list.

    Attributes
    ----------
    id, name : str
        `name` is empty unless the run was given one.
    spec : RangeTest, Sweep or Training
    state : str
        As in `core.training.runs.Seen`.
    created : float
        Seconds since 1970; 0 for runs that come with Lectern.
    seconds : float
        How long it has run.
    """

    id: str
    name: str
    spec: Spec
    state: str
    created: float
    seconds: float

    @property
    def title(self) -> str:
        """Describe the run in a few words."""
        spec = self.spec
        offered = offered_as(spec.text)
        title = " ".join(spec.text.split())[:30]
        if offered is not None:
            net, width = offered
            title = NETWORKS[net].title + ("" if width == 1 else f" × {width:g}")
        if isinstance(spec, RangeTest):
            what = f"ramp {_rate(spec.low)} to {_rate(spec.high)}, {spec.steps} steps"
        elif isinstance(spec, Sweep):
            what = f"{spec.candidates} rates, {spec.updates} updates each"
        else:
            low, high = (dict(spec.settings).get(name) for name in ("low", "high"))
            ends = f"{_rate(float(low))} to {_rate(float(high))}" if low and high else spec.schedule
            what = f"training, {ends}, {spec.steps} updates"
        return f"{title}: {what}, {spec.optimizer}, seed {spec.seed}"


def _rate(rate: float) -> str:
    return number(rate, 2)


def past_runs() -> list[PastRun]:
    """List every run that can be read, the newest first, then those that come with Lectern."""
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
    """Return the specification, if this version of Lectern still knows it."""
    try:
        return SPEC_OF[kind].from_json(values)
    except (KeyError, ValueError, TypeError):
        return None
