"""Makes the trainings with schedules that come with Lectern: run `python -m core.training.schedule_record`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

from core.controls import defaults
from core.training.experiments import Training
from core.training.record import record
from core.training.schedule_controls import CONTROLS
from core.training.schedule_plans import plan
from core.training.schedule_presets import SETTINGS
from core.training.schedule_runs import trainings

_VIEW = ("view", "along", "length")


def specs_of(settings: Mapping[str, Any]) -> dict[str, Training]:
    """The trainings of a state of the page, by kind."""
    values = defaults(CONTROLS) | dict(settings)
    result = plan(**{name: value for name, value in values.items() if name not in _VIEW})
    return trainings(result, values["length"], values["view"], values["along"])


def every_spec() -> dict[str, Training]:
    """The trainings of the page's first state and of its presets, by the name of the file."""
    states: dict[str, Mapping[str, Any]] = {"default": {}} | dict(SETTINGS)
    return {
        f"schedule-{place}-{kind}": spec
        for place, settings in enumerate(states.values())
        for kind, spec in specs_of(settings).items()
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LECTERN_JOBS_FOLDER"] = folder
        for title, wanted in every_spec().items():
            if not sys.argv[1:] or title in sys.argv[1:]:
                record(title, wanted)
