"""Typed networks: published counts, counts by hand, positions of errors, and the smallest image by trying all."""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.labs.cnn_cost.compute.models import model_table
from core.networks.grammar import TextError
from core.networks.presets import PRESETS, preset_table
from core.networks.table import totals
from core.networks.typed import ShapeError, layer_table, smallest_input

# Parameters with and without biases of convolutions and linear layers, and MACs; published, or from the reference.
COUNTS = {
    "lenet5": (61_706, 61_470, 416_520),
    "alexnet": (61_100_840, 61_090_496, 714_188_480),
    "vgg16": (138_357_544, 138_344_128, 15_470_264_320),
    "vgg19": (143_667_240, 143_652_544, 19_632_062_464),
    "googlenet": (7_005_832, 7_004_832, 1_582_671_872),
    "resnet18": (11_689_512, 11_688_512, 1_814_073_344),
    "resnet18_cifar": (11_173_962, 11_173_952, 555_422_720),
    "small_inception": (1_649_402, 1_649_392, 204_219_680),
    "small_inception_homework": (1_265_466, 1_263_008, 130_540_448),
    "unet": (31_030_658, 0, 0),
    "dcgan": (3_576_704, 0, 16 * (51_200 + 3 * 16 * 512 * 256 + 1024 * 64 * 3)),  # places of the input times kernels
    "se_resnet50": (28_088_024, 0, 0),
    "efficientnet_b0": (5_288_548, 0, 385_814_752),
    "mobilenet_v3_small": (2_542_856, 0, 56_510_400),
    "shufflenet_v2": (2_278_604, 0, 144_907_992),
    "homework_256": (41_472**2 + 10 * 41_472 + 41_472 + 10 + 1_346_688 + 512, 0, 0),
    "homework_386": (1_852_016_320, 1_852_016_320, 0),
    "mlp": (993_750, 993_750, 993_750),
    "linear_bn": (660, 660, 600),
}


@pytest.mark.parametrize("net", COUNTS)
def test_published_counts(net) -> None:
    params, weights, macs = COUNTS[net]
    table = preset_table(net=net)
    assert COUNTS.keys() == PRESETS.keys()
    if net == "homework_256":
        convs = [(3, 3, 128), (5, 128, 64), (7, 64, 128), (7, 128, 64), (7, 64, 128)]
        params = sum(k * k * a * b + b for k, a, b in convs) + 41_472 * (41_472 + 1) + 10 * (41_472 + 1)
    if not PRESETS[net].bias:
        assert totals(table).params == weights
    else:
        assert totals(table).params == params
        assert not weights or totals(table, bias=False).params == weights
    assert not macs or totals(table).macs == macs


def test_small_inception_as_frameworks_build_it() -> None:
    text = PRESETS["small_inception"].text
    full = text.replace(" bias=0", "").replace(" scale=0", "")
    assert totals(layer_table(text=full, size=28)).params == 1_652_826
    gray = layer_table(text=full, size=28, channels=1)
    assert totals(gray).params == 1_651_098
    assert totals(gray).macs == pytest.approx(202.9e6, rel=1e-3)
    assert totals(layer_table(text=text.replace(" scale=0", ""), size=28, channels=1)).params == 1_649_386
    joined = [call.output_shape for call in preset_table(net="small_inception").calls if call.kind == "Concat"]
    assert [shape[0] for shape in joined] == [64, 80, 160, 160, 160, 160, 144, 240, 336, 336]
    assert [shape[1] for shape in joined] == [28, 28, 14, 14, 14, 14, 14, 7, 7, 7]


def test_homework_small_inception_unit_by_unit() -> None:
    sums: dict[str, int] = {}
    for call in preset_table(net="small_inception_homework").calls:
        unit = "1" if call.name in ("1", "2", "3") else call.name.split(".")[0]
        sums[unit] = sums.get(unit, 0) + call.params
    units = [1_152, 15_648, 26_240, 57_840, 46_960, 63_136, 83_920, 106_704, 187_056, 328_656, 344_784, 3_370]
    assert [number for number in sums.values() if number] == units


def test_homework_tables() -> None:
    sides = [call.output_shape[1] for call in preset_table(net="homework_256").calls[:6]]
    assert sides == [256, 128, 61, 30, 24, 18]
    calls = preset_table(net="homework_386").calls
    assert [call.activations for call in calls[:5]] == [9_437_184, 1_048_576, 4_064_256, 8_128_512, 903_168]
    assert [call.params for call in calls if call.params] == [1_728, 147_456, 131_072, 1_849_688_064, 2_048_000]
    assert [call.params for call in preset_table(net="mlp").calls if call.params] == [600_000, 375_000, 18_750]
    assert [call.output_shape[1] for call in preset_table(net="alexnet").calls[:8]] == [55, 27, 27, 13, 13, 13, 13, 6]
    assert [call.params for call in preset_table(net="lenet5").calls if call.params] == [156, 2416, 48120, 10164, 850]
    assert totals(layer_table(text="fc30 bias=1, bn", size=1, channels=20)).params == 690


