"""Words of the page on transfer: readouts and a sentence for each cut."""

from __future__ import annotations

from core.draw.live import Check, Readout
from core.kit.words import percent, size_text
from core.labs.transfer.compute.explore import Transfer
from core.labs.transfer.panels.layers import frozen_share, spared_share

_FAR = 0.05  # shares that differ by more are worth a "but"


def readouts(result: Transfer, optimizer: str) -> tuple[Readout, ...]:
    """Return parameters on both sides of each cut, counted in two ways, and the memory of a step."""
    steps = [result.memory(cut, optimizer) for cut in result.cuts]
    return (
        Readout(
            "trainable",
            tuple(f"{count:,}" for count in result.trainable),
            "first",
            "Parameters from the cut on.",
            check=_by_formula(result),
            headline=True,
        ),
        Readout(
            "frozen",
            tuple(f"{count:,}" for count in result.frozen),
            "noise",
            "Parameters before the cut.",
            formula=tuple(
                f"{result.params:,} − {own:,} = {rest:,}"
                for own, rest in zip(result.trainable, result.frozen, strict=True)
            ),
        ),
        Readout(
            "a training step",
            tuple(size_text(step.total) for step in steps),
            "second",
            f"With {optimizer}: 4 P bytes for the weights, 4 Pₜ for gradients, 4 s Pₜ for the optimizer's state, and "
            "the activations kept for the backward pass from the cut on.",
            formula=tuple(
                f"{size_text(step.weights)} + {size_text(step.gradients)} + {size_text(step.optimizer)} + "
                f"{size_text(step.kept)} = {size_text(step.total)}"
                for step in steps
            ),
        ),
        Readout(
            "of it, kept for backward",
            tuple(size_text(step.kept) for step in steps),
            "test",
            "Before the cut no gradient passes, and nothing is kept.",
        ),
        Readout("head", (f"{result.head_params:,}",), help="Parameters of the head, always trained."),
    )


def _by_formula(result: Transfer) -> Check:
    """Count the trainable parameters again, by a formula for each layer and not from the network."""
    formula = "By k² C_in C_out + C_out for each layer (C_out only with biases), and 2 C_out for a batch normalization"
    same = tuple(one == other for one, other in zip(result.trainable, result.counted, strict=True))
    return Check(tuple(f"{count:,}" for count in result.counted), same, formula)


def summaries(result: Transfer) -> tuple[str, ...]:
    """Say in one line what each cut freezes and spares."""
    shares, spared = frozen_share(result), spared_share(result)
    return tuple(
        f"[noise|Frozen]: {percent(float(shares[cut]))} of the parameters. "
        f"[test|Spared]: {percent(float(spared[cut]))} of the kept activations."
        if result.frozen[cut]
        else f"Nothing is frozen: all {result.params:,} parameters are trained."
        for cut in result.cuts
    )


def sentences(result: Transfer, optimizer: str) -> tuple[str, ...]:
    """Say what each cut freezes and spares."""
    return tuple(_sentence(result, cut, optimizer) for cut in result.cuts)


def _sentence(result: Transfer, cut: int, optimizer: str) -> str:
    full, step = result.memory(0, optimizer), result.memory(cut, optimizer)
    if not result.frozen[cut]:
        return (
            f"Nothing with parameters is frozen: all {result.params:,} are trained. Most of what a step keeps for the "
            "backward pass lies in the first layers, most of the parameters in the last ones."
        )
    first = result.layers[cut].name
    share, spared = (float(part[cut]) for part in (frozen_share(result), spared_share(result)))
    joined = ", but" if spared - share > _FAR else ";"
    words = (
        f"Frozen before {first}: {percent(share)} of the parameters{joined} {percent(spared)} of what is kept for the "
        "backward pass is spared."
    )
    if cut == result.head:
        return (
            f"{words} Only the head is trained, on {result.features:,} features an image: run the base once and keep "
            "them."
        )
    return f"{words} A step takes {percent(step.total / full.total)} of the memory that it takes with nothing frozen."
