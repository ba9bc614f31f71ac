"""Measure everything, or the parts that are named, and print the table."""

import sys

from tests.benchmarks import live, networks, numbers, pages, ranking, regularization, roam, training, validation
from tests.benchmarks.measure import table

PARTS = {
    "numbers": numbers,
    "regularization": regularization,
    "validation": validation,
    "ranking": ranking,
    "networks": networks,
    "training": training,
    "pages": pages,
    "live": live,
    "roam": roam,
}

print(table([row for name in sys.argv[1:] or PARTS for row in PARTS[name].rows()]))
