"""Results of the Inception page: a module at every width of one reduction, and the designs that see 7 x 7."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.labs.inception.compute.factorised import TARGET, Stack, build, designs
from core.networks.inception import Inception, compare
from core.networks.inception_module import Branch, Module, Step, build_module

KERNEL = 5  # of the branch whose reduction is swept
# No reduction, every width up to 16, and then eight to each doubling.
WIDTHS = (*range(16), *(2**e * (8 + k) // 8 for e in range(4, 10) for k in range(8)), 1024)


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """An Inception module and stacks of convolutions; every count is an exact integer.

    Attributes
    ----------
    size, channels, w1, r3, w3, w5, pool_proj
        See `core.networks.inception.compare`.
    flops, pooled, bias : bool
        Whether a multiply-accumulate counts as two operations, whether the comparisons of pooling are operations,
        and whether biases are parameters.
    modules : tuple of Module
        With each of `WIDTHS` before the 5 x 5.
    eighth : Inception
        With one channel in eight before the 5 x 5.
    stack : str
        The stack built by the visitor; see `core.labs.inception.compute.factorised.build`.
    """

    size: int
    channels: int
    w1: int
    r3: int
    w3: int
    w5: int
    pool_proj: int
    flops: bool
    pooled: bool
    bias: bool
    modules: tuple[Module, ...]
    eighth: Inception
    stack: str

    @property
    def naive(self) -> Module:
        """Return the same filters without any reduction."""
        return self.eighth.naive

    def operations(self, part: Step | Branch | Module | Stack) -> int:
        """Return the operations of a part, as the page counts them."""
        comparisons = 0 if isinstance(part, Stack) else part.comparisons
        return part.macs * (2 if self.flops else 1) + comparisons * self.pooled

    def parameters(self, part: Step | Branch | Module | Stack) -> int:
        """Return the weights of a part, with its biases if they count."""
        return part.weights + part.biases

    def saving(self, module: Module) -> Fraction:
        """Return the fraction of the operations of the naive module that a module saves."""
        return 1 - Fraction(self.operations(module), self.operations(self.naive))

    @cached_property
    def totals(self) -> tuple[int, ...]:
        """Return the operations of the module at each width."""
        return tuple(self.operations(module) for module in self.modules)

    @cached_property
    def recounted(self) -> tuple[int, ...]:
        """Count the same by one formula: H W (C (w1 + r3 + r5 + p) + 9 r3 w3 + 25 r5 w5), with C instead of width 0."""
        c = self.channels
        ones = self.w1 + self.r3 + self.pool_proj
        rest = c * ones + 9 * (self.r3 or c) * self.w3
        each = [rest + c * r + KERNEL**2 * (r or c) * self.w5 for r in WIDTHS]
        area = self.size**2
        return tuple(area * (macs * (1 + self.flops) + 9 * c * self.pooled) for macs in each)

    @cached_property
    def designs(self) -> dict[str, Stack]:
        """Return the designs that see 7 x 7."""
        return designs(channels=self.channels, size=self.size, bias=self.bias)

    @cached_property
    def own(self) -> Stack:
        """Return the visitor's stack; `ValueError` with a sentence if it cannot be read."""
        return build(stack=self.stack, channels=self.channels, size=self.size, bias=self.bias)

    @property
    def missing(self) -> str:
        """Say how the field of the visitor's stack differs from 7 x 7, as the end of a sentence; "" if it does not."""
        away = [(seen - wanted, side) for seen, wanted, side in zip(self.own.field, TARGET, _SIDES, strict=True)]
        lacks = " and ".join(_many(-more, side) for more, side in away if more < 0)
        extra = " and ".join(_many(more, side) for more, side in away if more > 0)
        return " and ".join([f"lacks {lacks}"] * bool(lacks) + [f"has {extra} too many"] * bool(extra))

    @cached_property
    def bottlenecks(self) -> tuple[Fraction, ...]:
        """Return weights of three bottlenecks in units of C^2, by `WIDTHS`: 3 (2 r / C + 9 (r / C)^2), or 27."""
        parts = (Fraction(r, self.channels) for r in WIDTHS)
        return tuple(3 * (2 * part + 9 * part**2) if part else Fraction(27) for part in parts)

    def bottleneck_weights(self, width: int) -> int:
        """Return the same for one width as a number of weights, layer by layer."""
        c = self.channels
        layers = [(1, c, width), (3, width, width), (1, width, c)] * 3 if width else [(3, c, c)] * 3
        return sum(kernel**2 * depth * filters for kernel, depth, filters in layers)

    def bottleneck_biases(self, width: int) -> int:
        """Return the biases of three bottlenecks, 0 if these do not count."""
        return 3 * (2 * width + self.channels) if self.bias else 0


