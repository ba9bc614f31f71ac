"""Exercises on transfer against networks built in torch, torchvision's VGG19, and torch's losses."""

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models import vgg19

from core.labs.transfer.exercises import CUT, HEAD, INPUTS, MEMORY, PARENT, PASSES, RESIZE, SOFTMAX, VGG19
from core.labs.transfer.exercises.vgg import LAYERS, NAMES


def numbers(drawn):
    return [float(question.truth) for question in drawn.questions if not isinstance(question.truth, str)]


def some(template, most=6):
    return [template.variant(number) for number in range(most)]


def judged(template, place, text):
    """Names of the mistakes in an answer to a published exercise; empty if it is right."""
    verdict = template.variant(0).questions[place].judge(text)
    assert verdict.settled, verdict
    return set() if verdict.right else set(verdict.slips)


def size(*modules):
    return sum(p.numel() for module in modules for p in module.parameters())


@pytest.fixture(scope="module")
def layers():
    """Layers of VGG19 as Keras counts them: the input, convolutions with their ReLU, and poolings."""
    with torch.device("meta"):
        features = vgg19().features
    return [nn.Identity(), *(layer for layer in features if not isinstance(layer, nn.ReLU))]


def test_vgg19_is_torchvisions(layers):
    assert [sum(layer) for layer in LAYERS] == [size(layer) for layer in layers]
    assert NAMES[10] == "block3_conv4" and NAMES[21] == "block5_pool" and len(NAMES) == len(LAYERS)
    for template in (VGG19, PARENT):
        for drawn in some(template):
            p = drawn.parameters
            head = nn.Linear(512, p.classes)
            expected = [size(*layers[: p.cut]), size(*layers[p.cut :], head), size(head)]
            assert numbers(drawn) == (expected if template is VGG19 else expected[2:])
    assert numbers(VGG19.variant(0)) == [1_735_488, 18_294_026, 5_130]


@pytest.mark.parametrize(
    ("template", "place", "answer", "slips"),
    [
        (VGG19, 0, "1,735,488", {"2,325,568": "one_too_many", "1145408": "one_too_few", "1734336": "bias_forgotten"}),
        (VGG19, 1, "18,294,026", {"18,288,896": "head_forgotten", "1,735,488": "other_side"}),
        (VGG19, 2, "5130", {"5120": "bias_forgotten", "20490": "no_average"}),
        (SOFTMAX, 0, "0,655", {"0": "right_loss", "0.693": "all_wrong_classes", "0.313": "only_the_right_class"}),
        (PARENT, 0, "5,130", {"18294026": "parent_frozen", "20,029,514": "all_trained"}),
        (RESIZE, 0, "28", {"60000": "shape_0", "32": "side"}),
        (
            INPUTS,
            0,
            "151",
            {"1.00": "only_scaled", "255": "not_centered", "131": "red_first", "2.25": "of_torchvision"},
        ),
        (INPUTS, 1, "255", {"1.00": "only_scaled"}),
        (PASSES, 0, "60,000", {"600,000": "every_epoch", "10": "one_epoch_each"}),
    ],
)
def test_mistakes_that_circulate_are_named(template, place, answer, slips):
    assert not judged(template, place, answer)
    for text, name in slips.items():
        assert name in judged(template, place, text), text


def test_the_loss_of_logits_in_torch():
    for drawn in some(SOFTMAX):
        classes = drawn.parameters
        target = torch.eye(classes, dtype=torch.float64)[0]
        outputs = (target, torch.full((classes,), 1 / classes, dtype=torch.float64))
        expected = [float(nn.functional.binary_cross_entropy_with_logits(each, target)) for each in outputs]
        assert numbers(drawn) == pytest.approx(expected, rel=1e-12)
    assert numbers(SOFTMAX.variant(0))[0] == pytest.approx(0.6552, abs=5e-5)


def test_a_loop_over_the_wrong_axis():
    for drawn in some(RESIZE, 3):
        p = drawn.parameters
        x_train = np.broadcast_to(np.uint8(1), (p.images, p.rows, p.columns))
        resized = np.zeros(p.images, bool)
        for i in range(x_train.shape[1]):
            resized[i] = True
        assert numbers(drawn) == [resized.sum(), (~resized).sum()]


def test_inputs_as_caffe_and_torchvision_want_them():
    mean = np.array([103.939, 116.779, 123.68])  # of keras.applications.vgg19, in its order
    for drawn in some(INPUTS):
        p = drawn.parameters
        light, dark = (np.full(3, gray) - mean for gray in (p.light, p.dark))
        assert numbers(drawn) == pytest.approx([light[0], (light - dark)[0]])


def test_a_cache_runs_the_base_once():
    for drawn in some(PASSES):
        p = drawn.parameters
        base, head = p.images, sum(p.images for _ in range(p.epochs))
        assert numbers(drawn) == pytest.approx([base, head, (head - base) / head])


def test_small_networks_in_torch():
    with torch.device("meta"):
        for drawn in some(CUT):
            p = drawn.parameters
            stack = [nn.Conv2d(a, b, 3) for a, b in zip((3, *p.depths), p.depths, strict=False)]
            head = nn.Linear(p.depths[-1], p.classes)
            assert numbers(drawn) == [size(*stack[: p.frozen]), size(*stack[p.frozen :], head)]
        for drawn in some(HEAD):
            p = drawn.parameters
            heads = [
                nn.Sequential(nn.Linear(inputs, p.hidden), nn.Linear(p.hidden, p.classes))
                for inputs in (p.depth, p.depth * p.side**2)
            ]
            assert numbers(drawn) == [size(head) for head in heads]


def test_memory_of_a_step_in_torch():
    makers = {
        "SGD": lambda weights: torch.optim.SGD(weights, lr=0.1),
        "SGD with momentum": lambda weights: torch.optim.SGD(weights, lr=0.1, momentum=0.9),
        "Adam": lambda weights: torch.optim.Adam(weights, lr=0.1),
    }
    for drawn in some(MEMORY, 8):
        p = drawn.parameters
        found = []
        for frozen, trained in ((p.frozen, p.trained), (0, p.frozen + p.trained)):
            still, moving = torch.zeros(frozen), torch.zeros(trained, requires_grad=True)
            moving.grad = torch.ones_like(moving)
            optimizer = makers[p.optimizer]([moving])
            optimizer.step()
            states = [
                each
                for state in optimizer.state.values()
                for each in state.values()
                if torch.is_tensor(each) and each.shape == moving.shape
            ]
            found.append(4 * sum(each.numel() for each in (still, moving, moving.grad, *states)))
        assert numbers(drawn) == found
