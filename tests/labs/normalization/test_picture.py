"""Picture, words, sections, and exercises of batch normalization."""

import numpy as np
import pytest
import torch

from core.draw.packing import pack
from core.draw.still import still
from core.labs.normalization.compute import MOVED, explore
from core.labs.normalization.kinds import KINDS, shared
from core.labs.normalization.lab import LAB
from core.labs.normalization.picture import picture
from core.labs.normalization.scatter import SIZES
from tests.pictures import drawn_state, framed, readouts, section, trace
from tests.words import holds


def at(value):
    return int(np.abs(MOVED - value).argmin())


def test_lines_join_each_value_with_its_output():
    result = explore(beta=0.5)
    drawn = picture(result)
    for k in (0, at(0), at(6), 200):
        figure = still(drawn, k)[0]
        joined = np.asarray(figure.data[2].x, float).reshape(-1, 3)
        np.testing.assert_array_equal(joined[:, 0], [1, 2, 3])
        np.testing.assert_allclose(joined[:, 1], result.outputs[k, :-1], rtol=1e-6)
        np.testing.assert_allclose(figure.data[4].x, [MOVED[k], result.outputs[k, -1]], rtol=1e-6, atol=1e-7)
        mean, sd = (v(np.array([1, 2, 3, MOVED[k]])) for v in (np.mean, np.std))
        np.testing.assert_allclose(figure.data[1].x, [mean] * 3 + [0.5] * 3, rtol=1e-6, atol=1e-7)
        bar = np.asarray(figure.data[0].x, float)
        np.testing.assert_allclose([np.nanmin(bar[:4]), np.nanmax(bar[:4])], [mean - sd, mean + sd], rtol=1e-6)
        np.testing.assert_allclose([np.nanmin(bar[5:]), np.nanmax(bar[5:])], [-0.5, 1.5], rtol=1e-6)


def test_both_modes_are_compared():
    """The straight line of testing beside the bent one of training, and the other way round."""
    for mode, other in (("train", "test"), ("test", "train")):
        _, _, drawn = drawn_state(LAB, mode=mode)
        line = trace(drawn, 1, f"last value in {other}ing")
        np.testing.assert_allclose(line["y"], explore(mode=other).outputs[:, -1], rtol=1e-6, atol=1e-6)
    _, _, alone = drawn_state(LAB, batch="6")
    assert [one["name"] for one in alone.panels[1].figure["data"]] == ["last value"]


def test_bars_of_a_gradient_add_up_to_0_in_training():
    _, result, drawn = drawn_state(LAB)
    for k in (0, at(2), 200):
        heights = framed(drawn, 2, "gradient", "y", k)
        np.testing.assert_allclose(heights, result.gradient[k], rtol=1e-6)
        assert heights.sum() == pytest.approx(0, abs=1e-6)
    _, _, tested = drawn_state(LAB, mode="test")
    np.testing.assert_array_equal(framed(tested, 2, "gradient", "y", 0)[:-1], 0)


def test_what_is_said():
    _, _, drawn = drawn_state(LAB)
    module = torch.nn.BatchNorm1d(1).double()
    before, after = (module(torch.tensor([[1.0], [2], [3], [v]]).double())[:, 0].detach().numpy() for v in (6, 7))
    assert holds(drawn.summary(at(6)), 1, after[-1] - before[-1], (after - before)[:-1].sum())
    assert readouts(drawn, at(6))["output"] == f"{before[-1]:.3f}"
    _, _, equal = drawn_state(LAB, batch="2 2 2 2")
    assert equal.summary(at(2)) == "All values are equal: only ε keeps the root from being 0."
    assert equal.summary(at(9)).startswith("An outlier takes it all: 1.73 spreads")
    _, _, pair = drawn_state(LAB, batch="1 6", beta=0.5)
    assert pair.summary(at(6)) == "However far apart, two values land at 1.5 and −0.5."
    assert pair.summary(at(-6)) == "However far apart, two values land at −0.5 and 1.5."
    _, _, zero = drawn_state(LAB, batch="1 6", beta=-1.0)
    assert zero.summary(at(6)) == "However far apart, two values land at 0 and −2."
    _, _, wide = drawn_state(LAB, batch="1 6", eps=0.1)  # here the distance counts
    near, far = (
        torch.nn.functional.batch_norm(torch.tensor([[1.0], [v]]), None, None, training=True, eps=0.1)
        for v in (6.0, 10.0)
    )
    assert f"{near[1].item():.3f}" != f"{far[1].item():.3f}" and wide.summary(at(6)).startswith("Up by 1")
    _, _, alone = drawn_state(LAB, batch="6", beta=-0.5)
    assert alone.summary(0) == "Alone in its batch, the value always lands at β = −0.5."


