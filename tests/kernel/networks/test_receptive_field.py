"""Windows and receptive fields against counting positions one by one."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.networks.receptive_field import Field, Window, by, gate, join, resized

SMALL = st.integers(1, 5)
WINDOWS = st.builds(
    Window,
    kernel=st.tuples(SMALL, SMALL),
    stride=st.tuples(SMALL, SMALL),
    padding=st.tuples(*[st.integers(0, 3)] * 4),
    dilation=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    ceil=st.booleans(),
)


def starts(window, axis, size):
    """Where a window can begin along an axis of the padded map, by trying."""
    before, after = window.padding[2 * axis : 2 * axis + 2]
    length = before + size + after
    found, at = [], 0
    while at + window.dilation[axis] * (window.kernel[axis] - 1) < length:
        found.append(at)
        at += window.stride[axis]
    # With ceil, one more window may reach beyond the end by less than a stride, if the last one does not end there
    # and it begins inside or in front.
    beyond = at + window.reach(axis) - length
    if window.ceil and 0 < beyond < window.stride[axis] and at < before + size:
        found.append(at)
    return found


@given(WINDOWS, st.tuples(st.integers(1, 20), st.integers(1, 20)))
def test_output_size_is_the_number_of_positions(window, size) -> None:
    assume(not window.ceil or max(window.padding) <= min(window.kernel) // 2)  # as pooling demands
    expected = tuple(len(starts(window, axis, size[axis])) for axis in (0, 1))
    assert window.output(size) == expected
    assert window.padded(size) == (size[0] + sum(window.padding[:2]), size[1] + sum(window.padding[2:]))


@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "size", "floor", "ceil"),
    # From PyTorch's max_pool2d. In the second a further window would begin just behind the input, and is left out; in
    # the last two the kernel is larger than its input.
    [
        (3, 2, 0, 112, 55, 56),
        (2, 2, 1, 3, 2, 2),
        (2, 2, 1, 4, 3, 3),
        (2, 3, 1, 4, 2, 2),
        (3, 2, 1, 6, 3, 4),
        (3, 2, 0, 2, 0, 1),
        (3, 3, 0, 1, 0, 1),
    ],
)
def test_output_size_of_poolings_that_round_up(kernel, stride, padding, size, floor, ceil) -> None:
    window = {"kernel": (kernel, 1), "stride": (stride, 1), "padding": (padding, padding, 0, 0)}
    assert Window(**window).output((size, 1)) == (floor, 1)
    assert Window(**window, ceil=True).output((size, 1)) == (ceil, 1)


@given(st.lists(WINDOWS, min_size=1, max_size=4), st.integers(0, 3))
def test_field_is_what_a_unit_sees_through_all_windows(windows, unit) -> None:
    field = Field()
    for window in windows:
        field = field.through(window)
    for axis in (0, 1):
        seen = {unit}
        for window in reversed(windows):
            before = window.padding[2 * axis]
            seen = {
                i * window.stride[axis] - before + tap * window.dilation[axis]
                for i in seen
                for tap in range(window.kernel[axis])
            }
        assert field.jump[axis] * unit + field.low[axis] == min(seen)
        assert field.jump[axis] * unit + field.high[axis] == max(seen)
        assert field.size[axis] == max(seen) - min(seen) + 1
        assert field.centre[axis] == (field.low[axis] + field.high[axis]) / 2


def test_closed_form_of_a_chain() -> None:
    # 1 + sum of (k - 1) d times the strides before.
    field = Field()
    for k, s, d in ((7, 2, 1), (3, 2, 1), (3, 1, 2), (5, 3, 1)):
        field = field.through(Window((k, k), (s, s), dilation=(d, d)))
    assert field.size == (1 + 6 + 2 * 2 + 2 * 2 * 4 + 4 * 4,) * 2
    assert field.jump == (12, 12)


def test_joins_are_unions() -> None:
    one, three = Field(), Field().through(Window((3, 3), padding=(1, 1, 1, 1)))
    both = join([one, Field().through(Window((1, 5), padding=(0, 0, 2, 2))), three])
    assert (both.low, both.high, both.size) == ((-1, -2), (1, 2), (3, 5))
    whole, unknown = one.everywhere(), one.lost()
    assert join([one, whole]).reach == "whole" == join([unknown, whole]).reach
    assert join([one, unknown]).reach == "unknown"
    assert join([one, three, Field(jump=(2, 2))]).reach == "unknown"
    assert whole.size is None and unknown.size is None
    assert whole.lost() == whole and whole.through(Window((3, 3))) == whole
    assert join([whole, whole]) == whole


def test_a_product_with_the_whole_image_only_gates() -> None:
    box = Field().through(Window((3, 3)))
    gated = gate([Field().everywhere(), box])
    assert gated.size == (3, 3) and gated.gated and not box.gated
    assert join([gated, box]).gated and not gate([box, box]).gated
    assert gate([Field().everywhere()] * 2).reach == "whole"
    assert gate([box, Field().lost(), Field().everywhere()]).reach == "whole"
    assert gate([box, Field().lost()]).reach == "unknown"


def test_adaptive_pooling() -> None:
    box = Field().through(Window((3, 3), (2, 2)))
    assert resized(box, (7, 7), (7, 7)) == box
    assert resized(box, (1, 1), (1, 1)) == box
    assert resized(box, (8, 4), (1, 1)).reach == "whole"
    assert resized(box, (8, 6), (4, 2)).size == (3 + 2, 3 + 2 * 2)
    assert resized(box, (8, 8), (7, 7)).reach == "unknown" == resized(box, (1, 1), (7, 7)).reach


@pytest.mark.parametrize(
    ("window", "size", "note"),
    [
        (Window((3, 3), padding=(1, 1, 1, 1)), (1, 1), "The 3x3 kernel sees mostly padding: its input is 1x1."),
        (Window((3, 3), padding=(1, 1, 1, 1)), (2, 2), "The 3x3 kernel sees mostly padding: its input is 2x2."),
        (Window((3, 3), padding=(1, 1, 1, 1)), (3, 2), ""),
        (Window((2, 2), padding=(1, 1, 0, 0)), (1, 2), ""),  # just half
        (Window((2, 2), padding=(0, 1, 0, 1)), (9, 9), "An even kernel keeps the size only if one more row or column"),
        (Window((2, 3), padding=(0, 1, 1, 1)), (9, 9), "An even kernel keeps the size only if one more row or column"),
    ],
)
def test_notes(window, size, note) -> None:
    assert window.note(size).startswith(note) and bool(window.note(size)) == bool(note)


def test_sizes_are_written_as_in_papers() -> None:
    assert by((1, 7)) == "1x7"


@given(WINDOWS)
def test_no_output_below_the_kernel(window) -> None:
    assume(window.reach(0) > 1 + sum(window.padding[:2]) + (window.stride[0] - 1) * window.ceil)
    assert window.output((1, 30))[0] == 0
