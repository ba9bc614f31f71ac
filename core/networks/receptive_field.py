"""The part of the image that a unit of a feature map sees: an interval per axis that every layer widens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

Pair = tuple[int, int]


def by(pair: Pair) -> str:
    """Write a size, such as 3x3."""
    return f"{pair[0]}x{pair[1]}"


@dataclass(frozen=True, slots=True)
class Window:
    """The sliding window of a convolution or pooling: pairs are (height, width).

    Attributes
    ----------
    kernel, stride, dilation : (int, int)
    padding : (int, int, int, int)
        Rows or columns added at the top, bottom, left, and right.
    groups : int
        1 for pooling, where it has no meaning.
    ceil : bool
        Whether a last window that extends past the border counts; only pooling offers that.
    """

    kernel: Pair
    stride: Pair = (1, 1)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    dilation: Pair = (1, 1)
    groups: int = 1
    ceil: bool = False

    def reach(self, axis: int) -> int:
        """Count rows (axis 0) or columns (axis 1) from the first to the last one under the kernel, both included."""
        return self.dilation[axis] * (self.kernel[axis] - 1) + 1

    def padded(self, size: Pair) -> Pair:
        """Return the size of a map after padding."""
        top, bottom, left, right = self.padding
        return size[0] + top + bottom, size[1] + left + right

    def output(self, size: Pair) -> Pair:
        """Return the size of the output for an input of this size; 0 where the kernel does not fit.

        floor((n + padding - reach) / stride) + 1 per axis. With `ceil` the division rounds up, unless the last
        window would then begin past the input and the padding before it, as in PyTorch; a kernel that is larger than
        its input by less than a stride then fits, too.
        """
        return self._output(size, 0), self._output(size, 1)

    def _output(self, size: Pair, axis: int) -> int:
        stride = self.stride[axis]
        room = self.padded(size)[axis] - self.reach(axis)
        if self.ceil:
            count = -(-room // stride) + 1
            count -= (count - 1) * stride >= size[axis] + self.padding[2 * axis]
        else:
            count = room // stride + 1
        return max(count, 0)

    def note(self, size: Pair) -> str:
        """Say what is unusual about sliding over a map of this size, if anything."""
        touched = min(size[0], self.kernel[0]) * min(size[1], self.kernel[1])
        if 2 * touched < prod(self.kernel):
            return f"The {by(self.kernel)} kernel sees mostly padding: its input is {by(size)}."
        top, bottom, left, right = self.padding
        if top != bottom or left != right:
            return "An even kernel keeps the size only if one more row or column is added at the bottom or the right."
        return ""


@dataclass(frozen=True, slots=True)
class Field:
    """The part of the image seen by the units of a map: unit i sees rows jump * i + low to jump * i + high.

    Attributes
    ----------
    low, high, jump : (int, int)
        Along height and width, in pixels of the image; padding counts as part of the image.
    reach : str
        "box": as above. "whole": everything that the previous map saw (after global pooling, flattening, or attention
        over all positions). "unknown": no box of one size moves in equal steps (windows of attention, branches with
        different steps, pooling to a size that does not divide its input). Only "box" gives the intervals a meaning.
    gated : bool
        Whether a factor computed from the whole image scales it, as in squeeze-and-excitation: the box is that of the
        signal, though mathematically the whole image has an influence.

    References
    ----------
    Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019.
    """

    low: Pair = (0, 0)
    high: Pair = (0, 0)
    jump: Pair = (1, 1)
    reach: str = "box"
    gated: bool = False

    @property
    def size(self) -> Pair | None:
        """Return the height and width of the box in pixels; None if there is no box."""
        if self.reach != "box":
            return None
        return self.high[0] - self.low[0] + 1, self.high[1] - self.low[1] + 1

    @property
    def centre(self) -> tuple[float, float]:
        """Return the center of the box of the first unit, in pixels."""
        return (self.low[0] + self.high[0]) / 2, (self.low[1] + self.high[1]) / 2

    def through(self, window: Window) -> Field:
        """Return the field after a convolution or pooling."""
        if self.reach != "box":
            return self
        ends = [self._through(window, axis) for axis in (0, 1)]
        return replace(
            self,
            low=(ends[0][0], ends[1][0]),
            high=(ends[0][1], ends[1][1]),
            jump=(self.jump[0] * window.stride[0], self.jump[1] * window.stride[1]),
        )

    def _through(self, window: Window, axis: int) -> Pair:
        before = window.padding[2 * axis]
        low = self.low[axis] - before * self.jump[axis]
        return low, self.high[axis] + (window.reach(axis) - 1 - before) * self.jump[axis]

    def everywhere(self) -> Field:
        """Return the field of something computed from all positions of the map."""
        return replace(self, reach="whole")

    def lost(self) -> Field:
        """Return the field of something that is not a box of one size."""
        return self if self.reach == "whole" else replace(self, reach="unknown")


def join(fields: list[Field]) -> Field:
    """Return the field of a sum or concatenation: the union of the intervals, if all move in equal steps."""
    first = fields[0]
    if all(field == first for field in fields):
        return first
    gated = any(field.gated for field in fields)
    for reach in ("whole", "unknown"):
        if any(field.reach == reach for field in fields):
            return Field(reach=reach, gated=gated)
    if any(field.jump != first.jump for field in fields):
        return Field(reach="unknown", gated=gated)
    return Field(
        low=(min(field.low[0] for field in fields), min(field.low[1] for field in fields)),
        high=(max(field.high[0] for field in fields), max(field.high[1] for field in fields)),
        jump=first.jump,
        gated=gated,
    )


def gate(fields: list[Field]) -> Field:
    """Return the field of a product: a factor that sees the whole image only scales one that sees a box."""
    boxes = [field for field in fields if field.reach == "box"]
    if boxes and len(boxes) < len(fields) and all(field.reach != "unknown" for field in fields):
        return replace(join(boxes), gated=True)
    return join(fields)


def spread(field: Field, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Field:
    """Return the field after a transposed convolution; with a stride, its windows differ from position to position."""
    if stride != (1, 1):
        return field.lost()
    before = [d * (k - 1) - p for k, p, d in zip(kernel, padding, dilation, strict=True)]
    return field.through(Window(kernel, padding=(before[0], before[0], before[1], before[1]), dilation=dilation))


def resized(field: Field, size: Pair, wanted: Pair) -> Field:
    """Return the field after adaptive pooling of a map of `size` to `wanted`."""
    if wanted == size:
        return field
    if wanted == (1, 1):
        return field.everywhere()
    if size[0] % wanted[0] or size[1] % wanted[1]:
        return field.lost()
    step = size[0] // wanted[0], size[1] // wanted[1]
    return field.through(Window(kernel=step, stride=step))
