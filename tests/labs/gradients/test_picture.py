"""Picture and words of the gradients lab at each step."""

import numpy as np
import pytest

from core.draw.still import still
from core.labs.gradients.compute.explore import GRAPHS, VALUES, explore
from core.labs.gradients.exercises import EXERCISES, SIGMOID, Layer, Sizes
from core.labs.gradients.lab import LAB
from core.labs.gradients.panels import boxes, written
from core.labs.gradients.picture import picture
from tests.pictures import drawn_state


def shown(drawn, index):
    """Numbers of the graph that have a place at a step: values, and gradients."""
    figure = still(drawn, index)[0]
    out = []
    for trace in figure.data[-2:]:
        there = np.isfinite(np.asarray(trace.y, float))
        out.append([text for text, here in zip(trace.text, there, strict=True) if here and text.strip()])
    return out


@pytest.mark.parametrize("graph", GRAPHS)
def test_values_come_forward_and_gradients_back(graph):
    result = explore(graph=graph, n=4)
    drawn, k = picture(result), 17
    for step in range(result.steps):
        forward, back = shown(drawn, step + k * result.steps)
        known = [node for node in result.nodes if node.level <= step]
        handed = [node for node in result.nodes if 2 * result.top - node.level <= step]
        assert forward == [written(v) for node in known for v in node.values[k].ravel()]
        assert back == [written(v) for node in handed for v in node.gradient[k].ravel()]


@pytest.mark.parametrize("graph", GRAPHS)
def test_arrows_are_as_wide_as_what_they_hand_back(graph):
    result = explore(graph=graph, act="sigmoid", n=3)
    figure = still(picture(result), (result.steps - 1) + 40 * result.steps)[0]
    x = np.asarray(next(t for t in figure.data if t.name == "gradients").x, float)[2:].reshape(-1, 31)[
        :, :30
    ]  # corners of each arrow, without its gap
    widths = x[:, 28] - x[:, 0]
    flows = [flow for node in result.nodes for flow in node.flows]
    sizes = np.array([np.linalg.norm(flow, axis=(1, 2)) for flow in flows])
    np.testing.assert_allclose(widths, np.maximum(0.8 * sizes[:, 40] / sizes.max(), 0.05), atol=1e-6)


def test_boxes_do_not_overlap():
    wide = {"inputs": "1 2 3 4", "weights": "1 2 3 4; 1 2 3 4; 1 2 3 4", "bias": "0 0 0", "delta": "1 1 1"}
    for graph in GRAPHS:
        placed = boxes(explore(graph=graph, **wide))
        for k, one in enumerate(placed):
            assert one.x - one.width / 2 > -0.3
            assert one.x + one.width / 2 < 8.2
            for other in placed[:k]:
                apart = abs(one.x - other.x) >= (one.width + other.width) / 2
                assert apart or one.top > other.bottom or other.top > one.bottom


def test_the_tangent_has_the_slope_of_the_gradient():
    result = explore()
    drawn = picture(result)
    for k in (0, 30, 60):
        tangent = still(drawn, 6 + k * 7)[1].data[2]
        (x0, x1), (y0, y1) = tangent.x, tangent.y
        assert (y1 - y0) / (x1 - x0) == pytest.approx(result.gradient[k], abs=1e-6)
        assert (x0 + x1) / 2 == pytest.approx(VALUES[k])
        assert (y0 + y1) / 2 == pytest.approx(result.output[k])


def test_a_tie_is_a_fan_and_is_said_to_be_one():
    result = explore(graph="max", inputs="3 1 3")
    drawn = picture(result)
    fan = np.asarray(still(drawn, 2 + 60 * 3)[1].data[0].y, float)
    assert np.nanmax(fan) == pytest.approx(3 + 1.2)
    assert np.nanmin(fan) == pytest.approx(3 - 1.2)
    assert drawn.summary(2 + 60 * 3) == "A kink: every slope from 0 to 1.00 is a subgradient."
    assert "no derivative" in drawn.readouts[0].check.texts[60]
    flat = np.asarray(still(drawn, 2 + 10 * 3)[1].data[0].y, float)
    assert np.nanmax(flat) == np.nanmin(flat) == 3


