"""Panels: the timeline of learners and server, the staleness of each gradient, and the weight that they move.

Gradients have slots: the k-th of a learner keeps its slot in the traces at every period, and its place along the time
is nan where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from core.draw.live import Frames, Panel, Texts, Track
from core.draw.marks import TEXT, Trace, area, curve, dots, labels, lines, panel
from core.draw.style import line as stroke
from core.kit.arrays import Array, Numbers
from core.labs.staleness.compute.explore import PERIODS, TICKS, Staleness

ROLES = ("first", "second")  # of the others, and of learner 2
NAMES = ("others", "learner 2")
HALF = 0.36  # of a lane that a box takes to either side
_HIDDEN = "–"  # stands where a place that is nan hides it
_NARROW = 0.02  # of the time shown: in a box below that no number fits
_CLOSE = 0.028  # of the time shown: versions nearer than that would overlap
_HIGH = 1.3  # of the weight: what is farther away leaves the panel


@dataclass(frozen=True)
class Slots:
    """Gradients of learner 2, or of all others, at every period.

    Attributes
    ----------
    lanes : ndarray of shape (slots,)
        Number of the learner, counted from 1.
    read, start, end, arrival, done : ndarray of shape (periods, slots)
        When the weights are read, when computing starts and ends, when the gradient arrives, and when it is applied.
    stale : ndarray of shape (periods, slots)
        Its staleness; nan if it is not applied by the horizon.
    """

    lanes: Numbers
    read: Array
    start: Array
    end: Array
    arrival: Array
    done: Array
    stale: Array

    @classmethod
    def of(cls, result: Staleness, second: bool) -> Slots:
        """Collect them."""
        lanes: list[int] = []
        read: list[Array] = []
        done: list[Array] = []
        stale: list[Array] = []
        for learner in [1] if second else [0, *range(2, result.learners)]:
            pairs = [(line, line.learner == learner) for line in result.timelines]
            reads = _padded([line.reads(learner) / TICKS for line in result.timelines])
            lanes += [learner + 1] * reads.shape[1]
            read.append(reads)
            done.append(_padded([line.done[mine] / TICKS for line, mine in pairs], reads.shape[1]))
            stale.append(_padded([line.stale[mine] for line, mine in pairs], reads.shape[1]))
        begin = np.hstack(read)
        start = begin + result.delay
        end = start + (PERIODS[:, None] if second else result.others)
        return cls(np.array(lanes), begin, start, end, end + result.delay, np.hstack(done), np.hstack(stale))


@dataclass(frozen=True)
class Drawing:
    """A result with the slots of its gradients: of the others, and of learner 2."""

    result: Staleness

    @cached_property
    def slots(self) -> tuple[Slots, Slots]:
        """Both kinds."""
        return Slots.of(self.result, second=False), Slots.of(self.result, second=True)

    @property
    def across(self) -> dict[str, object]:
        """The axis of time that all panels have."""
        return {"range": [0, self.result.horizon * 1.01], "fixedrange": True}


def _padded(rows: list[Numbers], width: int = 0) -> Array:
    """Rows of different lengths as one array, with nan behind their ends."""
    full = np.full((len(rows), max(width, *map(len, rows))), np.nan)
    for k, row in enumerate(rows):
        full[k, : len(row)] = row
    return full


def _gapped(*corners: Array) -> Numbers:
    """Corners (periods, slots) of each piece as rows for one trace, with a gap after each piece."""
    gap = np.full_like(corners[0], np.nan)
    return np.stack([*corners, gap], axis=-1).reshape(len(gap), -1).astype(np.float32)


def timeline(drawing: Drawing) -> Panel:
    """Draw a lane for each learner with a box for each gradient, and above them the server with its versions.

    A line falls from each update through all lanes and is seen in the upper part of each box: ties and delays apart, as
    many lines stand in a box as its gradient gets old.
    """
    result = drawing.result
    traces: list[Trace] = [
        lines([0, result.horizon], [0, 0], "text", "server", 1.5),
    ]
    frames: list[Frames | Texts] = []
    for slots, role, name in zip(drawing.slots, ROLES, NAMES, strict=True):
        frames += _falls(slots, role, name, result.learners, traces)
    if result.delay:
        for slots, role, name in zip(drawing.slots, ROLES, NAMES, strict=True):
            frames += _messages(slots, role, name, traces)
    if result.sync != "async":
        frames += _waits(result, traces)
    for slots, role, name in zip(drawing.slots, ROLES, NAMES, strict=True):
        frames += _boxes(slots, role, name, result.horizon, traces)
    frames += _versions(result, traces)
    handle = result.delay + PERIODS
    names = ["server", *(f"learner {k + 1}" for k in range(result.learners))]
    drawn = panel(
        traces,
        f"Timeline up to t = {result.horizon:g} of {result.learners} learners below the server. Each gradient is a box "
        "from reading the weights to handing it over, with its staleness inside; the end of the first box of learner 2 "
        "is dragged. The section “Every gradient” lists them.",
        x="time t",
        y="server and learners",
        frames=frames,
        tracks=(Track(np.where(handle <= result.horizon, handle, np.nan), np.full(len(PERIODS), 2.0)),),
        height=330,
        margin={"l": 76},
        xaxis=drawing.across,
        yaxis={
            "range": [result.learners + 0.45, -0.3 - 0.06 * result.learners],
            "tickvals": list(range(result.learners + 1)),
            "ticktext": names,
            "showgrid": False,
            "fixedrange": True,
        },
    )
    return replace(drawn, absent=(f"The first gradient of learner 2 takes longer than {result.horizon:g}.",))


def _falls(slots: Slots, role: str, name: str, learners: int, traces: list[Trace]) -> list[Frames | Texts]:
    """Add a line through all lanes for each update."""
    y = np.tile([0.0, learners + HALF, np.nan], len(slots.lanes))
    traces.append(lines(np.zeros_like(y), y, role, f"updates of {name}", dash="solid"))
    return [Frames(len(traces) - 1, _gapped(slots.done, slots.done), "x")]


def _messages(slots: Slots, role: str, name: str, traces: list[Trace]) -> list[Frames | Texts]:
    """Add the ways from the server to the box of a gradient, and back."""
    top, lane, gap = np.zeros_like(slots.lanes), slots.lanes, np.full(len(slots.lanes), np.nan)
    y = np.column_stack([top, lane, gap, lane, top, gap]).ravel()
    nothing = np.full_like(slots.read, np.nan)
    x = _gapped(slots.read, slots.start, nothing, slots.end, slots.arrival)
    traces.append(lines(np.zeros_like(y), y, role, f"messages of {name}", 1, dash="dot"))
    return [Frames(len(traces) - 1, x, "x")]


def _waits(result: Staleness, traces: list[Trace]) -> list[Frames | Texts]:
    """Add the times that learners wait."""
    lanes: list[int] = []
    spans: list[Array] = []
    for learner in range(result.learners):
        rows = [line.waits(learner).ravel() / TICKS for line in result.timelines]
        spans.append(_padded(rows))
        lanes += [learner + 1] * (spans[-1].shape[1] // 2)
    if not lanes:
        return []
    both = np.hstack(spans)
    y = np.repeat(np.array(lanes, float), 3)
    traces.append(lines(np.zeros_like(y), y, "noise", "waiting", 3))
    return [Frames(len(traces) - 1, _gapped(both[:, ::2], both[:, 1::2]), "x")]


def _boxes(slots: Slots, role: str, name: str, horizon: float, traces: list[Trace]) -> list[Frames | Texts]:
    """Add the boxes of gradients, and in each that arrives how old it is; what is behind shows in the upper part."""
    top, low, high = slots.lanes - HALF, slots.lanes - HALF / 3, slots.lanes + HALF
    gap = np.full(len(slots.lanes), np.nan)
    cover, y = (np.column_stack([edge, edge, high, high, edge, gap]).ravel() for edge in (low, top))
    x = _gapped(slots.start, slots.end, slots.end, slots.start, slots.start)
    room = np.isfinite(slots.stale) & (slots.end - slots.start >= _NARROW * horizon)
    numbers = np.nan_to_num(slots.stale, nan=-1).astype(int).tolist()
    texts = [[str(age) if age >= 0 else _HIDDEN for age in row] for row in numbers]
    ages = [(0.0, float(lane) + HALF / 3, _HIDDEN, "middle center") for lane in slots.lanes]
    place = len(traces)
    traces += [
        area(np.zeros_like(y), cover, "paper", f"cover of {name}"),
        area(np.zeros_like(y), y, f"{role}_fill", name, edge=role),
        labels(ages, f"staleness of {name}", "text", TEXT + 1, cliponaxis=True),
    ]
    middle = np.where(room, (slots.start + slots.end) / 2, np.nan)
    return [
        Frames(place, x, "x"),
        Frames(place + 1, x, "x"),
        Frames(place + 2, middle, "x"),
        Texts(place + 2, texts),
    ]


def _versions(result: Staleness, traces: list[Trace]) -> list[Frames | Texts]:
    """Add a mark on the server for each update, and above it the version of the weights from there on."""
    times = _padded([np.append(0, line.updates) / TICKS for line in result.timelines])
    seen = np.array([_apart(row, _CLOSE * result.horizon) for row in times])
    count = times.shape[1]
    traces += [
        dots(np.zeros(count), np.zeros(count), "text", "updates", 6, "triangle-up", showlegend=False),
        labels([(0.0, -0.03 * result.learners, str(k), "top center") for k in range(count)], "versions"),
    ]
    place = len(traces) - 1
    return [Frames(place - 1, times, "x"), Frames(place, np.where(seen, times, np.nan), "x")]


def _apart(times: Array, least: float) -> list[bool]:
    """Return at which updates the version fits: the last of each moment, and not too near an earlier one."""
    last, out = -np.inf, []
    for time, after in zip(times, [*times[1:], np.nan], strict=True):
        out.append(bool(time != after and time - last >= least))
        last = time if out[-1] else last
    return out


def ages(drawing: Drawing) -> Panel:
    """Draw the staleness of each gradient at the time of its update."""
    result = drawing.result
    top = max(2.0, *(float(line.stale.max()) for line in result.timelines if len(line.stale)), 0.0)
    traces: list[Trace] = []
    frames: list[Frames | Texts] = []
    for slots, role, name, symbol in zip(drawing.slots, ROLES, NAMES, ("circle", "diamond"), strict=True):
        height = np.nan_to_num(slots.stale)
        foot = np.zeros_like(height)
        place = len(traces)
        traces += [
            lines(np.zeros(3), np.zeros(3), role, f"height of {name}", 1.6, dash="solid"),
            dots(np.zeros(1), np.zeros(1), role, name, 8, symbol),
        ]
        frames += [
            Frames(place, _gapped(slots.done, slots.done), "x"),
            Frames(place, _gapped(foot, height)),
            Frames(place + 1, slots.done, "x"),
            Frames(place + 1, height),
        ]
    return panel(
        traces,
        "Staleness of each gradient against the time of its update: circles for the others, diamonds for learner 2. "
        f"At any period of learner 2 it is at most {top:g}.",
        x="time t",
        y="staleness",
        frames=frames,
        height=190,
        margin={"l": 76},
        xaxis=drawing.across,
        yaxis={"range": [-0.06 * top, 1.12 * top], "fixedrange": True, "dtick": _tick(top)},
    )


def _tick(top: float) -> int:
    """Distance of whole numbers on an axis up to `top`."""
    return next(step for step in (1, 2, 5, 10, 20, 50) if 5 * step >= top)


def weight(drawing: Drawing) -> Panel:
    """Draw the weight of gradient descent with these gradients, and with gradients that are never old."""
    result = drawing.result
    times, stale, fresh = [], [], []
    for seen, path in zip(result.timelines, result.paths, strict=True):
        when = np.concatenate([[0], seen.updates, [seen.horizon]]) / TICKS
        times.append(when)
        stale.append(_held(path))
        fresh.append(_held((1 - result.eta) ** np.arange(len(path), dtype=np.float64)))
    traces = [
        curve(None, None, "truth", "if none were old", line=stroke("truth", 1.8, shape="hv")),
        curve(None, None, "variance", "with these gradients", line=stroke("variance", 2.8, dash="solid", shape="hv")),
    ]
    x = _full(times)
    frames = [
        Frames(k, values, attr)
        for k, both in enumerate((fresh, stale))
        for values, attr in ((x, "x"), (_full(both), "y"))
    ]
    end = result.ends
    return panel(
        traces,
        f"Weight of gradient descent with rate {result.eta:g} on w²/2 against time, from 1; the minimum is at 0. At "
        f"t = {result.horizon:g} its distance from it is between {end.min():.2g} and {end.max():.2g}, depending on the "
        "period of learner 2.",
        x="time t",
        y="weight w",
        frames=frames,
        column=1,
        height=520,
        xaxis=drawing.across,
        yaxis={"range": [-_HIGH, _HIGH], "fixedrange": True},
    )


def _held(path: Array) -> Array:
    """A path that stays where it is up to the horizon, without what lies far out of the panel."""
    held: Array = np.clip(np.append(path, path[-1]), -10 * _HIGH, 10 * _HIGH)
    return held


def _full(rows: list[Array]) -> Numbers:
    """Rows of different lengths as one array; behind its end a row stays at its last value."""
    width = max(map(len, rows))
    return np.stack([np.pad(row, (0, width - len(row)), "edge") for row in rows]).astype(np.float32)
