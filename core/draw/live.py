"""A picture that scrubs: figures, the axis they follow, and what each value of that axis shows.

`core.draw.packing` turns a picture into the bytes that the live chart in the browser reads, `core.draw.still` into
plain figures at one value of the axis.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypedDict

import numpy as np

from core.draw import style
from core.draw.rules import Rule
from core.kit.arrays import Numbers

Along = tuple[int, int]
_COLORED = re.compile(r"\[(\w+)\|([^\]]+)\]")


@dataclass(frozen=True)
class Frames:
    """One trace's data at each value of the axis.

    Attributes
    ----------
    trace : int
        Position of the trace in its figure.
    values : sequence of ndarray
        One array per axis value (a two-dimensional array counts as one row per value, and travels as one
        block). Without a basis it is the attribute itself. With a basis it holds coefficients (curves, p_k),
        p_k <= p, and the drawn y is `strands(values[k] @ basis[:p_k])`.
    attr : str
        The attribute of the trace that changes; "y" by default.
    basis : ndarray of shape (p, G), optional
        Basis functions on the G grid points; the x of the trace is then `strands` of that grid, or has such frames too.
    rule : Rule, optional
        Then `values` has the numbers of each step, and the attribute is the `part` of what the rule makes of them.
    part : int
        Position of that part.
    along : (int, int), optional
        See `Plane`.
    """

    trace: int
    values: Sequence[Numbers] | Numbers
    attr: str = "y"
    basis: Numbers | None = None
    rule: Rule | None = None
    part: int = 0
    along: Along | None = None

    def __post_init__(self) -> None:
        """Check the shapes; `ValueError` if they do not fit."""
        if not len(self.values):
            raise ValueError("`values` must hold at least one array; got none.")
        if self.rule is not None:
            wanted, found = self.rule.shape, np.shape(self.values)[1:]
            if len(found) != len(wanted) or any(b not in (None, a) for a, b in zip(found, wanted, strict=True)):
                numbers = ", ".join("any" if size is None else str(size) for size in wanted)
                raise ValueError(f"`values` of this rule must be (steps, {numbers}); got {np.shape(self.values)}.")
            return
        if self.basis is None:
            if any(np.ndim(v) != 1 for v in self.values):
                raise ValueError("`values` without a basis must be arrays of one dimension.")
            return
        rows = {len(v) for v in self.values}
        if len(rows) != 1 or any(np.ndim(v) != 2 for v in self.values):
            raise ValueError("`values` with a basis must be (curves, p) arrays, all with the same curves.")
        widest = max(np.shape(v)[1] for v in self.values)
        if np.ndim(self.basis) != 2 or len(self.basis) < widest:
            raise ValueError(f"`basis` must have at least {widest} rows; got {len(self.basis)}.")

    def at(self, index: int) -> Numbers:
        """Return the values of the attribute at one axis index, as drawn (1-D)."""
        values: Numbers = np.asarray(self.values[index])
        if self.rule is not None:
            return self.rule.drawn(values)[self.part]
        return values if self.basis is None else strands(values @ self.basis[: values.shape[1]])


@dataclass(frozen=True)
class Texts:
    """Texts at the points of one trace for each value of the axis: one per point.

    A text is hidden by a position of nan, never by an empty text.

    Attributes
    ----------
    trace : int
        Position of the trace in its figure.
    values : sequence of sequences of str
        The texts at each axis value; equal texts are sent once.
    along : (int, int), optional
        See `Plane`.
    """

    trace: int
    values: Sequence[Sequence[str]]
    along: Along | None = None
    attr: ClassVar[str] = "text"

    def at(self, index: int) -> list[str]:
        """Return the texts at one axis index."""
        return list(self.values[index])


class Figure(TypedDict):
    """A plotly figure as plain data.

    `go.Figure(**figure)` would check each property, which costs more than all the math of a tick, so that is left
    to `still` and to the tests.
    """

    data: list[dict[str, Any]]
    layout: dict[str, Any]


@dataclass(frozen=True)
class Track:
    """Position of a draggable handle in a figure at each value of the axis.

    Attributes
    ----------
    x : ndarray of shape (steps,)
        In the units of the x axis; nan where the handle has no position.
    y : ndarray of shape (steps,), optional
        If given, the handle is a dot at (x, y); otherwise it is a vertical line over the whole height.
    role : str
        Color role of a dot.
    along : (int, int), optional
        See `Plane`; a handle that follows one axis, (1, 0) or (0, 1), moves along it and leaves the other where it is.
    """

    x: Numbers
    y: Numbers | None = None
    role: str = "accent"
    along: Along | None = None


@dataclass(frozen=True)
class Panel:
    """One figure of a picture: its text alternative, its frames, its handles, and its position.

    `tracks` are the handles that move along the axis and move it when they are dragged; while the first of them is
    out of sight, `absent` says why (a text, or one per axis value). `column` counts from the left, from 0 to 2;
    `height` is in pixels, or a fraction of its column where the picture fills its window. A `folded` panel is one click
    away. `width` is a fraction of the window, equal to that of the widest panel of the column. A `paced` panel can be
    replayed: "across" from left to right, as a training over its x axis; "along" the curve that moves, step by step.
    """

    figure: Figure
    alt: str
    frames: tuple[Frames | Texts, ...] = ()
    tracks: tuple[Track, ...] = ()
    absent: tuple[str, ...] = ()
    column: int = 0
    height: int = 420
    folded: bool = False
    width: float = 1.0
    paced: str = ""

    def __post_init__(self) -> None:
        """Check that there is an alternative and that the frames refer to traces that exist."""
        if not self.alt.strip():
            raise ValueError("`alt` must describe the figure in words; got an empty text.")
        if self.column not in (0, 1, 2):
            raise ValueError(f"`column` must be 0, 1 or 2; got {self.column}.")
        if self.paced not in ("", "across", "along"):
            raise ValueError(f"`paced` must be empty, across or along; got {self.paced}.")
        traces = len(self.figure["data"])
        for frames in self.frames:
            if not 0 <= frames.trace < traces:
                raise ValueError(f"`trace` must be in [0, {traces - 1}]; got {frames.trace}.")


@dataclass(frozen=True)
class Axis:
    """The control that is dragged: name of the setting, label on screen, its values, and their texts."""

    name: str
    label: str
    values: tuple[float, ...]
    texts: tuple[str, ...]
    start: float | None = None  # where an untouched picture starts; at the lowest value if not given

    def __post_init__(self) -> None:
        """Check that values rise and that each has a text."""
        if not self.values or any(b <= a for a, b in zip(self.values, self.values[1:], strict=False)):
            raise ValueError("`values` must rise and hold at least one number.")
        if len(self.texts) != len(self.values):
            raise ValueError(f"`texts` must hold {len(self.values)} texts; got {len(self.texts)}.")

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Return the axis itself: the only one to move along."""
        return (self,)

    def nearest(self, value: float) -> int:
        """Return the index of the axis value closest to `value`."""
        return min(range(len(self.values)), key=lambda i: abs(self.values[i] - value))


