"""One rising rate: loss and accuracy over it, what the rules say, and how many updates it takes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.draw.live import Panel, Track
from core.draw.marks import Trace, band, curve, dots, texts
from core.draw.style import ceiling
from core.kit.arrays import Numbers
from core.kit.words import number
from core.labs.lr_range.compute.explore import LrRange, Moment
from core.labs.lr_range.controls import show_rate
from core.labs.lr_range.panels.rates import (
    LOWER,
    LOWER_RATE,
    UPPER,
    UPPER_RATE,
    accuracy_range,
    counter,
    crosses,
    faint,
    gapped,
    over_rates,
)

_START = np.log(10)  # loss of a network that knows nothing about ten classes


def ramp_panels(result: LrRange, now: Moment) -> tuple[Panel, ...]:
    """Loss above the rules, accuracy above the counter."""
    accuracy = (replace(_accuracy(result, now), paced="across"),) if result.has_accuracies else ()
    return replace(_loss(result, now), paced="across"), _rules(result, now), *accuracy, counter(result)


def _loss(result: LrRange, now: Moment) -> Panel:
    bottom, top = _heights(result, now)
    ended = [ramp for ramp in now.ramps if ramp.end in ("diverged", "nonfinite")]
    x = np.log10(sorted((ramp.rates[-1] for ramp in ended), reverse=True))  # the name stands beside the last of them
    traces = [
        *_rule_lines(now, bottom, top),
        *_curves(result, now, "losses", "smoothed", "train"),
        crosses(x, np.full(len(ended), 0.04 * bottom + 0.96 * top), "diverged"),
    ]
    return over_rates(
        result,
        traces,
        _loss_alt(now),
        y="loss before the step",
        height=UPPER,
        tracks=_dots(result, now, "smoothed", "train"),
        yaxis={"range": [bottom, top]},
    )


def _heights(result: LrRange, now: Moment) -> tuple[float, float]:
    """Ends of the axis of the loss; a visitor's own may be of any size, and negative."""
    least = 0.0 if result.own else _START
    first = max((float(ramp.smoothed[0]) for ramp in now.ramps), default=_START)
    lowest = min((float(ramp.losses.min()) for ramp in now.ramps), default=0.0)
    if lowest < 0:
        gap = first - lowest or 1.0
        return lowest - 0.1 * gap, first + 0.4 * gap
    return 0.0, ceiling(1.38 * max(first, least) or 1.0)


def _loss_alt(now: Moment) -> str:
    if not now.ramps:
        return "Empty axes: no run has these settings yet."
    ramp = now.ramps[0]
    best = int(np.argmin(ramp.smoothed))
    ends = {
        "": "it has not ended yet",
        "end": "it ends without diverging",
        "diverged": f"it stops at {show_rate(ramp.rates[-1])}, where that is more than four times its smallest value",
        "nonfinite": f"it stops after {show_rate(ramp.rates[-1])}, where the loss is NaN",
    }
    return (
        f"Loss over a rising learning rate. The smoothed loss starts at {number(ramp.smoothed[0])} and is smallest, "
        f"{number(ramp.smoothed[best])}, at {show_rate(ramp.rates[best])}; {ends[ramp.end]}."
    )


def _curves(result: LrRange, now: Moment, raw: str, smoothed: str, role: str) -> list[Trace]:
    """Draw the record, faint; the smoothed record; and with several seeds their mean in the band of their range."""
    x = gapped([np.log10(ramp.rates) for ramp in now.ramps])
    recorded = gapped([getattr(ramp, raw) for ramp in now.ramps])
    own = gapped([getattr(ramp, smoothed) for ramp in now.ramps])
    opacity = 0.6 / max(len(now.ramps), 1) ** 0.5
    traces = [faint(x, recorded, role, "as recorded", opacity=opacity)]
    if len(now.counted) < 2:
        return [*traces, curve(x, own, role, "smoothed", 3, dash="solid")]
    rates, low, high = _over_seeds(result, now, smoothed)
    across, around = np.concatenate([rates, rates[::-1]]), np.concatenate([high, low[::-1]])
    mean = now.mean_at(10**rates, smoothed)
    return [
        *traces,
        band(across, around, "first_fill", f"{len(now.counted)} seeds"),
        curve(rates, mean, role, "smoothed, mean", 3, dash="solid"),
    ]


