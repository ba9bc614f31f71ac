"""Below the picture: running statistics, the scatter of batch statistics, and what a layer learns and keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Axis, Check, Frames, Panel, Picture, Readout, Texts, Track
from core.draw.marks import area, bars, curve, labels, lines, panel
from core.kit.arrays import Array
from core.kit.lab import Section, Table
from core.kit.words import fixed, number, percent
from core.labs.normalization.compute import (
    CONVENTIONS,
    Normalized,
    averaged,
    check_trainable,
    kept,
    statistics,
)
from core.labs.normalization.controls import FAN_IN, FAN_OUT
from core.labs.normalization.kinds import ENTRY, KINDS, TABLE, VALUES, normalized, shared, tables
from core.labs.normalization.scatter import (
    BATCHES,
    MEANS,
    SIZES,
    VARIANCES,
    WIDTH,
    density_of_mean,
    density_of_variance,
    drawn,
    spreads,
)
from core.labs.normalization.words import said

UPDATES = np.arange(101)
_ROLES = {"torch": "first", "keras": "second"}
_FINE_MEAN = np.linspace(-2.05, 2.05, 165)
_FINE_VARIANCE = np.linspace(0.02, 3.0, 150)


def running(result: Normalized, values: Mapping[str, Any]) -> Sequence[Any]:
    """Running variance and test output against the number of updates, by both conventions of the momentum."""
    check_trainable(result.typed, result.divisor)
    m = f"{result.momentum:g}"
    return (
        f"Each update mixes the old running value with that of the batch. With momentum {m}, PyTorch gives the **new** "
        f"value a weight of {m}, Keras gives it to the **old** one. Both start at mean 0 and variance 1 here and see "
        "the typed batch again and again.",
        _running_picture(result),
        "Testing then uses these averages. PyTorch's running variance divides by n − 1 and training by n, so the "
        "two outputs differ even after many updates, though hardly in a large batch. Change “Momentum” and “Variance "
        "divisor” under “More settings”.",
    )


def _running_picture(result: Normalized) -> Picture:
    found = {name: result.running(UPDATES, name) for name in CONVENTIONS}
    tested = {name: result.layer(result.typed[-1], *both) for name, both in found.items()}
    variance = result.trained_on[1]
    trained = float(result.layer(result.typed[-1], *statistics(result.typed)))
    axis = Axis("update", "Updates", tuple(UPDATES.tolist()), tuple(map(str, UPDATES)), start=result.updates)
    return Picture(
        (
            _over_updates(
                {name: both[1] for name, both in found.items()}, variance, "running variance", "of the batch", 0
            ),
            _over_updates(tested, trained, "output of the typed last value", "in training", 1),
        ),
        axis=axis,
        readouts=_running_readouts(result, found, tested),
        sentences=_running_sentences(result),
    )


def _over_updates(found: Mapping[str, Array], aim: float, y: str, name: str, column: int) -> Panel:
    ends = np.array([UPDATES[0], UPDATES[-1]], float)
    traces = [curve(UPDATES, found[key], _ROLES[key], label, 2.6) for key, label in CONVENTIONS.items()]
    traces.append(curve(ends, np.full(2, aim), "truth", name, 1.6))
    both = np.concatenate([*found.values(), [aim]])
    pad = 0.12 * max(float(np.ptp(both)), 0.5)
    return panel(
        traces,
        f"The {y} against the number of updates, with the momentum as PyTorch and as Keras mean it, and the value "
        f"{name}, {number(aim)}.",
        x="updates",
        y=y,
        tracks=(Track(UPDATES.astype(float)),),
        column=column,
        height=300,
        xaxis={"range": [-2, 102]},
        yaxis={"range": [float(both.min()) - pad, float(both.max()) + pad]},
    )


def _running_readouts(
    result: Normalized, found: Mapping[str, tuple[Array, Array]], tested: Mapping[str, Array]
) -> tuple[Readout, ...]:
    own = result.convention
    means, variances = found[own]
    stepped = _stepped(result)
    close = [bool(np.allclose(a, b, atol=1e-9)) for a, b in zip(stepped, np.stack([means, variances], 1), strict=True)]
    left = kept(result.momentum, own) ** UPDATES.astype(float)
    return (
        Readout("running mean", said(means), _ROLES[own], f"Momentum weighs the {CONVENTIONS[own]}, as set."),
        Readout(
            "running variance",
            said(variances),
            _ROLES[own],
            "Starts at 1.",
            check=Check(said(v for _, v in stepped), tuple(close), "update by update"),
        ),
        Readout("test output", said(tested[own]), _ROLES[own], "Output of the typed last value with these statistics."),
        Readout(
            "left of the start", tuple(map(_part, left)), help="Weight of the old value to the power of the updates."
        ),
    )


def _stepped(result: Normalized) -> list[tuple[float, float]]:
    """Running mean and variance after each update, one update after the other."""
    keep, (mean, variance) = kept(result.momentum, result.convention), result.trained_on
    at = (0.0, 1.0)
    steps = [at]
    for _ in UPDATES[1:]:
        at = (keep * at[0] + (1 - keep) * mean, keep * at[1] + (1 - keep) * variance)
        steps.append(at)
    return steps


def _running_sentences(result: Normalized) -> tuple[str, ...]:
    left = {name: averaged(1.0, 0.0, kept(result.momentum, name), UPDATES) for name in CONVENTIONS}
    return tuple(
        f"After {n} update{'s' * (n != 1)}, {_part(a)} of the start is left in PyTorch, {_part(b)} in Keras."
        for n, a, b in zip(UPDATES.tolist(), left["torch"], left["keras"], strict=True)
    )


def _part(left: float) -> str:
    return percent(float(left)) if left >= 0.0005 else "almost nothing"


def scatter(result: Normalized, values: Mapping[str, Any]) -> Sequence[Any]:
    """Histograms of batch means and variances over their exact densities, dragged along the size of the batch."""
    return (
        "Draw values from a standard normal distribution, batch after batch. The mean and the variance of a batch are "
        "estimates: in a batch of two they are mostly noise, and the noise enters every output. Drag the batch size. "
        "The mean scatters by 1/√n; the variance is (n − 1)/n on average and scatters by √(2(n − 1))/n.",
        _scatter_picture(),
    )


def _scatter_picture() -> Picture:
    found = drawn()
    exact = np.array([spreads(size) for size in SIZES])
    means = np.array([WIDTH * density_of_mean(_FINE_MEAN, size) for size in SIZES])
    variances = np.array([WIDTH * density_of_variance(_FINE_VARIANCE, size) for size in SIZES])
    panels = (
        _histogram(MEANS, found.means, (_FINE_MEAN, means), "mean of a batch", 0),
        _histogram(VARIANCES, found.variances, (_FINE_VARIANCE, variances), "variance of a batch", 1),
    )
    close = np.abs(found.spreads - exact) < 4 * found.errors
    labels = (
        ("spread of the mean", "Standard deviation of the means of all batches, 1/√n."),
        ("expected variance", "Mean of the variances of all batches, (n − 1)/n."),
        ("spread of the variance", "Standard deviation of the variances of all batches, √(2(n − 1))/n."),
    )
    return Picture(
        panels,
        axis=Axis("size", "Batch size", SIZES, tuple(map(str, SIZES)), start=4),
        readouts=tuple(
            Readout(
                label,
                said(exact[:, k]),
                "risk",
                words,
                check=Check(
                    said(found.spreads[:, k]),
                    tuple(close[:, k].tolist()),
                    f"simulated with {BATCHES:,} batches, within four standard errors",
                ),
            )
            for k, (label, words) in enumerate(labels)
        ),
        sentences=tuple(
            f"In batches of {size}, the mean is typically off by {fixed(float(row[0]))}, the variance by "
            f"{percent(float(row[2] / row[1]))} of its expected value."
            for size, row in zip(SIZES, exact, strict=True)
        ),
    )


def _histogram(middles: Array, rows: Array, exact: tuple[Array, Array], x: str, column: int) -> Panel:
    top = 0.6
    traces = [
        bars(middles, rows[0], "first", "simulated"),
        curve(exact[0], exact[1][0], "risk", "exact density", 2),
    ]
    return panel(
        traces,
        f"Histogram of the {x} over its exact density; both get narrower as the batch grows.",
        x=x,
        y="fraction of batches",
        frames=(Frames(0, rows.astype(np.float32)), Frames(1, np.minimum(exact[1], 2 * top).astype(np.float32))),
        column=column,
        height=300,
        bargap=0.05,
        xaxis={"range": [float(middles[0]) - 0.05, float(middles[-1]) + 0.05]},
        yaxis={"range": [0, top]},
    )


def parameters(result: Normalized, values: Mapping[str, Any]) -> Sequence[Any]:
    """Parameters and buffers of a linear layer with batch normalization, and the folded layer."""
    m, n = int(values["fan_in"]), int(values["fan_out"])
    weights = m * n
    rows = (
        ("weights of the linear layer", weights, "yes", f"{m} · {n} = {weights:,}"),
        ("scale γ", n, "yes", "One for each output."),
        ("shift β", n, "yes", "One for each output; it makes a bias before it useless."),
        ("running mean", n, "no", "A buffer: averaged in training, used in testing."),
        ("running variance", n, "no", "A buffer: averaged in training, used in testing."),
    )
    columns = {name: [row[k] for row in rows] for k, name in enumerate(("part", "numbers", "learned"))}
    return (
        "A linear layer without bias, and batch normalization of its outputs. The mean that is subtracted contains any "
        "bias, so a bias cancels. ε and the momentum are chosen, not learned.",
        FAN_IN,
        FAN_OUT,
        Table(columns, explain=lambda row, column: rows[row][3], caption="What the two layers hold"),
        f"**Parameters:** {m} · {n} + {n} + {n} = {weights + 2 * n:,}. **Buffers:** {n} + {n} = {2 * n:,}. "
        f"With a bias that does nothing there would be {weights + 3 * n:,} parameters.",
        _folded_words(result),
    )


def _folded_words(result: Normalized) -> str:
    mean, variance = (float(v) for v in result.running(result.updates))
    if not np.isfinite(variance):
        return "After training, both layers fold into one linear layer with a scale and a shift."
    scale, shift = result.folded
    return (
        "After training, both layers fold into one. With the running statistics of this page, mean "
        f"{number(mean, 4)} and variance {number(variance, 4)}, the scale is γ/√(v + ε) = {number(scale, 6)} and the "
        f"shift is β − μ times the scale = {number(shift, 6)}."
    )


def kinds(result: Normalized, values: Mapping[str, Any]) -> Sequence[Any]:
    """A table of samples and channels, normalized in three ways; one entry is dragged."""
    return (
        "Four samples with six channels; the first channel is a batch of its own. Drag the entry of sample 4, channel "
        "1. Only the outputs in the shaded cells follow: the others do not share its mean. Layer and group "
        "normalization stay within a sample, so they need no batch and no running statistics.",
        _kinds_picture(),
    )


def _kinds_picture() -> Picture:
    before = tables()
    outputs = {kind: normalized(before, kind) for kind in KINDS}
    own = {kind: out[:, ENTRY[0], ENTRY[1]] for kind, out in outputs.items()}
    return Picture(
        tuple(_cells(kind, outputs[kind], k) for k, kind in enumerate(KINDS)),
        axis=Axis("entry", "Entry", tuple(VALUES.tolist()), tuple(f"{v:g}" for v in VALUES), start=6.0),
        readouts=tuple(
            Readout(
                f"{kind} normalization",
                said(own[kind]),
                "second",
                f"Output of the dragged entry; {int(shared(kind).sum())} entries share its mean.",
            )
            for kind in KINDS
        ),
        sentences=tuple(
            f"The entry {v:g} becomes {texts[0]} by batch, {texts[1]} by layer, {texts[2]} by group.".replace("-", "−")
            for v, *texts in zip(VALUES, *(said(own[kind]) for kind in KINDS), strict=True)
        ),
    )


def _cells(kind: str, outputs: Array, column: int) -> Panel:
    """The outputs as numbers in cells; shaded are those that the dragged entry moves."""
    rows, columns = np.indices(TABLE.shape).reshape(2, -1) + 1
    inside = shared(kind).ravel() == 1
    left, right = columns[inside].min() - 0.5, columns[inside].max() + 0.5
    top, bottom = rows[inside].min() - 0.5, rows[inside].max() + 0.5
    rounded = np.round(outputs, 2).reshape(len(VALUES), -1) + 0.0  # not -0
    texts = [[f"{v:.2f}".replace("-", "−") for v in step] for step in rounded.tolist()]
    places = [(float(x), float(y), "–", "middle center") for x, y in zip(columns, rows, strict=True)]
    numbers = labels(places, "outputs", "text", 14)
    traces = [
        area([left, right, right, left], [top, top, bottom, bottom], "second_fill", "share its mean"),
        lines(
            ENTRY[1] + 0.6 + np.array([0, 0.8, 0.8, 0, 0]),
            ENTRY[0] + 0.6 + np.array([0, 0, 0.8, 0.8, 0]),
            "second",
            "dragged entry",
            2,
            dash="solid",
        ),
        numbers,
    ]
    look = {"fixedrange": True, "showgrid": False, "dtick": 1}
    return panel(
        traces,
        f"Outputs of {kind} normalization, four samples down and six channels across. The {int(inside.sum())} shaded "
        "entries follow the dragged one.",
        x="channel",
        y=f"{kind} normalization, sample",
        frames=(Texts(2, texts),),
        column=column,
        height=260,
        xaxis={"range": [0.4, TABLE.shape[1] + 0.6], **look},
        yaxis={"range": [TABLE.shape[0] + 0.6, 0.4], **look},
    )


SECTIONS = (
    Section("Running statistics: what does testing use?", running),
    Section("Small batches: how far off is a batch?", scatter),
    Section("Batch, layer, group: which values share a mean?", kinds),
    Section("Parameters and buffers: what is learned?", parameters),
)
