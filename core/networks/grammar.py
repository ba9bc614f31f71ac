"""Networks as text in the notation of the VGG paper, with branches, sums, and repetitions; `parser` reads it.

::

    text  := item (separator item)*            separator: , or ; or -> or a line end; # begins a comment
    item  := [count x] ( layer | (text) | {[how] text | text} )    how: + adds, * multiplies, / splits the channels
    layer := name [size [x size]] [-width] (/stride [x stride] | [@] option)*
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.networks.layers import SAME

MAX_TEXT = 20_000
# How branches are combined, and what is written for it after the brace.
HOWS = {"concat": "", "add": "+", "mul": "*", "split": "/"}


class TextError(ValueError):
    """An error in a text, and where it is.

    Attributes
    ----------
    line, column : int
        From 1.
    problem : str
        A sentence.
    source, caret : str
        The line, or the part of it around the error, and below it a caret that points at the error.
    suggestion : str
        What was probably meant; "" if nothing is close.
    """

    def __init__(self, text: str, at: int, problem: str, suggestion: str = "") -> None:
        start = text.rfind("\n", 0, at) + 1
        self.line = text.count("\n", 0, at) + 1
        self.column = at - start + 1
        self.problem = problem
        self.suggestion = suggestion
        end = text.find("\n", at)
        first = max(start, at - 60)
        self.source = text[first : len(text) if end < 0 else end][:120].replace("\t", " ")
        self.caret = " " * (at - first) + "^"
        super().__init__(f"{self.line}:{self.column}: {problem}\n{self.source}\n{self.caret}")


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer as typed; `None` where the text does not say. `at` is its position in the text and not compared.

    Attributes
    ----------
    kind : str
        Key of `core.networks.layers.KINDS`.
    size : (int, int) or None
        Height and width of the kernel, or of the image for "input".
    width : int or None
        Filters of a convolution, outputs of fc, channels of "input".
    options : tuple of (str, int or (int, int))
        Sorted; keys of `core.networks.layers.OPTIONS`, among them "s" for the stride and "same". Two numbers are along
        height and width.
    """

    kind: str
    size: tuple[int, int] | None = None
    width: int | None = None
    options: tuple[tuple[str, int | tuple[int, int]], ...] = ()
    at: int = field(default=0, compare=False)

    def option(self, name: str, default: int = 0) -> int:
        """Return the value of an option that is one number."""
        found = dict(self.options).get(name, default)
        return found if isinstance(found, int) else found[0]

    def pair(self, name: str, default: int = 0) -> tuple[int, int]:
        """Return the value of an option along height and width."""
        found = dict(self.options).get(name, default)
        return (found, found) if isinstance(found, int) else found

    def __str__(self) -> str:
        size = "" if self.size is None else "x".join(str(n) for n in dict.fromkeys(self.size))
        if self.size is not None and self.kind == "input":
            size = f"{self.size[0]}x{self.size[1]}"
        width = "" if self.width is None else f"-{self.width}" if size or self.kind != "fc" else str(self.width)
        given = {name: _number(value) for name, value in self.options}
        rate = f"0.{int(given.pop('rate')):03}".rstrip("0") if "rate" in given else ""
        stride = f"/{given.pop('s')}" if "s" in given else ""
        same = f"@{SAME}" if given.pop(SAME, "") not in ("", "0") else ""
        named = [f" {name}={value}" for name, value in given.items()]
        return "".join([self.kind, size, width, rate, stride, same, *named])


def _number(value: int | tuple[int, int]) -> str:
    return str(value) if isinstance(value, int) else f"{value[0]}x{value[1]}"


@dataclass(frozen=True, slots=True)
class Repeat:
    """Layers that occur `count` times, 2 or more."""

    count: int
    items: Items
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Join:
    """Branches that start from the same map and are combined: `how` is a key of `HOWS`.

    With "split" each branch gets a part of the channels.
    """

    how: str
    branches: tuple[Items, ...]
    at: int = field(default=0, compare=False)
    starts: tuple[int, ...] = field(default=(), compare=False)


Item = Layer | Repeat | Join
Items = tuple[Item, ...]


def write(items: Items) -> str:
    """Write a network as one line, which `parse` reads back."""
    return ", ".join(_written(item) for item in items)


def _written(item: Item) -> str:
    if isinstance(item, Layer):
        return str(item)
    if isinstance(item, Repeat):
        inner = write(item.items)
        alone = len(item.items) == 1 and not isinstance(item.items[0], Repeat)
        return f"{item.count}x {inner}" if alone else f"{item.count}x({inner})"
    opening = f"{HOWS[item.how]} " if HOWS[item.how] else ""
    return f"{{{opening}{' | '.join(write(branch) for branch in item.branches)}}}"


def layers(items: Items) -> int:
    """Count layers after repeats have been multiplied out."""
    count = 0
    for item in items:
        if isinstance(item, Layer):
            count += 1
        elif isinstance(item, Repeat):
            count += item.count * layers(item.items)
        else:
            count += 1 + sum(layers(branch) for branch in item.branches)
    return count
