"""Make the runs with schedules that come with Lectern: run `python -m core.tools.record_schedules`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core import jobs
from core.jobs.records import SHIPPED
from core.kit.controls import defaults
from core.kit.parameters import parameters
from core.labs.schedules.compute.explore import plan
from core.labs.schedules.compute.runs import trainings
from core.labs.schedules.controls import CONTROLS
from core.labs.schedules.presets import CONSTANT, SETTINGS, WHOLE_COSINE
from core.tools.record import record
from core.training.experiments import Training

LEFT_OUT = ("rates", "momenta", "accuracies")  # of each update
_VIEW = ("what", "view", "along", "length", "seeds", "label_smoothing", "ema", "device", "precision")


def specs_of(settings: Mapping[str, Any]) -> tuple[Training, ...]:
    """Return the runs of a state of the page."""
    values = defaults(CONTROLS) | dict(settings) | {"what": "runs", "device": "cpu"}
    result = plan(**{name: values[name] for name in parameters(plan)})
    return trainings(result, **{name: values[name] for name in _VIEW})


def every_spec() -> dict[str, Training]:
    """Return the runs of the first state, the presets, and the first story, by file name; trained ones both ways."""
    states: dict[str, Mapping[str, Any]] = {"default": {}} | dict(SETTINGS) | {"1": CONSTANT, "3": WHOLE_COSINE}
    found: dict[Training, str] = {}
    for place, settings in enumerate(states.values()):
        ways = ("epochs", "updates") if "what" in settings else (settings.get("along", "updates"),)
        for number, spec in enumerate(spec for along in ways for spec in specs_of({**settings, "along": along})):
            found.setdefault(spec, f"schedule-{place}-{number}")
    return {name: spec for spec, name in found.items()}


def shorten(path: Path) -> None:
    """Leave out what follows from the specification, and what the page does not show."""
    run = jobs.load(path.read_text(encoding="utf-8"))
    records = [{name: value for name, value in record.items() if name not in LEFT_OUT} for record in run.records]
    path.write_text(jobs.dump(replace(run, records=records)), encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LECTERN_JOBS_FOLDER"] = folder
        for title, wanted in every_spec().items():
            if not sys.argv[1:] or title in sys.argv[1:]:
                record(title, wanted)
                shorten(SHIPPED / f"{title}.json")
