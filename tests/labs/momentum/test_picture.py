"""Pictures and words of the page on momentum against eigenvalues by numpy and against numbers worked out by hand."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from core.draw.live import Picture
from core.draw.packing import deflated, pack
from core.kit.controls import defaults
from core.labs.momentum.compute.explore import Momentum, explore
from core.labs.momentum.lab import LAB
from core.labs.momentum.panels.rates import shown_levels
from core.labs.momentum.picture import thumbnail
from core.labs.momentum.questions import PREDICTIONS
from core.labs.momentum.words import digit
from tests.pictures import framed, trace

FASTEST, TIMES = PREDICTIONS
Array = np.ndarray[Any, Any]


def drawn(**change: Any) -> tuple[dict[str, Any], Momentum, Picture, int]:
    values = defaults(LAB.all_controls) | change
    result = LAB.result(values)
    picture = LAB.draw(result, values)
    return values, result, picture, picture.axis.nearest(LAB.stand(values))


def readouts(picture: Picture, step: int) -> list[str]:
    return [one.texts[min(step, len(one.texts) - 1)] for one in picture.readouts]


def words(title: str, **change: Any) -> str:
    values, result, _, _ = drawn(**change)
    (found,) = [one for one in LAB.sections if title in one.title]
    return "\n".join(block for block in found.blocks(result, values) if isinstance(block, str))


def heavy(lr: float, momentum: float, eigenvalue: float) -> Array:
    """Roots by the companion matrix of r^2 - (1 + momentum - lr eigenvalue) r + momentum."""
    return np.linalg.eigvals([[1 + momentum - lr * eigenvalue, -momentum], [1, 0]])


def test_readouts_of_plain_gradient_descent() -> None:
    """0.8 a step, in both directions."""
    _, _, picture, step = drawn(kappa=9.0, lr=1.8, momentum=0.0)
    assert readouts(picture, step) == [
        "10.3",
        "0.8000",
        "0.000133",
        "0.5000 at η 2.25, μ 0.25",
    ]
    again = [one.check for one in picture.readouts if one.check]
    assert [check.texts[step] for check in again] == ["0.8000", "0.000133"]
    assert all(check.agrees[step] for check in again)
    assert np.log(10) / -np.log(0.8) == pytest.approx(10.3, abs=0.05)
    assert pytest.approx(0.000133, abs=5e-7) == 0.8**40


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"lr": 1.8, "momentum": 0.0}, "The flat direction creeps, the steep one jumps from side to side, equally"),
        ({"lr": 2.25, "momentum": 0.25}, "No step size and momentum are faster than these."),
        ({"lr": 2.6, "momentum": 0.25}, "Diverges: at this momentum the steep direction allows step sizes below 2.50."),
        ({"lr": 2.0, "momentum": 0.0}, "On the border: at step size 2.00 the error in the steep direction neither"),
        (
            {"lr": 1.0, "momentum": 0.95},
            "Both directions ring at rate √μ = 0.975, at any step size where both ring: less",
        ),
        ({"lr": 0.5, "momentum": 0.0}, "Both directions creep. The flat one is the slower: a larger step or more"),
        ({"lr": 1.0, "momentum": 0.1}, "The flat direction creeps, the steep one rings. The flat one is the slower: a"),
        ({"lr": 2.1, "momentum": 0.1}, "the steep one jumps from side to side. The steep one is the slower: a smaller"),
        (
            {"lr": 0.5, "momentum": 0.0, "kappa": 1.0},
            "Both directions creep: a larger step or more momentum is faster.",
        ),
        ({"lr": 1.5, "momentum": 0.0, "kappa": 1.0}, "Both directions jump from side to side: a smaller step is"),
        ({"lr": 0.9, "momentum": 0.8, "method": "nesterov"}, "The flat one is the slower: less momentum is faster."),
        (
            {"lr": 1.0, "momentum": 0.5, "method": "nesterov"},
            "flat direction is at the edge of ringing, the steep one is",
        ),
        ({"lr": 1.0, "momentum": 0.5, "method": "nesterov"}, "is gone at once. The flat one is the slower."),
        (
            {"lr": 1.0, "momentum": 0.25, "kappa": 4.0},
            "is at the edge of ringing, the steep one rings, equally slowly.",
        ),
        ({"lr": 2.25, "momentum": 0.25, "kappa": 1.0}, "Both directions are at the edge of ringing, equally slowly."),
        ({"lr": 1.5, "momentum": 0.9, "method": "nesterov"}, "the steep direction allows step sizes below 1.36."),
    ],
)
def test_sentence_at_a_place(change: dict[str, Any], sentence: str) -> None:
    _, _, picture, step = drawn(**{"kappa": 9.0} | change)
    assert sentence in picture.sentences[step]


@pytest.mark.parametrize("method", ["heavy", "nesterov"])
@pytest.mark.parametrize("kappa", [1.0, 9.0, 100.0])
def test_advice_is_good_advice(method: str, kappa: float) -> None:
    """A little of what a sentence calls faster is faster."""
    picture = LAB.picture(explore(kappa=kappa, method=method))

    def worst(lr: float, momentum: float) -> float:
        keep = {e: 1 - lr * e if method == "nesterov" else 1.0 for e in (1 / kappa, 1.0)}
        sums = {e: keep[e] * (1 + momentum) - (0 if method == "nesterov" else lr * e) for e in keep}
        pairs = [np.linalg.eigvals([[sums[e], -keep[e] * momentum], [1, 0]]) for e in keep]
        return float(np.abs(pairs).max())

    moves = {
        "larger step": (1e-5, 0),
        "smaller step": (-1e-5, 0),
        "more momentum": (0, 1e-5),
        "less momentum": (0, -1e-5),
    }
    tried = set()
    for (lr, momentum), said in zip(picture.axis.values, picture.sentences, strict=True):
        for move in (move for move in moves if move in said.lower()):
            across, up = moves[move]
            assert worst(lr + across, momentum + up) < worst(lr, momentum), (lr, momentum, said)
            tried.add(move)
    assert tried >= {"larger step", "more momentum", "less momentum"}


def test_levels_lie_where_the_rate_says() -> None:
    """Corners of an area have the rate of its number."""
    _, result, picture, _ = drawn()
    assert shown_levels(result) == (0.85, 0.9, 0.95, 0.97, 0.98)
    area = trace(picture, 0, "rate below 0.9")
    x, y = (np.asarray(area[name], float) for name in "xy")
    left, right = x[: len(x) // 2], x[len(x) // 2 :][::-1]
    for lr, other, momentum in list(zip(left, right, y[: len(y) // 2], strict=True))[:-1]:
        for edge in (lr, other):
            worst = max(np.abs(heavy(edge, momentum, eigenvalue)).max() for eigenvalue in (0.01, 1))
            assert worst == pytest.approx(0.9, abs=1e-5)  # a double root at the corner
    assert y[: len(y) // 2].max() == pytest.approx(0.81, abs=0.011)


def test_lines_and_marks_of_the_plane() -> None:
    _, _, picture, step = drawn()
    edge = trace(picture, 0, "stability limit")
    np.testing.assert_allclose(edge["x"], 2 * (1 + np.asarray(edge["y"])), rtol=1e-6)
    star = trace(picture, 0, "optimum")
    assert (star["x"][0], star["y"][0]) == pytest.approx((400 / 121, 81 / 121))
    cross = trace(picture, 0, "optimum without momentum")
    assert (cross["x"][0], cross["y"][0]) == pytest.approx((200 / 101, 0))
    slow = trace(picture, 0, "flat direction oscillates above")
    at = int(np.argmin(np.abs(np.asarray(slow["y"]) - 0.81)))
    assert slow["x"][at] == pytest.approx(1.0, abs=0.02)  # (1 - 0.9)^2 of 1 / 0.01
    (track,) = picture.panels[0].tracks
    assert track.y is not None
    assert (track.x[step], track.y[step]) == (1.0, 0.9)


def test_number_of_an_area_stands_beside_its_lowest_place() -> None:
    """There both directions have the rate r: 100 (1 - r) (r - m) = (1 + r) (r + m)."""
    notes = drawn()[2].panels[0].figure["layout"]["annotations"]
    assert [note["text"] for note in notes] == ["0.85", "0.9", "0.95", "0.97", "0.98", "diverges"]
    for k, note in enumerate(notes[:4]):
        r = float(note["text"])
        lowest = r * (100 * (1 - r) - (1 + r)) / (100 * (1 - r) + (1 + r))
        assert 0 <= note["y"] - lowest < 0.011
        beside = 400 / 121 + 0.07 if k == 0 else 0  # the star
        assert note["x"] == pytest.approx(max(2 * (1 + note["y"]), beside) + 0.15)
    # at step size 1.98 the rate is 0.98 without momentum: the number stands at the top, between 0.04 and 1.98^2
    assert notes[4]["y"] == pytest.approx(0.98**2 - 0.025, abs=0.011)
    assert notes[4]["x"] == pytest.approx((0.04 + 1.98**2) / 2, abs=0.03)


def test_numbers_of_areas_leave_room_for_each_other() -> None:
    for kappa in (1.0, 9.0, 1000.0):
        notes = drawn(kappa=kappa)[2].panels[0].figure["layout"]["annotations"][:-1]
        heights = sorted(note["y"] for note in notes)
        assert len(notes) >= 4
        assert min(np.diff(heights)) > 0.035


@pytest.mark.parametrize("method", ["heavy", "nesterov"])
def test_no_number_touches_the_star(method: str) -> None:
    """On a plane of 53 pixels for a unit of the step size and 355 for one of momentum, as at 1280 pixels."""
    for kappa in next(control.values for control in LAB.controls if control.name == "kappa"):
        picture = drawn(kappa=kappa, method=method)[2]
        star = trace(picture, 0, "optimum")
        for note in picture.panels[0].figure["layout"]["annotations"]:
            width = 7 * len(note["text"])
            left = 53 * (note["x"] - star["x"][0]) - {"left": 0, "center": width / 2, "right": width}[note["xanchor"]]
            beside = left > 9 or left + width < -9
            assert beside or 355 * abs(note["y"] - star["y"][0]) > 9 + 6, (kappa, note["text"])


@pytest.mark.parametrize("place", [(1.8, 0.0), (1.0, 0.9), (3.3, 0.67)])
def test_run_roots_and_cut_at_a_place(place: tuple[float, float]) -> None:
    lr, momentum = place
    _, _, picture, step = drawn(lr=lr, momentum=momentum)
    w, u, path = np.ones(2), np.zeros(2), [np.ones(2)]
    for _ in range(40):
        u = momentum * u + lr * np.array([0.01, 1]) * w
        w = w - u
        path.append(w)
    for k, attr in enumerate("xy"):
        np.testing.assert_allclose(framed(picture, 1, "path", attr, step), np.array(path)[:16, k], atol=1e-5)
    distance = np.linalg.norm(path, axis=1) / 2**0.5
    np.testing.assert_allclose(framed(picture, 2, "distance", "y", step), distance, rtol=1e-4)
    rate = 0.0
    for name, eigenvalue in (("flat direction", 0.01), ("steep direction", 1.0)):
        wanted = heavy(lr, momentum, eigenvalue)
        got = framed(picture, 3, name, "x", step) + 1j * framed(picture, 3, name, "y", step)
        assert min(np.abs(got - pair).max() for pair in (wanted, wanted[::-1])) < 1e-6
        cut = framed(picture, 4, name, "y", step)
        one = trace(picture, 4, name)
        for at, height in list(zip(one["x"], cut, strict=True))[::7]:
            assert height == pytest.approx(np.abs(heavy(at, momentum, eigenvalue)).max(), abs=1e-6)
        rate = max(rate, float(np.abs(wanted).max()))
    assert framed(picture, 2, "predicted by the rate", "y", step)[1] == pytest.approx(rate**40, rel=1e-4)
    assert framed(picture, 4, "here", "x", step)[0] == pytest.approx(lr)
    assert framed(picture, 4, "here", "y", step)[0] == pytest.approx(rate, abs=1e-6)


def test_what_explodes_stays_a_number() -> None:
    _, _, picture, step = drawn(lr=4.0, momentum=0.99, method="nesterov")
    assert np.isfinite(framed(picture, 2, "distance", "y", step).astype(np.float32)).all()
    assert np.abs(framed(picture, 1, "path", "y", step)).max() == 50
    assert readouts(picture, step)[0] == "never"


@pytest.mark.parametrize("method", ["heavy", "nesterov"])
@pytest.mark.parametrize("kappa", [1.0, 9.0, 100.0, 1000.0])
def test_a_tick_of_the_condition_number_weighs_less_than_60_kb(method: str, kappa: float) -> None:
    packed = pack(drawn(method=method, kappa=kappa)[2])
    assert len(packed) < 150_000 and len(deflated(packed)) < 60_000


@pytest.mark.parametrize(("rate", "text"), [(0.1, "1.00"), (0.5, "3.32"), (1.0, "never"), (1.2, "never"), (0.0, "0")])
def test_steps_per_digit(rate: float, text: str) -> None:
    assert digit(rate) == text


# ---- words -----------------------------------------------------------------------------------------------------------


def test_formulas_hold_the_numbers_of_the_place() -> None:
    said = words("Formulas", kappa=9.0, lr=1.8, momentum=0.0)
    assert "r = 0.8,\\ 0$" in said and "r = -0.8,\\ 0$" in said
    assert "max |r| = 0.8000" in said
    ringing = words("Formulas")  # r^2 - 0.9 r + 0.9
    assert f"r = 0.45 \\pm {np.sqrt(0.9 - 0.45**2):.4g}\\,i" in ringing
    assert "A = \\begin{pmatrix} 0.99 & -0.9 \\\\ 0.01 & 0.9 \\end{pmatrix}" in ringing


def test_section_on_limits_names_the_borders() -> None:
    said = words("limits the step size", momentum=0.9)
    assert "= 3.8\\quad" in said and "2\\ \\text{without momentum}" in said
    assert "rate (κ − 1)/(κ + 1) = 0.9802, 115 steps per digit" in said  # 99/101
    assert "rate (√κ − 1)/(√κ + 1) = 0.8182, 11.5 steps per digit, at η = 3.31 and μ = 0.669" in said  # 9/11
    assert "the limit is 2.00" in said and "the limit is 3.80" in said
    assert words("limits the step size", momentum=0.0).count("the limit is") == 1
    nesterov = words("limits the step size", momentum=0.9, method="nesterov")
    assert "= 1.357\\quad" in nesterov
    assert "rate 1 − 2/√(3κ + 1) = 0.8847" in nesterov


def test_section_on_noise_gives_the_spread_at_the_dot_in_three_ways() -> None:
    said = words("noise", lr=1.0, momentum=0.9)
    exact = np.sqrt(1.9 / (0.1 * (2 * 1.9 - 1)))
    assert f"standard deviation {exact:.3f} by the formula, {exact:.3f} as the fixed point" in said
    found = re.search(r"and (\d\.\d+) ± (\d\.\d+) by simulating", said)
    assert found is not None
    mean, se = (float(part) for part in found.groups())
    assert abs(mean - exact) < 4 * se
    assert "it diverges; the limit at this momentum is 3.80" in words("noise", lr=3.9, momentum=0.9)


def test_section_on_regions() -> None:
    heavy_ball = words("oscillates", momentum=0.25)  # (1 - 1/2)^2, (1 + 1/2)^2, 2 (1 + 1/4)
    assert "up to 0.250 **decays monotonically**, **oscillates** up to 2.25, then **alternates in sign**" in heavy_ball
    assert "from 2.50 on it **diverges**" in heavy_ball
    nesterov = words("oscillates", momentum=0.25, method="nesterov")  # (3/5)^2
    assert "up to 0.360 **decays monotonically**, **oscillates** up to 1.00, then **alternates in sign**" in nesterov
    assert "up to 1.00 **decays monotonically**, then **alternates in sign**" in words("oscillates", momentum=0.0)


# ---- questions -------------------------------------------------------------------------------------------------------


def test_the_fastest_place_as_a_question() -> None:
    _, result, _, _ = drawn()
    assert FASTEST.truth(result) == (3.31, 0.67)
    assert "rate is 0.9487, 43.7 steps" in FASTEST.verdict((1.0, 0.9), (3.31, 0.67), result)
    assert "the limit is 2.00" in FASTEST.verdict((2.5, 0.0), (3.31, 0.67), result)
    assert "outside the plot" in FASTEST.verdict((1.0, 1.0), (3.31, 0.67), result)
    assert "outside the plot" in FASTEST.verdict((0.0, 0.5), (3.31, 0.67), result)


@pytest.mark.parametrize(
    ("kappa", "method", "times"),
    [(1.0, "heavy", 1), (100.0, "heavy", 10), (1000.0, "heavy", 32), (100.0, "nesterov", 6)],
)
def test_times_fewer_steps(kappa: float, method: str, times: int) -> None:
    assert round(TIMES.truth(explore(kappa=kappa, method=method))) == times


@pytest.mark.parametrize(
    ("kappa", "exact", "right"),
    [
        (1.6, 1.4634, [1]),  # more than a quarter away, and still the whole number that is shown
        (10.0, 3.264, [3, 4]),  # 4 is not within a quarter of 3
        (16.0, 4.081, [4, 5]),  # 3 is within a quarter of 4
        (100.0, 10.033, [8, 9, 10, 11, 12]),
        (400.0, 20.017, list(range(16, 26))),  # 15 is within a quarter of 20
    ],
)
def test_a_guess_is_judged_by_the_number_before_rounding(kappa: float, exact: float, right: list[int]) -> None:
    root = kappa**0.5
    assert np.log((root - 1) / (root + 1)) / np.log((kappa - 1) / (kappa + 1)) == pytest.approx(exact, abs=5e-4)
    result = explore(kappa=kappa, method="heavy")
    assert [guess for guess in range(1, 51) if TIMES.right(guess, result)] == right


def test_drawing_for_the_home_page_marks_the_best_step_size() -> None:
    """Both curves meet where the second is lowest: rate 2/3 at 25/9 for condition number 25."""
    drawing = thumbnail()
    assert drawing.count("<polyline") == 2
    (x, y) = (float(part) for part in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', drawing)[0])
    assert x == pytest.approx(10 + (25 / 9 - 0.02) / (4.1 - 0.02) * 400, abs=0.2)
    assert y == pytest.approx(220 - (2 / 3) / 1.25 * 210, abs=3)
