"""Measure everything and print the table."""

from tests.benchmarks import numbers, pages, ranking
from tests.benchmarks.measure import table

print(table([*numbers.rows(), *ranking.rows(), *pages.rows()]))
