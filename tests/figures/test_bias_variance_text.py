"""Sentences, readouts, text alternatives and pictures of the bias-variance lab against numbers found by other means."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from numpy.polynomial import Chebyshev

from core import homework
from core.controls import defaults
from core.exploration import Exploration
from core.figures.live import Picture
from core.text import fixed, number
from core.truths import TRUTHS
from pages.bias_variance import LAB

STATES: list[dict[str, Any]] = [
    {},
    {"generator": "legacy", "n_test": 10},
    {"protocol": "subset", "n_train": 25, "max_degree": 8, "seed": 4},
    {"protocol": "random", "n_train": 30, "max_degree": 9, "n_sets": 31, "seed": 2},
    {"noise_std": 3, "truth": "step", "test_at": "inside", "seed": 11},
    {"test_at": "beyond", "inputs": "normal", "n_train": 9, "truth": "runge"},
    {"n_train": 4, "n_sets": 2, "test_at": "train"},
]


def drawn(**change: Any) -> tuple[dict[str, Any], Exploration, Picture]:
    values = defaults(LAB.all_controls) | change
    result = LAB.result(values)
    return values, result, LAB.draw(result, values)


def trace(picture: Picture, panel: int, name: str) -> dict[str, Any]:
    (found,) = [t for t in picture.panels[panel].figure["data"] if t["name"] == name]
    return found


def read(text: str) -> float:
    """Number as the page writes it."""
    digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
    return float(text.translate(digits).replace(" × 10", "e"))


# ---- the sentence under the picture ------------------------------------------------------------------------


@pytest.mark.parametrize("change", STATES)
def test_the_identity_at_every_degree(change: dict[str, Any]) -> None:
    _, result, picture = drawn(**change)
    d = result.decomposition
    parts = ("median_bias2", "median_variance", "median_risk") if d_random(change) else ("bias2", "variance", "risk")
    bias2, variance, risk = (getattr(d, name) for name in parts)
    best = int(np.argmin(risk)) + 1
    for k, text in enumerate(picture.sentences):
        degree = k + 1
        assert f"bias² {fixed(float(bias2[k]))} + variance {fixed(float(variance[k]))} + noise {fixed(d.noise)}" in text
        assert ("bias² exceeds variance" in text) == bool(bias2[k] > variance[k])
        assert ("variance exceeds bias²" in text) == bool(bias2[k] < variance[k])
        if d_random(change):
            assert text.startswith(f"Medians over {d.y_train.shape[0]} designs: ")
            assert f"the mean, {number(float(d.risk[k]))} ± {number(float(d.risk_se[k]), 2)}," in text
        else:
            assert f" = {fixed(float(risk[k]))} expected; simulated {fixed(float(d.mc_error[k]))} ± " in text
        if degree == best:
            assert f"Degree {degree} has the smallest expected error" in text
        else:
            assert f"than the best, degree {best};" in text
            ratio = risk[k] / risk.min()
            if ratio < 100:
                percent = int(re.search(r"costs (\d+) % more", text)[1])  # type: ignore[index]
                assert abs(percent - 100 * (ratio - 1)) <= 0.5 + 1e-9
            else:
                assert "costs far more" in text


def d_random(change: dict[str, Any]) -> bool:
    return change.get("protocol") == "random"


def test_the_distance_is_in_standard_errors() -> None:
    _, result, picture = drawn()
    d = result.decomposition
    for k, text in enumerate(picture.sentences):
        gap = float(re.search(r"([\d.]+) standard errors away", text)[1])  # type: ignore[index]
        assert gap == pytest.approx(abs(d.mc_error[k] - d.risk[k]) / d.mc_error_se[k], abs=0.051)


def test_the_homework_in_words() -> None:
    _, _, picture = drawn(generator="legacy", n_test=10)
    assert picture.sentences[7].startswith("bias² 0.065 + variance 0.229 + noise 0.300 = 0.595 expected; ")
    assert picture.sentences[7].endswith("Degree 8 has the smallest expected error; here variance exceeds bias².")
    assert picture.sentences[2].endswith(
        "Degree 3 costs 14 % more than the best, degree 8; here bias² exceeds variance."
    )


@pytest.mark.xfail(strict=True, reason="equal errors are said to cost far more, equal terms to exceed each other")
def test_a_tie_is_called_a_tie() -> None:
    _, _, picture = drawn(noise_std=0.0, truth="quadratic")
    assert "far more" not in picture.sentences[2]
    assert "exceeds" not in picture.sentences[2]


@pytest.mark.xfail(strict=True, reason="simulation and reference share their designs, so the distance is understated")
def test_the_distance_is_honest_for_redrawn_inputs() -> None:
    gaps = []
    for seed in range(100):
        _, _, picture = drawn(protocol="subset", test_at="train", seed=seed, max_degree=8)
        gaps.append(float(re.search(r"([\d.]+) standard errors away", picture.sentences[4])[1]))  # type: ignore[index]
    assert np.mean(np.array(gaps) > 1) > 0.15  # 0.32 if normal


# ---- choosing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folds", [3, 5])
def test_the_rules_in_words(folds: int) -> None:
    _, result, picture = drawn(view="choose", folds=folds, repetitions=100, max_degree=10)
    s = result.selection
    names = {"one test set": "one test set", "hold-out": "hold-out", "k-fold": f"{folds}-fold",
             "leave-one-out": "leave-one-out"}  # fmt: skip
    assert [r.label for r in picture.readouts[1:5]] == [f"chosen by {name}" for name in names.values()]
    excess = {names[rule]: 100 * s.excess[s.rules.index(rule)] / s.risk.min() for rule in names}
    low, high = min(excess, key=excess.get), max(excess, key=excess.get)  # type: ignore[arg-type]
    for k, text in enumerate(picture.sentences):
        counts = [int((s.picks[rule] == k + 1).sum()) for rule in names]  # of 100, so that they are per cent
        assert f"choose degree {k + 1} in {min(counts)}% to {max(counts)}% of 100 repetitions" in text
        assert f"the best degree is {int(np.argmin(s.risk)) + 1}." in text
        assert f"from +{excess[low]:.1f} % ({low}) to +{excess[high]:.1f} % ({high})" in text
        assert [r.texts[k] for r in picture.readouts[1:5]] == [f"{c}.0%" for c in counts]
    assert [read(t) for t in picture.readouts[-1].texts] == pytest.approx(result.loo_rmse, abs=6e-5)


def test_bars_are_the_shares() -> None:
    _, result, picture = drawn(view="choose", repetitions=100)
    s = result.selection
    for row, (rule, bars) in enumerate(zip(s.rules, picture.panels[0].figure["data"], strict=True)):
        share = np.array([np.mean(s.picks[rule] == k) for k in s.degrees])
        np.testing.assert_allclose(bars["customdata"], share)
        np.testing.assert_allclose(bars["y"], 0.74 * share / share.max(), rtol=1e-6)
        assert set(bars["base"]) == {4 - row}
        assert bars["text"] == [f"{100 * p:.0f} %" if p >= 0.045 else "" for p in share]
        assert f"most often degree {share.argmax() + 1} ({share.max():.0%})" in picture.panels[0].alt


@pytest.mark.xfail(strict=True, reason="a rule that beats the best single degree is written +-11.5 %")
def test_a_gain_is_not_written_with_two_signs() -> None:
    _, _, picture = drawn(view="choose", protocol="subset", seed=4236, generator="legacy", repetitions=100)
    assert "+-" not in picture.sentences[0]


# ---- readouts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", ["one", "many"])
@pytest.mark.parametrize("change", STATES)
def test_readouts(view: str, change: dict[str, Any]) -> None:
    _, result, picture = drawn(view=view, **change)
    d, by_label = result.decomposition, {r.label: r.texts for r in picture.readouts}
    prefix = "median_" if d_random(change) else ""
    want = {"bias²": prefix + "bias2", "variance": prefix + "variance", "expected test error": prefix + "risk"}
    if view == "one":
        want["training error, this data set"] = "train_mse_first"
    for label, name in want.items():
        assert by_label.pop(label) == tuple(fixed(float(v)) for v in getattr(d, name)), label
    assert by_label.pop("noise σ²") == (fixed(d.noise),)
    ((label, texts),) = by_label.items()
    assert label == f"simulated with {len(d.y_train)} data sets"
    for k, text in enumerate(texts):
        value, se = text.split(" ± ")
        assert read(value) == pytest.approx(d.mc_error[k], rel=6e-3, abs=6e-4)
        assert read(se) == pytest.approx(d.mc_error_se[k], rel=0.06)


# ---- verdict -------------------------------------------------------------------------------------------------


def test_the_verdict() -> None:
    _, r, _ = drawn(generator="legacy", n_test=10)
    verdict = LAB.prediction.verdict
    assert LAB.prediction.truth(r) == 8
    assert verdict(8, 8, r) == "No other degree has an expected error below 0.595."
    assert verdict(3, 8, r) == (
        "Degree 3 is too stiff: bias² 0.333 against 0.065; its expected error is 0.679, the smallest is 0.595."
    )
    assert verdict(10, 8, r).startswith("Degree 10 is too flexible: variance 0.522 against 0.229; ")


@pytest.mark.xfail(strict=True, reason="16 is beyond the largest degree that was asked for, not beyond the data")
def test_the_verdict_on_a_degree_that_was_not_fitted() -> None:
    _, r, _ = drawn()
    assert "do not determine" not in LAB.prediction.verdict(16, r.best, r)


# ---- pictures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", STATES)
def test_error_curves(change: dict[str, Any]) -> None:
    _, result, picture = drawn(**change)
    d, prefix = result.decomposition, "median_" if d_random(change) else ""
    want = {"test error": prefix + "risk", "bias²": prefix + "bias2", "variance": prefix + "variance",
            "training error": "train_error", "one test set": "one_test_error"}  # fmt: skip
    for name, attribute in want.items():
        np.testing.assert_allclose(trace(picture, -1, name)["y"], getattr(d, attribute), rtol=1e-6)
        assert trace(picture, -1, name)["x"].tolist() == d.degrees.tolist()
    assert set(trace(picture, -1, "noise")["y"]) == {np.float32(d.noise)}
    for name, attribute in {"bias²": "mc_bias2", "variance": "mc_variance", "test error": "mc_error"}.items():
        dots = trace(picture, -1, f"{name}, simulated ± 1 SE")
        np.testing.assert_allclose(dots["y"], getattr(d, attribute), rtol=1e-6)
        np.testing.assert_allclose(dots["error_y"]["array"], getattr(d, attribute + "_se"), rtol=1e-6)
    star, diamond = trace(picture, -1, "best"), trace(picture, -1, "this test set")
    risk = getattr(d, prefix + "risk")
    assert (star["x"], star["y"], star["text"]) == ([risk.argmin() + 1], [risk.min()], [f"best: {risk.argmin() + 1}"])
    assert (diamond["x"], diamond["y"]) == ([d.one_test_error.argmin() + 1], [d.one_test_error.min()])
    low, high = picture.panels[-1].figure["layout"]["yaxis"]["range"]
    assert low < 0 < risk.min() < high
    alt = picture.panels[-1].alt
    assert f"starts at {number(float(risk[0]))} for degree 1, is smallest at degree {risk.argmin() + 1}" in alt
    assert f"ends at {number(float(risk[-1]))} for degree {len(risk)}" in alt
    assert f"best fitted at degree {d.one_test_error.argmin() + 1}." in alt


def test_one_data_set_shows_its_fits() -> None:
    values, result, picture = drawn(view="one", compare=(1, 4, 9), n_train=30)
    d = result.decomposition
    for k in values["compare"]:
        own = Chebyshev.fit(d.x_train[0], d.y_train[0], k)(d.grid)
        np.testing.assert_allclose(trace(picture, 0, f"degree {k}")["y"], own, rtol=1e-5, atol=1e-5)
    (frames,) = picture.panels[0].frames
    for k in (1, 7, 12):
        own = Chebyshev.fit(d.x_train[0], d.y_train[0], k)(d.grid)
        np.testing.assert_allclose(frames.at(k - 1)[:-1], own, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(trace(picture, 0, "training")["y"], d.y_train[0], rtol=1e-6)
    np.testing.assert_allclose(trace(picture, 0, "test")["y"], d.y_test, rtol=1e-6)
    np.testing.assert_allclose(trace(picture, 0, "truth")["y"], TRUTHS["x_sin"].function(d.grid), rtol=1e-6)


def test_many_data_sets_show_mean_band_and_cost_at_each_x() -> None:
    _, result, picture = drawn(n_train=25, noise_std=1.0)
    d = result.decomposition
    x, f = d.x_train[0], TRUTHS["x_sin"].function
    band, faint, mean = picture.panels[0].frames
    layers = picture.panels[1].frames
    for k in (1, 5, 10):
        fit = Chebyshev.fit(x, f(x), k)(d.grid)
        unit = np.array([Chebyshev.fit(x, row, k)(d.grid) for row in np.eye(x.size)])
        sd = np.sqrt((unit**2).sum(axis=0))
        np.testing.assert_allclose(mean.at(k - 1), fit, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(band.at(k - 1), np.r_[fit + sd, (fit - sd)[::-1]], rtol=1e-5, atol=1e-5)
        own = np.array([np.append(Chebyshev.fit(x, y, k)(d.grid), np.nan) for y in d.y_train[:20]]).ravel()
        np.testing.assert_allclose(faint.at(k - 1), own, rtol=1e-4, atol=1e-4)
        bias2 = (fit - f(d.grid)) ** 2
        for frames, edge in zip(layers, (bias2, bias2 + sd**2, bias2 + sd**2 + 1), strict=True):
            np.testing.assert_allclose(frames.at(k - 1), edge, rtol=1e-4, atol=1e-6)
    shade = trace(picture, 0, "no training points")["x"]
    assert (shade[2], shade[5]) == (x.min(), x.max())


# ---- the sections below ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("degree", [1, 3, 8, 15])
def test_the_derivation_has_the_numbers_of_the_page(degree: int) -> None:
    values, result, _ = drawn(degree=degree)
    d, k = result.decomposition, degree - 1
    text = "\n".join(LAB.sections[0].blocks(result, values))  # type: ignore[arg-type]
    assert f"**degree {degree}**, averaged over {len(d.x_test)} test points" in text
    cells = {row.split("|")[1].strip(): [c.strip() for c in row.split("|")[2:4]]
             for row in text.splitlines() if row.startswith("| ") and "±" in row or "the bias²" in row}  # fmt: skip
    assert cells["$(f-\\mathrm{E}g)^2$, the bias²"][0] == fixed(float(d.bias2[k]), 4)
    assert cells["$(\\mathrm{E}g-g)^2$, the variance"][0] == fixed(float(d.variance[k]), 4)
    expected, simulated = cells["**sum, the test error**"]
    assert expected == fixed(float(d.risk[k]), 4)
    assert simulated.startswith(fixed(float(d.mc_error[k]), 4) + " ± ")
    assert f"$-2\\sigma^2(d+1)/n$ = {fixed(-2 * d.noise * (degree + 1) / 40)}" in text


def test_the_conclusions_have_the_numbers_of_the_reference() -> None:
    values, result, _ = drawn()
    blocks = LAB.sections[1].blocks(result, values)
    text = "\n".join(b for b in blocks if isinstance(b, str))
    for part in (
        "0.813 for g₁, 0.769 for g₃, 0.465 for g₁₀",
        "In 100.0% of 1,000 noise draws",
        "degree 8 (0.5947)",
        "beats degree 6 by 4.7 × 10⁻⁵",
        "carries 78% of the variance at degree 10",
        "exactly it is 4.24 × 10⁻⁷",
        "smallest one in 72% of 200 draws only",
    ):
        assert part in text, part
    shares = [int(n) for n in re.search(r"picks 7 in (\d+)% and 8 in (\d+)%.* picks 8 in (\d+)%", text).groups()]  # type: ignore[union-attr]
    # 2000 published replicas: 466, 696 and 1881; four standard errors of 1000 against 2000
    for got, p in zip(shares, (466 / 2000, 696 / 2000, 1881 / 2000), strict=True):
        assert abs(got / 100 - p) < 4 * np.sqrt(p * (1 - p) * (1 / 1000 + 1 / 2000)) + 0.005
    pictures = [b for b in blocks if isinstance(b, Picture)]
    assert len(pictures) == 5
    bars = pictures[0].panels[0].figure["data"]
    assert np.sum([b["y"] for b in bars], axis=0) == pytest.approx([0.8128, 0.7688, 0.4651], abs=5e-5)
    line = trace(pictures[4], 0, "the homework's data")["y"]
    np.testing.assert_allclose(line, [2.981309415774586, 1.056481513788703, 1.0780658052226322, 1.0710499255446229])
    others = trace(pictures[4], 0, "30 new draws of the data")["y"].reshape(30, 5)
    assert np.isnan(others[:, 4]).all()
    np.testing.assert_array_equal(others[:, :4], homework.redraws().rmse[1:31])
