"""Networks as text: what can be written comes back, and every mistake is pointed at."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kit.packed import from_link, to_link
from core.networks.grammar import HOWS, MAX_TEXT, Join, Layer, Repeat, TextError, layers, write
from core.networks.layers import KINDS, OPTIONS, PAIRS
from core.networks.parser import MAX_LAYERS, parse

NUMBERS = {name: st.integers(low, high) for name, (_, low, high) in OPTIONS.items()}


@st.composite
def typed_layers(draw):
    kind = draw(st.sampled_from(sorted(set(KINDS.values()), key=lambda kind: kind.name)))
    size = None
    if kind.size and (kind.needs_size or draw(st.booleans())):
        size = draw(st.tuples(st.integers(1, 64), st.integers(1, 64)))
    width = None
    if kind.width and (kind.needs_width or draw(st.booleans())):
        width = draw(st.integers(1, 65_536))
    names = draw(st.sets(st.sampled_from(kind.options))) if kind.options else set()
    if "same" in names:
        names.discard("p")
    options = {name: 1 if name == "same" else draw(NUMBERS[name]) for name in names}
    for name in set(options) & set(PAIRS):
        other = draw(NUMBERS[name])
        if draw(st.booleans()) and other != options[name]:
            options[name] = options[name], other
    return Layer(kind.name, size, width, tuple(sorted(options.items())))


def groups(inner):
    items = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Repeat, st.integers(2, 5), items),
        st.builds(Join, st.sampled_from(sorted(HOWS)), st.lists(items, min_size=2, max_size=3).map(tuple)),
    )


NETWORKS = st.lists(st.recursive(typed_layers(), groups, max_leaves=8), min_size=1, max_size=5).map(tuple)


@given(NETWORKS)
def test_what_is_written_is_read_again(network) -> None:
    text = write(network)
    assert parse(text=text) == network
    assert write(parse(text=text)) == text
    assert from_link(to_link(text)) == text


@given(NETWORKS)
def test_layers_are_counted_after_repeats(network) -> None:
    def walk(items):
        for item in items:
            if isinstance(item, Repeat):
                for _ in range(item.count):
                    yield from walk(item.items)
            elif isinstance(item, Join):
                for branch in item.branches:
                    yield from walk(branch)
                yield item
            else:
                yield item

    assert layers(network) == len(list(walk(network)))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("conv3-64", "conv3-64"),
        ("Conv3x3-64 , POOL2x2", "conv3-64, pool2"),
        ("conv3×3-64 -> maxpool2;  relu\n\nfc-10 # the end", "conv3-64, pool2, relu, fc10"),
        ("# nothing\n conv1x7-8@same\n", "conv1x7-8@same"),
        ("2 × conv3-4, 3*pool2", "2x conv3-4, 3x pool2"),
        ("conv3-4 same s2", "conv3-4/2@same"),
        ("conv3-4 @p1 @d=2 g2 bias=0", "conv3-4 bias=0 d=2 g=2 p=1"),
        ("1x(conv3-4, (relu, (bn)))", "conv3-4, relu, bn"),
        ("2x(conv3-4)", "2x conv3-4"),
        ("{ id |\n conv1-8 ,\n relu\n}", "{id | conv1-8, relu}"),
        ("{+conv1-8|id}", "{+ conv1-8 | id}"),
        ("input224x200-3, lrn, lrn3", "input224x200-3, lrn, lrn3"),
        ("input64-3, gap,", "input64x64-3, gap"),
        ("dwconv3, dwconv3x5-8", "dwconv3, dwconv3x5-8"),
        ("conv3-8\r\npool2\rrelu", "conv3-8, pool2, relu"),
        ("conv3–64, conv3—64/2, pool2 −> relu", "conv3-64, conv3-64/2, pool2, relu"),
        ("conv 3x3, 64, relu, max pool 2x2, fc 10", "conv3-64, relu, pool2, fc10"),
        ("CONV-3x3-64, maxpooling2d 2, batchnorm, dense 10", "conv3-64, pool2, bn, fc10"),
        ("Conv2d 3-64 stride=2 padding=1, BatchNorm2d, Leaky ReLU", "conv3-64/2 p=1, bn, leakyrelu"),
        ("conv3-8@valid, conv3-8 padding=same, global average pooling, linear 10", "conv3-8, conv3-8@same, gap, fc10"),
        ("conv3-8/2x1 p0x1 d=2x3, pool2/1x2", "conv3-8/2x1 d=2x3 p=0x1, pool2/1x2"),
        (
            "{* id | gap, fc2, relu, fc8, sigmoid}, {/id|conv1-4}",
            "{* id | gap, fc2, relu, fc8, sigmoid}, {/ id | conv1-4}",
        ),
        ("convT4-8/2 p1 op1, upsample2, layer norm, gn 4, relu6", "deconv4-8/2 op=1 p=1, up2, ln, gn4, relu6"),
        ("dropout, dropout0.5, dropout .25, dropout20%", "dropout, dropout0.5, dropout0.25, dropout0.2"),
        ("input1x16000-1, conv1x80-128/1x4", "input1x16000-1, conv1x80-128/1x4"),
    ],
)
def test_many_ways_to_write_the_same(text, plain) -> None:
    assert write(parse(text=text)) == plain


def test_the_tree_and_the_places_of_its_parts() -> None:
    first, repeat, join = parse(text="conv3x5-64/2 p1, 3x(pool2, relu),\n{fc7 | id, id}")
    assert first == Layer("conv", (3, 5), 64, (("p", 1), ("s", 2))) and first.at == 0
    assert (first.option("s"), first.option("d", 1), first.option("g")) == (2, 1, 0)
    assert repeat == Repeat(3, (Layer("pool", (2, 2)), Layer("relu"))) and repeat.at == 17
    assert join == Join("concat", ((Layer("fc", None, 7),), (Layer("id"), Layer("id"))))
    assert (join.at, join.starts) == (34, (35, 41))


ERRORS = [
    ("sepconv3-64", 1, 1, "“sepconv” is not the name of a layer here; write dwconv3@same, conv1-64", ""),
    ("relu, se16", 1, 7, "“se” is not the name of a layer here; write {* id | gap,", ""),
    ("convtanspose4-8", 1, 1, "Unknown layer “convtanspose”; did you mean deconv?", "deconv"),
    ("dropout1.5", 1, 8, "The rate of a dropout must be between 0 and 1; got 1.5.", ""),
    ("relu 2x conv3-4", 1, 6, "“,” missing before 2.", ""),
    ("input16000x2-1", 1, 6, "The image size must be in [1, 4,096]; got 16000.", ""),
    ("conv65x64-1", 1, 5, "The kernel size must be in [1, 64]; got 65.", ""),
    ("covn3-64", 1, 1, "Unknown layer “covn”; did you mean conv?", "conv"),
    ("conv3-64, xyzzy", 1, 11, "Unknown layer “xyzzy”; known are input, conv", ""),
    ("conv3-64 conv3-64", 1, 10, "“,” missing before conv.", ""),
    ("conv3-64 5", 1, 10, "“,” missing before 5.", ""),
    ("conv3-64 {id|id}", 1, 10, "“,” missing before {.", ""),
    ("pool2) ", 1, 6, "Unmatched “)”.", ""),
    ("pool2,\n}", 2, 1, "Unmatched “}”.", ""),
    ("pool2 | relu", 1, 7, "“|” is allowed only inside braces.", ""),
    ("(id | id)", 1, 5, "“|” is allowed only inside braces.", ""),
    ("relu, {id | (id", 1, 13, "“(” is never closed; “)” is missing.", ""),
    ("relu, {id | id", 1, 7, "“{” is never closed; “}” is missing.", ""),
    ("{ | conv1-8}", 1, 3, "Empty branch; write id for identity.", ""),
    ("{conv1-8 | }", 1, 12, "Empty branch; write id for identity.", ""),
    ("{conv1-8}", 1, 1, "Braces hold at least two branches, separated by |", ""),
    ("()", 1, 1, "Empty brackets.", ""),
    ("2conv3-4", 1, 2, "“x” expected after a repeat count, as in 2x conv3-64.", ""),
    ("2x", 1, 3, "A layer is missing here.", ""),
    ("relu,\n  2x,", 2, 5, "A layer is expected here, not “,”.", ""),
    ("201x relu", 1, 1, "The repeat count must be in [1, 200]; got 201.", ""),
    ("0x relu", 1, 1, "The repeat count must be in [1, 200]; got 0.", ""),
    ("conv-64", 1, 1, "conv needs a kernel size; write it like conv3-64.", ""),
    ("relu, conv3", 1, 7, "conv needs a number of filters; write it like conv3-64.", ""),
    ("conv", 1, 1, "conv needs a kernel size and number of filters; write it like conv3-64.", ""),
    ("fc", 1, 1, "fc needs a number of outputs; write it like fc10.", ""),
    ("maxpool", 1, 1, "pool needs a kernel size; write it like pool2.", ""),
    ("relu5", 1, 5, "relu takes no such number; write it like relu.", ""),
    ("pool2-8", 1, 6, "pool takes no such number; write it like pool2.", ""),
    ("conv65-3", 1, 5, "The kernel size must be in [1, 64]; got 65.", ""),
    ("conv3-65537", 1, 7, "The number of filters must be in [1, 65,536]; got 65537.", ""),
    ("conv3-0", 1, 7, "The number of filters must be in [1, 65,536]; got 0.", ""),
    ("fc1234567890", 1, 3, "The number of outputs must be in [1, 65,536]; got 1234567890.", ""),
    ("input4097x4-3", 1, 6, "The image size must be in [1, 4,096]; got 4097.", ""),
    ("conv3-8/65", 1, 9, "The stride must be in [1, 64]; got 65.", ""),
    ("conv3-8/0", 1, 9, "The stride must be in [1, 64]; got 0.", ""),
    ("conv3-8 p=65", 1, 11, "The padding must be in [0, 64]; got 65.", ""),
    ("conv3-8 d=0", 1, 11, "The dilation must be in [1, 64]; got 0.", ""),
    ("conv3-8 bias=2", 1, 14, "The bias switch must be in [0, 1]; got 2.", ""),
    ("conv3-8 p", 1, 10, "A number is missing here (padding).", ""),
    ("conv3-8/", 1, 9, "A number is missing here (stride).", ""),
    ("conv3-8 sam", 1, 9, "Unknown option “sam”; did you mean same?", "same"),
    ("conv3-8 q=3", 1, 9, "Unknown option “q”; conv takes s, p, d, g, bias, in, same.", ""),
    ("relu@q", 1, 5, "Unknown option “q”; relu takes no options.", ""),
    ("pool2 g=3", 1, 7, "g does not apply to pool, which takes s, p, ceil, same.", ""),
    ("relu/2", 1, 5, "s does not apply to relu, which takes no options.", ""),
    ("conv3-8 p1 p1", 1, 12, "p is given twice.", ""),
    ("conv3-8/2 s=2", 1, 11, "s is given twice.", ""),
    ("conv3-8 p1@same", 1, 11, "same and p contradict each other; give one of them.", ""),
    ("conv3-8@same p0", 1, 14, "same and p contradict each other; give one of them.", ""),
    ("relu,,relu", 1, 6, "A layer is missing between two separators.", ""),
    ("relu -> -> relu", 1, 9, "A layer is missing between two separators.", ""),
    ("relu %", 1, 6, "Unexpected “%”.", ""),
    ("-3", 1, 1, "A layer is expected here, not “-”.", ""),
    ("conv²-3", 1, 5, "A number is missing here (kernel size).", ""),
    ("", 1, 1, "Empty architecture: write layers such as", ""),
    (" # only words\n", 1, 1, "Empty architecture: write layers such as", ""),
    ("(" * 9 + "id" + ")" * 9, 1, 9, "Brackets are nested deeper than 8.", ""),
    ("relu, 200x(11x relu)", 1, 7, "200 × 11 layers exceed the limit of 2,000.", ""),
    ("11x(200x relu)", 1, 1, "11 × 200 layers exceed the limit of 2,000.", ""),
    ("200x relu, " * 10 + "relu", 1, 1, "With its repeats the network has more than 2,000 layers", ""),
]


@pytest.mark.parametrize(("text", "line", "column", "problem", "suggestion"), ERRORS)
def test_mistakes_are_pointed_at(text, line, column, problem, suggestion) -> None:
    with pytest.raises(TextError) as caught:
        parse(text=text)
    error = caught.value
    assert (error.line, error.column, error.suggestion) == (line, column, suggestion)
    assert error.problem.startswith(problem)
    assert error.problem[-1] in ".?"
    assert error.caret.strip() == "^"
    assert str(error) == f"{line}:{column}: {error.problem}\n{error.source}\n{error.caret}"
    # The caret stands below the place.
    lines = text.split("\n")
    at = len(error.caret) - 1
    assert error.source[at : at + 5] == lines[line - 1][column - 1 : column + 4][: len(error.source) - at]


def test_long_lines_are_shown_around_the_place() -> None:
    text = "relu, " * 100 + "covn3-3, " + "relu, " * 100
    with pytest.raises(TextError) as caught:
        parse(text=text)
    assert len(caught.value.source) == 120
    assert caught.value.source[len(caught.value.caret) - 1 :].startswith("covn3-3")
    assert caught.value.column == 601


def test_nested_repeats_multiply_up_to_the_cap() -> None:
    assert layers(parse(text="20x(10x(5x(relu, bn)))")) == MAX_LAYERS
    assert layers(parse(text="(" * 8 + "id" + ")" * 8)) == 1


def test_too_long_a_text() -> None:
    assert len(parse(text="relu,".ljust(MAX_TEXT))) == 1
    with pytest.raises(TextError, match=r"^1:1: The text has 20,001 characters; the limit is 20,000\."):
        parse(text="x" * (MAX_TEXT + 1))


@pytest.mark.parametrize(
    "text", ["200x(" * 8, "{" * 20_000, "((((", "2x" * 5000, "|" * 100, "@" * 99, "\x00", "conv3-8 " * 2000]
)
def test_bombs_are_refused_at_once(text) -> None:
    with pytest.raises(TextError):
        parse(text=text)


@given(st.text(alphabet="conv3-64pl2x({|}),@+/ \n#=;>sd", max_size=40))
def test_whatever_is_typed_is_read_or_refused(text) -> None:
    with contextlib.suppress(TextError):  # and nothing else
        network = parse(text=text)
        assert parse(text=write(network)) == network
