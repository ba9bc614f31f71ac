"""A set of one's own, from the settings of the page to the end of a training."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.kit.controls import defaults
from core.labs.lr_range.compute import bounds
from core.labs.lr_range.compute.explore import lr_range
from core.labs.lr_range.compute.specs import specs_of
from core.labs.lr_range.controls import CONTROLS, RUN, SETTINGS
from core.labs.lr_range.lab import script
from core.labs.lr_range.sections.runs import settings_of
from core.nets.runs import run_range_test, run_sweep
from core.training.experiments import Sweep
from tests.kernel.nets.small import Context

SIDE, COUNT = 8, 30
OWN = RUN | {"data": "own", "net": "logistic"}


def write(folder: Path, classes: int, seed: int = 0) -> None:
    """Images with a bright column for their class."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(seed)
    for part in ("train", "t10k"):
        labels = rng.permutation(COUNT).astype(np.uint8) % classes
        images = rng.integers(0, 60, (COUNT, SIDE, SIDE), dtype=np.uint8)
        images[np.arange(COUNT), :, labels] += 150
        head = struct.pack(">4I", 2051, COUNT, SIDE, SIDE)
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(head + images.tobytes()))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(
            gzip.compress(struct.pack(">2I", 2049, COUNT) + labels.tobytes())
        )


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("LECTERN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LECTERN_JOBS_FOLDER", str(tmp_path / "jobs"))
    write(tmp_path / "data", classes=4)
    return tmp_path / "data"


def test_it_is_trained_with(tmp_path: Path) -> None:
    (spec,) = specs_of(**OWN | {"steps": 20, "high": 1e-2, "batch": 16})
    assert spec.text == "fc4"
    context = Context(tmp_path / "run")
    result = run_range_test(spec.as_json(), None, context)
    assert result is not None
    assert result["end"] == "end"
    losses = [loss for record in context.records for loss in record.get("losses", ())]
    assert len(losses) == 20
    assert losses[0] == pytest.approx(np.log(4), rel=0.5)


def test_a_batch_may_be_larger_than_the_set(tmp_path: Path) -> None:
    settings: dict[str, Any] = OWN | {"protocol": "sweep", "candidates": 3, "epochs": 2, "batch": 64, "high": 1e-1}
    (spec,) = specs_of(**settings)
    assert isinstance(spec, Sweep)
    assert spec.updates == 2  # an epoch is one batch with all images
    context = Context(tmp_path / "run")
    run_sweep(spec.as_json(), None, context)
    assert sum(len(record.get("losses", ())) for record in context.records) == 3 * 2


def test_other_files_are_another_run(folder: Path, tmp_path: Path) -> None:
    (spec,) = specs_of(**OWN)
    write(folder, classes=4, seed=1)
    (other,) = specs_of(**OWN)
    assert spec.checksum != other.checksum
    with pytest.raises(ValueError, match="differ from those of the run"):
        run_range_test(spec.as_json(), None, Context(tmp_path / "run"))


def test_a_past_run_opens_the_page_only_where_its_images_are(folder: Path) -> None:
    for settings in (OWN, OWN | {"protocol": "sweep", "batch": 16}):
        (spec,) = specs_of(**settings)
        found = settings_of(spec)
        assert found is not None
        assert specs_of(**OWN | found) == (spec,)
        assert found["net"] == "logistic"
        for path in folder.iterdir():
            path.rename(path.with_suffix(".away"))
        assert settings_of(spec) is None
        for path in folder.iterdir():
            path.rename(path.with_suffix(".gz"))


def test_trainings_with_bounds_take_the_same_images() -> None:
    plain = {name: value for name, value in defaults(CONTROLS).items() if name in SETTINGS}
    result = lr_range(**plain | OWN)
    (spec,) = result.specs
    for each in bounds.trainings(result, 0.01, 0.1).values():
        assert (each.data, each.checksum, each.images) == ("own", spec.checksum, COUNT)


@pytest.mark.parametrize(("data", "count"), [("own", "30"), ("cifar-10", "50_000")])
def test_the_script_knows_how_many_images_there_are(data: str, count: str) -> None:
    assert f"\nimages = {count}  # of the training set" in script({"protocol": "sweep", "data": data})
