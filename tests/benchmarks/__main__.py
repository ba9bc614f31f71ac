"""Measure everything and print the table."""

from tests.benchmarks import numbers, pages
from tests.benchmarks.measure import table

print(table([*numbers.rows(), *pages.rows()]))
