"""An Inception module as a student counts it, and the questions about it with their known mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exercises.questions import Question, Slip, count, number
from core.labs.inception.compute.explore import Sweep
from core.networks import inception_module

F = Fraction
TOPIC = "Networks"
_POOL = "Pooling has no parameters: it takes the largest value."


@dataclass(frozen=True)
class Module:
    """Side and channels of the input; filters of the branches; reductions before 3x3 and 5x5, and after the pool.

    A reduction of 0 is left out. `flops` counts a multiply-accumulate twice, `pooled` counts the comparisons of
    pooling as operations, and `bias` counts biases as parameters.
    """

    side: int
    channels: int
    ones: int
    threes: int
    fives: int
    reduce3: int
    reduce5: int
    pool: int
    flops: bool = False
    pooled: bool = False
    bias: bool = False

    @property
    def area(self) -> int:
        """Count the positions of a map."""
        return self.side**2

    @property
    def comparisons(self) -> int:
        """Count the comparisons of the 3x3 pooling."""
        return 9 * self.area * self.channels

    def convolutions(self, reduced: bool) -> tuple[tuple[int, int, int], ...]:
        """Return kernel, depth in, and filters of each convolution."""
        c = self.channels
        if not reduced:
            return (1, c, self.ones), (3, c, self.threes), (5, c, self.fives)
        found = [(1, c, self.ones)]
        for kernel, before, filters in ((3, self.reduce3, self.threes), (5, self.reduce5, self.fives)):
            found += [(1, c, before)] * bool(before) + [(kernel, before or c, filters)]
        return (*found, *[(1, c, self.pool)] * bool(self.pool))

    def depth(self, reduced: bool) -> int:
        """Return the channels of the output."""
        return self.ones + self.threes + self.fives + ((self.pool if reduced else 0) or self.channels)

    def weights(self, reduced: bool) -> int:
        """Return the weights."""
        return sum(k * k * depth * filters for k, depth, filters in self.convolutions(reduced))

    def biases(self, reduced: bool) -> int:
        """Return the number of filters."""
        return sum(filters for _, _, filters in self.convolutions(reduced))

    def parameters(self, reduced: bool) -> int:
        """Return the weights, with the biases if they count."""
        return self.weights(reduced) + self.biases(reduced) * self.bias

    def counted(self, macs: int) -> int:
        """Return the operations for a number of multiply-accumulates, without pooling."""
        return macs * (1 + self.flops)

    def operations(self, reduced: bool) -> int:
        """Return the operations."""
        return self.counted(self.area * self.weights(reduced)) + self.comparisons * self.pooled

    @property
    def saving(self) -> Fraction:
        """Return the fraction of the naive operations that the reductions save."""
        return 1 - F(self.operations(True), self.operations(False))


def on_screen(result: Sweep, module: inception_module.Module) -> Module:
    """Return the module that the lab shows."""
    five = module.branches[2].steps
    return Module(
        result.size,
        result.channels,
        result.w1,
        result.w3,
        result.w5,
        result.r3,
        five[0].depth_out if len(five) > 1 else 0,
        result.pool_proj,
        result.flops,
        result.pooled,
        result.bias,
    )


def _which(reduced: bool) -> str:
    return "reduced" if reduced else "naive"


def _depth_slips(p: Module, reduced: bool) -> tuple[Slip, ...]:
    depth, pool = p.depth(reduced), (p.pool if reduced else 0) or p.channels
    slips = [Slip("pool_forgotten", depth - pool, f"The pool is a branch too, with {pool} channels.")]
    if not reduced:
        return (*slips, Slip("pool_projected", p.depth(True), "Without reductions nothing follows the pooling."))
    unprojected = f"After pooling, a 1×1 reduces {p.channels} channels to {p.pool}."
    inside = [width for width in (p.reduce3, p.reduce5) if width]
    added = f"The reductions ({' and '.join(map(str, inside))}) are internal; a branch passes on its last layer."
    return (
        *slips,
        Slip("pool_not_projected", p.depth(False), unprojected),
        Slip("adds_reduces", depth + sum(inside), added),
    )


def depth(p: Module, reduced: bool) -> Question:
    """Ask for the channels of the output."""
    branches = (p.ones, p.threes, p.fives, (p.pool if reduced else 0) or p.channels)
    return count(
        f"Depth of the output, {_which(reduced)}",
        p.depth(reduced),
        _depth_slips(p, reduced),
        (f"{' + '.join(map(str, branches))} = {p.depth(reduced)}",),
    )


def outputs(p: Module, reduced: bool) -> Question:
    """Ask for the numbers in the output."""
    total = p.depth(reduced)
    slips = [Slip(slip.name, slip.value * p.area, slip.words) for slip in _depth_slips(p, reduced)]
    return count(
        f"Output values, {_which(reduced)}",
        total * p.area,
        (
            Slip("depth", total, f"That is the depth; there are {p.area:,} positions."),
            Slip("one_side", total * p.side, "A map has side times side values."),
            *slips,
        ),
        (f"{p.side} · {p.side} · {total} = {total * p.area:,}",),
    )


def _unit_slip(p: Module, macs: int, comparisons: int) -> Slip:
    if p.flops:
        return Slip("macs", macs + comparisons, "Those are multiply-accumulates; each counts as two FLOPs here.")
    return Slip("flops", 2 * macs + comparisons, "Those are FLOPs; a multiply-accumulate counts once here.")


def _seeing_all(p: Module) -> int:
    """Return the reduced operations if the 3x3 saw all channels of the input after its reduction."""
    if not p.reduce3:
        return p.operations(True)
    return p.operations(True) + p.counted(9 * p.area * (p.channels - p.reduce3) * p.threes)


def _worked(p: Module, reduced: bool) -> tuple[str, ...]:
    """Write the operations of a module, step by step."""
    weights, total = p.weights(reduced), p.operations(reduced)
    products = " + ".join(
        f"{k * k} · {depth} · {filters}" if k > 1 else f"{depth} · {filters}"
        for k, depth, filters in p.convolutions(reduced)
    )
    twice = "2 · " if p.flops else ""
    macs = p.counted(p.area * weights)
    lines = (f"{products} = {weights:,}", f"{twice}{p.side} · {p.side} · {weights:,} = {macs:,}")
    return (*lines, f"{macs:,} + 9 · {p.side} · {p.side} · {p.channels} = {total:,}") if p.pooled else lines


def operations(p: Module, reduced: bool) -> Question:
    """Ask for the operations."""
    total, depth = p.operations(reduced), (p.reduce5 if reduced else 0) or p.channels
    wider = p.counted(25 * p.area * depth * (p.threes - p.fives))
    toggled = -p.comparisons if p.pooled else p.comparisons
    why = "was left out" if p.pooled else "was counted, but comparisons are not multiply-accumulates"
    deep = f"The 5×5 was given the {p.threes} filters of the 3×3; it has {p.fives}."
    slips = [
        Slip("branch_depth", total + wider, deep),
        Slip("pool_counted", total + toggled, f"The pooling {why}."),
        Slip(
            "branch_depth+pool_counted",
            total + wider + toggled,
            f"The pooling {why}, and the 5×5 was given {p.threes} filters.",
            ("branch_depth", "pool_counted"),
        ),
        Slip("parameters", p.weights(reduced), "Those are the weights; each is used at every position."),
        _unit_slip(p, p.area * p.weights(reduced), p.comparisons * p.pooled),
    ]
    if reduced and p.reduce3:
        slips.append(Slip("cin_of_module", _seeing_all(p), _sees_reduced(p)))
    if reduced and p.pool:
        project = p.counted(p.area * p.channels * p.pool)
        slips.append(Slip("projection_forgotten", total - project, "The 1×1 after the pooling costs too."))
    if p.pool:
        mixed = p.counted(p.area * p.channels * (p.pool - p.ones))
        slips.append(Slip("mixed_1x1", total + mixed, _mixed(p)))
    return count(f"Operations, {_which(reduced)}", total, slips, _worked(p, reduced))


def _sees_reduced(p: Module) -> str:
    return f"After its reduction, the 3×3 has {p.reduce3} input channels, not {p.channels}."


def _mixed(p: Module) -> str:
    return f"The first 1×1 was given the {p.pool} filters of the one after the pool; it has {p.ones}."


def five(p: Module, reduced: bool) -> Question:
    """Ask for the operations of the 5x5 alone."""
    depth = (reduced and p.reduce5) or p.channels
    macs = 25 * p.area * depth * p.fives
    total = p.counted(macs)
    slips = [
        Slip(
            "branch_depth",
            p.counted(25 * p.area * depth * p.threes),
            f"The 5×5 was given the {p.threes} filters of the 3×3; it has {p.fives}.",
        ),
        Slip("one_filter", total // p.fives, f"There are {p.fives} filters."),
        Slip("parameters", 25 * depth * p.fives, "Those are the weights; each is used at every position."),
        _unit_slip(p, macs, 0),
    ]
    if reduced and p.reduce5:
        wide = p.counted(25 * p.area * p.channels * p.fives)
        seen = f"After its reduction, the 5×5 has {depth} input channels, not {p.channels}."
        slips.append(Slip("cin_of_module", wide, seen))
    twice = "2 · " if p.flops else ""
    step = f"{twice}{p.side} · {p.side} · 25 · {depth} · {p.fives} = {total:,}"
    return count(f"Operations of the 5×5 alone, {_which(reduced)}", total, slips, (step,))


def parameters(p: Module, reduced: bool) -> Question:
    """Ask for the parameters."""
    total, weights, filters = p.parameters(reduced), p.weights(reduced), p.biases(reduced)
    slips = [
        Slip("bias_forgotten", weights, "Each filter has a bias here.")
        if p.bias
        else Slip("bias_counted", weights + filters, f"Biases ({filters}) are not counted here."),
        Slip("parameters_of_a_pool", total + 9 * p.channels, _POOL),
        Slip("operations", p.area * weights, "Those are operations: each weight is used at every position."),
    ]
    if p.pool:
        slips.append(Slip("mixed_1x1", total + (p.channels + p.bias) * (p.pool - p.ones), _mixed(p)))
    first = _worked(p, reduced)[0]
    steps = (first, f"{weights:,} + {filters} = {total:,}") if p.bias else (first,)
    return count(f"Parameters, {_which(reduced)}", total, slips, steps)


def saving(p: Module) -> Question:
    """Ask for the percentage of the naive operations saved; mistakes too close to distinguish are left out."""
    naive, own, truth = p.operations(False), p.operations(True), p.saving
    slips = (
        Slip("fraction_left", F(own, naive), "That is the fraction remaining, not saved."),
        Slip("naive_over_reduced", F(naive, own) - 1, "That is relative to the reduced module; use the naive one."),
        Slip("cin_of_module", 1 - F(_seeing_all(p), naive), _sees_reduced(p)),
    )
    apart = [slip for slip in slips if abs(slip.value - truth) > abs(truth) / 1000]
    return number("Saving", truth, apart, (f"1 − {own:,} / {naive:,} = {float(truth):.6g}",), share=True)


def everything(p: Module) -> Sequence[Question]:
    """Ask for everything that can be worked out about a module."""
    both = (False, True)
    return (
        *(outputs(p, reduced) for reduced in both),
        *(operations(p, reduced) for reduced in both),
        five(p, True),
        *(parameters(p, reduced) for reduced in both),
        saving(p),
    )
