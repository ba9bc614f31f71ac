"""Done once in a process, before the first page: threads, imports, garbage collection.

Streamlit collects garbage after every script run, and that costs in proportion to the objects alive.
Freezing what the imports have made takes them out of it: a tick becomes several times faster.
"""

from __future__ import annotations

import gc

import plotly.graph_objects as go
from threadpoolctl import threadpool_limits

# The matrices here are small: a second BLAS thread costs more than it brings, and many visitors share the cores.
threadpool_limits(limits=1, user_api="blas")

# Plotly loads its validators with the first figure; they belong to what is frozen.
go.Figure(data=[{"type": "scatter", "x": [0], "y": [0]}, {"type": "bar", "x": [0], "y": [0]}]).to_plotly_json()


def freeze() -> None:
    """Take all objects alive now out of the garbage collection; call again after a late import of torch."""
    gc.collect()
    gc.freeze()


freeze()
