"""Formulas with the numbers on screen: of a module, and of the designs that see 7 x 7."""

from __future__ import annotations

from collections.abc import Sequence

from core.labs.inception.compute.explore import WIDTHS, Sweep
from core.labs.inception.compute.factorised import Stack
from core.labs.inception.panels.widths import multiplications, operations
from core.labs.inception.words import c2
from core.networks.inception_module import Branch, Module, Step
from core.networks.table import totals
from core.networks.typed import layer_table


def module_formulas(result: Sweep, module: Module) -> Sequence[str]:
    """Show every convolution of the module with its numbers, the break-even, and a second count."""
    rows = "".join(_row(result, branch, step) for branch in module.branches for step in branch.steps)
    found, other = (result.eighth.reductions[name] for name in ("5x5", "3x3"))
    c, w = result.channels, result.w5
    table = layer_table(text=module.text, size=result.size, channels=c, bias=result.bias)
    again = totals(table)
    macs, params = again.macs - module.macs, again.params - module.weights - module.biases
    twice = " Each multiply-accumulate is two FLOPs." if result.flops else ""
    return (
        "A convolution that keeps height and width costs $H W k^2 C_{in} C_{out}$ "
        f"multiply-accumulates and has $k^2 C_{{in}} C_{{out}}$ weights.{twice} A 1×1 convolution "
        f"lowers $C_{{in}}$ of the next one:\n\n| branch | layer | output | {operations(result)} | "
        f"parameters |\n|---|---|---|--:|--:|\n{rows}| **sum** | | "
        f"**{result.size}×{result.size}×{module.output_shape[0]}** | "
        f"**{result.operations(module):,}** | **{result.parameters(module):,}** |",
        "**When a reduction pays off.** With $r$ filters of 1×1 before them, $w$ filters of $k "
        "\\times k$ cost $r\\,(C + k^2 w)$ at each position instead of $k^2 C\\,w$. Both are the "
        f"same at\n\n$$r^* = \\frac{{k^2 C w}}{{C + k^2 w}} = \\frac{{25 \\cdot {c} \\cdot {w}}}{{{c} + "
        f"25 \\cdot {w}}} = {float(found.break_even):.2f}.$$\n\nSo the largest r that pays off is "
        f"{found.last_paying}. It is always below $C = {c}$ and $k^2 w = {25 * w}$, and does not "
        f"depend on height and width. Before the {result.w3} filters of 3×3 the two meet at "
        f"{float(other.break_even):.2f}.",
        f"**Cross-checked.** Typed as a network, `{module.text}` has {again.macs:,} "
        f"multiply-accumulates (off by {abs(macs)}) and {again.params:,} parameters (off by "
        f"{abs(params)}).",
    )


def _row(result: Sweep, branch: Branch, step: Step) -> str:
    area = f"{result.size}² · "
    taps = f"{step.kernel}² · " if step.kernel > 1 else ""
    twice = "2 · " if result.flops else ""
    if step.kind == "pool":
        compared = f"{area}9 · {step.depth_in} = {step.comparisons:,} comparisons"
        cost, weights = (compared if result.pooled else "0"), "0"
        name = "max-pool 3 × 3"
    else:
        product = f"{taps}{step.depth_in} · {step.depth_out}"
        cost = f"{twice}{area}{product} = {result.operations(step):,}"
        weights = f"{product}{f' + {step.biases}' if step.biases else ''} = {result.parameters(step):,}"
        name = f"{step.kernel} × {step.kernel}, {step.depth_out} filters"
    pad = f", padding {step.padding}" if step.padding else ""
    shape = f"{result.size}×{result.size}×{step.depth_out}"
    return f"| {branch.name.replace('x', ' × ')} | {name}{pad} | {shape} | {cost} | {weights} |\n"


def design_formulas(result: Sweep, place: int) -> Sequence[str]:
    """Show what each design sees and weighs, the effect of an even kernel on the field, and a second count."""
    stacks = {name: stack for name, stack in result.designs.items() if "bottle" not in name} | {"yours": result.own}
    rows = "".join(_design_row(result, name, stack) for name, stack in stacks.items())
    c, width = result.channels, WIDTHS[place]
    weights = result.bottleneck_weights(width)
    sum_ = f"3 (2 · {width} · {c} + 9 · {width}²)" if width else f"27 · {c}²"
    part = c2(result.bottlenecks[place])
    table = layer_table(text=result.own.text, size=result.size, channels=c, bias=result.bias)
    again = totals(table)
    off = again.params - result.parameters(result.own), again.macs - result.own.macs
    return (
        "With stride 1 each layer with a kernel of k rows widens the receptive field by k − 1: "
        "it is $1 + \\sum (k - 1)$ rows high, and as wide by the columns. From C to C channels "
        "the layer has $k^2 C^2$ weights, each used at all $H W$ positions.\n\n| design | rows | "
        f"columns | weights in C² | parameters | {multiplications(result)} "
        f"|\n|---|---|---|---|--:|--:|\n{rows}| three bottlenecks, r = {width} | 1 + 2 + 2 + 2 = 7 "
        f"| 1 + 2 + 2 + 2 = 7 | {sum_} = {weights:,} = {part} | "
        f"{weights + result.bottleneck_biases(width):,} | "
        f"{weights * result.size**2 * (1 + result.flops):,} |",
        "**Even kernels.** A 4×4 keeps the size only with one row above and two below, and "
        "likewise for columns: its receptive field lies half a row below its unit, that of two "
        "of them a whole row. The other designs have odd kernels and centered receptive fields.",
        f"**Cross-checked.** Typed as a network, your stack `{result.own.text}` has "
        f"{again.params:,} parameters (off by {abs(off[0])}) and {again.macs:,} "
        f"multiply-accumulates (off by {abs(off[1])}), and receptive field "
        f"{' × '.join(map(str, table.calls[-1].field.size or ()))}.",
    )


def _design_row(result: Sweep, name: str, stack: Stack) -> str:
    rows, columns = (
        " + ".join(["1", *(str(layer.kernel[axis] - 1) for layer in stack.layers)]) + f" = {stack.field[axis]}"
        for axis in (0, 1)
    )
    terms = " + ".join(f"{float(layer.weights_c2):.4g}" for layer in stack.layers)
    weights = c2(stack.weights_c2) if len(stack.layers) == 1 else f"{terms} = {c2(stack.weights_c2)}"
    return (
        f"| {name.replace('x', ' × ')} | {rows} | {columns} | {weights} | {result.parameters(stack):,} | "
        f"{result.operations(stack):,} |\n"
    )