@dataclass(frozen=True)
class Plane:
    """Two axes along which a point of a figure is dragged; `name` is the setting, a point (x, y).

    The steps run along `across`, row by row of `up`. What depends on a single direction of the plane declares it with
    `along` and has entries for that direction only: (1, 0) counts the values of `across`, (0, 1) those of `up`, (-1, 1)
    how far `up` is ahead of `across`.
    """

    name: str
    across: Axis
    up: Axis
    start: tuple[float, float]

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Return both axes."""
        return self.across, self.up

    @property
    def values(self) -> tuple[tuple[float, float], ...]:
        """Return the point at each step."""
        return tuple((x, y) for y in self.up.values for x in self.across.values)

    def nearest(self, value: Sequence[float]) -> int:
        """Return the index of the point closest to `value`."""
        return self.across.nearest(value[0]) + len(self.across.values) * self.up.nearest(value[1])


@dataclass(frozen=True)
class Check:
    """A second computation of a number: its result at each axis value or at all of them, and how it is done.

    `agrees` says at which axis values the results match, or has a single entry for all of them.
    """

    texts: tuple[str, ...]
    agrees: tuple[bool, ...] = (True,)
    how: str = ""


@dataclass(frozen=True)
class Readout:
    """A number in words.

    The first four of a picture are shown; the others are one click away. A click on the label opens the details.

    Attributes
    ----------
    label
        Name of the number.
    texts
        One text per axis value, or one for all.
    role
        Color role of the curve that shows it.
    help
        What it means.
    along
        See `Plane`.
    formula
        Its formula with the numbers of each axis value, or one for all.
    check
        A second computation.
    headline
        True if it is spoken with each value of the slider.
    """

    label: str
    texts: tuple[str, ...]
    role: str = ""
    help: str = ""
    along: Along | None = None
    formula: tuple[str, ...] = ()
    check: Check | None = None
    headline: bool = False

    def __post_init__(self) -> None:
        """Check the color role."""
        if self.role and self.role not in style.PALETTE:
            raise ValueError(f"`role` must be one of {', '.join(style.PALETTE)}; got {self.role}.")


@dataclass(frozen=True)
class Remark:
    """A remark after the sentence of a picture, along one direction of its plane; see `Plane`."""

    texts: tuple[str, ...]
    along: Along


@dataclass(frozen=True)
class Picture:
    """Everything a live chart shows: panels, the axis they share, readouts, and words.

    There is one summary per axis value, of at most 15 words, which may use the colors of the curves: "[bias|bias²] is
    larger". Where there is one, the longer sentences (one per axis value) and the remarks are a click away.
    """

    panels: tuple[Panel, ...]
    axis: Axis | Plane | None = None
    readouts: tuple[Readout, ...] = ()
    sentences: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    summaries: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that everything has one entry per axis value (texts may also have a single entry)."""
        for panel in self.panels:
            for frames in panel.frames:
                steps = self.steps(frames.along)
                if len(frames.values) != steps:
                    raise ValueError(f"`values` must hold {steps} arrays; got {len(frames.values)}.")
            for track in panel.tracks:
                steps = self.steps(track.along)
                for name, places in (("x", track.x), ("y", track.y)):
                    if places is not None and np.shape(places) != (steps,):
                        raise ValueError(f"`{name}` of a track must hold {steps} numbers; got {np.size(places)}.")
            if len(panel.absent) not in (0, 1, self.steps()):
                raise ValueError(f"`absent` must hold 1 or {self.steps()} texts; got {len(panel.absent)}.")
        self._check_words()

    def _check_words(self) -> None:
        for name, texts in (("sentences", self.sentences), ("summaries", self.summaries)):
            if len(texts) not in (0, 1, self.steps()):
                raise ValueError(f"`{name}` must hold 1 or {self.steps()} texts; got {len(texts)}.")
        entries: list[tuple[str, tuple[str, ...], Along | None]] = [("remarks", r.texts, r.along) for r in self.remarks]
        for readout in self.readouts:
            also = readout.check.texts if readout.check else ()
            entries += [
                (readout.label, texts or ("",), readout.along) for texts in (readout.texts, readout.formula, also)
            ]
        for name, texts, along in entries:
            if len(texts) not in (1, self.steps(along)):
                raise ValueError(f"`{name}` must hold 1 or {self.steps(along)} texts; got {len(texts)}.")

    def steps(self, along: Along | None = None) -> int:
        """Count the steps, or the different ones in a direction of the plane."""
        sizes = [len(axis.values) for axis in self.axis.axes] if self.axis else []
        if along is None:
            return math.prod(sizes)
        return 1 + sum(abs(weight) * (size - 1) for weight, size in zip(along, sizes, strict=True))

    def entry(self, along: Along | None, index: int) -> int:
        """Return the index of the entry for a step: that of the step itself, or the one in a direction of the plane."""
        if along is None or self.axis is None:
            return index
        across, up = (len(axis.values) for axis in self.axis.axes)
        places = zip(along, (index % across, index // across), (across, up), strict=True)
        return sum(weight * at if weight > 0 else -weight * (size - 1 - at) for weight, at, size in places)

    def words(self, index: int) -> tuple[str, ...]:
        """Return the sentence and the remarks at a step."""
        sentence = self.sentences[min(index, len(self.sentences) - 1) :][:1]
        return (*sentence, *(self.text(remark, index) for remark in self.remarks))

    def summary(self, index: int) -> str:
        """Return the summary at a step without its colors; empty if there is none."""
        return uncolored(self.summaries[min(index, len(self.summaries) - 1)]) if self.summaries else ""

    def text(self, words: Readout | Remark, index: int) -> str:
        """Return the text of a readout or a remark at a step."""
        return words.texts[min(self.entry(words.along, index), len(words.texts) - 1)]


def uncolored(text: str) -> str:
    """Return a summary without the roles that color its words."""
    return _COLORED.sub(r"\2", text)


def strands(curves: Numbers) -> Numbers:
    """Join several curves into one trace: the rows of (curves, G) one after another, with a NaN after each."""
    curves = np.asarray(curves)
    gap = np.full((len(curves), 1), np.nan)
    return np.hstack([curves, gap]).ravel()
