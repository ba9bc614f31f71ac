"""The process of a job for the tests: like `python -m core.jobs`, with the kinds of the tests."""

from core.jobs import __main__, kinds, runner, start
from tests.kernel.jobs import toy

if __name__ == "__main__":
    runner.GRACE_S = 0.3
    kinds.KINDS.update(toy.KINDS)
    start.COMMAND = toy.COMMAND
    __main__.main()
