"""Words of the Inception page: readouts and a sentence for each width, for a module and for the designs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from core.draw.live import Check, Readout
from core.kit.words import number
from core.labs.inception.compute.explore import WIDTHS, Sweep
from core.labs.inception.panels.designs import meets, plain
from core.labs.inception.panels.widths import multiplications, operations


def share(part: Fraction) -> str:
    """Write a fraction with one decimal, as a percentage."""
    return f"{float(100 * part):.1f}%".replace("-", "−")


def c2(weights: Fraction) -> str:
    """Write weights in units of C^2."""
    return f"{plain(float(weights))}\N{NO-BREAK SPACE}C²"


def _off(counts: Sequence[int], others: Sequence[int]) -> str:
    """Return the largest difference between two ways of counting."""
    return f"{max(abs(one - other) for one, other in zip(counts, others, strict=True)):,}"


def module_readouts(result: Sweep) -> tuple[Readout, ...]:
    """Return the cost of both modules at each width, the saving, and the cost counted in a second way."""
    naive, unit = result.operations(result.naive), operations(result)
    own = result.modules[0].output_shape[0]
    return (
        Readout(f"{unit}, naive", (f"{naive:,}",), "first", "Every branch sees all channels of the input."),
        Readout(
            f"{unit}, reduced",
            tuple(f"{total:,}" for total in result.totals),
            "second",
            "With the 1 × 1 convolutions before the 3 × 3 and the 5 × 5 and after the pool.",
            check=_by_formula(result),
        ),
        Readout(
            "saved (factor)",
            tuple(f"{share(1 - Fraction(total, naive))} ({number(naive / total)})" for total in result.totals),
            "risk",
            "Share of the naive operations, less than 0 where the reductions cost more than they save; naive over "
            "reduced.",
            formula=tuple(
                f"1 − {total:,} / {naive:,} = {share(1 - Fraction(total, naive))}" for total in result.totals
            ),
            headline=True,
        ),
        Readout(
            "parameters (naive)",
            tuple(f"{result.parameters(m):,} ({result.parameters(result.naive):,})" for m in result.modules),
            help="Weights, and biases if they count; pooling has none.",
        ),
        Readout(
            "depth (naive)",
            (f"{own} ({result.naive.output_shape[0]})",),
            help="Of the output: the sum over the branches. The naive pool passes on its input.",
        ),
    )


def _by_formula(result: Sweep) -> Check:
    """Count the operations of the reduced module again, not layer by layer."""
    formula = "By H W (C (w₁ + r₃ + r + p) + 9 r₃ w₃ + 25 r w₅)"
    same = tuple(one == other for one, other in zip(result.totals, result.recounted, strict=True))
    return Check(tuple(f"{total:,}" for total in result.recounted), same, formula)


def module_summaries(result: Sweep) -> tuple[str, ...]:
    """Say in one line what each width saves of the whole module."""
    last, unit = result.eighth.reductions["5x5"].last_paying, operations(result)
    texts = []
    for r, module in zip(WIDTHS, result.modules, strict=True):
        saving = result.saving(module)
        done = f"saves {share(saving)}" if saving >= 0 else f"adds {share(-saving)}"
        pays = f"[second|Width {r}] {done} of the {unit}; widths up to {last} pay."
        texts.append(pays if r else f"Without its [second|1 × 1] the module {done} of the {unit}.")
    return tuple(texts)


def module_sentences(result: Sweep) -> tuple[str, ...]:
    """Say what the reduction before the 5 x 5 is worth at each width."""
    return tuple(_module_sentence(result, k) for k in range(len(WIDTHS)))


def _module_sentence(result: Sweep, k: int) -> str:
    five, three = (result.eighth.reductions[name] for name in ("5x5", "3x3"))
    r, saving = WIDTHS[k], result.saving(result.modules[k])
    limits = f"It pays up to r = {five.last_paying}, before the 3 × 3 up to {three.last_paying}."
    whole = f"{'saves' if saving >= 0 else 'adds'} {share(abs(saving))}"
    if r == 0:
        return f"Without a 1 × 1 the 5 × 5 sees all {result.channels} channels; the module {whole}. {limits}"
    branch = 1 - r / five.break_even
    done = f"saves {share(branch)} of" if branch >= 0 else f"adds {share(-branch)} to"
    return f"A 1 × 1 with r = {r} {done} the 5 × 5 branch; the module {whole}. {limits}"


def design_readouts(result: Sweep) -> tuple[Readout, ...]:
    """Compare the bottlenecks at each width with one 7 x 7 and with the visitor's stack."""
    one, own = result.designs["one 7x7"], result.own
    area = result.size**2 * (1 + result.flops)
    weights = [result.bottleneck_weights(r) for r in WIDTHS]
    parameters = [weight + result.bottleneck_biases(r) for r, weight in zip(WIDTHS, weights, strict=True)]
    formula = [int(part * result.channels**2) for part in result.bottlenecks]
    verdict = "" if own.covers else "not accepted: "
    return (
        Readout(
            "three bottlenecks",
            tuple(c2(part) for part in result.bottlenecks),
            "accent",
            "Weights of 1 × 1 to r, 3 × 3 from r to r, 1 × 1 back to C, three times.",
        ),
        Readout("their parameters", tuple(f"{count:,}" for count in parameters), help="Biases counted if they are."),
        Readout(
            f"their {multiplications(result)}",
            tuple(f"{weight * area:,}" for weight in weights),
            help="Each weight is used at every position of the map.",
        ),
        Readout(
            f"by formula (off by {_off(weights, formula)})",
            tuple(f"{count:,}" for count in formula),
            help="3 (2 r C + 9 r²), against the sum over the nine layers.",
        ),
        Readout("one 7 × 7", (f"{result.parameters(one):,}",), "first", "Parameters of a single layer."),
        Readout(
            "saved",
            tuple(share(1 - Fraction(weight, one.weights)) for weight in weights),
            "risk",
            "Weights, and operations, that the bottlenecks do without, as a share of one 7 × 7.",
            headline=True,
        ),
        Readout("yours", (f"{verdict}{c2(own.weights_c2)}",), "second", "Weights of the stack that you typed."),
    )


