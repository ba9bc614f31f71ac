"""Limits from the environment."""

import re
from pathlib import Path

import platformdirs
import pytest

from core import jobs


def test_defaults(monkeypatch) -> None:
    for name in ("TRAINING", "JOBS_FOLDER", "JOBS_CHECKPOINT_SECONDS"):
        monkeypatch.delenv(f"LECTERN_{name}")
    monkeypatch.setattr(platformdirs, "user_data_path", lambda name, appauthor: Path("/home/ada") / name)
    assert jobs.settings() == jobs.Settings("on", Path("/home/ada/lectern/jobs").absolute(), 1, 86400.0, 200, 2000, 5.0)


def test_a_small_host(monkeypatch) -> None:
    monkeypatch.setenv("LECTERN_TRAINING", "small")
    assert jobs.settings().seconds == 30
    monkeypatch.setenv("LECTERN_JOBS_SECONDS", "7.5")
    assert jobs.settings().seconds == 7.5


def test_the_folder_is_the_same_for_all_processes(monkeypatch) -> None:
    monkeypatch.setenv("LECTERN_JOBS_FOLDER", "runs")
    assert jobs.settings().folder == Path.cwd() / "runs"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("TRAINING", "yes", "LECTERN_TRAINING must be on, small or off; got 'yes'."),
        ("JOBS_WORKERS", "0", "LECTERN_JOBS_WORKERS must be a number of at least 1; got '0'."),
        ("JOBS_RUNS", "1.5", "LECTERN_JOBS_RUNS must be a number of at least 1; got '1.5'."),
        ("JOBS_SECONDS", "nan", "LECTERN_JOBS_SECONDS must be a number of at least 0; got 'nan'."),
        ("JOBS_MEGABYTES", "x", "LECTERN_JOBS_MEGABYTES must be a number of at least 1; got 'x'."),
    ],
)
def test_what_a_variable_cannot_be_is_a_sentence(monkeypatch, name, value, message) -> None:
    monkeypatch.setenv(f"LECTERN_{name}", value)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        jobs.settings()
