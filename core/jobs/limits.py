"""Limits of this host, from its environment variables."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import platformdirs

T = TypeVar("T")
DAY_S = 86400.0
# On a host that offers only small networks.
SMALL_S = 30.0
# How long a run may take to stop when asked to; then its process ends itself and, a while later, is ended.
GRACE_S = 20.0
FROZEN_S = 30.0


@dataclass(frozen=True)
class Settings:
    """The limits of this host.

    Attributes
    ----------
    training : str
        LECTERN_TRAINING: "on"; "small" for networks that a public host can train, 30 s each; "off".
    folder : Path
        LECTERN_JOBS_FOLDER: where runs are kept.
    workers : int
        LECTERN_JOBS_WORKERS: how many run at once; others wait.
    seconds : float
        LECTERN_JOBS_SECONDS: how long a run may train, in all its processes together.
    runs, megabytes : int
        LECTERN_JOBS_RUNS, LECTERN_JOBS_MEGABYTES: how much is kept; beyond that, the run that ended first goes.
    checkpoint_seconds : float
        LECTERN_JOBS_CHECKPOINT_SECONDS: the shortest time between two checkpoints.
    """

    training: str
    folder: Path
    workers: int
    seconds: float
    runs: int
    megabytes: int
    checkpoint_seconds: float

    def require_training(self) -> None:
        """Raise ValueError if nothing may be trained here."""
        if self.training == "off":
            raise ValueError("Training is disabled on this server; recorded runs are available.")


def settings() -> Settings:
    """Reread the limits.

    Raises
    ------
    ValueError
        If a variable has an invalid value.
    """
    training = os.environ.get("LECTERN_TRAINING", "on")
    if training not in ("on", "small", "off"):
        raise ValueError(f"LECTERN_TRAINING must be on, small or off; got {training!r}.")
    return Settings(
        training=training,
        folder=Path(os.environ.get("LECTERN_JOBS_FOLDER") or _kept()).absolute(),
        workers=_number("LECTERN_JOBS_WORKERS", int, 1, least=1),
        seconds=_number("LECTERN_JOBS_SECONDS", float, SMALL_S if training == "small" else DAY_S, least=0),
        runs=_number("LECTERN_JOBS_RUNS", int, 200, least=1),
        megabytes=_number("LECTERN_JOBS_MEGABYTES", int, 2000, least=1),
        checkpoint_seconds=_number("LECTERN_JOBS_CHECKPOINT_SECONDS", float, 5.0, least=0),
    )


def _kept() -> Path:
    return platformdirs.user_data_path("lectern", appauthor=False) / "jobs"


def _number(name: str, read: Callable[[str], T], default: T, *, least: T) -> T:
    text = os.environ.get(name, "")
    try:
        value = read(text) if text else default
        if not value >= least:  # type: ignore[operator]  # NaN too is refused
            raise ValueError
    except ValueError:
        raise ValueError(f"{name} must be a number of at least {least}; got {text!r}.") from None
    return value