@pytest.mark.parametrize(
    ("key", "name", "value"),
    [
        ("gradients.layer", "tanh_of_output", (0.66238834, 0.49719106)),
        ("gradients.layer", "no_activation", (1, 1)),
        ("gradients.layer", "outer_swapped", (4, 2)),
        ("gradients.layer", "bias_in_dx", 4),
        ("gradients.softmax", "softmax_twice", 0.79719033),
        ("gradients.softmax", "sign", (0.33475904, -0.24472847, -0.09003057)),
        ("gradients.softmax", "minus_one_over_f", (-1.50321472, 0, 0)),
        ("gradients.softmax", "diag_only", (0.22269543, 0.18483645, 0.08192507)),
        ("gradients.ways", "second_path_forgotten", 24),
        ("gradients.ways", "first_path_forgotten", -8),
        ("gradients.ways", "all_ties_one", 1),
    ],
)
def test_published_mistakes_give_the_published_numbers(key, name, value):
    (template,) = (one for one in EXERCISES if one.key == key)
    slips = [slip for question in template.variant(0).questions for slip in question.slips if slip.name == name]
    assert any(np.allclose(slip.value, value, atol=1e-8) for slip in slips)


def test_the_sigmoid_slips_at_the_published_layer():
    """The layer z = (-1, 4), δ = (2, -1): without 1 - σ its g is (0.53788284, -0.98201379)."""
    layer = Layer(((1, 2, 0), (0, -1, 1)), (0, 1), (1, -1, 2), (2, -1))
    g, _, _ = SIGMOID.ask(Sizes(Layer(((1, 2), (0, 1)), (0, 5), (1, -1), (2, -1)), 2, 3))
    assert layer.scores == (-1, 4)
    assert layer.back((0.39322387, -0.01766271)) == pytest.approx((0.39322387, 0.80411045, -0.01766271), abs=1e-8)
    assert g.truth == pytest.approx((0.39322387, -0.01766271), abs=1e-8)
    (slip,) = (slip for slip in g.slips if slip.name == "no_one_minus_sigma")
    assert slip.value == pytest.approx((0.53788284, -0.98201379), abs=1e-8)


def _place(result, node, entry):
    x, y, *_ = boxes(result)[node].places()
    return float(x[entry]), float(y[entry])


@pytest.mark.parametrize(
    ("change", "node", "entry", "taken", "leaf"),
    [
        ({"value": 0.5}, 1, 1, {"weight": "none", "leaf": "2", "value": 2.0, "inputs": "0.5 2 -1"}, "x₂"),
        ({"value": 0.5}, 0, 6, {"weight": "2 3", "value": -0.6, "inputs": "0.5 2 -1"}, "W₂₃"),
        (
            {"weight": "2 4", "value": 1.5},
            0,
            0,
            {"weight": "1 1", "value": 0.5, "weights": "0.5 -0.3 0.8; 0.2 0.4 -0.6", "bias": "0.1 1.5"},
            "W₁₁",
        ),
        (
            {"graph": "softmax", "inputs": "2 1 0", "value": 2.0},
            0,
            2,
            {"weight": "none", "leaf": "3", "value": 0.0, "inputs": "2 1 0"},
            "x₃",
        ),
        ({"graph": "shared", "value": 2.0}, 1, 0, {"variable": "y", "held": 2.0, "value": -3.0}, "y"),
    ],
)
def test_a_click_takes_a_leaf_and_changes_no_number(change, node, entry, taken, leaf):
    values, result, _ = drawn_state(LAB, **change)
    assert LAB.take(_place(result, node, entry), result, values) == taken
    after, other, _ = drawn_state(LAB, **(change | taken))
    assert other.leaf == leaf
    before, now = (int(np.abs(VALUES - state["value"]).argmin()) for state in (values, after))
    for old, new in zip(result.nodes, other.nodes, strict=True):
        np.testing.assert_allclose(old.values[before], new.values[now])
        np.testing.assert_allclose(old.gradient[before], new.gradient[now])


def test_a_click_on_nothing_that_can_be_dragged_changes_nothing():
    values, result, _ = drawn_state(LAB)
    for place in ((-5.0, -5.0), _place(result, 1, 3), _place(result, 1, 0), _place(result, 2, 0)):  # beside, 1, x₁, z
        assert LAB.take(place, result, values) == {}
    values, result, _ = drawn_state(LAB, graph="chain")
    assert LAB.take(_place(result, 0, 0), result, values) == {}
