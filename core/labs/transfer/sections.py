"""Folded sections of the page on transfer: formulas with the numbers on screen, the table, the homework's bugs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.kit.lab import Section, Table
from core.kit.words import number, size_text
from core.labs.transfer.compute.explore import Transfer
from core.labs.transfer.compute.runs import arms, ended, specs_of
from core.labs.transfer.panels.cut import shown
from core.labs.transfer.panels.runs import arm_name
from core.networks.memory import OPTIMIZERS
from core.training.pretrained import DEVIATION, MEAN
from core.training.transfer_experiment import RAW, TransferTraining
from core.training.transfer_networks import Layer

_CACHED = 60_000  # images of MNIST


def _cut(result: Transfer, values: Mapping[str, Any]) -> int:
    return shown(result, values["cut"])


def formulas(result: Transfer, values: Mapping[str, Any]) -> Sequence[Any]:
    """Show what is counted, with the numbers at the cut."""
    cut, optimizer = _cut(result, values), values["optimizer"]
    step, state = result.memory(cut, optimizer), OPTIMIZERS[optimizer]
    first = result.layers[cut]
    counted = first if first.params else next(layer for layer in result.layers[cut:] if layer.params)
    batch, trainable = result.batch, result.trainable[cut]
    once = f" + {result.kept_once[cut]:,} (batch-norm statistics)" if result.kept_once[cut] else ""
    return (
        f"**Parameters.** {layer_formula(counted)} for {counted.name}. From the cut on they add up to Pₜ = "
        f"{trainable:,} of P = {result.params:,}.",
        f"**Memory of a step**, 32-bit numbers of 4 bytes, {batch:,} images, {optimizer}:\n\n| part "
        f"| formula | bytes |\n|--|--|--:|\n| weights | 4 P = 4 · {result.params:,} | "
        f"{step.weights:,} |\n| gradients | 4 Pₜ = 4 · {trainable:,} | {step.gradients:,} |\n| "
        f"optimizer state | 4 · {state} · Pₜ | {step.optimizer:,} |\n| stored activations | "
        f"{batch:,} · {result.kept_each[cut]:,}{once} | {step.kept:,} |\n| together | | "
        f"{step.total:,} |",
        "What is stored: the first trainable layer stores its input, for the gradient of its "
        "weights, and every later layer what its derivative needs: a convolution its input, ReLU "
        "its output, pooling the position of each maximum (8 bytes), batch normalization its "
        "input. Before the cut no gradient passes and nothing is stored. Not counted: library "
        "workspace, and the map a frozen layer is computing.",
    )


def layer_formula(layer: Layer) -> str:
    """Write the closed formula of the parameters of a layer, with its numbers."""
    square = f"{layer.kernel}² · " if layer.kernel > 1 else ""
    added = f" + {layer.outputs:,}" * layer.bias + f" + 2 · {layer.outputs:,}" * layer.norm
    return f"{square}{layer.inputs:,} · {layer.outputs:,}{added} = {layer.formula:,}"


def table(result: Transfer, values: Mapping[str, Any]) -> Sequence[Any]:
    """List every layer with its side, its parameters, and what is kept if the cut is before it."""
    cut, layers = _cut(result, values), result.layers
    columns: dict[str, Sequence[Any]] = {
        "number": list(range(len(layers))),
        "layer": [layer.name for layer in layers],
        "side": ["trainable" if place >= cut else "frozen" for place in range(len(layers))],
        "output": [" × ".join(map(str, layer.shape)) for layer in layers],
        "parameters": [layer.params for layer in layers],
        "by formula": [layer.formula for layer in layers],
        "frozen, if cut here": [result.frozen[min(place, result.head)] for place in range(len(layers))],
        "stored per image, if cut here": [result.kept_each[min(place, result.head)] for place in range(len(layers))],
    }
    return (Table(columns, explain=lambda row, column: _explained(layers[row], column)),)


def _explained(layer: Layer, column: str) -> str:
    if column in ("parameters", "by formula") and layer.params:
        return f"**{layer.name}**: {layer_formula(layer)}"
    shape = " × ".join(map(str, layer.shape))
    return f"**{layer.name}** gives {shape}" + ("." if layer.params else "; it has no parameters.")


def cache(result: Transfer, values: Mapping[str, Any]) -> Sequence[Any]:
    """Explain why a frozen base runs once, and the effect on its batch normalization."""
    each = 4 * result.features
    norm = any(layer.norm for layer in result.layers)
    own = f"{result.title} here has them." if norm else f"{result.title} has none; choose ResNet-18 or the small CNN."
    return (
        "**Features once.** With the whole base frozen every image has the same "
        f"{result.features:,} features in every epoch: {each:,} bytes an image, "
        f"{size_text(each * _CACHED)} for {_CACHED:,}. Run the base once, in evaluation mode, "
        "store the features, and train the head on them: k epochs then cost one pass through the "
        "base, not k. Augmentation changes the images every epoch, so cached features would be "
        "wrong.",
        "**Batch-norm statistics** keep changing in training mode even with frozen parameters: "
        "the running means and variances follow every batch, and the features drift. Keep the "
        f"frozen part in evaluation mode. {own}",
        "**Pretrained weights** of VGG19 and ResNet-18 are not bundled; the counts above do not "
        "depend on them. Under “Training results” you can download torchvision's; the file is "
        "read as data, never executed.",
    )


def inputs(result: Transfer, values: Mapping[str, Any]) -> Sequence[Any]:
    """Explain what a base expects of its images, and what happens otherwise."""
    white = [(1 - mean) / deviation for mean, deviation in zip(MEAN, DEVIATION, strict=True)]
    words = (
        "**Each base has its own input scale.** torchvision's weights: x / 255, minus the "
        "ImageNet mean, divided by its standard deviation, channel by channel "
        f"({', '.join(map(str, MEAN))} and {', '.join(map(str, DEVIATION))}), so white is "
        f"({', '.join(f'{value:.2f}' for value in white)}). Keras' VGG19: the mean of each "
        "channel is subtracted from x, blue first, and nothing is divided. The small CNN: x "
        "minus the mean of its own images, divided by their deviation. Wrong scaling raises no "
        "error; the features are simply wrong."
    )
    raw = ended(arms(result.specs)).get(RAW) if result.specs else None
    if raw is None:
        return (words,)
    prepared = ended(arms(result.specs))[result.specs[0].arms[-1]]
    return (
        words,
        f"**Measured**, {result.title}, the head alone, {result.specs[0].images:,} images: with "
        "unnormalized pixel values 0 to 255, the distance of the test features from the correct "
        f"ones is {number(raw.apart, 2)} times the length of the latter, and the head ends at "
        f"{100 * raw.last:.1f}% instead of {100 * prepared.last:.1f}%, averaged over seeds.",
    )


def trainings(result: Transfer, values: Mapping[str, Any]) -> Sequence[Any]:
    """Show what is trained, and how far each seed has come."""
    spec = (result.specs or specs_of(int(values["images"])))[0]
    rate = float(dict(spec.settings)["high"])
    words = (
        f"{_pretrained(result, spec)} Its head gets new weights, and it learns the other five "
        f"classes (sandal to ankle boot) from {spec.images:,} images: {spec.updates} updates of "
        f"Adam with batches of {spec.batch}, at the rate {rate:g}, the head alone at "
        f"{spec.head_rate:g} on cached features. “From scratch” starts from random weights "
        "everywhere and takes the same updates. Test accuracy is over 500 images of the other "
        "five classes, so its standard error at 80% is 1.8 points; the seeds also choose "
        "different training images."
    )
    found = ended(arms(result.specs)) if result.specs else {}
    if not found:
        return (words if result.specs else f"{words} Choose “Training results” above the plots to see them.",)
    columns: dict[str, Sequence[Any]] = {"start": [arm_name(result, frozen) for frozen in found]}
    for seed in sorted(set.intersection(*(set(arm.seeds) for arm in found.values()))):
        ends = [float(arm.accuracy[arm.seeds.index(seed), -1]) for arm in found.values()]
        columns[f"seed {seed} (%)"] = [round(100 * end, 1) for end in ends]
    columns["mean (%)"] = [round(100 * arm.last, 1) for arm in found.values()]
    return (words, Table(columns))


def _pretrained(result: Transfer, spec: TransferTraining) -> str:
    """Say where the base got its weights."""
    if spec.base:
        return (
            f"{result.title} was trained on the 1,000 classes of ImageNet; its weights are "
            f"torchvision's. The gray images are scaled from 28 to {spec.side} pixels, repeated in "
            "three channels, and normalized like ImageNet's."
        )
    return (
        "A small CNN is pretrained on the first five classes of the bundled Fashion-MNIST "
        f"(T-shirt to coat, 3,000 images, {spec.source_updates} updates)."
    )


SECTIONS = (
    Section("Formulas with the current values", formulas),
    Section("Layer table", table),
    Section("Why a frozen base runs once", cache),
    Section("Input normalization", inputs),
    Section("How the networks are trained", trainings),
)
