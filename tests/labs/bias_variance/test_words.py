"""Sentences, readouts, text alternatives and pictures of the bias-variance lab against numbers found by other means."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.polynomial import Chebyshev
from numpy.polynomial.chebyshev import chebvander

from core.draw.live import Picture
from core.kit.words import fixed, number
from core.labs.bias_variance.compute.derivation import expand
from core.labs.bias_variance.lab import LAB
from core.regression import homework
from core.regression.designs import draw
from core.regression.truths import TRUTHS
from tests.pictures import drawn_state, trace
from tests.words import holds

HOMEWORK = {"generator": "legacy", "seed": 0, "n_test": 10}
HEAVY: list[dict[str, Any]] = [  # where a few designs dominate the means
    {"protocol": "random", "n_train": 30, "max_degree": 9, "n_sets": 31, "seed": 2},
    {"protocol": "subset", "n_train": 20, "max_degree": 10, "n_sets": 25, "seed": 1},
]
STATES: list[dict[str, Any]] = [
    {},
    HOMEWORK,
    {"protocol": "subset", "n_train": 25, "max_degree": 8, "seed": 4},
    {"noise_std": 3, "truth": "step", "test_at": "inside", "seed": 11},
    {"test_at": "beyond", "inputs": "normal", "n_train": 9, "truth": "runge"},
    {"n_train": 4, "n_sets": 2, "test_at": "train"},
    *HEAVY,
]

drawn = partial(drawn_state, LAB)


def read(text: str) -> float:
    """Number as the page writes it."""
    digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
    return float(text.translate(digits).replace(" × 10", "e"))


def says(text: str, value: float) -> bool:
    """Return whether a text is the value, rounded to the digits that the text has."""
    mantissa, _, power = text.partition(" × ")
    unit = 10.0 ** -len(mantissa.partition(".")[2]) * (read(f"1 × {power}") if power else 1.0)
    return abs(read(text) - value) <= unit * 0.500001


def says_with_error(text: str, value: float, error: float) -> bool:
    """Return whether a text is an estimate and its standard error, to at least the second digit of the latter."""
    own, its_error = text.split(" ± ")
    digits = len(re.sub(r" .*|\D", "", its_error).lstrip("0"))
    as_fine = "×" in text or len(own.partition(".")[2]) == len(its_error.partition(".")[2])
    return says(own, value) and says(its_error, error) and digits >= 2 and as_fine


def per_cent(part: float) -> str:
    """A share of 100 as a page writes it: with one decimal from 0 to 10, and a space that does not break."""
    return f"{part:.0f}%" if part >= 10 or part == 0 else f"{part:.1f}%"


# ---- the sentence under the picture ------------------------------------------------------------------------


def claims(text: str, ratio: float) -> bool:
    """Return whether "87% larger than" or "14 times" is this ratio."""
    if ratio < 3:
        small = text == "less than 1% larger than" and ratio < 1.01
        return small or says(re.fullmatch(r"(\d+)% larger than", text)[1], 100 * (ratio - 1))  # type: ignore[index]
    own = text.removesuffix(" times")
    return own != text and says(own, ratio) and read(own) == pytest.approx(ratio, rel=0.05)


@pytest.mark.parametrize("change", STATES)
def test_the_identity_at_every_degree(change: dict[str, Any]) -> None:
    _, result, picture = drawn(**change)
    d, heavy = result.decomposition, change in HEAVY
    assert heavy == (d_random(change) or bool((d.risk > 2 * d.median_risk).any()))
    parts = ("median_bias2", "median_variance", "median_risk") if heavy else ("bias2", "variance", "risk")
    bias2, variance, risk = (getattr(d, name) for name in parts)
    best = int(np.argmin(risk)) + 1
    for k, text in enumerate(picture.sentences):
        degree = k + 1
        assert ("bias² exceeds variance" in text) == bool(bias2[k] > variance[k])
        assert ("variance exceeds bias²" in text) == bool(bias2[k] < variance[k])
        own = [fixed(float(values[k])) for values in (bias2, variance, risk)]
        if heavy:
            start = (
                f"Each data set has its own x, so these are medians over {d.y_train.shape[0]} designs, which need not "
                f"add up: bias² {own[0]}, variance {own[1]}, expected error {own[2]}. The mean error is "
            )
            assert text.startswith(start)
            tail = r"([^,]+ ± [^,]+?)(?:, ([^,]+) that: a few unlucky draws of x dominate it)?\. "
            mean, larger = re.match(tail, text[len(start) :]).groups()  # type: ignore[union-attr]
            assert says_with_error(mean, float(d.risk[k]), float(d.risk_se[k]))
            assert (larger is not None) == bool(d.risk[k] > 1.25 * risk[k])
            assert larger is None or claims(larger, d.risk[k] / risk[k])
        else:
            start = f"bias² {own[0]} + variance {own[1]} + noise {fixed(d.noise)} = {own[2]} expected; simulated "
            assert text.startswith(start)
            found = re.match(r"(.+ ± .+?), ([\d.]+) standard errors away\. ", text[len(start) :])
            assert says_with_error(found[1], float(d.mc_error[k]), float(d.mc_error_se[k]))  # type: ignore[index]
        if degree == best:
            assert f" Degree {degree} has the smallest expected error; here " in text
        else:
            end = rf"\. The expected error is (.+) that of degree {best}, the best; here .*\."
            assert claims(re.search(end, text)[1], risk[k] / risk.min())  # type: ignore[index]


def d_random(change: dict[str, Any]) -> bool:
    return change.get("protocol") == "random"


@pytest.mark.parametrize("change", [{}, STATES[2]])
def test_the_distance_is_in_standard_errors(change: dict[str, Any]) -> None:
    _, result, picture = drawn(**change)
    d = result.decomposition
    if change:  # simulation and expectation share their designs: closer to each other than the spread of the former
        assert (d.mc_gap_se < d.mc_error_se).all()
    for k, text in enumerate(picture.sentences):
        gap = float(re.search(r"([\d.]+) standard errors away", text)[1])  # type: ignore[index]
        assert gap == pytest.approx(abs(d.mc_error[k] - d.risk[k]) / d.mc_gap_se[k], abs=0.051)


def test_the_homework_in_words() -> None:
    _, _, picture = drawn(**HOMEWORK)
    assert picture.sentences[7].startswith("bias² 0.065 + variance 0.229 + noise 0.300 = 0.595 expected; simulated ")
    assert picture.sentences[7].endswith("Degree 8 has the smallest expected error; here variance exceeds bias².")
    assert picture.sentences[2].endswith(
        " The expected error is 14% larger than that of degree 8, the best; here bias² exceeds variance."
    )


@pytest.mark.parametrize("protocol", ["fixed", "subset"])
def test_a_tie_is_called_a_tie(protocol: str) -> None:
    _, _, picture = drawn(noise_std=0.0, truth="quadratic", protocol=protocol)
    first, second, *others = picture.sentences
    assert first.endswith(". Degree 2, the best, has almost no error; here bias² exceeds variance.")
    nothing = "bias² 0.000 + variance 0.000 + noise 0.000 = 0.000 expected; simulated 0.000. "
    equal = "; here bias² and variance are equal."
    assert second == f"{nothing}Degree 2 has the smallest expected error{equal}"
    for k, text in enumerate(others, 3):
        assert text == f"{nothing}Degree {k} is as good as degree 2, the lowest of the best{equal}"


def test_the_distance_is_honest_for_redrawn_inputs() -> None:
    gaps, medians = [], 0
    for seed in range(100):
        _, result, picture = drawn(protocol="subset", test_at="train", seed=seed, max_degree=8)
        if result.heavy_tailed:
            medians += 1
        else:
            gaps.append(float(re.search(r"([\d.]+) standard errors away", picture.sentences[4])[1]))  # type: ignore[index]
    assert medians < 20
    # 0.32 and 0.05 if normal, both with 4 standard errors
    assert 0.13 < np.mean(np.array(gaps) > 1) < 0.51
    assert np.mean(np.array(gaps) > 2) < 0.15


# ---- choosing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folds", [3, 5])
def test_the_rules_in_words(folds: int) -> None:
    _, result, picture = drawn(view="choose", folds=folds, repetitions=100, max_degree=10)
    s = result.selection
    names = {
        "one test set": "one test set",
        "hold-out": "hold-out",
        "k-fold": f"{folds}-fold",
        "leave-one-out": "leave-one-out",
    }
    assert [r.label for r in picture.readouts[1:5]] == [f"chosen by {name}" for name in names.values()]
    excess = {names[rule]: 100 * s.excess[s.rules.index(rule)] / s.risk.min() for rule in names}
    low, high = min(excess, key=excess.get), max(excess, key=excess.get)  # type: ignore[arg-type]
    for k, text in enumerate(picture.sentences):
        counts = [int((s.picks[rule] == k + 1).sum()) for rule in names]  # of 100, so that they are percent
        assert text == (
            f"Without knowing the truth, the rules choose degree {k + 1} in {per_cent(min(counts))} to "
            f"{per_cent(max(counts))} of 100 repetitions; the best fixed degree is {int(np.argmin(s.risk)) + 1}. Their "
            f"choices cost from +{per_cent(excess[low])} ({low}) to +{per_cent(excess[high])} ({high}) in expected "
            f"error."
        )
        assert [r.texts[k] for r in picture.readouts[1:5]] == [per_cent(c) for c in counts]
    assert picture.readouts[0].texts == tuple(fixed(float(v)) for v in result.decomposition.risk)
    assert [read(t) for t in picture.readouts[-1].texts] == pytest.approx(result.loo_rmse, abs=6e-5)


def test_bars_are_the_shares() -> None:
    _, result, picture = drawn(view="choose", repetitions=100)
    s = result.selection
    for row, (rule, bars) in enumerate(zip(s.rules, picture.panels[0].figure["data"][1:], strict=True)):
        share = np.array([np.mean(s.picks[rule] == k) for k in s.degrees])
        np.testing.assert_allclose(bars["customdata"], share)
        np.testing.assert_allclose(bars["y"], 0.67 * share / share.max(), rtol=1e-6)
        assert set(bars["base"]) == {4 - row}
        assert bars["text"] == [f"{round(100 * p)}" if p >= 0.045 else "" for p in share]
        assert f"most often degree {share.argmax() + 1} ({share.max():.0%})" in picture.panels[0].alt

    names = [bars["name"] for bars in picture.panels[0].figure["data"][1:]]
    assert names == ["best fixed degree", "one test set", "hold-out", "5-fold", "leave-one-out"]
    layout = picture.panels[0].figure["layout"]
    assert layout["xaxis"]["title"]["text"] == "degree that is chosen (share in %)"
    cost = 100 * s.excess / s.risk.min()
    assert layout["yaxis"]["ticktext"] == ["<b>best fixed degree</b><br>"] + [
        f"<b>{name}</b><br>+{per_cent(part)}" for name, part in zip(names[1:], cost[1:], strict=True)
    ]


def test_a_gain_is_written_with_one_sign() -> None:
    _, result, picture = drawn(view="choose", protocol="subset", seed=4236, generator="legacy", repetitions=100)
    s = result.selection
    gain = 100 * s.excess.min() / s.risk.min()
    assert gain == pytest.approx(-11.5, abs=0.1)
    rule = s.rules[s.excess.argmin()]
    for text in picture.sentences:
        assert f"Their choices cost from −{per_cent(-gain)} ({rule}) to +" in text
    label = picture.panels[0].figure["layout"]["yaxis"]["ticktext"][s.excess.argmin()]
    assert label == f"<b>{rule}</b><br>−{per_cent(-gain)}"


def test_rules_that_tie_cost_nothing() -> None:
    _, _, picture = drawn(view="choose", noise_std=0.0, truth="quadratic", repetitions=100)
    for bars in picture.panels[0].figure["data"][1:]:
        assert bars["text"] == ["", "100", *[""] * 13]
    assert "choose degree 2 in 100% to 100% of 100 repetitions; the best fixed" in picture.sentences[1]
    assert "choose degree 3 in 0% to 0% of 100 repetitions; the best fixed degree is 2." in picture.sentences[2]
    assert "cost from +0 (one test set) to +0 (leave-one-out)" in picture.sentences[1]


# ---- readouts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", ["one", "many"])
@pytest.mark.parametrize("change", STATES)
def test_readouts(view: str, change: dict[str, Any]) -> None:
    _, result, picture = drawn(view=view, **change)
    d, by_label = result.decomposition, {r.label: r.texts for r in picture.readouts}
    prefix, median = ("median_", ", median") if change in HEAVY else ("", "")
    want = {
        f"bias²{median}": prefix + "bias2",
        f"variance{median}": prefix + "variance",
        f"expected test error{median}": prefix + "risk",
    }
    if view == "one":
        want["training error, this data set"] = "train_mse_first"
    for label, name in want.items():
        assert by_label.pop(label) == tuple(fixed(float(v)) for v in getattr(d, name)), label
    assert by_label.pop("noise σ²") == (fixed(d.noise),)
    ((label, texts),) = by_label.items()
    assert label == f"simulated with {len(d.y_train)} data sets"
    assert len(texts) == len(d.degrees)
    for k, text in enumerate(texts):
        assert says_with_error(text, float(d.mc_error[k]), float(d.mc_error_se[k]))


# ---- verdict -------------------------------------------------------------------------------------------------


def test_the_verdict() -> None:
    _, r, _ = drawn(**HOMEWORK)
    verdict = LAB.predictions[0].verdict
    assert LAB.predictions[0].truth(r) == 8
    assert verdict(8, 8, r) == "No other degree has an expected error below 0.595."
    x = np.random.RandomState(0).permutation(np.linspace(0, 10, 50))
    train, test, parts = x[:40], x[40:], {}
    u, v = ((2 * z - train.min() - train.max()) / np.ptp(train) for z in (train, test))
    f = TRUTHS["x_sin"].function
    for k in (3, 8, 10):
        smoother = chebvander(v, k) @ np.linalg.pinv(chebvander(u, k), rcond=1e-15)
        bias2, variance = ((smoother @ f(train) - f(test)) ** 2).mean(), 0.3 * (smoother**2).sum() / 10
        parts[k] = f"{bias2:.3f}", f"{variance:.3f}", f"{bias2 + variance + 0.3:.3f}"
    assert [parts[k][2] for k in (3, 8)] == ["0.679", "0.595"]
    for k in (3, 10):
        assert verdict(k, 8, r) == (
            f"Degree {k} has bias² {parts[k][0]} and variance {parts[k][1]}, degree 8 has {parts[8][0]} and "
            f"{parts[8][1]}; the expected errors are {parts[k][2]} and {parts[8][2]}."
        )


@pytest.mark.parametrize("last", [6, 15])
def test_the_verdict_on_a_degree_that_was_not_fitted(last: int) -> None:
    _, r, _ = drawn(max_degree=last)
    verdict = LAB.predictions[0].verdict
    assert verdict(last + 1, r.best, r) == f"The polynomials on this page stop at degree {last}."
    assert "stop" not in verdict(last, 1, r)


# ---- pictures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", STATES)
def test_error_curves(change: dict[str, Any]) -> None:
    _, result, picture = drawn(**change)
    d, prefix = result.decomposition, "median_" if change in HEAVY else ""
    want = {
        "test error": prefix + "risk",
        "bias²": prefix + "bias2",
        "variance": prefix + "variance",
        "training error": "train_error",
        "one test set": "one_test_error",
    }
    for name, attribute in want.items():
        np.testing.assert_allclose(trace(picture, -1, name)["y"], getattr(d, attribute), rtol=1e-6)
        assert trace(picture, -1, name)["x"].tolist() == d.degrees.tolist()
    assert set(trace(picture, -1, "noise")["y"]) == {np.float32(d.noise)}
    simulated = {"simulated ± 1 SE": "mc_error", "simulated bias²": "mc_bias2", "simulated variance": "mc_variance"}
    names = [t["name"] for t in picture.panels[-1].figure["data"]]
    assert [name for name in names if "simulated" in name] == ([] if change in HEAVY else list(simulated))
    for name, attribute in {} if change in HEAVY else simulated.items():
        dots = trace(picture, -1, name)
        np.testing.assert_allclose(dots["y"], getattr(d, attribute), rtol=1e-6)
        np.testing.assert_allclose(dots["error_y"]["array"], getattr(d, attribute + "_se"), rtol=1e-6)
        assert dots["x"].tolist() == d.degrees.tolist()
    optima, risk = trace(picture, -1, "optima"), getattr(d, prefix + "risk")
    star, diamond = int(risk.argmin()) + 1, int(d.one_test_error.argmin()) + 1
    assert optima["marker"]["symbol"] == ["star", "diamond-open"]
    assert optima["x"].tolist() == [star, diamond]
    assert optima["y"].tolist() == np.float32([risk.min(), d.one_test_error.min()]).tolist()
    apart = [f"best: {star}", f"this test set: {diamond}"]
    assert optima["text"] == (apart if star != diamond else [f"best, also for this test set: {star}", ""])
    low, high = picture.panels[-1].figure["layout"]["yaxis"]["range"]
    assert low < 0 < 2.2 * risk.min() <= high * (1 + 1e-9)
    assert f"{high:.2e}"[:4] in ("1.00", "1.25", "1.60", "2.00", "2.50", "3.20", "4.00", "5.00", "6.30", "8.00")
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
    moving = picture.panels[0].figure["data"][frames.trace]
    assert moving["name"] == "degree on the slider"
    np.testing.assert_array_equal(moving["x"][:-1], d.grid)
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
    coarse = np.linspace(d.grid[0], d.grid[-1], 41)  # every second one of 81 points
    band, faint, mean = picture.panels[0].frames
    layers = picture.panels[1].frames
    data = [panel.figure["data"] for panel in picture.panels[:2]]
    names = [data[0][frames.trace]["name"] for frames in (band, faint, mean)]
    assert names == ["mean ± 1 sd", "fits of 15 data sets", "mean of all fits"]
    assert [data[1][frames.trace]["name"] for frames in layers] == ["bias²", "variance", "noise"]
    np.testing.assert_allclose(data[0][band.trace]["x"], np.r_[coarse, coarse[::-1]], atol=1e-12)
    np.testing.assert_array_equal(data[0][faint.trace]["x"], np.tile(np.append(d.grid, np.nan), 15))
    for drawn_at in (data[0][mean.trace]["x"], *(data[1][frames.trace]["x"] for frames in layers)):
        np.testing.assert_allclose(drawn_at, coarse, atol=1e-12)
    for k in (1, 5, 10):
        fit = Chebyshev.fit(x, f(x), k)(coarse)
        unit = np.array([Chebyshev.fit(x, row, k)(coarse) for row in np.eye(x.size)])
        sd = np.sqrt((unit**2).sum(axis=0))
        np.testing.assert_allclose(mean.at(k - 1), fit, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(band.at(k - 1), np.r_[fit + sd, (fit - sd)[::-1]], rtol=1e-5, atol=1e-5)
        own = np.array([np.append(Chebyshev.fit(x, y, k)(d.grid), np.nan) for y in d.y_train[:15]]).ravel()
        np.testing.assert_allclose(faint.at(k - 1), own, rtol=1e-4, atol=1e-4)
        bias2 = (fit - f(coarse)) ** 2
        for frames, edge in zip(layers, (bias2, bias2 + sd**2, bias2 + sd**2 + 1), strict=True):
            np.testing.assert_allclose(frames.at(k - 1), edge, rtol=1e-4, atol=1e-6)
    shade = trace(picture, 0, "no training points")["x"]
    assert (shade[2], shade[5]) == (x.min(), x.max())


# ---- the sections below ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{}, STATES[2], HEAVY[1]])
@pytest.mark.parametrize("degree", [1, 3, 8, 15])
def test_the_derivation_has_the_numbers_of_the_page(degree: int, change: dict[str, Any]) -> None:
    values, result, _ = drawn(degree=degree, **change)
    d = result.decomposition
    degree = min(degree, len(d.degrees))  # the slider may stand beyond the largest degree
    k = degree - 1
    text = "\n".join(LAB.sections[0].blocks(result, values))  # type: ignore[arg-type]
    assert f"**degree {degree}**, averaged over {len(d.x_test)} test points" in text
    assert ("not the medians" in text) == (change in HEAVY)
    rows = [[c.strip() for c in row.split("|")[1:-1]] for row in text.splitlines() if row.startswith("| ")]
    cells = {name: (expected, simulated) for name, expected, simulated in rows[1:]}
    own = expand(draw(result.settings), degree)
    names = {
        "$(\\mathrm{E}g-g)^2$, the variance": own.variance,
        "$\\varepsilon^2$, the noise": own.noise,
        "$2\\,(f-\\mathrm{E}g)(\\mathrm{E}g-g)$": own.bias_variance,
        "$2\\,\\varepsilon\\,(f-\\mathrm{E}g)$": own.noise_bias,
        "$2\\,\\varepsilon\\,(\\mathrm{E}g-g)$": own.noise_variance,
        "**sum, the test error**": own.total,
    }
    assert cells.pop("$(f-\\mathrm{E}g)^2$, the bias²") == (fixed(float(d.bias2[k]), 4), "–")
    assert list(cells) == list(names)
    for name, term in names.items():
        expected, simulated = cells[name]
        assert expected == fixed(term.exact, 4), name
        estimate, comma, away = simulated.partition(", ")
        assert says_with_error(estimate, term.simulated, term.se), name
        assert bool(comma) == (len(d.x_train) == 1)  # with redrawn inputs both share their designs
        if comma:
            distance = float(away.removesuffix(" standard errors away"))
            assert distance == pytest.approx(abs(term.simulated - term.exact) / term.se, abs=0.051), name
    assert cells["$(\\mathrm{E}g-g)^2$, the variance"][0] == fixed(float(d.variance[k]), 4)
    expected, simulated = cells["**sum, the test error**"]
    assert expected == fixed(float(d.risk[k]), 4)
    assert says(simulated.split(" ± ")[0], float(d.mc_error[k]))
    assert f"$-2\\sigma^2(d+1)/n$ = {fixed(-2 * d.noise * (degree + 1) / d.x_train.shape[1])}" in text


def test_the_conclusions_have_the_numbers_of_the_reference() -> None:
    values, result, _ = drawn()
    blocks = LAB.sections[1].blocks(result, values)
    words = [b for b in blocks if isinstance(b, str)][1:]
    eye, seven, high, noise, seed = words
    assert holds(eye, 11, 20, 0.8128, 0.7688, 0.4651, 1000)
    assert holds(seven, 7, 8, 0.5947, 6, 4.7e-5, 1000, 2)
    assert holds(high, 100, 15, 4.24e-7)
    assert holds(noise, 0, 78, 10)
    assert holds(seed, 2, 72, 200)
    rng = np.random.RandomState(0)
    x, f = rng.permutation(np.linspace(0, 10, 50)), TRUTHS["x_sin"].function
    rng.standard_normal(10)  # noise of the test set
    errors = np.sqrt(0.3) * rng.standard_normal((100, 40))
    fits = np.array([Chebyshev.fit(x[:40], f(x[:40]) + e, 15)(x[40:]) for e in errors])
    unit = sum(Chebyshev.fit(x[:40], row, 15)(x[40:]) ** 2 for row in np.eye(40))
    assert holds(high, ((fits.mean(axis=0) - f(x[40:])) ** 2).mean(), fits.var(axis=0, ddof=1).mean() / 100)
    assert holds(high, 100 * unit[x[40:] == 0].sum() / unit.sum())
    shares = [int(n) for n in re.findall(r"(\d+)%", seven)]
    # 2000 published replicas: 696, 542, 466 and 1881; four standard errors of 1000 against 2000
    for got, p in zip(shares, (696 / 2000, 542 / 2000, 466 / 2000, 1881 / 2000), strict=True):
        assert abs(got / 100 - p) < 4 * np.sqrt(p * (1 - p) * (1 / 1000 + 1 / 2000)) + 0.005
    pictures = [b for b in blocks if isinstance(b, Picture)]
    assert len(pictures) == 5
    bars = pictures[0].panels[0].figure["data"]
    assert np.sum([b["y"] for b in bars], axis=0) == pytest.approx([0.8128, 0.7688, 0.4651], abs=5e-5)
    line = trace(pictures[4], 0, "original data")["y"]
    np.testing.assert_allclose(line, [2.981309415774586, 1.056481513788703, 1.0780658052226322, 1.0710499255446229])
    others = trace(pictures[4], 0, "30 new data sets")["y"].reshape(30, 5)
    assert np.isnan(others[:, 4]).all()
    np.testing.assert_allclose(others[:, :4], homework.redraws().rmse[1:31], rtol=1e-6)
