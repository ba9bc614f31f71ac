"""LeNet-5 against the numbers of its paper, and against counting every link."""

from __future__ import annotations

import pytest

from core.networks.lenet import FULL, ORIGINAL, lenet5, toggled, write_table
from core.networks.presets import preset_table
from core.networks.table import totals


def test_published_numbers() -> None:
    net = lenet5()
    assert (net.params, net.connections) == (60_000, 340_908)
    layers = {layer.name: layer for layer in net.layers}
    assert {name: layer.params for name, layer in layers.items()} == {
        "C1": 156,
        "S2": 12,
        "C3": 1_516,
        "S4": 32,
        "C5": 48_120,
        "F6": 10_164,
        "output": 0,
    }
    assert {name: layer.connections for name, layer in layers.items()} == {
        "C1": 122_304,
        "S2": 5_880,
        "C3": 151_600,
        "S4": 2_000,
        "C5": 48_120,
        "F6": 10_164,
        "output": 840,
    }
    assert [layer.shape for layer in net.layers] == [
        (6, 28, 28),
        (6, 14, 14),
        (16, 10, 10),
        (16, 5, 5),
        (120, 1, 1),
        (84, 1, 1),
        (10, 1, 1),
    ]
    assert layers["output"].fixed == 840 and net.c5_full
    assert [layer.kind for layer in net.layers[:3]] == ["convolution", "subsampling", "convolution"]


def test_the_original_table() -> None:
    table = lenet5().table
    # 6 maps from 3 neighbors, 6 from 4 neighbors, 3 from 4 others, 1 from all; neighbors also around the end.
    assert [len(row) for row in table] == [3] * 6 + [4] * 9 + [6]
    assert table[:6] == tuple(tuple(sorted((k + j) % 6 for j in range(3))) for k in range(6))
    assert table[6:12] == tuple(tuple(sorted((k + j) % 6 for j in range(4))) for k in range(6))
    assert lenet5().links == 60
    assert all(sum(source in row for row in table) == 10 for source in range(6))


def test_a_full_table_is_the_modern_network() -> None:
    full = lenet5(table=FULL)
    assert full.links == 96 and full.layers[2].params == 2_416
    assert full.modern_params == lenet5().modern_params == totals(preset_table(net="lenet5")).params == 61_706


@pytest.mark.parametrize("size", [32, 36, 48, 96])
def test_larger_images_by_counting(size) -> None:
    net = lenet5(size=size)
    c5 = ((size - 4) // 2 - 4) // 2 - 4
    assert net.layers[4].shape == (120, c5, c5) and net.c5_full == (c5 == 1)
    convolved = [(0, 6, 1), (4, 120, 16)]
    for place, maps, depth in convolved:
        _, height, width = net.layers[place].shape
        assert net.layers[place].connections == maps * height * width * (25 * depth + 1)
    assert net.layers[5].params == 84 * (120 * c5 * c5 + 1)
    assert net.modern_params == 156 + 2_416 + 48_120 + 84 * (120 * c5 * c5 + 1) + 850


def test_links_are_added_and_taken_away() -> None:
    once = toggled(ORIGINAL, source=5, target=0)
    assert lenet5(table=once).table[0] == (0, 1, 2, 5) and lenet5(table=once).links == 61
    assert lenet5(table=once).layers[2].params == 1_516 + 25
    assert toggled(once, source=5, target=0) == ORIGINAL == write_table(lenet5().table)
    empty = " ".join(["-"] * 16)
    assert lenet5(table=empty).links == 0 and lenet5(table=empty).layers[2].params == 16
    assert write_table(lenet5(table=empty).table) == empty


@pytest.mark.parametrize(
    "table", ["", "012", ORIGINAL + " 1", ORIGINAL.replace("012 ", "016 ", 1), "00" + ORIGINAL[2:], "x" * 99]
)
def test_tables_that_cannot_be_read(table) -> None:
    with pytest.raises(ValueError, match=r"^`table` must be 16 groups of different digits"):
        lenet5(table=table)


@pytest.mark.parametrize("size", [28, 30, 33, 100])
def test_sizes_out_of_range(size) -> None:
    with pytest.raises(ValueError, match=rf"^`size` must be a multiple of 4 in \[32, 96\]; got {size}\.$"):
        lenet5(size=size)


@pytest.mark.parametrize(("source", "target"), [(6, 0), (-1, 0), (0, 16), (0, -1)])
def test_links_that_do_not_exist(source, target) -> None:
    with pytest.raises(ValueError, match=r"^`source` must be in \[0, 5\]"):
        toggled(ORIGINAL, source=source, target=target)
