"""From a typed network to its rows, by formulas alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from math import isqrt

from core.networks.grammar import Item, Items, Join, Layer, TextError, write
from core.networks.layers import MAX_SIDE, MAX_WIDTH
from core.networks.parser import parse, plain
from core.networks.reported import demanding, fits, without_report
from core.networks.rules import apply, merge, parts
from core.networks.table import Call, LayerTable, Shape
from core.networks.values import Ledger, MisfitError, Value

# Beyond the smallest size at which every kernel fits, search this far for sizes at which the branches fit too.
_FARTHER = 64
_USUAL = (224, 28, 32, 64, 96, 128, 227, 256, 299, 384, 512)  # sides of images, tried first
_WORDS = {"concat": "concatenation", "split": "concatenation", "add": "sum", "mul": "product"}


class ShapeError(TextError):
    """A layer cannot take its input.

    Attributes
    ----------
    table : LayerTable
        The rows before that layer.
    smallest : int or None
        Side of the smallest square image that works, if there is one.
    """

    def __init__(self, text: str, at: int, problem: str, table: LayerTable, smallest: int | None) -> None:
        if smallest is not None and table.input_shape[1:] != (smallest, smallest):
            problem += f" The smallest square input that works is {smallest}x{smallest}."
        super().__init__(text, at, problem)
        self.table = table
        self.smallest = smallest


class _StopError(Exception):
    def __init__(self, at: int, problem: str, small: bool = False) -> None:
        self.at, self.problem, self.small = at, problem, small


def layer_table(
    *, text: str, size: int = 224, channels: int = 3, bias: bool = True, title: str = "", frozen: int = 0
) -> LayerTable:
    """Compute the rows of a typed network.

    Parameters
    ----------
    text : str
        See `core.networks.grammar`.
    size, channels : int
        Side and channels of the image, 1 to 4096 and 1 to 65,536; a layer `input` at the start of the text overrides
        them.
    bias : bool
        Whether convolutions and linear layers have biases unless the text says otherwise.
    title : str
        Of the table.
    frozen : int
        Number of leading calls whose parameters are not trained: they keep nothing for the backward pass.

    Raises
    ------
    TextError
        If the text cannot be read.
    ShapeError
        If a layer cannot take its input.
    ValueError
        If `size` or `channels` is out of range.
    """
    items = _parsed(text)
    shape = input_shape(items, size=size, channels=channels)
    walk = _Walk(bias, frozen)
    smallest = smallest_input(text=text, channels=shape[0])
    try:
        walk.along(layers_after_input(items), Value(shape), "")
    except _StopError as stop:
        table = _table(walk, shape, None, title)
        raise ShapeError(plain(text), stop.at, stop.problem, table, smallest) from None
    table = _table(walk, shape, smallest, title)
    report = without_report(text)[1]
    if report is not None:
        raise ShapeError(plain(text), 0, report.advice, table, None)
    return table


@lru_cache(maxsize=16)
def _parsed(text: str) -> Items:
    """Return the items of a text, which is often requested again with another image or other frozen layers."""
    items, report = parse(text=text), without_report(text)[1]
    return items if report is None else demanding(items, report)


def input_shape(items: Items, *, size: int, channels: int) -> tuple[int, int, int]:
    """Return channels, height, and width of the image."""
    if isinstance(items[0], Layer) and items[0].kind == "input":
        assert items[0].size is not None and items[0].width is not None
        return items[0].width, *items[0].size
    for name, number, high in (("size", size, MAX_SIDE), ("channels", channels, MAX_WIDTH)):
        if not 1 <= number <= high:
            raise ValueError(f"`{name}` must be in [1, {high:,}]; got {number:,}.")
    return channels, size, size


def layers_after_input(items: Items) -> Items:
    """Return the items without a leading `input`."""
    return items[1:] if isinstance(items[0], Layer) and items[0].kind == "input" else items


def branch_names(count: int) -> list[str]:
    """Name the branches: a to z, and numbers for more."""
    return [chr(ord("a") + place) if place < 26 else f"z{place}" for place in range(count)]


@lru_cache(maxsize=64)
def smallest_input(*, text: str, channels: int = 3) -> int | None:
    """Return the side of the smallest square image that a typed network accepts, or None if there is none up to 4096.

    Kernels fit from some size on, which is found by bisection; shapes of branches may fit only at some of the sizes
    from there on, and only the first 64 are tried.

    Raises
    ------
    TextError
        If the text cannot be read.
    """
    items = layers_after_input(_parsed(text))

    def failure(side: int) -> _StopError | None:
        try:
            _Walk(True).along(items, Value((channels, side, side)), "")
        except _StopError as stop:
            return stop
        return None

    low, high = 1, MAX_SIDE
    while low < high:
        middle = (low + high) // 2
        stop = failure(middle)
        low, high = (middle + 1, high) if stop is not None and stop.small else (low, middle)
    sides = range(low, min(low + _FARTHER, MAX_SIDE + 1))
    return next((side for side in sides if failure(side) is None), None)


@lru_cache(maxsize=64)
def made_for(*, text: str, channels: int = 3) -> tuple[int, int]:
    """Return channels and side of the image that pasted layers are made for; side 0 if they do not say.

    Layers of PyTorch state their inputs. The image is one that they all accept or, if an error of PyTorch was pasted
    with them, one with which they fail as it says.

    Raises
    ------
    TextError
        If the text cannot be read.
    """
    items, report = _parsed(text), without_report(text)[1]
    stated = [item for item in items if isinstance(item, Layer) and item.kind in ("conv", "dwconv", "deconv", "fc")]
    if isinstance(items[0], Layer) and items[0].kind == "input" or " in=" not in write(items):
        return channels, 0
    first = stated[0] if stated else None
    inputs = first.option("in") if first else 0
    if first is not None and first.kind == "fc" and inputs:
        inputs = report.got if report is not None and report.kind == "fc" and report.expected == inputs else inputs
        square = next((many for many in (1, 3) if isqrt(inputs // many) ** 2 * many == inputs), inputs)
        return square, isqrt(inputs // square)
    channels = inputs or channels
    if report is not None and first is not None and first.option("in") == report.expected and report.kind == first.kind:
        channels = report.got
    for side in (*_USUAL, *range(1, _FARTHER + 1)):
        walk = _Walk(True)
        try:
            walk.along(items, Value((channels, side, side)), "")
        except _StopError:
            if report is not None and fits(report, *walk.last):
                return channels, side
        else:
            if report is None:
                return channels, side
    return channels, 0


def _table(walk: _Walk, shape: tuple[int, int, int], smallest: int | None, title: str) -> LayerTable:
    return LayerTable(
        title=title,
        input_shape=shape,
        calls=tuple(walk.calls),
        blocks=walk.blocks,
        smallest=smallest,
        image_saved=0 in walk.ledger.kept,
        source="typed",
    )


class _Walk:
    """Goes through the items in order and collects the calls."""

    def __init__(self, bias: bool, frozen: int = 0) -> None:
        self.bias, self.frozen = bias, frozen
        self.calls: list[Call] = []
        self.blocks: dict[str, str] = {"": "Network"}
        self.ledger = Ledger()
        self.last: tuple[Layer, Shape] = (Layer("id"), ())  # the last layer that was tried, and the shape of its input

    def along(self, items: Items, value: Value, path: str) -> Value:
        for number, item in enumerate(items, start=1):
            value = self.through(item, value, f"{path}{number}")
        return value

    def through(self, item: Item, value: Value, path: str) -> Value:
        if isinstance(item, Layer):
            return self.layer(item, value, path)
        if isinstance(item, Join):
            return self.join(item, value, path)
        self.blocks[path] = "Repeat"
        for turn in range(1, item.count + 1):
            if len(item.items) == 1:
                value = self.through(item.items[0], value, f"{path}.{turn}")
            else:
                self.blocks[f"{path}.{turn}"] = "Group"
                value = self.along(item.items, value, f"{path}.{turn}.")
        return value

    def layer(self, layer: Layer, value: Value, path: str) -> Value:
        if layer.kind == "input":
            raise _StopError(layer.at, "input must be the first layer and appear once.")
        self.last = layer, value.shape
        return self.add(layer.at, lambda: apply(layer, value, self.ledger, bias=self.bias), path, str(layer))

    def join(self, item: Join, value: Value, path: str) -> Value:
        self.blocks[path] = "Branches"
        ends: list[Value] = []
        names = branch_names(len(item.branches))
        starts = [value] * len(names)
        if item.how == "split":
            try:
                starts = parts(value, len(names), self.ledger)
            except MisfitError as misfit:
                raise _StopError(item.at, str(misfit)) from None
        for place, (letter, branch) in enumerate(zip(names, item.branches, strict=True)):
            self.blocks[f"{path}.{letter}"] = "Branch"
            end = self.along(branch, starts[place], f"{path}.{letter}.")
            if ends and not _agree(item.how, end.shape, ends[0].shape):
                raise _StopError(item.starts[place], _difference(item.how, end, ends[0]))
            ends.append(end)
        return self.add(item.at, lambda: merge(item.how, ends, self.ledger), f"{path}.join", item.how)

    def add(self, at: int, step: Callable[[], tuple[Value, Call]], path: str, text: str) -> Value:
        try:
            value, call = step()
        except MisfitError as misfit:
            raise _StopError(at, str(misfit), misfit.small) from None
        if len(self.calls) < self.frozen:  # no gradient passes, and what it would have kept is free to be kept later
            value, call = replace(value, trained=False), replace(call, saved=(0, 0), saved_bf16=(0, 0))
            self.ledger.kept.clear()
        self.calls.append(replace(call, name=path, text=text))
        return value


def _agree(how: str, shape: Shape, first: Shape) -> bool:
    """Return whether branches with these shapes can be combined; a factor may have one number per channel."""
    if how == "mul" and len(shape) != len(first):
        return shape[0] == first[0]
    if len(shape) != len(first):
        return False
    if how in ("concat", "split"):
        return shape[1:] == first[1:]
    if how == "mul":
        return all(one == other or 1 in (one, other) for one, other in zip(shape, first, strict=True))
    return shape == first


def _difference(how: str, value: Value, first: Value) -> str:
    need = {"add": "the same shape", "mul": "the same shape, or one number for each channel"}.get(
        how, "the same height and width"
    )
    shown = [f"({', '.join(map(str, shape))})" for shape in (value.shape, first.shape)]
    return f"This branch gives {shown[0]} and the first one {shown[1]}; a {_WORDS[how]} needs {need}."
