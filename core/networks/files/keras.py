"""Keras networks described by a `config.json`, alone or in a `.keras` file: layers in a line, read as data."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from core.networks.grammar import TextError
from core.networks.pasted import PastedError, own_notation
from core.networks.table import LayerTable
from core.networks.typed import layer_table

MAX_CONFIG = 8_000_000  # bytes
MAX_LAYERS = 400
# Layers that neither have parameters nor multiply.
_SKIPPED = frozenset(["Rescaling", "RandomFlip", "RandomRotation", "RandomZoom", "RandomContrast", "RandomTranslation"])
# Of each kind of layer, the settings that matter.
_FILTERS = ("filters", "kernel_size", "strides", "padding", "dilation_rate", "groups", "use_bias")
_SETTINGS = {
    "Conv2D": _FILTERS,
    "Conv2DTranspose": _FILTERS,
    "SeparableConv2D": ("filters", "kernel_size", "strides", "padding", "use_bias"),
    "DepthwiseConv2D": ("kernel_size", "strides", "padding", "use_bias"),
    "MaxPooling2D": ("pool_size", "strides", "padding"),
    "AveragePooling2D": ("pool_size", "strides", "padding"),
    "GlobalAveragePooling2D": (),
    "GlobalMaxPooling2D": (),
    "UpSampling2D": ("size",),
    "ZeroPadding2D": ("padding",),
    "BatchNormalization": (),
    "Dense": ("units", "use_bias"),
    "Flatten": (),
    "Dropout": ("rate",),
    "SpatialDropout2D": ("rate",),
    "Activation": ("activation",),
    "ReLU": (),
    "LeakyReLU": (),
    "ELU": (),
    "Softmax": (),
}
# Settings that change what a layer computes and have no other value here.
_USUAL = {"depth_multiplier": 1, "center": True, "scale": True, "data_format": "channels_last", "output_padding": None}
_BRANCHES = "The network has branches; export it to ONNX with model.export('model.onnx', format='onnx')."


def config_of(content: bytes) -> bytes:
    """Return the `config.json` of a `.keras` file.

    Raises
    ------
    ValueError
        If it is not such a file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("config.json") as file:
            text = file.read(MAX_CONFIG + 1)
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError) as error:
        raise ValueError("The file is damaged, or not a .keras file of Keras 3.") from error
    if len(text) > MAX_CONFIG:
        raise ValueError(f"The description in the file has more than {MAX_CONFIG:,} bytes.")
    return text


def keras_table(title: str, config: bytes) -> LayerTable:
    """Return the rows of a network of Keras.

    Raises
    ------
    ValueError
        If it is not one, if its layers do not stand in a line, or if one of them is not known here.
    """
    try:
        described = json.loads(config)
        layers = described["config"]["layers"]
        _check_line(described["class_name"], layers)
        text = _text(layers)
    except (KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ValueError("The file does not describe a network as Keras does.") from error
    except json.JSONDecodeError as error:
        raise ValueError("The file is not JSON.") from error
    try:
        return layer_table(text=own_notation(text), title=title)
    except PastedError as error:
        raise ValueError(f"A layer cannot be read: {error}.".replace("..", ".")) from error
    except TextError as error:
        raise ValueError(f"The layers do not fit together. {error.problem}") from error


def _check_line(kind: str, layers: list[Mapping[str, Any]]) -> None:
    """Refuse networks whose layers do not follow one another."""
    if len(layers) > MAX_LAYERS:
        raise ValueError(f"The network has {len(layers):,} layers; at most {MAX_LAYERS} are possible.")
    if kind == "Sequential":
        return
    if kind not in ("Functional", "Model"):
        raise ValueError(f"A network of the class “{kind[:40]}” is described by code, not by its file.")
    for before, layer in zip(layers, layers[1:], strict=False):
        given = json.dumps(layer["inbound_nodes"])
        names = [each["config"]["name"] for each in layers if f'"{each["config"]["name"]}"' in given]
        if names != [before["config"]["name"]] or len(layer["inbound_nodes"]) != 1:
            raise ValueError(_BRANCHES)


def _text(layers: list[Mapping[str, Any]]) -> str:
    """Return the layers as calls of Keras, one a line."""
    first = layers[0]["config"]
    shape = first.get("batch_shape") or first.get("batch_input_shape")
    if not shape:
        raise ValueError("The file does not say which shape the input has; build the network before saving it.")
    sizes = [size or 224 for size in shape[1:]]
    if len(sizes) not in (1, 3) or not all(type(size) is int for size in sizes):
        raise ValueError("The input is neither an image nor a row of numbers; export the network to ONNX.")
    flat = len(sizes) == 1
    lines = [f"Input(shape={tuple(sizes)})"]
    for layer in layers:
        kind, config = layer["class_name"], layer["config"]
        if kind == "InputLayer" or kind in _SKIPPED:
            continue
        if kind == "Dense" and not flat:
            raise ValueError("A Dense layer that works at each place of an image is not known here.")
        lines += _lines(kind, config)
        flat = flat or kind == "Flatten" or kind.startswith("Global")
    return "\n".join(lines)


def _lines(kind: str, config: Mapping[str, Any]) -> list[str]:
    """Return the calls of a layer and its activation."""
    if kind not in _SETTINGS:
        raise ValueError(f"The layer “{kind[:40]}” is not known here; export the network to ONNX.")
    for key, usual in _USUAL.items():
        if config.get(key, usual) != usual:
            raise ValueError(f"A {kind} layer with {key} {str(config[key])[:20]} is not known here.")
    given = ", ".join(f"{key}={_plain(config[key])!r}" for key in _SETTINGS[kind] if config.get(key) is not None)
    activation = config.get("activation") if kind != "Activation" else None
    if activation not in (None, "linear") and not isinstance(activation, str):
        raise ValueError(f"A {kind} layer with an activation of its own is not known here.")
    return [f"{kind}({given})", *([f"Activation({activation!r})"] if activation not in (None, "linear") else [])]


def _plain(value: Any) -> Any:
    """Return a setting as it is written in code; equal paddings of all sides as one number."""
    if isinstance(value, list):
        if value and all(isinstance(each, list) for each in value):
            sides = {side for each in value for side in each}
            if len(sides) > 1:
                raise ValueError("A padding with different sides is not known here.")
            return sides.pop()
        return tuple(_plain(each) for each in value)
    if not isinstance(value, bool | int | float | str):
        raise TypeError("a setting is a number, a text, or a list of these")
    return value