@pytest.mark.parametrize("change", [{}, {"batch": "1 6"}, {"batch": "2 2 2"}, {"mode": "test", "gamma": -3.0}])
def test_every_second_computation_agrees_and_is_small(change):
    _, _, drawn = drawn_state(LAB, **change)
    assert all(np.all(one.check.agrees) for one in drawn.readouts if one.check)
    assert len(pack(drawn)) < 300_000


def test_running_statistics_are_those_of_pytorch_after_each_update():
    values, result, _ = drawn_state(LAB)
    _, shown, _ = section(LAB, "Running", result, values)
    module = torch.nn.BatchNorm1d(1).double()
    batch = torch.tensor([[1.0], [2], [3], [6]]).double()
    for n in range(12):
        said = readouts(shown, n)
        assert said["running mean"] == f"{module.running_mean.item():.3f}"
        assert said["running variance"] == f"{module.running_var.item():.3f}"
        module.eval()
        assert said["test output"] == f"{module(batch)[-1].item():.3f}"
        module.train()
        module(batch)
    assert holds(shown.words(2)[0], 2, 100 * 0.9**2, 100 * 0.1**2)
    assert all(np.all(one.check.agrees) for one in shown.readouts if one.check)


def test_scatter_of_small_batches():
    values, result, _ = drawn_state(LAB)
    _, shown = section(LAB, "Small", result, values)
    assert shown.axis.values == SIZES
    assert readouts(shown, SIZES.index(4)) == {
        "spread of the mean": "0.500",
        "expected variance": "0.750",
        "spread of the variance": "0.612",
    }
    assert all(np.all(one.check.agrees) for one in shown.readouts)


def test_what_predictions_say():
    _, result, _ = drawn_state(LAB)
    others, pair, alone = LAB.predictions
    module = torch.nn.BatchNorm1d(1).double()
    six, ten = (module(torch.tensor([[1.0], [2], [3], [v]]).double())[:3].sum().item() for v in (6, 10))
    assert others.truth(result) == "down"
    assert holds(others.verdict("stay", "down", result), ten - six)
    tested = explore(mode="test")
    assert others.truth(tested) == "stay"
    assert others.verdict("up", "stay", tested).startswith("Nothing else moves")
    single = explore(batch="6")
    assert others.verdict("up", others.truth(single), single) == "There are no others in this batch."
    flat = explore(gamma=0.0)
    assert others.verdict("up", others.truth(flat), flat) == "Their outputs add up to the same at both values."
    two = np.array([1.0, 100.0])
    assert pair.truth(result) == f"{module(torch.tensor(two)[:, None])[1].item():.0f}"
    assert holds(pair.verdict("100", "1", result), two.mean(), two.std(), 100, 1)
    assert alone.truth(result) == "none" and not explore(batch="6").gradient.any()


def test_cells_that_share_a_mean_move_and_the_others_stay():
    values, result, _ = drawn_state(LAB)
    _, shown = section(LAB, "Batch, layer", result, values)
    for panel, kind in zip(shown.panels, KINDS, strict=True):
        (texts,) = panel.frames
        first, last = (np.array(texts.at(k)).reshape(4, 6) for k in (0, -1))
        np.testing.assert_array_equal(first != last, shared(kind) == 1)
    column = torch.nn.BatchNorm1d(1).double()(torch.tensor([[1.0], [2], [3], [6]]).double())
    k = shown.axis.nearest(6.0)
    seen = np.array(shown.panels[0].frames[0].at(k)).reshape(4, 6)[:, 0]
    np.testing.assert_allclose([float(v.replace("−", "-")) for v in seen], column[:, 0].tolist(), atol=0.005)