def design_summaries(result: Sweep) -> tuple[str, ...]:
    """Say in one line what the bottlenecks of each width weigh compared with one 7 x 7."""
    one = c2(result.designs["one 7x7"].weights_c2)
    return tuple(
        f"[accent|Three bottlenecks] of width {r} weigh {c2(part)}; [first|one 7 × 7] {one}."
        if r
        else f"Without 1 × 1 convolutions the bottlenecks are [accent|three 3 × 3]: {c2(part)}."
        for r, part in zip(WIDTHS, result.bottlenecks, strict=True)
    )


def design_sentences(result: Sweep) -> tuple[str, ...]:
    """Say how the bottlenecks compare at each width, and comment on the visitor's stack."""
    own = f"{own_stack(result)} {result.own.note}".strip()
    return tuple(f"{_design_sentence(result, k)} {own}" for k in range(len(WIDTHS)))


def _design_sentence(result: Sweep, k: int) -> str:
    r, part = WIDTHS[k], result.bottlenecks[k]
    if r == 0:
        return "Without the 1 × 1 convolutions the bottlenecks are three 3×3: 27 C²."
    lighter = [
        name.replace("x", "×")
        for name, stack in result.designs.items()
        if part < stack.weights_c2 and "bottle" not in name
    ]
    than = f"{'less' if lighter else 'more'} than {_joined(lighter) if 0 < len(lighter) < 4 else 'all other designs'}"
    return (
        f"Three bottlenecks of width r = {r} weigh {c2(part)}, {than}; they pay against "
        f"three 3×3 up to {_of_c(meets(27))}, against 1×7 and 7×1 up to {_of_c(meets(14))}."
    )


def _of_c(part: float) -> str:
    return f"{number(part, 2)}\N{NO-BREAK SPACE}C"


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def own_stack(result: Sweep) -> str:
    """Say whether the visitor's stack is accepted, and what is missing if it is not."""
    own = result.own
    if own.covers:
        return f"Your stack sees 7 × 7 and weighs {c2(own.weights_c2)}."
    return f"Your stack is not accepted yet: it sees {' × '.join(map(str, own.field))}, not 7 × 7; it {result.missing}."
