"""Curves of trainings that follow the plan, as far as they have come, for each length of the schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.draw.live import Frames
from core.draw.marks import Trace, curve
from core.draw.style import color, line
from core.kit.arrays import Numbers
from core.labs.schedules.compute.explore import Schedules
from core.labs.schedules.compute.plan import Plan
from core.labs.schedules.compute.runs import Arm, Asked, shrunk
from core.labs.schedules.compute.trained import Strategy, Trained
from core.labs.schedules.panels.axes import batch_steps, place

Curve = tuple[Numbers, Numbers]
_POINTS = 200  # of the curve of a training over its updates, at most
_DOTTED = 40  # epochs; of more, dots would be a thick line
_NO_CURVE = np.zeros(0), np.zeros(0)
_GAP = np.full(1, np.nan), np.full(1, np.nan)
_WORDS = {"rates": "learning rate", "momenta": "momentum", "batches": "batch size"}


@dataclass(frozen=True)
class Drawing:
    """Traces of a panel, each with a curve for every length; "smoothed" is over the updates, the others over epochs."""

    result: Schedules
    asked: Asked
    traces: list[Trace] = field(default_factory=list)
    frames: list[Frames] = field(default_factory=list)

    def add(
        self,
        curves: Sequence[Curve],
        role: str,
        name: str,
        width: float,
        *,
        dash: str = "solid",
        shape: str = "linear",
        **look: Any,
    ) -> None:
        """Draw a line; a wide one says its value on hover, and `look` goes into the trace."""
        look |= {"line": line(role, width, dash=dash, shape=shape), "hover": f"{name} %{{y:.4~g}}" if width > 2 else ""}
        at = len(self.traces)
        self.traces.append(curve(None, None, role, name, **look))
        for attr, part in (("x", 0), ("y", 1)):
            self.frames.append(Frames(at, [np.asarray(xy[part], np.float32) for xy in curves], attr))

    def say_nothing(self, x: float, y: float) -> None:
        """Write so at a place where there is no curve."""
        empty = [not any(values.size for values in step) for step in zip(*(f.values for f in self.frames), strict=True)]
        font = {"color": color("muted"), "size": 13}
        look: Trace = {"mode": "text", "text": ["nothing yet"], "textfont": font, "table": False}
        here = np.full(1, x), np.full(1, y)
        self.add([here if none else _NO_CURVE for none in empty], "muted", "no run", 1, **look)

    def seeds(self, strategies: Sequence[Strategy], name: str, role: str, said: str) -> None:
        """A thin line for each seed, if there are several."""
        if self.asked.seeds == 1:
            return

        def one(arm: Arm, each: Trained) -> Curve:
            if name == "smoothed":
                return self._thinned(arm, each.smoothed)
            return self._across(arm, each.ends), each.epochs[name]

        def gapped(found: Strategy) -> Curve:
            if not any(len(one.ends) for one in found.every):
                return _NO_CURVE
            parts = [part for each in found.every for part in (one(found.arm, each), _GAP)]
            x, y = (np.concatenate(column)[:-1] for column in zip(*parts, strict=True))
            return x, y

        self.add([gapped(found) for found in strategies], role, f"{said}, each seed", 1.0, opacity=0.55)

    def mean(self, strategies: Sequence[Strategy], name: str, role: str, said: str, **look: Any) -> None:
        """The mean over the seeds that count."""

        def one(found: Strategy) -> Curve:
            values = found.mean(name)
            if not values.size:
                return _NO_CURVE
            if name == "smoothed":
                return self._thinned(found.arm, values)
            return self._across(found.arm, found.counted[0].ends[: len(values)]), values

        few = max(found.arm.run.epochs for found in strategies) <= _DOTTED
        if few and name != "smoothed" and not look:
            look = {"mode": "lines+markers", "marker": {"size": 5}}
        self.add([one(found) for found in strategies], role, said, 1.4 if "dash" in look else 2.6, **look)

    def followed(self, plans: Sequence[Plan], strategies: Sequence[Strategy], name: str, role: str) -> None:
        """Draw the plan, dotted, and over it the values of the training that is farthest along."""
        scale = shrunk(self.result, self.asked.along)

        def planned(plan: Plan, found: Strategy) -> Curve:
            if name == "batches":
                updates, sizes = batch_steps(found.arm.run)
                return self._across(found.arm, updates), sizes
            at, rates, momenta, _ = plan.curve[0]
            return scale * place(plan, at, self.asked.along), rates if name == "rates" else momenta

        def done(found: Strategy) -> Curve:
            if not found.every:
                return _NO_CURVE
            values = getattr(max(found.every, key=lambda one: len(one.losses)), name)
            values = np.append(values, values[-1])  # the last one lasts until the next update
            if not stairs:
                return self._thinned(found.arm, values)
            at = np.unique([0, *np.flatnonzero(np.diff(values)) + 1, len(values) - 1])
            return self._across(found.arm, at), values[at]

        stairs = name == "batches" or self.result.by_epoch
        dotted = [planned(plan, found) for plan, found in zip(plans, strategies, strict=True)]
        self.add(dotted, role, f"{_WORDS[name]}, planned", 1.4, dash="dot", opacity=0.8)
        solid = [done(found) for found in strategies]
        self.add(solid, role, _WORDS[name], 2.8, **({"shape": "hv"} if stairs else {}))

    def _across(self, arm: Arm, updates: Numbers) -> Numbers:
        """Updates, or the epochs that they are."""
        return np.asarray(updates, dtype=np.float64) if self.asked.along == "updates" else arm.run.epochs_at(updates)

    def _thinned(self, arm: Arm, values: Numbers) -> Curve:
        """A curve over the updates, of so few points that it can be sent while it grows."""
        at = np.unique(np.linspace(0, len(values) - 1, min(len(values), _POINTS)).round().astype(int))
        return self._across(arm, at), values[at]