def test_parameters_and_buffers_are_those_of_pytorch():
    values, result, _ = drawn_state(LAB, fan_in=20, fan_out=30)
    blocks = section(LAB, "Parameters", result, values)
    net = torch.nn.Sequential(torch.nn.Linear(20, 30, bias=False), torch.nn.BatchNorm1d(30))
    learned = sum(p.numel() for p in net.parameters())
    buffers = sum(b.numel() for name, b in net.named_buffers() if "running" in name)
    assert (learned, buffers) == (660, 60)
    (table,) = (block for block in blocks if hasattr(block, "columns"))
    numbers = table.columns["numbers"]
    yes = [n for n, word in zip(numbers, table.columns["learned"], strict=True) if word == "yes"]
    assert (sum(yes), sum(numbers) - sum(yes)) == (learned, buffers)
    assert holds(blocks[-2], learned, buffers, learned + 30)


@pytest.mark.parametrize(
    ("key", "name", "value"),
    [
        ("normalization.parameters", "keeps_bias", 690),
        ("normalization.parameters", "counts_buffers", 720),
        ("normalization.parameters", "no_gamma_beta", 630),
        ("normalization.running", "momentum_side", 2.7),
        ("normalization.running", "momentum_side_and_biased_running", 3.25),
        ("normalization.running", "biased_running", 1.25),
        ("normalization.gradient", "statistics_constant", (0, 0, 0, 0.534522)),
        ("normalization.small", "batch_one_is_zero", 0),
        ("normalization.parameters", "ε", "ε"),
        ("normalization.running", "those of the test batch", "those of the test batch"),
    ],
)
def test_published_mistakes_are_named_with_their_numbers(key, name, value):
    (template,) = (one for one in LAB.exercises if one.key == key)
    slips = [slip for question in template.variant(0).questions for slip in question.slips if slip.name == name]
    assert any(slip.value == value if isinstance(value, str) else np.allclose(slip.value, value) for slip in slips)


@pytest.mark.parametrize("number", range(1, 9))
def test_answers_are_those_of_pytorch(number):
    drawn = {template.key: template.variant(number) for template in LAB.exercises}
    one = drawn["normalization.batch"].parameters
    z = torch.tensor(one.z, dtype=torch.float64)[:, None]
    module = torch.nn.BatchNorm1d(1, eps=1e-12).double()
    unit = module(z)[-1].item()
    y = float(one.gamma) * unit + float(one.beta)
    truths = [float(question.truth) for question in drawn["normalization.batch"].questions]
    assert truths == pytest.approx([z.var(correction=0).item(), unit, y], abs=1e-9)

    two = drawn["normalization.running"].parameters
    module = torch.nn.BatchNorm1d(1, momentum=float(two.new)).double()
    module(torch.tensor(two.batch.z, dtype=torch.float64)[:, None])
    mean, variance, *_ = (question.truth for question in drawn["normalization.running"].questions)
    assert (float(mean), float(variance)) == pytest.approx((module.running_mean.item(), module.running_var.item()))

    three = drawn["normalization.gradient"].parameters
    z = torch.tensor(three.z, dtype=torch.float64, requires_grad=True)
    module = torch.nn.BatchNorm1d(1, eps=1e-12).double()
    (gradient,) = torch.autograd.grad(module(z[:, None])[-1, 0], z)
    np.testing.assert_allclose(drawn["normalization.gradient"].questions[0].truth, gradient.numpy(), atol=1e-9)


@pytest.mark.parametrize(("batch", "eps", "moves"), [("1 6", 1e-5, False), ("1 6", 1.0, True), ("1 2 3 6", 1e-5, True)])
def test_what_the_others_do_is_what_three_decimals_show(batch, eps, moves):
    _, result, _ = drawn_state(LAB, batch=batch, eps=eps)
    layer, held = torch.nn.BatchNorm1d(1, eps=eps).double(), [float(v) for v in batch.split()[:-1]]
    before, after = (
        layer(torch.tensor([*held, last], dtype=torch.float64)[:, None])[:-1].sum() for last in (6.0, 10.0)
    )
    prediction = LAB.predictions[0]
    assert (round(before.item(), 3) != round(after.item(), 3)) == moves
    assert prediction.truth(result) == ("down" if moves else "stay")