def test_receptive_fields_of_known_networks() -> None:
    # VGG16 after its last pool; ResNet-18 and GoogLeNet by gradients, see tests/kernel/nets.
    fields = {net: [c.field for c in preset_table(net=net).calls if c.field.size][-1] for net in PRESETS}
    assert fields["vgg16"].size == (212, 212) and fields["vgg16"].jump == (32, 32)
    assert fields["resnet18"].size == (435, 435)
    assert fields["lenet5"].size == (32, 32)
    assert fields["vgg19"].size == (268, 268)


def test_a_row_in_full() -> None:
    table = layer_table(text="input9x12-4, 2x{conv3-6/2 p1 g=2 bias=0 | conv1-2/2, id}", bias=True, title="mine")
    assert (table.title, table.input_shape, table.source, table.unused) == ("mine", (4, 9, 12), "typed", ())
    assert [call.name for call in table.calls] == [
        "1.1.a.1",
        "1.1.b.1",
        "1.1.b.2",
        "1.1.join",
        "1.2.a.1",
        "1.2.b.1",
        "1.2.b.2",
        "1.2.join",
    ]
    assert [call.kind for call in table.calls[:4]] == ["Conv2d", "Conv2d", "Identity", "Concat"]
    assert table.blocks == {"": "Network", "1": "Repeat"} | {
        f"1.{turn}{branch}": "Branch" if branch else "Branches" for turn in (1, 2) for branch in ("", ".a", ".b")
    }


def test_a_convolution_in_full() -> None:
    call = layer_table(text="conv3x1-6/2 p1 d2 g=2 bias=1, relu", size=9, channels=4, bias=False).calls[0]
    # Height: 9 + 2 - 5 = 6, by 2: 3, plus 1. Width: 9 + 2 - 1 = 10, by 2: 5, plus 1.
    assert (call.input_shape, call.output_shape) == ((4, 9, 9), (6, 4, 6))
    assert (call.weights, call.biases, call.params) == (3 * 2 * 6, 6, 42)
    assert call.macs == 36 * 4 * 6 and call.activations == 144 and call.other_ops == 144
    assert (call.field.low, call.field.high, call.field.jump) == ((-1, -1), (3, -1), (2, 2))
    assert (call.saved, call.saved_bf16) == ((0, 4 * 81 * 4), (0, 4 * 81 * 2))
    assert (call.role, call.shared, call.training_only, call.buffers) == ("convolution", False, False, 0)
    assert call.text == "conv3x1-6/2 bias=1 d=2 g=2 p=1"


def test_even_kernels_that_keep_the_size_say_so() -> None:
    call = layer_table(text="conv4-2@same", size=8).calls[0]
    assert call.output_shape == (2, 8, 8) and call.window.padding == (1, 2, 1, 2)
    assert "one more row or column" in call.note
    assert layer_table(text="conv3-2@same", size=8).calls[0].note == ""
    # Even with a stride: n / s rounded up.
    assert layer_table(text="conv4-2/3@same", size=8).calls[0].output_shape == (2, 3, 3)


def test_the_image_is_kept_only_by_what_is_trained_from_it() -> None:
    assert layer_table(text="conv3-2", size=8).image_saved
    pooled = layer_table(text="pool2, relu, lrn, dropout, conv3-2", size=8)
    assert not pooled.image_saved
    assert [call.saved[1] for call in pooled.calls] == [0, 0, 0, 0, 3 * 16 * 4]


ERRORS = [
    (
        "conv7-4, pool8",
        10,
        "1:10: Kernel (8x8) larger than input (4x4); input here is (4, 4, 4). The smallest square "
        "input that works is 14x14.",
    ),
    (
        "conv7-4 p1",
        3,
        "1:1: Kernel (7x7) larger than padded input (5x5); input here is (3, 3, 3). The smallest square "
        "input that works is 5x5.",
    ),
    ("conv3-4 d=4", 8, "1:1: Kernel (9x9) larger than input (8x8); input here is (3, 8, 8)."),
    ("conv3-4 g=2", 8, "1:1: g=2 does not divide 3 input channels."),
    ("conv3-4 g=3", 8, "1:1: g=3 does not divide 4 filters."),
    ("relu, dwconv3-4", 8, "1:7: g=3 does not divide 4 filters."),
    ("pool3 p2", 8, "1:1: Padding 2 is more than half of the kernel size 3, which pooling does not allow."),
    ("pool2@same", 8, "1:1: same needs an odd kernel for pooling; got 2x2."),
    ("fc7,\n relu, pool2", 8, "2:8: pool needs a map, but its input here is flat: 7 numbers."),
    ("relu, input8x8-3", 8, "1:7: input must be the first layer and appear once."),
    (
        "{conv3-8 | id, conv1-8}",
        9,
        "1:12: This branch gives (8, 9, 9) and the first one (8, 7, 7); a concatenation "
        "needs the same height and width.",
    ),
    (
        "{+ conv1-8 |\nconv1-9}",
        9,
        "2:1: This branch gives (9, 9, 9) and the first one (8, 9, 9); a sum needs the same shape.",
    ),
    (
        "{fc3 | conv1-3}",
        1,
        "1:8: This branch gives (3, 1, 1) and the first one (3); a concatenation needs the same height and width.",
    ),
    ("{+ fc3 | fc4}", 1, "1:10: This branch gives (4) and the first one (3); a sum needs the same shape."),
]


