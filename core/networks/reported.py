"""Shape errors of PyTorch, pasted together with the layers: which layer fails, and on which image.

The layers say how many inputs they are made for (``in=400``); the error says how many there were. Together they give
the image, so that the network can be drawn up to the layer that fails.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import prod

from core.networks.grammar import Item, Items, Join, Layer, Repeat
from core.networks.table import Shape

_PRODUCT = re.compile(
    r"^.*?(?:mat1 and mat2 shapes cannot be multiplied|size mismatch, m1:).*?"
    r"\[?\(?(\d+) ?x ?(\d+)\]?(?:,? *m2: *| and )\[?(\d+) ?x ?(\d+).*$",
    re.MULTILINE,
)
_WINDOW = re.compile(
    r"^.*?Given (?:groups=(\d+)|transposed=1), weight of size \[([\d, ]+)\], expected input\[([\d, ]+)\] "
    r"to have (\d+) channels, but got (\d+) channels.*$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Report:
    """The facts in an error message of PyTorch.

    Attributes
    ----------
    kind : str
        Kind of the layer.
    width, expected, got : int
        Outputs of the layer, the inputs that it is made for, and those that it was given.
    shape : tuple of int
        Of the map that it was given, (channels, height, width); () if the error does not say.
    """

    kind: str
    width: int
    expected: int
    got: int
    shape: Shape = ()

    @property
    def advice(self) -> str:
        """Say what mends it, if no image makes the layers fail in this way."""
        what = "numbers" if self.kind == "fc" else "channels"
        said = f"The error is of a layer made for {self.expected:,} {what} that got {self.got:,}"
        if self.kind == "fc" and self.expected % self.got == 0:
            return f"{said}: its input is not flattened, so put nn.Flatten() before it."
        return f"{said}: write {self.got} in place of {self.expected}."


def without_report(text: str) -> tuple[str, Report | None]:
    """Return the text without the line of an error, and what the error says."""
    found = _PRODUCT.search(text)
    if found is not None:
        _, got, expected, width = (int(number) for number in found.groups())
        return text[: found.start()] + text[found.end() :], Report("fc", width, expected, got)
    found = _WINDOW.search(text)
    if found is None:
        return text, None
    weights, given = ([int(number) for number in re.findall(r"\d+", found[place])] for place in (2, 3))
    if len(weights) < 3 or len(given) < 3:
        return text, None
    shape = tuple(given[1:]) if len(given) > 3 else (given[1], 1, given[2])
    if found[1] is None:
        report = Report("deconv", weights[1], int(found[4]), int(found[5]), shape)
    else:
        report = Report("conv", weights[0], int(found[4]), int(found[5]), shape)
    return text[: found.start()] + text[found.end() :], report


def demanding(items: Items, report: Report) -> Items:
    """Return the items in which the layers that the error can mean say what they are made for."""

    def of(item: Item) -> Item:
        if isinstance(item, Repeat):
            return replace(item, items=demanding(item.items, report))
        if isinstance(item, Join):
            return replace(item, branches=tuple(demanding(branch, report) for branch in item.branches))
        meant = item.kind == report.kind and item.width == report.width and not item.option("in")
        return replace(item, options=(*item.options, ("in", report.expected))) if meant else item

    return tuple(map(of, items))


def fits(report: Report, layer: Layer, shape: Shape) -> bool:
    """Return whether a layer that is given such a map makes this error."""
    if layer.kind != report.kind or layer.option("in") != report.expected:
        return False
    return shape == report.shape if report.shape else prod(shape) == report.got
