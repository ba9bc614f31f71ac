"""The blocks of a network: its rows as a tree by their dotted names, with equal neighbors merged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from core.networks.table import Call, LayerTable


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A row, or rows whose names begin alike.

    Attributes
    ----------
    path, kind : str
        Dotted name, and class: that of the row or of the module.
    first, last : int
        Rows of the table from `first` to before `last`, those of all equal blocks together.
    count : int
        The number of equal blocks in a row that this represents.
    params, macs, activations : int
        Sums over these rows, all equal blocks together; parameters that are reused count once.
    children : tuple of Block
        Of the first of the equal blocks; empty for a row.
    """

    path: str
    kind: str
    first: int
    last: int
    count: int
    params: int
    macs: int
    activations: int
    children: tuple[Block, ...]


def blocks(table: LayerTable, *, collapse: bool = True) -> Block:
    """Return the tree of a table.

    Parameters
    ----------
    table : LayerTable
        Rows that are called only in training are left out.
    collapse : bool
        Whether neighbors of the same class, with the same layers inside and the same shapes, become one block. The
        first block of a stage, which halves the map, differs and stays separate.
    """
    rows = table.inference
    root = _block("", 0, rows, table.blocks)
    return _collapsed(root, rows) if collapse else root


def walk(block: Block) -> Iterator[Block]:
    """Yield the block and all below it, parents first."""
    yield block
    for child in block.children:
        yield from walk(child)


def _block(path: str, first: int, rows: tuple[Call, ...], classes: dict[str, str]) -> Block:
    """Return the block of these rows, whose names all begin with `path`; `first` is the index of the first one."""
    depth = path.count(".") + 1 if path else 0
    children, place = [], first
    for name, group in groupby(rows, key=lambda call: ".".join(call.name.split(".")[: depth + 1])):
        inside = tuple(group)
        if inside[0].name == name:
            children += [_leaf(call, place + offset) for offset, call in enumerate(inside)]
        else:
            children.append(_block(name, place, inside, classes))
        place += len(inside)
    return Block(
        path=path,
        kind=classes.get(path, "Group"),
        first=first,
        last=place,
        count=1,
        params=sum(child.params for child in children),
        macs=sum(child.macs for child in children),
        activations=sum(child.activations for child in children),
        children=tuple(children),
    )


def _leaf(call: Call, place: int) -> Block:
    return Block(
        path=call.name,
        kind=call.kind,
        first=place,
        last=place + 1,
        count=1,
        params=0 if call.shared else call.params,
        macs=call.macs,
        activations=call.activations,
        children=(),
    )


def _collapsed(block: Block, rows: tuple[Call, ...]) -> Block:
    """Return the block with equal neighbors merged, at every depth."""
    if not block.children:
        return block
    children = []
    for _, group in groupby(block.children, key=lambda child: _signature(child, rows)):
        equal = list(group)
        one = _collapsed(equal[0], rows)
        children.append(
            replace(
                one,
                last=equal[-1].last,
                count=len(equal),
                params=sum(child.params for child in equal),
                macs=sum(child.macs for child in equal),
                activations=sum(child.activations for child in equal),
            )
        )
    return replace(block, children=tuple(children))


def _signature(block: Block, rows: tuple[Call, ...]) -> tuple[object, ...]:
    """Return what equal blocks have in common."""
    inside = rows[block.first : block.last]
    start = len(block.path)
    return block.kind, tuple(
        (call.name[start:], call.kind, call.input_shape, call.output_shape, call.window, call.params, call.shared)
        for call in inside
    )
