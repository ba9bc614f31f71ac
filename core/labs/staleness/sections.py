"""Below the picture: every gradient in a table, the rule for ties, and how large a rate old gradients allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Axis, Check, Frames, Picture, Readout, Track
from core.draw.marks import curve, panel
from core.draw.style import line as stroke
from core.kit.arrays import Array
from core.kit.lab import Section, Table
from core.kit.words import fixed, number
from core.labs.staleness.compute.delayed import critical, decay, limit
from core.labs.staleness.compute.explore import TICKS, Staleness
from core.labs.staleness.compute.timelines import TIES, simulate, stale_again

TAUS = range(21)
LOW, HIGH = 0.01, 2.5  # products of rate and curvature that are drawn


def every_gradient(result: Staleness, values: Mapping[str, Any]) -> Sequence[Any]:
    """List what each gradient read and what it updated."""
    line = result.timelines[result.step(values["period"])]
    if not len(line.stale):
        return (f"No gradient arrives by t = {result.horizon:g}: raise “Time shown”.",)
    again = stale_again(line, result.tie)
    columns = {
        "learner": (line.learner + 1).tolist(),
        "read at": (line.read / TICKS).tolist(),
        "version read": line.seen.tolist(),
        "update at": (line.done / TICKS).tolist(),
        "version before": line.version.tolist(),
        "staleness": line.stale.tolist(),
    }

    def explain(row: int, column: str) -> str:
        if column != "staleness":
            return f"Gradient {row + 1} in the order in which the server takes them."
        return (
            f"{line.version[row]} − {line.seen[row]} = {line.stale[row]}; by times alone, the others update "
            f"{again[row]} times in between"
        )

    return (
        "The staleness of a gradient is the number of updates between reading the weights and updating them with it. "
        "A learner reads right after its own update, so that one does not count. Waiting is not counted either: a "
        "learner that has to wait reads afterward.",
        Table(columns, explain=explain, caption=f"Period of learner 2: {values['period']:g}"),
    )


def ties(result: Staleness, values: Mapping[str, Any]) -> Sequence[Any]:
    """Compare the rules for gradients that arrive at the same moment."""
    if result.sync == "sync":
        return ("In a synchronous round all gradients count at once: there are no ties. Choose other updates.",)
    line = result.timelines[result.step(values["period"])]
    found = {tie: _listed(line.cycles, line.horizon, result, tie) for tie in TIES}
    columns: dict[str, list[str]] = {"at the same moment": list(TIES.values())}
    columns |= {f"learner {k + 1}": [lists[k] for lists in found.values()] for k in range(min(result.learners, 4))}
    same = len(set(map(tuple, found.values()))) == 1
    return (
        "Two gradients that arrive at one moment are still applied in some order. The first one makes the other older "
        "by one update, unless both count as one.",
        Table(columns, caption=f"Staleness up to t = {result.horizon:g} at a period of {values['period']:g}"),
        "**All rules agree here:** no two gradients arrive together."
        if same
        else "**The rules differ here.** Whoever states a staleness must state the rule for ties.",
    )


def _listed(cycles: tuple[int, ...], horizon: int, result: Staleness, tie: str) -> list[str]:
    line = simulate(cycles, horizon, sync=result.sync, bound=result.bound, tie=tie)
    return [", ".join(map(str, line.stale[line.learner == k].tolist())) or "–" for k in range(len(cycles))]


def how_large(result: Staleness, values: Mapping[str, Any]) -> Sequence[Any]:
    """Drag the staleness of all gradients and watch which rates are left."""
    return (
        "Gradient descent on a quadratic with curvature λ, where every gradient is τ updates old: "
        "w ← w − ηλ · w(τ updates before). The curve shows by which factor the distance from the minimum changes with "
        "an update, in the long run. Above 1 it grows. Drag the vertical line, the limit: below it descent converges.",
        _rates(),
        Table(
            {
                "staleness τ": list(TAUS)[:6],
                "limit of ηλ": [limit(tau) for tau in TAUS[:6]],
                "fastest ηλ without oscillation": [critical(tau) for tau in TAUS[:6]],
                "its factor": [tau / (tau + 1) for tau in TAUS[:6]],
            },
            explain=_explained,
        ),
        "Equal learners in turn make τ one less than their number. **Twice as many learners allow about half the "
        "rate**: more updates in a second, and each of them smaller.",
    )


def _explained(row: int, column: str) -> str:
    if column == "limit of ηλ":
        return f"2 sin(π / (2 (2 · {row} + 1))) = {number(limit(row), 6)}; there the largest root has modulus 1"
    if column.startswith("fastest"):
        value = number(critical(row), 6)
        return f"{row}^{row} / {row + 1}^{row + 1} = {value}: a double root of z^{row + 1} − z^{row} + ηλ"
    return f"{row} / ({row} + 1)" if column == "its factor" else "Updates between reading and updating."


def _rates() -> Picture:
    curves = [decay(tau) for tau in TAUS]
    limits = np.array([limit(tau) for tau in TAUS])
    width = max(len(product) for product, _ in curves)
    x, y = (
        np.stack([np.pad(part, (0, width - len(part)), "edge") for part in parts]).astype(np.float32)
        for parts in zip(*curves, strict=True)
    )
    x = np.maximum(x, 1e-6)  # a logarithmic axis has no 0
    traces = [
        curve(np.array([LOW, HIGH]), np.ones(2), "noise", "neither grows nor shrinks", 1.6),
        curve(None, None, "variance", "factor of an update", line=stroke("variance", 2.6, dash="solid")),
    ]
    own = panel(
        traces,
        "Factor by which the distance from the minimum changes with an update, against the product of rate and "
        "curvature on a logarithmic axis; it falls, turns up, and crosses 1 at the vertical line, the limit.",
        x="rate times curvature ηλ",
        y="factor of an update",
        frames=(Frames(1, x, "x"), Frames(1, y)),
        tracks=(Track(limits),),
        height=340,
        xaxis={
            "type": "log",
            "range": [float(np.log10(LOW)), float(np.log10(HIGH))],
            "tickvals": [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2],
        },
        yaxis={"range": [0, 1.25]},
    )
    return Picture(
        panels=(own,),
        axis=Axis("tau", "Staleness τ", tuple(TAUS), tuple(map(str, TAUS)), start=2),
        readouts=_rate_readouts(limits),
        summaries=tuple(
            f"Gradients {tau} updates old: descent converges where ηλ is below [accent|{number(limits[tau])}]."
            for tau in TAUS
        ),
    )


def _rate_readouts(limits: Array) -> tuple[Readout, ...]:
    return (
        Readout(
            "limit of ηλ",
            tuple(number(value) for value in limits),
            "accent",
            "Below it the distance from the minimum shrinks, above it the distance grows.",
            formula=tuple(f"2 sin(π / {2 * (2 * tau + 1)}) = {number(limits[tau])}" for tau in TAUS),
            check=Check(
                tuple(f"largest root there {fixed(_modulus(tau, limits[tau]), 6)}" for tau in TAUS),
                tuple(abs(_modulus(tau, limits[tau]) - 1) < 1e-9 for tau in TAUS),
                "roots of z^(τ + 1) − z^τ + ηλ",
            ),
            headline=True,
        ),
        Readout(
            "fastest without oscillation",
            tuple(number(critical(tau)) for tau in TAUS),
            help="The product ηλ with the fastest decay that does not oscillate, τ^τ / (τ + 1)^(τ + 1).",
        ),
        Readout(
            "factor there",
            tuple(number(tau / (tau + 1)) for tau in TAUS),
            "variance",
            "By how much an update changes the distance at that rate, τ / (τ + 1).",
        ),
    )


def _modulus(tau: int, product: float) -> float:
    """Modulus of the largest root of z^(τ + 1) − z^τ + ηλ."""
    return float(np.abs(np.roots([1, -1, *[0] * (tau - 1), product] if tau else [1, product - 1])).max())


SECTIONS = (
    Section("Every gradient: what does it read and update?", every_gradient),
    Section("Ties: who comes first?", ties),
    Section("Rates: how large may a step be with old gradients?", how_large),
)
