"""What the pages about training ask for and show: settings in, runs of `core.jobs` looked at, curves out. No torch."""
