"""Write the rows of all classification models for the page on cost: run `python -m core.tools.precompute`."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import torchvision

from core.labs.cnn_cost.compute.models import FILE, encoded
from core.nets.cost import smallest_size, trace_model
from core.nets.models import names, native_size

# The same content gives the same file.
_DATE = (1980, 1, 1, 0, 0, 0)


def write(path: Path = FILE) -> None:
    """Trace every model at its native size and write the file."""
    sizes = {name: native_size(name) for name in names()}
    versions = f"torch {torch.__version__.split('+')[0]}, torchvision {torchvision.__version__.split('+')[0]}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "models.json", {"made_with": versions, "sizes": sizes})
        for name in names():
            table = replace(trace_model(net=name), smallest=smallest_size(name))
            _add(archive, f"{name}.json", encoded(table))


def _add(archive: zipfile.ZipFile, name: str, values: dict[str, Any]) -> None:
    content = json.dumps(values, separators=(",", ":"))
    archive.writestr(zipfile.ZipInfo(name, _DATE), content, archive.compression, 9)


if __name__ == "__main__":
    write()