def _over_seeds(result: LrRange, now: Moment, name: str) -> tuple[Numbers, Numbers, Numbers]:
    """Logarithms of the rates that all seeds have come to, and the least and largest value there."""
    last = min(ramp.rates[-1] for ramp in now.counted)
    rates: Numbers = result.spec.ramp_rates()
    rates = rates[rates <= last * (1 + 1e-9)]
    values = np.array([ramp.at(rates, getattr(ramp, name)) for ramp in now.counted])
    return np.log10(rates), values.min(axis=0), values.max(axis=0)


def _dots(result: LrRange, now: Moment, name: str, role: str) -> tuple[Track, ...]:
    """Return where the two bounds stand on a curve."""
    x, y = np.log10(result.axis), now.mean_at(result.axis, name)
    return tuple(Track(x, y, role, along) for along in (LOWER_RATE, UPPER_RATE))


def _rule_lines(now: Moment, bottom: float, top: float) -> list[Trace]:
    """A thin vertical line for each rule, whose name stands below."""
    x = [np.log10([rule.median] * 2) for rule in now.rules if rule.rates.size]
    y = gapped([np.array([bottom, top])] * len(x))
    return [curve(gapped(x), y, "threshold", "rules", 1, dash="dot", showlegend=False)]


def _rules(result: LrRange, now: Moment) -> Panel:
    """A row for each rule: what it says, and between which rates it says so over the seeds."""
    rows = np.arange(len(now.rules))[::-1]
    said = [(rule, float(row)) for rule, row in zip(now.rules, rows, strict=True) if rule.rates.size]
    x = np.log10([rule.median for rule, _ in said])
    spans = [np.log10([rule.rates.min(), rule.rates.max()]) for rule, _ in said]
    low, high = np.log10([result.spec.low, result.spec.high])
    late = x > low + 0.25 * (high - low)  # the number stands at the start of its row, where dots and lines seldom are
    level = gapped([np.array([row, row]) for _, row in said])
    heights = np.array([row for _, row in said])
    starts = np.array([low if free else max(span) for span, free in zip(spans, late, strict=True)])
    words = [f"\u2002{show_rate(rule.median)}\u2002" for rule, _ in said]
    traces = [
        curve(gapped(spans), level, "threshold", "over seeds", 5, dash="solid"),
        dots(x, heights, "threshold", "median", 9, edge=0),
        texts(starts, heights, words, "threshold", "rate", textposition="middle right"),
    ]
    if said:
        alt = "Rates that the rules suggest: " + ", ".join(f"{r.name} {show_rate(r.median)}" for r, _ in said) + "."
    else:
        alt = f"No rule has an answer. {now.rules[0].reason}"
    return over_rates(
        result,
        traces,
        alt,
        y=" ",
        height=LOWER,
        margin={"l": 96, "b": 40, "t": 14, "r": 16},
        showlegend=False,
        yaxis={"range": [-0.6, len(rows) + 0.8], "tickvals": rows.tolist(), "ticktext": [r.name for r in now.rules]},
    )


def _accuracy(result: LrRange, now: Moment) -> Panel:
    traces = _curves(result, now, "accuracies", "smoothed_accuracies", "test")
    if now.ramps:
        smoothed = now.ramps[0].smoothed_accuracies
        best = int(np.argmax(smoothed))
        alt = (
            f"Accuracy on each batch. Smoothed, it is largest, {number(smoothed[best])}, at "
            f"{show_rate(now.ramps[0].rates[best])}."
        )
    else:
        alt = "Empty axes for the accuracy: no run has these settings yet."
    return over_rates(
        result,
        traces,
        alt,
        y="accuracy on the batch",
        column=1,
        height=UPPER,
        folded=True,
        tracks=_dots(result, now, "smoothed_accuracies", "test"),
        yaxis=accuracy_range(),
    )
