"""An Inception module: its branches, and the cost of every convolution in them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Step:
    """A convolution or the pooling of a branch; all preserve height and width.

    Attributes
    ----------
    kind : str
        "conv" or "pool".
    kernel, padding : int
    depth_in, depth_out : int
    weights, biases, macs : int
    comparisons : int
        Of pooling: k * k for each output; these are not multiply-accumulates.
    activations : int
        Numbers in the output.
    """

    kind: str
    kernel: int
    padding: int
    depth_in: int
    depth_out: int
    weights: int
    biases: int
    macs: int
    comparisons: int
    activations: int


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One path through a module.

    Attributes
    ----------
    name : str
        "1x1", "3x3", "5x5" or "pool".
    steps : tuple of Step
        None: the branch passes its input on.
    depth : int
        Of its output.
    weights, biases, macs, comparisons : int
        Sums over the steps.
    """

    name: str
    steps: tuple[Step, ...]
    depth: int
    weights: int
    biases: int
    macs: int
    comparisons: int


@dataclass(frozen=True, kw_only=True)
class Module:
    """An Inception module.

    Attributes
    ----------
    branches : tuple of Branch
        In the order in which their outputs are concatenated; those of width 0 are left out.
    output_shape : (int, int, int)
        Channels, height, width.
    outputs : int
        Numbers in the output.
    weights, biases, macs, comparisons : int
        Sums over the branches; `biases` count only if requested.
    text : str
        The module as typed; see `core.networks.grammar`.
    """

    branches: tuple[Branch, ...]
    output_shape: tuple[int, int, int]
    outputs: int
    weights: int
    biases: int
    macs: int
    comparisons: int
    text: str


def build_module(
    size: int,
    channels: int,
    bias: bool,
    w1: int,
    three: tuple[int, int],
    five: tuple[int, int],
    pool_proj: int,
    kernel5: int,
) -> Module:
    """Count a module; for `three` and `five`, the first number is the width of the reduction, 0 for none."""
    wanted = (("1x1", 1, (0, w1)), ("3x3", 3, three), ("5x5", kernel5, five))
    branches, texts = [], []
    for name, kernel, (before, width) in wanted:
        if width:
            parts = [(1, before)] * bool(before) + [(kernel, width)]
            steps, depth = [], channels
            for k, filters in parts:
                steps.append(_convolution(size, k, depth, filters, bias))
                depth = filters
            branches.append(_branch(name, steps, channels))
            texts.append(", ".join(f"conv{k}-{filters}" + "@same" * (k > 1) for k, filters in parts))
    pooling = [_pool(size, channels)] + [_convolution(size, 1, channels, pool_proj, bias)] * bool(pool_proj)
    branches.append(_branch("pool", pooling, channels))
    texts.append("pool3/1 p1" + f", conv1-{pool_proj}" * bool(pool_proj))
    depth = sum(branch.depth for branch in branches)
    return Module(
        branches=tuple(branches),
        output_shape=(depth, size, size),
        outputs=depth * size * size,
        weights=sum(branch.weights for branch in branches),
        biases=sum(branch.biases for branch in branches),
        macs=sum(branch.macs for branch in branches),
        comparisons=sum(branch.comparisons for branch in branches),
        text=f"{{{' | '.join(texts)}}}",
    )


def _branch(name: str, steps: list[Step], channels: int) -> Branch:
    return Branch(
        name=name,
        steps=tuple(steps),
        depth=steps[-1].depth_out,
        weights=sum(step.weights for step in steps),
        biases=sum(step.biases for step in steps),
        macs=sum(step.macs for step in steps),
        comparisons=sum(step.comparisons for step in steps),
    )


def _convolution(size: int, kernel: int, depth_in: int, depth_out: int, bias: bool) -> Step:
    weights = kernel * kernel * depth_in * depth_out
    return Step(
        kind="conv",
        kernel=kernel,
        padding=kernel // 2,
        depth_in=depth_in,
        depth_out=depth_out,
        weights=weights,
        biases=depth_out if bias else 0,
        macs=weights * size * size,
        comparisons=0,
        activations=depth_out * size * size,
    )


def _pool(size: int, channels: int) -> Step:
    outputs = channels * size * size
    return Step(
        kind="pool",
        kernel=3,
        padding=1,
        depth_in=channels,
        depth_out=channels,
        weights=0,
        biases=0,
        macs=0,
        comparisons=9 * outputs,
        activations=outputs,
    )
