"""Settings, runs of `core.jobs`, and curves of the pages about training. No torch."""
