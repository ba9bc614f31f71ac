"""Measure everything and print the table."""

from tests.benchmarks import numbers, pages, ranking, regularization, validation
from tests.benchmarks.measure import table

print(table([*numbers.rows(), *regularization.rows(), *validation.rows(), *ranking.rows(), *pages.rows()]))
