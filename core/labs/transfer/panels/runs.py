"""Runs on the other half of the classes: accuracy during training, and at the end of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.draw.live import Figure, Frames, Panel, Readout, Track
from core.draw.marks import Trace, colored, curve, dots
from core.draw.style import layout
from core.kit.arrays import Array
from core.kit.words import number
from core.labs.transfer.compute.explore import Transfer
from core.labs.transfer.compute.runs import Arm, ended
from core.labs.transfer.panels.cut import LEFT, layer_axis
from core.training.transfer_experiment import RAW, SCRATCH

_NAMES = {SCRATCH: "from scratch", RAW: "head, unnormalized input"}
_EMPTY = "No run with these settings has finished yet."


def run_panels(result: Transfer, found: Mapping[int, Arm]) -> tuple[Panel, Panel]:
    """Draw the last accuracy against the cut, and accuracy against the updates."""
    return _ends(result, ended(found)), replace(_curves(result, found), paced="across")


def _curves(result: Transfer, found: Mapping[int, Arm]) -> Panel:
    steps = np.arange(0, result.specs[0].updates + 1, result.specs[0].every)
    chosen = [_percent(found, frozen, len(steps)) for frozen in result.arm_of]
    faint = [
        curve(arm.steps, 100 * arm.mean, "noise", arm_name(result, arm.frozen), 1.2, dash="solid", opacity=0.55)
        for arm in found.values()
        if arm.frozen >= 0
    ]
    new = [curve(found[SCRATCH].steps, 100 * found[SCRATCH].mean, "second", "from scratch")] if SCRATCH in found else []
    shown = bool(np.isfinite(chosen).any())
    with_cut = curve(steps if shown else [], None if shown else np.empty(0), "first", "with the cut", 3.0)
    data: list[Trace] = [*faint, *new, with_cut]
    said = [("first", "with the cut"), ("noise", "with other cuts"), ("second", "from scratch")]
    look = layout(
        title=colored(said),
        x=f"updates, {result.batch} images each",
        y="test accuracy (%)",
        margin={"l": LEFT, "r": 12, "t": 30, "b": 42},
        xaxis={"range": [0, float(steps[-1])]},
        yaxis={"range": [0, 100]},
    )
    frames = (Frames(len(data) - 1, chosen),) if shown else ()
    alt = _alt(result, ended(found))
    return Panel(Figure(data=data, layout=look), alt=alt, frames=frames, column=1, height=320)


def _percent(found: Mapping[int, Arm], frozen: int, count: int) -> Array:
    """Return accuracies of a run as far as it has come."""
    shown = np.full(count, np.nan)
    if frozen in found:
        shown[: len(found[frozen].mean)] = 100 * found[frozen].mean
    return shown


def arm_name(result: Transfer, frozen: int) -> str:
    """Say how a run starts."""
    if frozen in _NAMES:
        return _NAMES[frozen]
    first = next(layer for layer in result.layers if layer.params and layer.calls == frozen)
    return f"trained from {first.name} on"


def _ends(result: Transfer, found: Mapping[int, Arm]) -> Panel:
    x = np.array(result.cuts, float)
    ends = [end for arm in found.values() for end in arm.accuracy[:, -1]]
    low = max(0.0, 10 * np.floor(10 * min(ends, default=0.1)) - 10)
    means = np.array([100 * found[a].last if a in found else np.nan for a in result.arm_of])
    places = [
        (at, 100 * end)
        for at, a in zip(x, result.arm_of, strict=True)
        if a in found
        for end in found[a].accuracy[:, -1]
    ]
    at, end = np.array(places).reshape(-1, 2).T
    data: list[Trace] = [dots(at, end, "first", "each seed", 7, "line-ew-open")]
    if SCRATCH in found:
        data.append(
            curve(np.array([-0.5, x[-1] + 0.5]), np.full(2, 100 * found[SCRATCH].last), "second", "from scratch")
        )
    if RAW in found:
        data.append(dots(x[-1:], np.array([100 * found[RAW].last]), "warning", _NAMES[RAW], 9, "x-thin-open"))
    said = [
        ("first", "each seed"),
        ("second", "from scratch"),
        ("warning", "× unnormalized input"),
    ]
    look = layout(
        title=f"At the end: {colored(said)}",
        x="first trained layer",
        y="test accuracy (%)",
        margin={"l": LEFT, "r": 12, "t": 30, "b": 42},
        xaxis=layer_axis(result),
        yaxis={"range": [low, 100]},
    )
    return Panel(
        Figure(data=data, layout=look), alt=_alt(result, found), tracks=(Track(x, means, "first"),), height=280
    )


def _alt(result: Transfer, found: Mapping[int, Arm]) -> str:
    if not found:
        return _EMPTY
    told = ", ".join(f"{arm_name(result, a)} {number(100 * arm.last)}%" for a, arm in found.items())
    return f"Test accuracy after the last update, mean over the seeds: {told}."


def run_readouts(result: Transfer, found: Mapping[int, Arm]) -> tuple[Readout, ...]:
    """Return accuracies at each cut and from scratch."""

    def told(frozen: int) -> str:
        return f"{100 * found[frozen].last:.1f}%" if frozen in found else "–"

    return (
        Readout("test accuracy with the cut", tuple(map(told, result.arm_of)), "first", "Mean over the seeds."),
        Readout("from scratch", (told(SCRATCH),), "second", "The same network with new weights, mean over the seeds."),
        Readout(
            "gain in points",
            tuple(_gain_told(_gain(found, frozen)) for frozen in result.arm_of),
            help="Difference of the two means, once the same seeds have come to the end of both.",
        ),
        Readout(
            "head, unnormalized input",
            (told(RAW),),
            "warning",
            "The head alone, on features of images whose bytes, 0 to 255, go into the base as they are; mean.",
        ),
        Readout("trainable", _at_cuts(result, result.trainable), help="Parameters from the cut on."),
        Readout(
            f"by formula (off by {max(abs(a - b) for a, b in zip(result.trainable, result.counted, strict=True)):,})",
            _at_cuts(result, result.counted),
            help="k² C_in C_out + C_out for each layer, and 2 C_out for a batch normalization.",
        ),
    )


def _gain(found: Mapping[int, Arm], frozen: int) -> Array | None:
    """Return points of each seed above new weights; None until the same seeds have finished both."""
    if frozen not in found or SCRATCH not in found or found[frozen].seeds != found[SCRATCH].seeds:
        return None
    return 100 * (found[frozen].accuracy[:, -1] - found[SCRATCH].accuracy[:, -1])


def _gain_told(gain: Array | None) -> str:
    return "–" if gain is None else f"{gain.mean():+.1f}".replace("-", "−")


def _at_cuts(result: Transfer, counts: Sequence[int]) -> tuple[str, ...]:
    return tuple(f"{counts[cut]:,}" for cut in result.cuts)


def run_sentences(result: Transfer, found: Mapping[int, Arm]) -> tuple[str, ...]:
    """Say how each cut compares with new weights, and how far the seeds are apart."""
    return tuple(_sentence(result, found, cut, frozen) for cut, frozen in zip(result.cuts, result.arm_of, strict=True))


def _sentence(result: Transfer, found: Mapping[int, Arm], cut: int, frozen: int) -> str:
    images = result.specs[0].images
    if frozen not in found or SCRATCH not in found:
        return _EMPTY
    arm, scratch, gain = found[frozen], found[SCRATCH], _gain(found, frozen)
    what = "Only the head is trained" if cut == result.head else f"Trained from {result.layers[cut].name} on"
    if not result.frozen[cut]:
        what = "Everything is trained, from the transferred weights"
    if gain is None:
        return f"{what}: not all seeds have come to their end."
    early = ""
    if len(arm.steps) > 1:
        early = (
            f" After {arm.steps[1]:.0f} updates it was {100 * arm.mean[1]:.0f}% against {100 * scratch.mean[1]:.0f}%."
        )
    each = ", ".join(f"{points:+.1f}".replace("-", "−") for points in gain)
    if gain.mean() == 0:
        return f"{what}, on {images:,} images: as good as from scratch ({each}).{early}"
    early += _raw(found, cut == result.head)
    seeds = "in every seed" if (gain > 0).all() or (gain < 0).all() else "but not in every seed"
    way = "better" if gain.mean() > 0 else "worse"
    return (
        f"{what}, on {images:,} images: {number(abs(float(gain.mean())), 2)} points {way} than from scratch, {seeds} "
        f"({each}).{early}"
    )


def _raw(found: Mapping[int, Arm], head: bool) -> str:
    """Say how good the head is on raw images compared with prepared ones."""
    if not head or RAW not in found:
        return ""
    return f" With bytes that are not prepared it ends at {100 * found[RAW].last:.0f}%."