@pytest.mark.parametrize(("text", "size", "message"), ERRORS)
def test_shapes_that_do_not_fit(text, size, message) -> None:
    with pytest.raises(ShapeError) as caught:
        layer_table(text=text, size=size)
    assert str(caught.value).startswith(message + "\n") or "smallest" not in message
    assert str(caught.value).startswith(message)


def test_the_rows_before_an_error_stay() -> None:
    with pytest.raises(ShapeError) as caught:
        layer_table(text="conv3-4, relu, pool9", size=8)
    assert [call.kind for call in caught.value.table.calls] == ["Conv2d", "ReLU"]
    assert caught.value.smallest == 11 and caught.value.table.smallest is None


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"size": 0}, r"^`size` must be in \[1, 4,096\]; got 0\.$"),
        ({"size": 4097}, r"^`size` must be in \[1, 4,096\]; got 4,097\.$"),
        ({"channels": 0}, r"^`channels` must be in \[1, 65,536\]; got 0\.$"),
        ({"channels": 65_537}, r"^`channels` must be in \[1, 65,536\]; got 65,537\.$"),
    ],
)
def test_images_out_of_range(given_, message) -> None:
    with pytest.raises(ValueError, match=message):
        layer_table(text="gap", **given_)
    # The text's own input stands above the settings.
    assert layer_table(text="input5x6-2, gap", **given_).input_shape == (2, 5, 6)


def test_absurd_networks_are_exact() -> None:
    text = "conv64-65536, conv64-65536@same, fc65536"
    table = layer_table(text=text, size=4096, channels=65_536)
    side = 4096 - 63
    first = 64 * 64 * 65_536**2
    macs = 2 * first * side**2 + 65_536 * side**2 * 65_536
    assert totals(table).macs == macs > 2**63
    assert totals(table, batch=1_000_000).flops == 2 * macs * 10**6


@pytest.mark.parametrize("net", PRESETS)
def test_the_smallest_size_is_the_smallest(net) -> None:
    preset, smallest = PRESETS[net], preset_table(net=net).smallest
    layer_table(text=preset.text, size=smallest, channels=preset.channels)
    for size in range(max(1, smallest - 8), smallest):
        with pytest.raises(ShapeError):
            layer_table(text=preset.text, size=size, channels=preset.channels)


@pytest.mark.parametrize("net", ["alexnet", "vgg16", "vgg19", "googlenet", "resnet18"])
def test_the_smallest_size_is_that_of_torchvision(net) -> None:
    # Found by running torchvision's models; poolings that round up take maps smaller than their kernel.
    assert preset_table(net=net).smallest == model_table(net=net).smallest


LAYERS = st.sampled_from(
    ["conv3-4", "conv5-4/2", "pool2", "pool3/2 ceil=1", "conv3-4/2 p1", "conv1-4", "avgpool3/1 p1"]
)


@given(st.lists(LAYERS, min_size=1, max_size=5), st.lists(LAYERS, min_size=1, max_size=3))
def test_the_smallest_size_by_trying_all(before, branch) -> None:
    text = f"{', '.join(before)}, {{{', '.join(branch)} | conv3-4/2 p1}}"

    def works(size):
        try:
            layer_table(text=text, size=size)
        except ShapeError:
            return False
        return True

    found = smallest_input(text=text)
    assume(found is not None)
    assert [works(size) for size in range(1, found + 1)] == [False] * (found - 1) + [True]


def test_text_errors_come_through() -> None:
    with pytest.raises(TextError, match="did you mean conv"):
        layer_table(text="covn3-3")
    with pytest.raises(ValueError, match=r"^`net` must be one of lenet5, .*; got nothing\.$"):
        preset_table(net="nothing")


def test_presets_have_their_own_size_and_take_another() -> None:
    assert preset_table(net="vgg16", size=64).input_shape == (3, 64, 64)
    assert totals(preset_table(net="homework_386", bias=True)).params > totals(preset_table(net="homework_386")).params
    for preset in PRESETS.values():
        assert preset.note.endswith(".") and preset.title
        assert prod(layer_table(text=preset.text, size=preset.size, channels=preset.channels).input_shape)
