"""A processor that plays the GPU."""

import pytest

from tests.kernel.nets.gpu import pretend


@pytest.fixture
def recorded(monkeypatch):
    """Let specifications for a GPU run on the processor, and give the graphs that are recorded."""
    return pretend(monkeypatch)
