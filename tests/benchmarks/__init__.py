"""Speed and size as ratios to the peers, measured in one run: `python -m tests.benchmarks`."""
