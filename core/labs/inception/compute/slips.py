"""What an exercise on an Inception module asks for, and which known slip a wrong answer comes from."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from core.kit.exercise import Question, Slip
from core.labs.inception.compute.explore import KERNEL, Sweep
from core.labs.inception.compute.factorised import build, designs
from core.networks.inception_module import Module


def questions(result: Sweep, module: Module) -> Mapping[str, Question]:
    """What there is to work out about the naive module and one with reductions, by name."""
    naive, five = result.naive, module.branches[2].steps[-1]
    asked = (
        ("naive_outputs", "Output values, naive", naive.outputs, _output_slips(result, naive)),
        ("outputs", "Output values, reduced", module.outputs, _output_slips(result, module)),
        ("naive_operations", "Operations, naive", result.operations(naive), _operation_slips(result, naive)),
        ("operations", "Operations, reduced", result.operations(module), _operation_slips(result, module)),
        ("conv5", "Operations of the 5×5 alone, reduced", result.operations(five), _conv5_slips(result, module)),
        ("naive_parameters", "Parameters, naive", result.parameters(naive), _parameter_slips(result, naive)),
        ("parameters", "Parameters, reduced", result.parameters(module), _parameter_slips(result, module)),
        ("saving", "Saving (%)", 100 * result.saving(module), saving_slips(result, module)),
    )
    return {
        name: Question(label, Fraction(truth), "%" if name == "saving" else "", _told_apart(slips, Fraction(truth)))
        for name, label, truth, slips in asked
    }


def _told_apart(slips: tuple[Slip, ...], truth: Fraction) -> tuple[Slip, ...]:
    return tuple(slip for slip in slips if slip.value != truth)


def _output_slips(result: Sweep, module: Module) -> tuple[Slip, ...]:
    area, depth = result.size**2, module.output_shape[0]
    return (
        Slip("depth", Fraction(depth), f"That is the depth; there are {area:,} positions."),
        *(Slip(slip.name, slip.value * area, slip.explanation) for slip in depth_slips(result, module)),
    )


def depth_slips(result: Sweep, module: Module) -> tuple[Slip, ...]:
    """Slips in the depth of the output of a module."""
    depth, pool = module.output_shape[0], module.branches[3].depth
    reduces = [branch.steps[0].depth_out for branch in module.branches[1:3] if len(branch.steps) > 1]
    forgotten = Slip("pool_forgotten", Fraction(depth - pool), f"The pool is a branch too, with {pool} channels.")
    unprojected = Slip(
        "pool_not_projected",
        Fraction(depth - pool + result.channels),
        f"After pooling, a 1×1 reduces {result.channels} channels to {pool}.",
    )
    added = Slip(
        "adds_reduces",
        Fraction(depth + sum(reduces)),
        f"The reductions ({' and '.join(map(str, reduces))}) are internal; only each branch's "
        "last layer is concatenated.",
    )
    return (forgotten, unprojected, added)


def saving_slips(result: Sweep, module: Module) -> tuple[Slip, ...]:
    """Slips in the saving, in percent."""
    naive, own = (result.operations(one) for one in (result.naive, module))
    seeing_all = _with_input_depth(result, module)
    return (
        Slip("fraction_left", Fraction(100 * own, naive), "That is the fraction remaining, not saved."),
        Slip("cin_of_module", 100 - Fraction(100 * seeing_all, naive), _CIN.format(c=result.channels, r=result.r3)),
        Slip(
            "naive_over_reduced",
            Fraction(100 * naive, own) - 100,
            "That is relative to the reduced module; use the naive one.",
        ),
    )


_CIN = "After its reduction, the 3×3 has {r} input channels, not {c}."


def _with_input_depth(result: Sweep, module: Module) -> int:
    """Operations if the 3 x 3 saw the channels of the input behind its reduction."""
    if not result.r3:
        return result.operations(module)
    more = 9 * result.size**2 * (result.channels - result.r3) * result.w3
    return result.operations(module) + more * (1 + result.flops)


def _branch_depth(result: Sweep, module: Module) -> int:
    """Operations of the 5 x 5 with the number of filters of the neighboring 3 x 3."""
    step = module.branches[2].steps[-1]
    return KERNEL**2 * result.size**2 * step.depth_in * result.w3 * (1 + result.flops)


def _conv5_slips(result: Sweep, module: Module) -> tuple[Slip, ...]:
    step = module.branches[2].steps[-1]
    slips = [Slip("branch_depth", Fraction(_branch_depth(result, module)), _DEPTH.format(w3=result.w3, w5=result.w5))]
    if len(module.branches[2].steps) > 1:
        wrong = Fraction(result.operations(step) * result.channels, step.depth_in)
        slips.append(
            Slip(
                "cin_of_module",
                wrong,
                f"After its reduction, the 5×5 has {step.depth_in} input channels, not {result.channels}.",
            )
        )
    slips.append(Slip("one_filter", Fraction(result.operations(step), result.w5), f"There are {result.w5} filters."))
    slips.append(Slip("parameters", Fraction(step.weights), "Those are the weights; each is used at every position."))
    return (*slips, *_unit_slip(result, result.operations(step), 0))


_DEPTH = "The 5×5 was given the {w3} filters of the 3×3; it has {w5}."


def _operation_slips(result: Sweep, module: Module) -> tuple[Slip, ...]:
    total = result.operations(module)
    wrong = total - result.operations(module.branches[2].steps[-1]) + _branch_depth(result, module)
    slips = [Slip("branch_depth", Fraction(wrong), _DEPTH.format(w3=result.w3, w5=result.w5))]
    if module is not result.naive and result.r3:
        charged = Fraction(_with_input_depth(result, module))
        slips.append(Slip("cin_of_module", charged, _CIN.format(c=result.channels, r=result.r3)))
    toggled = -module.comparisons if result.pooled else module.comparisons
    why = "was left out" if result.pooled else "was counted, but comparisons are not multiply-accumulates"
    slips.append(Slip("pool_counted", Fraction(total + toggled), f"The pooling {why}."))
    slips.append(
        Slip(
            "branch_depth, pool_counted",
            Fraction(wrong + toggled),
            f"The pooling {why}, and the 5×5 was given {result.w3} filters.",
        )
    )
    slips.append(Slip("parameters", Fraction(module.weights), "Those are the weights; each is used at every position."))
    mixed = Fraction(total + result.size**2 * result.channels * (result.pool_proj - result.w1) * (1 + result.flops))
    slips.append(Slip("mixed_1x1", mixed, _mixed(result)))
    return (*slips, *_unit_slip(result, total, module.comparisons * result.pooled))


def _mixed(result: Sweep) -> str:
    return (
        f"The first 1×1 was given the {result.pool_proj} filters of the one after the pool; it "
        f"has {result.w1}, for the operations and for the parameters."
    )


def _unit_slip(result: Sweep, total: int, comparisons: int) -> tuple[Slip, ...]:
    macs = total - comparisons
    if result.flops:
        return (
            Slip(
                "MACs",
                Fraction(macs, 2) + comparisons,
                "Those are multiply-accumulates; each counts as two FLOPs here.",
            ),
        )
    return (
        Slip("FLOPs", Fraction(2 * macs + comparisons), "Those are FLOPs; a multiply-accumulate counts once here."),
    )


def _parameter_slips(result: Sweep, module: Module) -> tuple[Slip, ...]:
    pool = 9 * result.channels
    filters = sum(step.depth_out for branch in module.branches for step in branch.steps if step.kind == "conv")
    bias = (
        Slip("bias_forgotten", Fraction(module.weights), "Each filter has a bias here.")
        if result.bias
        else Slip("bias_counted", Fraction(module.weights + filters), f"Biases ({filters}) are not counted here.")
    )
    more = Fraction(result.parameters(module) + pool)
    wider = (result.channels + result.bias) * (result.pool_proj - result.w1)
    return (
        bias,
        Slip("mixed_1x1", Fraction(result.parameters(module) + wider), _mixed(result)),
        Slip("parameters_of_a_pool", more, "Pooling has no parameters: it takes the largest value."),
        Slip("operations", Fraction(module.macs), "Those are operations: each weight is used at every position."),
    )


def design_questions() -> Mapping[str, Question]:
    """What there is to work out about the designs that see 7 x 7, by name: their weights in units of C^2."""
    found = designs(channels=64)
    one = build(stack="1x1/2, 3x3/2, 1x1", channels=64)
    wide = Fraction(3 * (1 + 9 + 1))
    asked = {}
    for name, stack in found.items():
        if name == "three bottlenecks":
            slips: tuple[Slip, ...] = (
                Slip(
                    "one_bottleneck",
                    one.weights_c2,
                    "That is one bottleneck, with a 3×3 receptive field; it takes three.",
                ),
                Slip("not_halved", wide, "The 1×1 keeps half of the channels on both sides of the 3×3."),
            )
        else:
            each = stack.layers[0].weights_c2
            slips = (Slip("one_layer", each, f"That is one of {len(stack.layers)} layers."),)
        label = f"{name[0].upper()}{name[1:].replace('x', ' × ')}, weights in C²"
        asked[name] = Question(label, stack.weights_c2, "", _told_apart(slips, stack.weights_c2))
    return asked
