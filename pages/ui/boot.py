"""Setup done once per process, before the first page: threads, imports, garbage collection.

A full collection costs in proportion to the objects alive. Freezing what the imports have made takes them out of it.
"""

from __future__ import annotations

import gc

from threadpoolctl import threadpool_limits

# The matrices here are small: a second BLAS thread costs more than it gains, and many visitors share the cores.
threadpool_limits(limits=1, user_api="blas")


def freeze() -> None:
    """Take all objects alive now out of garbage collection: after the imports, and after a late one of torch."""
    gc.collect()
    gc.freeze()
