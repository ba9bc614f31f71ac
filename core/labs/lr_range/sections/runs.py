"""Past runs beside each other, and what a training makes of the bounds that a test suggests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Panel, Picture
from core.draw.marks import Trace, curve, panel
from core.draw.style import color
from core.kit.arrays import Numbers
from core.kit.lab import Section, Table, Work
from core.kit.runs import RunList
from core.kit.words import fixed, percent
from core.labs.lr_range.compute.bounds import EPOCHS, HOMEWORK_BOUNDS, begin_all, bounds_of, trainings
from core.labs.lr_range.compute.curves import epoch_steps, losses_of, ramp_of, sweep_of
from core.labs.lr_range.compute.explore import LrRange
from core.labs.lr_range.compute.specs import OWN, specs_of
from core.labs.lr_range.controls import RUN, show_rate
from core.labs.lr_range.panels.rates import power
from core.networks.trainable import offered_as
from core.training.devices import wish_of
from core.training.experiments import RangeTest, Setup, Sweep, Training
from core.training.history import PastRun, past_runs
from core.training.range_curves import smooth
from core.training.runs import Seen, look

_ROLES = ("first", "second", "test", "variance", "threshold", "noise")
_DASHES = ("solid", "longdash", "dot", "dashdot", "dash", "longdashdot")
_TOP = 3.2
_BETA = 0.95  # of the smoothed loss of a training


def compare(runs: Sequence[PastRun]) -> Picture:
    """Loss of some runs: over the rate if all are tests of rates, else over the updates."""
    over_rate = all(isinstance(run.spec, RangeTest | Sweep) for run in runs)
    curves = [(_over_rate if over_rate else _over_updates)(run) for run in runs[: len(_ROLES)]]
    traces = [_line(*xy, f"{run.name or run.title}", k) for k, (run, xy) in enumerate(zip(runs, curves, strict=False))]
    told = "; ".join(
        f"{run.title}: smallest loss {fixed(float(np.nanmin(y)))}" if np.isfinite(y).any() else f"{run.title}: no loss"
        for run, (_, y) in zip(runs, curves, strict=False)
    )
    left = len(runs) - len(curves)
    more = f" {left} further runs are not drawn." if left else ""
    return Picture((_panel(traces, f"{told}.{more}", over_rate),), sentences=(f"{told}.{more}",))


def _panel(traces: Sequence[Trace], alt: str, over_rate: bool) -> Panel:
    x = "learning rate η" if over_rate else "updates"
    drawn = np.concatenate([np.asarray(trace["x"], dtype=float) for trace in traces] or [np.zeros(1)])
    drawn = drawn[np.isfinite(drawn)] if np.isfinite(drawn).any() else np.zeros(1)
    low, high = float(drawn.min()), float(drawn.max()) + 1e-9
    axis: dict[str, Any] = {"range": [low, high]}
    if over_rate:
        ticks = list(range(int(np.ceil(low - 1e-9)), int(np.floor(high + 1e-9)) + 1))
        axis |= {"tickvals": ticks, "ticktext": [power(tick) for tick in ticks]}
    return panel(traces, alt, x=x, y="smoothed loss", xaxis=axis, yaxis={"range": [0, _TOP]}, height=340)


def _line(x: Numbers, y: Numbers, name: str, k: int) -> Trace:
    look: dict[str, Any] = {"color": color(_ROLES[k]), "dash": _DASHES[k], "width": 2.2}
    empty = not np.isfinite(y).any()
    return curve(x[:0] if empty else x, y[:0] if empty else y, _ROLES[k], name, line=look)


def _over_rate(run: PastRun) -> tuple[Numbers, Numbers]:
    seen = look(run.spec)
    if isinstance(run.spec, RangeTest):
        ramp = ramp_of(run.spec, seen, run.spec.weight)
        return np.log10(ramp.rates), ramp.smoothed
    sweep = sweep_of(run.spec, seen) if isinstance(run.spec, Sweep) else None
    return (np.log10(sweep.rates), sweep.losses) if sweep else (np.zeros(0), np.zeros(0))


def _over_updates(run: PastRun) -> tuple[Numbers, Numbers]:
    losses = losses_of(look(run.spec))
    return np.arange(len(losses)), smooth(losses, _BETA)


def past(result: LrRange, values: Mapping[str, Any]) -> Sequence[RunList]:
    """The list of runs."""
    return (RunList(past_runs, compare, settings_of),)


def train(result: LrRange, values: Mapping[str, Any]) -> Sequence[str | Work]:
    """Train with the bounds that were dragged, with those of this test and with those that the homework reports."""
    if result.own:
        return ("The network behind your own curve is not known here. Choose “Range test” above the plots to train.",)
    lower, upper = values["lower"], values["upper"]
    specs = trainings(result, lower, upper)
    low, high = HOMEWORK_BOUNDS
    suggested = bounds_of(result)
    return (
        f"Each run is one triangle over {EPOCHS} epochs, from the lower rate up and back. "
        + (
            f"Your bounds are {show_rate(lower)} and {show_rate(upper)}. Smith sets the lower to 1/3 "
            "or 1/4 of the upper. "
            if lower < upper
            else "Your lower rate must be below the upper rate. "
        )
        + f"The reference bounds, {show_rate(low)} and {show_rate(high)}, come from another "
        "network. Test images are used once."
        + (f" This test suggests no range: {suggested}" if isinstance(suggested, str) else ""),
        Work(
            f"Train with these bounds ({len(specs)} × {next(iter(specs.values())).steps:,} updates)",
            tuple(specs.values()),
            lambda: begin_all(tuple(specs.values())),
            lambda seen: _outcome(specs, seen),
        ),
    )


def _outcome(specs: Mapping[str, Training], seen: Sequence[Seen]) -> Sequence[Picture | Table]:
    curves = [losses_of(each) for each in seen]
    smoothed = [smooth(losses, _BETA) for losses in curves]
    traces = [_line(np.arange(len(y)), y, name, k) for k, (name, y) in enumerate(zip(specs, smoothed, strict=True))]
    ends = [_ended(each) for each in seen]
    told = " ".join(f"{name.capitalize()}: {words}" for name, words in zip(specs, ends, strict=True))
    settings = [dict(spec.settings) for spec in specs.values()]
    rows: dict[str, Sequence[Any]] = {
        "bounds": list(specs),
        "from η": [show_rate(float(each["low"])) for each in settings],
        "to η": [show_rate(float(each["high"])) for each in settings],
        "updates taken": [len(y) for y in curves],
        "outcome": ends,
    }
    return Picture((_panel(traces, told, over_rate=False),), sentences=(told,)), Table(rows)


def _ended(seen: Seen) -> str:
    result = seen.result
    if result.get("end") != "end":
        return f"diverged after {len(losses_of(seen)):,} updates."
    return f"test accuracy {percent(result['test_accuracy'])}, test loss {fixed(result['test_loss'])}."


def settings_of(spec: Setup) -> dict[str, Any] | None:
    """Values of the controls that mean a run; None if the page cannot be set to it."""
    if not isinstance(spec, RangeTest | Sweep):
        return None
    net, width = offered_as(spec.text) or (OWN, 1.0)
    names = ("data", "augment", "batch", "optimizer", "momentum", "precision", "low", "high", "seed")
    values = {name: getattr(spec, name) for name in names} | {"net": net, "width": width, "text": spec.text}
    values["device"] = wish_of(spec.device)
    if isinstance(spec, RangeTest):
        values |= {"protocol": "ramp", "steps": spec.steps}
    else:
        epochs = max(spec.updates // epoch_steps(spec), 1)
        values |= {"protocol": "sweep", "candidates": spec.candidates, "epochs": epochs}
    if net != OWN:
        values["text"] = RUN["text"]
    try:
        same = specs_of(**RUN | values) == (spec,)
    except ValueError:  # a set of one's own that is not here
        return None
    return values if same else None


SECTIONS = (Section("Train with these bounds", train), Section("Past runs", past))
