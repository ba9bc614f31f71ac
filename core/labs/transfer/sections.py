"""Folded sections of the page on transfer: formulas with the numbers on screen, the table, the homework's bugs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.kit.lab import Section, Table
from core.kit.words import number, size_text
from core.labs.transfer.compute.explore import Transfer
from core.labs.transfer.compute.runs import arms, ended, specs_of
from core.labs.transfer.panels.parts import shown
from core.labs.transfer.panels.runs import arm_name
from core.labs.transfer.questions import homework
from core.networks.memory import OPTIMIZERS
from core.training.pretrained import DEVIATION, MEAN
from core.training.transfer_experiment import RAW, TransferTraining
from core.training.transfer_networks import Layer

_CACHED = 60_000  # images of MNIST


def _cut(result: Transfer, values: Mapping[str, Any]) -> int:
    return shown(result, values["cut"])


def formulas(result: Transfer, values: Mapping[str, Any]) -> Sequence[Any]:
    """What is counted, with the numbers at the cut."""
    cut, optimizer = _cut(result, values), values["optimizer"]
    step, state = result.memory(cut, optimizer), OPTIMIZERS[optimizer]
    first = result.layers[cut]
    counted = first if first.params else next(layer for layer in result.layers[cut:] if layer.params)
    batch, trainable = result.batch, result.trainable[cut]
    once = f" + {result.kept_once[cut]:,} (statistics of batch normalisation)" if result.kept_once[cut] else ""
    return (
        f"**Parameters.** {layer_formula(counted)} for {counted.name}. From the cut on they add up to Pₜ = "
        f"{trainable:,} of P = {result.params:,}.",
        f"**Memory of a step**, 32-bit numbers of 4 bytes, {batch:,} images, {optimizer}:\n\n"
        f"| part | formula | bytes |\n|--|--|--:|\n"
        f"| weights | 4 P = 4 · {result.params:,} | {step.weights:,} |\n"
        f"| gradients | 4 Pₜ = 4 · {trainable:,} | {step.gradients:,} |\n"
        f"| state of the optimizer | 4 · {state} · Pₜ | {step.optimizer:,} |\n"
        f"| kept for backward | {batch:,} · {result.kept_each[cut]:,}{once} | {step.kept:,} |\n"
        f"| together | | {step.total:,} |",
        "What is kept: the first trainable layer keeps its input, for the gradient of its weights, and every layer "
        "behind it what its own derivative needs: a convolution its input, ReLU its output, pooling the place of each "
        "maximum (8 bytes), batch normalisation its input. Before the cut no gradient passes and nothing is kept. Not "
        "counted: the workspace of the library, and the map that a frozen layer is just computing.",
    )


def layer_formula(layer: Layer) -> str:
    """Closed formula of the parameters of a layer, with its numbers."""
    square = f"{layer.kernel}² · " if layer.kernel > 1 else ""
    added = f" + {layer.outputs:,}" * layer.bias + f" + 2 · {layer.outputs:,}" * layer.norm
    return f"{square}{layer.inputs:,} · {layer.outputs:,}{added} = {layer.formula:,}"


def table(result: Transfer, values: Mapping[str, Any]) -> Sequence[Any]:
    """Every layer with its side, its parameters and what is kept if the cut stands before it."""
    cut, layers = _cut(result, values), result.layers
    columns: dict[str, Sequence[Any]] = {
        "number": list(range(len(layers))),
        "layer": [layer.name for layer in layers],
        "side": ["trainable" if place >= cut else "frozen" for place in range(len(layers))],
        "output": [" × ".join(map(str, layer.shape)) for layer in layers],
        "parameters": [layer.params for layer in layers],
        "by formula": [layer.formula for layer in layers],
        "frozen, if cut here": [result.frozen[min(place, result.head)] for place in range(len(layers))],
        "kept for an image, if cut here": [result.kept_each[min(place, result.head)] for place in range(len(layers))],
    }
    return (Table(columns, explain=lambda row, column: _explained(layers[row], column)),)


def _explained(layer: Layer, column: str) -> str:
    if column in ("parameters", "by formula") and layer.params:
        return f"**{layer.name}**: {layer_formula(layer)}"
    shape = " × ".join(map(str, layer.shape))
    return f"**{layer.name}** gives {shape}" + ("." if layer.params else "; it has no parameters.")


def cache(result: Transfer, values: Mapping[str, Any]) -> Sequence[Any]:
    """Why a frozen base runs once, and what becomes of its batch normalisation."""
    each = 4 * result.features
    norm = any(layer.norm for layer in result.layers)
    own = f"{result.title} here has them." if norm else f"{result.title} has none; choose ResNet-18 or the small CNN."
    return (
        f"**Features once.** With the whole base frozen every image has the same {result.features:,} features in every "
        f"epoch: {each:,} bytes an image, {size_text(each * _CACHED)} for {_CACHED:,}. Run the base once, in "
        "evaluation mode, keep the features and train the head on them: k epochs then cost one pass through the base "
        "and not k. Augmentation moves the images anew in every epoch, so that a cache of features would be wrong.",
        "**Statistics of batch normalisation.** Frozen parameters are not enough: in training mode the running means "
        "and variances move with every batch, although no optimizer touches them, and the features are no longer those "
        f"that were learnt. The frozen part must be in evaluation mode. {own}",
        "**Pretrained weights** of VGG19 and ResNet-18 are not part of Lectern; the counts above do not depend on "
        "them. Under “Trainings” a click downloads torchvision's. Its file holds a pickle, which is a program; here "
        "its tensors are read as data, and kept without it.",
    )


def inputs(result: Transfer, values: Mapping[str, Any]) -> Sequence[Any]:
    """What a base wants its images to be, and what becomes of it if they are not."""
    white = [(1 - mean) / deviation for mean, deviation in zip(MEAN, DEVIATION, strict=True)]
    words = (
        "**What a base has learnt.** Its first layer expects numbers of the size that it was trained with. The weights "
        "of torchvision: x / 255, minus the mean of ImageNet, by its standard deviation, channel by channel ("
        f"{', '.join(map(str, MEAN))} and {', '.join(map(str, DEVIATION))}), so that white is "
        f"({', '.join(f'{value:.2f}' for value in white)}). Keras' VGG19: the mean of each channel is subtracted from "
        "x, blue first, and nothing is divided. The small CNN: x minus the mean of its own images, by their deviation. "
        "Nothing complains about other numbers; the features are others."
    )
    raw = ended(arms(result.specs)).get(RAW) if result.specs else None
    if raw is None:
        return (words,)
    prepared = ended(arms(result.specs))[result.specs[0].arms[-1]]
    return (
        words,
        f"**Measured**, {result.title}, the head alone, {result.specs[0].images:,} images: with the bytes 0 to 255 as "
        f"they are, the features of the test images are {number(raw.apart, 2)} times as far from the right ones as "
        f"those are long, and the head ends at {100 * raw.last:.1f}\N{NO-BREAK SPACE}% rather than at "
        f"{100 * prepared.last:.1f}\N{NO-BREAK SPACE}%, mean over the seeds.",
    )


def trainings(result: Transfer, values: Mapping[str, Any]) -> Sequence[Any]:
    """What is trained, and how far each seed came."""
    spec = (result.specs or specs_of(int(values["images"])))[0]
    rate = float(dict(spec.settings)["high"])
    words = (
        f"{_pretrained(result, spec)} Its head gets new weights, and it learns the other five classes (sandal to ankle "
        f"boot) from {spec.images:,} images: {spec.updates} updates of Adam with batches of {spec.batch}, at the rate "
        f"{rate:g}, the head alone at {spec.head_rate:g} on cached features. “From scratch” has new weights everywhere "
        "and the same updates. Test accuracy is over 500 images of the other five classes, so that its standard error "
        "at 80\N{NO-BREAK SPACE}% is 1.8 points; the seeds also draw other images to learn from."
    )
    found = ended(arms(result.specs)) if result.specs else {}
    if not found:
        return (words if result.specs else f"{words} Choose “Trainings” above the picture to see them.",)
    columns: dict[str, Sequence[Any]] = {"start": [arm_name(result, frozen) for frozen in found]}
    for seed in sorted(set.intersection(*(set(arm.seeds) for arm in found.values()))):
        ends = [float(arm.accuracy[arm.seeds.index(seed), -1]) for arm in found.values()]
        columns[f"seed {seed} (%)"] = [round(100 * end, 1) for end in ends]
    columns["mean (%)"] = [round(100 * arm.last, 1) for arm in found.values()]
    return (words, Table(columns))


def _pretrained(result: Transfer, spec: TransferTraining) -> str:
    """How the base has come to its weights."""
    if spec.base:
        return (
            f"{result.title} has learnt the 1,000 classes of ImageNet; its weights are torchvision's. The grey images "
            f"are scaled from 28 to {spec.side} pixels, repeated in three channels and normalised as those of ImageNet "
            "were."
        )
    return (
        "A small CNN learns the first five classes of the bundled Fashion-MNIST (T-shirt to coat, 3,000 images, "
        f"{spec.source_updates} updates)."
    )


def bugs(result: Transfer, values: Mapping[str, Any]) -> Sequence[Any]:
    """The homework's cards."""
    return ("Type a number: 1,234,567 and 1.23 M are both understood. Known slips are recognised.", *homework())


SECTIONS = (
    Section("Formulas with the numbers on screen", formulas),
    Section("Every layer", table),
    Section("A frozen base runs once", cache),
    Section("Inputs as the base has learnt them", inputs),
    Section("How the trainings are made", trainings),
    Section("Homework: counts, and find the bug", bugs),
)
