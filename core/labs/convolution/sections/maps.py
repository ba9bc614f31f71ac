"""Feature maps of a small trained network on a real image: choose an image, choose a map, slide its kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Figure, Panel, Picture
from core.draw.marks import lines, mesh
from core.kit.arrays import Numbers
from core.kit.lab import Clickable, Section
from core.kit.words import fixed, percent
from core.labs.convolution.compute.explore import Convolution
from core.labs.convolution.compute.feature_maps import GARMENTS, FeatureMaps, first_image
from core.labs.convolution.panels.grids import downwards, frame_of, label
from core.labs.convolution.panels.pixels import grey, image, signed
from core.labs.convolution.sections.one_map import one_map

ACROSS = 5  # images beside each other
FOUR = 4  # maps beside each other
LOW, HIGH = 250, 350  # heights of panels
_GAP = 3  # pixels of a map between maps
_MARGIN = {"l": 30, "r": 12, "t": 4, "b": 30}


def maps(result: Convolution, values: Mapping[str, Any]) -> Sequence[Any]:
    """Show the network, images to choose from, the maps of both layers, and one kernel sliding over the image."""
    seen, net = result.maps, result.maps.net
    k = result.feature - 1
    best = np.argsort(seen.probabilities)[::-1][:3]
    guesses = ", ".join(f"{GARMENTS[i]} {percent(float(seen.probabilities[i]))}" for i in best)
    return (
        f"A network with two convolutions, trained on {net.trained_on:,} images of Fashion-MNIST: "
        "8 kernels of 5×5, ReLU, 2×2 max pooling; 16 kernels of 3×3×8, ReLU, pooling; one linear "
        f"layer. Its {net.params:,} parameters classify {percent(net.accuracy)} of "
        f"{net.tested_on:,} test images correctly. **Click on a test image:**",
        Clickable(_gallery(result), choose_image),
        f"It says: {guesses}. The maps of the first layer after ReLU, each under its kernel "
        "(blue: positive weights, ochre: negative), bright where the kernel responds, each "
        "scaled by its own maximum. **Click on one:**",
        Clickable(_layers(seen, k), choose_map),
        f"**Map {k + 1} number by number:** the kernel slides over the image as above. Drag it. The same 26 numbers "
        f"make all 24 × 24 = 576 values of the map: ⌊(28 + 2·0 − 5)/1⌋ + 1 = 24.",
        one_map(seen, k),
    )


def choose_image(place: tuple[float, float], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the setting after a click on the gallery: the image under it, or nothing outside the images."""
    column, row = (round(part) for part in place)
    inside = 0 <= column < ACROSS and 0 <= row < len(GARMENTS) // ACROSS
    return {"garment": GARMENTS[ACROSS * row + column]} if inside else {}


def choose_map(place: tuple[float, float], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the setting after a click on the first layer's maps: the map under it, or nothing outside the maps."""
    column, row = (int(part // step) for part, step in zip(place, (24 + _GAP, 24 + 8 + _GAP), strict=True))
    return {"feature": 1 + FOUR * row + column} if 0 <= column < FOUR and 0 <= row < 2 else {}


def _gallery(result: Convolution) -> Picture:
    chosen = GARMENTS.index(result.garment)
    places = [(k % ACROSS, k // ACROSS) for k in range(len(GARMENTS))]
    x, y = frame_of(chosen % ACROSS - 0.37, chosen // ACROSS - 0.47, 0.74, 0.74)
    pictures = [
        _placed(grey(first_image(n)), c - 0.35, r - 0.45, 0.7) for n, (c, r) in zip(GARMENTS, places, strict=True)
    ]
    figure = Figure(
        data=[lines(x, y, "accent", "chosen", 3)],
        layout=downwards(
            "first test image of each class",
            "class",
            (-0.5, ACROSS - 0.5),
            (-0.5, 1.55),
            square=True,
            images=pictures,
            annotations=[label(n, c, r + 0.52, "center") for n, (c, r) in zip(GARMENTS, places, strict=True)],
            xaxis={"showticklabels": False},
            yaxis={"showticklabels": False},
            margin=_MARGIN,
        ),
    )
    alt = f"The first test image of each of the ten classes; chosen is {result.garment}."
    return Picture((Panel(figure, alt, height=LOW),))


def _bright(values: Numbers) -> Numbers:
    """Scale gray values by their own maximum."""
    return grey(values, float(values.max()))


def _placed(colours: Numbers, left: float, top: float, side: float) -> dict[str, Any]:
    """Place an image with its upper left corner at a point and sides of a given length."""
    cell = side / len(colours)
    return image(colours, left + cell / 2, top + cell / 2, side, side)


def _layers(seen: FeatureMaps, k: int) -> Picture:
    """Draw all maps of the first layer with their kernels, the chosen one marked, and all maps of the second."""
    kernels, across, down = seen.net.conv1[:, 0], 24 + _GAP, 24 + 8 + _GAP
    corners = [(across * (i % FOUR), down * (i // FOUR)) for i in range(len(kernels))]
    x, y = frame_of(corners[k][0] - 1.2, corners[k][1] - 1.2, 26.4, 24 + 8 + 2.4)
    top = float(seen.maps1.max())
    first = Figure(
        data=[lines(x, y, "accent", "chosen", 3)],
        layout=downwards(
            "maps 1 to 4, below them 5 to 8",
            "first layer: 24 × 24",
            (-2, FOUR * across - _GAP + 2),
            (-2, 2 * down - _GAP + 2),
            square=True,
            images=[
                *(_placed(signed(kernels[i], np.ones((5, 5))), a + 8.5, b, 7) for i, (a, b) in enumerate(corners)),
                *(_placed(_bright(seen.maps1[i]), a, b + 8, 24) for i, (a, b) in enumerate(corners)),
            ],
            annotations=[label(str(i + 1), a, b + 7) for i, (a, b) in enumerate(corners)],
            xaxis={"showticklabels": False},
            yaxis={"showticklabels": False},
            margin=_MARGIN,
        ),
    )
    silent = [str(i + 1) for i, one in enumerate(seen.maps1) if not one.any()]
    alt = (
        f"The 8 maps of the first layer, map {k + 1} marked. The largest value, {fixed(top, 2)}, is in map "
        f"{int(np.argmax(seen.maps1.max(axis=(1, 2)))) + 1}; zero everywhere: {', '.join(silent) or 'none'}."
    )
    second, other = _second(seen)
    return Picture((Panel(first, alt, height=HIGH), Panel(second, other, column=1, height=HIGH)))


def _second(seen: FeatureMaps) -> tuple[Figure, str]:
    step, top = 11, float(seen.maps2.max())
    corners = [(step * (i % FOUR), step * (i // FOUR)) for i in range(len(seen.maps2))]
    figure = Figure(
        data=[mesh([-0.5, 43.5], [-0.5, 43.5])],
        layout=downwards(
            "16 maps of the second layer, each from all 8 of the first",
            "second layer: 10 × 10",
            (-1, 44),
            (-1, 44),
            square=True,
            images=[_placed(_bright(one), a, b, 10) for one, (a, b) in zip(seen.maps2, corners, strict=True)],
            xaxis={"showticklabels": False},
            yaxis={"showticklabels": False},
            margin=_MARGIN,
        ),
    )
    return figure, f"The 16 maps of the second layer; their values go from 0 to {fixed(top, 2)}."


SECTION = Section("Feature maps of a trained network on a real image", maps)
