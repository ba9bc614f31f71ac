"""How many bytes a result holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest

from core.kit.results import OBJECT_BYTES, nbytes, read_only


@dataclass(frozen=True)
class Part:
    x: np.ndarray
    parts: tuple[object, ...] = ()

    @cached_property
    def doubled(self) -> np.ndarray:
        return 2 * self.x


def test_arrays_and_those_of_parts_count_once() -> None:
    x = np.zeros(1000)
    assert nbytes(x) == 8000
    assert nbytes((x, x, x[:10])) == 8000
    assert nbytes({"a": [x], "b": b"12345"}) == 8005
    assert nbytes(Part(x, (Part(x), Part(np.zeros(10))))) == 8000 + 80 + 3 * OBJECT_BYTES


def test_what_is_cached_counts_from_then_on() -> None:
    part = Part(np.zeros(1000))
    before = nbytes(part)
    assert part.doubled.nbytes == nbytes(part) - before == 8000


def test_a_view_counts_as_what_it_keeps_alive() -> None:
    assert nbytes(np.zeros((100, 100))[3, ::2]) == 80_000


def test_a_result_that_holds_itself_is_counted() -> None:
    ring: list[object] = [np.zeros(3)]
    ring.append(ring)
    assert nbytes(ring) == 24


def test_nobody_writes_into_a_shared_result() -> None:
    part = read_only(Part(np.zeros(3)))
    with pytest.raises(ValueError, match="read-only"):
        part.x[0] = 1
