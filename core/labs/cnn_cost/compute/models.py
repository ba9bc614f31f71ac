"""The rows of all torchvision classification models at their original size, precomputed: no torch needed.

`python -m core.tools.precompute` writes the file that this module reads.
"""

from __future__ import annotations

import json
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.networks.receptive_field import Field, Window
from core.networks.table import Call, LayerTable

FILE = Path(__file__).parents[3] / "data" / "torchvision.zip"
MODEL = "tv_"  # begins the name of a model of torchvision among the networks
_INDEX = "models.json"
# Values of a row that occur again and again are written once each.
_SHARED = ("kind", "role", "input_shape", "output_shape", "window", "field", "note")
_OWN = ("name", "weights", "biases", "buffers", "shared", "macs", "saved", "saved_bf16", "training_only")
_SAID = ("uncounted", "opened", "remarks")  # sentences and names, of which most tables have none


@lru_cache(maxsize=1)
def native_sizes() -> dict[str, int]:
    """Return the side of the image for each model, by its name."""
    with zipfile.ZipFile(FILE) as archive:
        sizes: dict[str, int] = json.loads(archive.read(_INDEX))["sizes"]
    return sizes


@lru_cache(maxsize=1)
def made_with() -> str:
    """Return the versions of torch and torchvision that the rows come from."""
    with zipfile.ZipFile(FILE) as archive:
        return str(json.loads(archive.read(_INDEX))["made_with"])


@lru_cache(maxsize=4)
def model_table(*, net: str) -> LayerTable:
    """Read the rows of a model at its native size.

    Raises
    ------
    ValueError
        If there is no such model.
    """
    if net not in native_sizes():
        raise ValueError(f"`net` must be one of {', '.join(native_sizes())}; got {net[:40]}.")
    with zipfile.ZipFile(FILE) as archive:
        return decoded(json.loads(archive.read(f"{net}.json")))


def encoded(table: LayerTable) -> dict[str, Any]:
    """Write a table as JSON values."""
    columns: dict[str, Any] = {name: [getattr(call, name) for call in table.calls] for name in _OWN}
    for name in _SHARED:
        values = [_plain(getattr(call, name)) for call in table.calls]
        places = {value: place for place, value in enumerate(dict.fromkeys(values))}
        columns[name] = [list(places), [places[value] for value in values]]
    return {
        "title": table.title,
        "input_shape": table.input_shape,
        "calls": columns,
        "unused": table.unused,
        "blocks": table.blocks,
        "smallest": table.smallest,
        "image_saved": table.image_saved,
    } | {name: found for name in _SAID if (found := getattr(table, name))}


def decoded(values: dict[str, Any]) -> LayerTable:
    """Read a table from JSON values."""
    columns: dict[str, Any] = values["calls"]
    rows = {name: [_frozen(value) for value in columns[name]] for name in _OWN}
    for name in _SHARED:
        distinct = [_restored(name, _frozen(value)) for value in columns[name][0]]
        rows[name] = [distinct[place] for place in columns[name][1]]
    names = list(rows)
    return LayerTable(
        title=values["title"],
        input_shape=_frozen(values["input_shape"]),
        calls=tuple(Call(**dict(zip(names, row, strict=True))) for row in zip(*rows.values(), strict=True)),
        unused=_frozen(values["unused"]),
        blocks=values["blocks"],
        smallest=values["smallest"],
        image_saved=values["image_saved"],
        source="precomputed",
        uncounted=tuple(values.get("uncounted", ())),
        opened=tuple(values.get("opened", ())),
        remarks=tuple(values.get("remarks", ())),
    )


def _plain(value: Any) -> Any:
    """Return a window or a field as a tuple."""
    if isinstance(value, Window):
        return value.kernel, value.stride, value.padding, value.dilation, value.groups, value.ceil
    if isinstance(value, Field):
        return value.low, value.high, value.jump, value.reach, value.gated
    return value


def _restored(name: str, value: Any) -> Any:
    if name == "window":
        return None if value is None else Window(*value)
    return Field(*value) if name == "field" else value


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
