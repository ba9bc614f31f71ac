"""Make the runs that come with Lectern: run `python -m core.tools.record`, optionally followed by names of runs.

Each is trained like any other run, in a process of its own with one thread. Numbers are kept with seven digits, which
is as many as 32-bit numbers have. All of them take about ten minutes of an idle processor. The last three are trained
within bounds that the first ones suggest, so those must exist when the script begins.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core import jobs
from core.jobs.records import SHIPPED
from core.labs.lr_range.compute.bounds import trainings
from core.labs.lr_range.compute.explore import lr_range
from core.labs.lr_range.compute.specs import specs_of
from core.labs.lr_range.controls import BOUNDS, RUN, SETTINGS
from core.labs.lr_range.presets import RECORDED
from core.training.runs import KIND_OF, Spec

LIMIT_S = 7200.0


def every_spec() -> dict[str, Spec]:
    """Return specifications by the name of the file."""
    plain = RUN | {"device": "cpu"}
    found: dict[str, Spec] = {
        f"{name}-{spec.seed}": spec for name, values in RECORDED.items() for spec in specs_of(**plain | dict(values))
    }
    default = lr_range(**SETTINGS | {"device": "cpu"})  # recorded above
    names = ("mlp-cycle", "mlp-cycle-rule", "mlp-cycle-homework")
    own = [control.default for control in BOUNDS]
    return found | dict(zip(names, trainings(default, *own).values(), strict=False))


def record(name: str, spec: Spec) -> None:
    """Train, and write the result."""
    job = jobs.submit(KIND_OF[type(spec)], spec.as_json())
    state = jobs.wait(job, timeout_s=LIMIT_S).state
    run = jobs.recorded(job)
    if state != "done":
        raise RuntimeError(f"{name}: {state}.")
    short = replace(run, name=name, records=[_short(each) for each in run.records], result=_short(run.result))
    (SHIPPED / f"{name}.json").write_text(jobs.dump(short), encoding="utf-8")
    print(f"{name}: {run.seconds:.1f} s", flush=True)


def _short(value: Any) -> Any:
    """Return the value with its numbers shortened to seven digits."""
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, Mapping):
        return {key: _short(each) for key, each in value.items()}
    return [_short(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    SHIPPED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LECTERN_JOBS_FOLDER"] = folder
        for title, wanted in every_spec().items():
            if not sys.argv[1:] or title in sys.argv[1:]:
                record(title, wanted)
