"""LeNet-5 as published: its sparse third layer, its trainable subsampling, and the meaning of a connection."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Maps of S2 that each of the 16 maps of C3 sees (LeCun et al. 1998, table I).
ORIGINAL = "012 123 234 345 045 015 0123 1234 2345 0345 0145 0125 0134 1245 0235 012345"
FULL = " ".join(["012345"] * 16)
SIZES = (32, 96)
_ROW = re.compile(r"[0-5]{0,6}")


@dataclass(frozen=True, kw_only=True)
class LeNetLayer:
    """One layer.

    Attributes
    ----------
    name, kind : str
        Such as "C3"; "convolution", "subsampling", "fully connected" or "radial basis".
    shape : (int, int, int)
        Maps, height, width.
    params : int
        Trained numbers, biases included.
    connections : int
        Params times the positions at which each is used; for subsampling, the inputs and the bias of each unit.
    fixed : int
        Numbers that are set by hand, not trained.
    """

    name: str
    kind: str
    shape: tuple[int, int, int]
    params: int
    connections: int
    fixed: int = 0


@dataclass(frozen=True, kw_only=True)
class LeNet:
    """LeNet-5 for images of a size, with a table of connections for C3.

    Attributes
    ----------
    table : tuple of tuple of int
        For each map of C3 the maps of S2 that it sees, in increasing order.
    links : int
        Pairs in the table: 60 in the original, 96 if full.
    layers : tuple of LeNetLayer
        C1, S2, C3, S4, C5, F6, output.
    params, connections : int
        Sums; 60,000 and 340,908 for the original.
    modern_params : int
        With a full table, plain pooling and a trained output layer of 10 units: 61,706 at 32 x 32.
    c5_full : bool
        Whether the maps of C5 are 1 x 1, so that the convolution equals a fully connected layer.
    """

    table: tuple[tuple[int, ...], ...]
    links: int
    layers: tuple[LeNetLayer, ...]
    params: int
    connections: int
    modern_params: int
    c5_full: bool


def lenet5(*, table: str = ORIGINAL, size: int = 32) -> LeNet:
    """Count parameters and connections of LeNet-5.

    Parameters
    ----------
    table : str
        For each of the 16 maps of C3, the numbers of the maps of S2 that it sees, 0 to 5, between blanks; "-" for a
        map that sees none.
    size : int
        Side of the image, 32 to 96 in steps of 4, so that the subsampling comes out even.

    Raises
    ------
    ValueError
        If the table or the size is invalid.

    References
    ----------
    LeCun, Bottou, Bengio, Haffner, "Gradient-Based Learning Applied to Document Recognition", Proc. IEEE 86, 1998.
    """
    rows = _read(table)
    if not SIZES[0] <= size <= SIZES[1] or size % 4:
        raise ValueError(f"`size` must be a multiple of 4 in [{SIZES[0]}, {SIZES[1]}]; got {size}.")
    links = sum(len(row) for row in rows)
    c1, c3 = size - 4, (size - 4) // 2 - 4
    s2, s4 = c1 // 2, c3 // 2
    c5 = s4 - 4
    c3_params = 25 * links + 16
    f6 = 84 * (120 * c5 * c5 + 1)
    c5_params = 120 * (16 * 25 + 1)
    layers = (
        _layer("C1", "convolution", 6, c1, 156, 156 * c1 * c1),
        _layer("S2", "subsampling", 6, s2, 12, 6 * s2 * s2 * 5),
        _layer("C3", "convolution", 16, c3, c3_params, c3_params * c3 * c3),
        _layer("S4", "subsampling", 16, s4, 32, 16 * s4 * s4 * 5),
        _layer("C5", "convolution", 120, c5, c5_params, c5_params * c5 * c5),
        _layer("F6", "fully connected", 84, 1, f6, f6),
        LeNetLayer(name="output", kind="radial basis", shape=(10, 1, 1), params=0, connections=840, fixed=840),
    )
    return LeNet(
        table=rows,
        links=links,
        layers=layers,
        params=sum(layer.params for layer in layers),
        connections=sum(layer.connections for layer in layers),
        modern_params=156 + 16 * (6 * 25 + 1) + c5_params + f6 + 10 * 85,
        c5_full=c5 == 1,
    )


def write_table(table: tuple[tuple[int, ...], ...]) -> str:
    """Write a table as `lenet5` reads it."""
    return " ".join("".join(map(str, sorted(row))) or "-" for row in table)


def toggled(table: str, *, source: int, target: int) -> str:
    """Return the table with the link between map `source` of S2 and map `target` of C3 added or removed.

    Raises
    ------
    ValueError
        If the table is invalid, or there are no such maps.
    """
    rows = [set(row) for row in _read(table)]
    if not (0 <= source < 6 and 0 <= target < 16):
        raise ValueError(f"`source` must be in [0, 5] and `target` in [0, 15]; got {source} and {target}.")
    rows[target] ^= {source}
    return write_table(tuple(tuple(row) for row in rows))


def _layer(name: str, kind: str, maps: int, side: int, params: int, connections: int) -> LeNetLayer:
    return LeNetLayer(name=name, kind=kind, shape=(maps, side, side), params=params, connections=connections)


def _read(table: str) -> tuple[tuple[int, ...], ...]:
    rows = [row.replace("-", "") for row in table[:1000].split()]
    if len(rows) != 16 or not all(_ROW.fullmatch(row) and len(set(row)) == len(row) for row in rows):
        raise ValueError("`table` must be 16 groups of different digits from 0 to 5 with blanks between, such as 012.")
    return tuple(tuple(sorted(map(int, row))) for row in rows)