_SIDES = ("row", "column")


def _many(count: int, side: str) -> str:
    return f"{count} {side}{'s' if count > 1 else ''}"


def sweep(
    *,
    size: int = 32,
    channels: int = 256,
    w1: int = 128,
    r3: int = 128,
    w3: int = 192,
    w5: int = 96,
    pool_proj: int = 64,
    unit: str = "mac",
    pooled: bool = False,
    bias: bool = False,
    stack: str = "3x3, 5x5",
) -> Sweep:
    """Count a module at every width of the reduction before its 5 x 5 convolution.

    Parameters
    ----------
    size, channels, w1, r3, w3, w5, pool_proj, bias
        See `core.networks.inception.compare`.
    unit : str
        "mac" (a multiplication with its addition is one operation) or "flop" (it is two).
    pooled : bool
        Whether the nine comparisons for each output of the pooling are operations.
    stack : str
        See `core.labs.inception.compute.factorised.build`.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    if unit not in ("mac", "flop"):
        raise ValueError(f"`unit` must be mac or flop; got {unit[:40]}.")
    given = {"size": size, "channels": channels, "w1": w1, "r3": r3, "w3": w3, "w5": w5, "pool_proj": pool_proj}
    return Sweep(
        **given,
        flops=unit == "flop",
        pooled=pooled,
        bias=bias,
        eighth=compare(**given, r5=channels // 8, bias=bias),
        modules=tuple(build_module(size, channels, bias, w1, (r3, w3), (r, w5), pool_proj, KERNEL) for r in WIDTHS),
        stack=stack,
    )


def tables(result: Sweep, values: Mapping[str, Any]) -> dict[str, dict[str, NDArray[Any]]]:
    """Return tables for a download: every convolution of both modules, the reduction at every width, and designs."""
    module = result.modules[WIDTHS.index(values["reduce"])]
    out = {
        "module.csv": _steps(result, module),
        "naive.csv": _steps(result, result.naive),
        "reduction.csv": {
            "width": np.array(WIDTHS),
            "operations": np.array(result.totals),
            "saving": np.array([float(result.saving(one)) for one in result.modules]),
        },
    }
    if values["view"] == "designs":
        stacks = result.designs | {"yours": result.own}
        out["designs.csv"] = {
            "design": np.array(list(stacks)),
            "weights_c2": np.array([float(stack.weights_c2) for stack in stacks.values()]),
            "parameters": np.array([result.parameters(stack) for stack in stacks.values()]),
            "operations": np.array([result.operations(stack) for stack in stacks.values()]),
            "field_height": np.array([stack.field[0] for stack in stacks.values()]),
            "field_width": np.array([stack.field[1] for stack in stacks.values()]),
        }
    return out


def _steps(result: Sweep, module: Module) -> dict[str, NDArray[Any]]:
    rows = [(branch, step) for branch in module.branches for step in branch.steps]
    return {
        "branch": np.array([branch.name for branch, _ in rows]),
        "kind": np.array([step.kind for _, step in rows]),
        **{name: np.array([getattr(step, name) for _, step in rows]) for name in ("kernel", "depth_in", "depth_out")},
        "operations": np.array([result.operations(step) for _, step in rows]),
        "parameters": np.array([result.parameters(step) for _, step in rows]),
    }
