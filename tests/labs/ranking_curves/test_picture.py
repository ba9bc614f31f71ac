"""Panels of the ranking lab: every drawn place against counting by hand, closed forms, scikit-learn and SciPy."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import (
    auc,
    average_precision_score,
    brier_score_loss,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from core.draw import style
from core.draw.live import Axis, Panel, Picture
from core.draw.packing import pack
from core.draw.still import still
from core.kit.words import fixed, number
from core.labs.ranking_curves.compute.comparison import Comparison
from core.labs.ranking_curves.compute.scored import Scored
from core.labs.ranking_curves.panels import curves
from core.labs.ranking_curves.panels.cases import confusion, scores
from core.labs.ranking_curves.panels.curves import gains, precision_recall, roc
from core.labs.ranking_curves.panels.decisions import calibration, costs
from core.labs.ranking_curves.panels.view import View
from core.ranking.bootstrap import bootstrap
from core.ranking.curves import rank
from tests.kernel.ranking import oracle as oracle
from tests.pictures import trace_of

CURVES = (roc, precision_recall, gains)
PANELS = (*CURVES, scores, confusion, costs, calibration)
SHARES = (0.0, 0.05, 0.5, 0.9)


def made(labels: Any, *values: Any, names: tuple[str, ...] = ("Anna", "Bert"), **changes: Any) -> Comparison:
    labels, values = np.array(labels, np.uint8), tuple(np.array(v, float) for v in values)
    cases = {
        "title": "cases",
        "positive": "ill",
        "negative": "well",
        "labels": labels,
        "names": names[: len(values)],
        "scores": values,
        "probabilities": tuple(bool(v.min() >= 0 and v.max() <= 1) for v in values),
        "notes": (),
    }
    return Comparison(Scored(**cases | changes), tuple(rank(labels, v) for v in values), 50, 0)


def drawn(seed: int = 0, n: int = 300, decimals: int = 2, logistic: bool = True) -> Comparison:
    """Cases with ties and two models."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) < 0.3 * n
    values = (rng.normal(size=n) + shift * labels for shift in (1.5, 1.0))
    return made(labels, *((1 / (1 + np.exp(-v)) if logistic else v).round(decimals) for v in values))


ODD = {
    "constant": ([1, 1, 0, 0, 0], [0.4] * 5),
    "perfect": ([1] * 4 + [0] * 6, np.arange(10, 0, -1.0)),
    "worst": ([0] * 6 + [1] * 4, np.arange(10, 0, -1.0)),
    "a little worse than random": ([0, 1] * 10, np.arange(20, 0, -1.0)),
    "two examples": ([1, 0], [0.7, 0.2]),
    "ties only": ([1, 1, 0, 1, 0, 0], [3, 3, 3, -1, -1, -1]),
    "one positive": ([1] + [0] * 99, np.r_[2.5, np.arange(99)]),
    "far out": (np.arange(60) % 2, np.r_[np.arange(59), 1e300]),
    "hardly apart": ([1, 0, 1, 0], [1e9, 1e9 + 1e-6, 1e9, 1e9 - 1e-6]),
}


def odd(name: str) -> Comparison:
    return made(*ODD[name])


def names(panel: Panel) -> list[str]:
    return [t["name"] for t in panel.figure["data"]]


def xy(panel: Panel, name: str) -> tuple[Any, Any]:
    return trace_of(panel, name)["x"], trace_of(panel, name)["y"]


def known(panel: Panel, name: str) -> tuple[Any, Any]:
    """Coordinates without gaps."""
    x, y = xy(panel, name)
    return x[np.isfinite(x)], y[np.isfinite(x)]


def strands(panel: Panel, name: str) -> list[tuple[Any, Any]]:
    """The pieces of a trace between its gaps."""
    x, y = xy(panel, name)
    ends = np.flatnonzero(np.isnan(x))
    return [(a, b) for a, b in zip(np.split(x, ends), np.split(y, ends), strict=True) if np.isfinite(a).sum() > 1]


def frames(panel: Panel, name: str, attr: str = "y") -> Any:
    (found,) = [f for f in panel.frames if f.attr == attr and panel.figure["data"][f.trace]["name"] == name]
    return found.values


def share_of(result: Comparison, view: View) -> float:
    return view.prevalence or float(np.mean(result.scored.labels))


def rates(labels: Any, values: Any, cut: float) -> tuple[float, float]:
    """(FPR, TPR) at a threshold, counted."""
    called, positive = np.asarray(values) >= cut, np.asarray(labels) == 1
    return float(called[~positive].mean()), float(called[positive].mean())


def every_rate(result: Comparison, model: int = 0) -> tuple[Any, Any]:
    """(FPR, TPR) at all thresholds, that of nobody first."""
    values = result.scored.scores[model]
    cuts = [np.inf, *np.unique(values)[::-1]]
    return np.array([rates(result.scored.labels, values, cut) for cut in cuts]).T


def in_pr(fpr: Any, tpr: Any, share: float) -> tuple[Any, Any]:
    """Textbook precision at a prevalence."""
    with np.errstate(invalid="ignore"):
        return tpr, share * tpr / (share * tpr + (1 - share) * fpr)


def in_prg(fpr: Any, tpr: Any, share: float) -> tuple[Any, Any]:
    """Gains from precision and recall, as Flach and Kull define them."""
    recall, precision = in_pr(fpr, tpr, share)
    with np.errstate(divide="ignore"):
        return tuple((v - share) / ((1 - share) * v) for v in (recall, precision))  # type: ignore[return-value]


def back(panel: Any, x: Any, y: Any, share: float) -> tuple[Any, Any]:
    """(FPR, TPR) of places in one of the three spaces."""
    if panel is roc:
        return x, y
    if panel is gains:
        x, y = (share / (1 - (1 - share) * v) for v in (x, y))
    return x * share * (1 - y) / ((1 - share) * y), x


def f_measure(fpr: Any, tpr: Any, share: float, beta: float) -> Any:
    recall, precision = in_pr(fpr, tpr, share)
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


def cost(fpr: Any, tpr: Any, share: float, ratio: float) -> Any:
    return ((1 - share) * ratio * fpr + share * (1 - tpr)) / (1 + ratio)


# ---- what is always there --------------------------------------------------------------------------------------


VIEWS = [
    View(),
    View(prevalence=0.001, lines="f", hull=True, homework=True, interpolation="straight", bands=True),
    View(prevalence=0.999, lines="cost", cost_ratio=100, hull=True, interpolation="achievable"),
    View(prevalence=0.999, lines="f", beta=3, bands=True),
    View(lines="cost", cost_ratio=0.01, beta=0.5, homework=True),
    View(lines="f", beta=0.5, hull=True),
]


@pytest.mark.parametrize("view", VIEWS, ids=str)
@pytest.mark.parametrize("case", [*ODD, "two models"])
def test_every_panel_is_sound(case: str, view: View) -> None:
    result = drawn() if case == "two models" else odd(case)
    panels = tuple(draw(result, view) for draw in PANELS)
    axis = Axis("threshold", "Threshold", tuple(result.places.tolist()), ("",) * len(result.places))
    picture = Picture(panels, axis)
    for index in (0, len(result.places) // 2, len(result.places) - 1):
        still(picture, index)  # plotly checks each property
    assert len(pack(picture)) < 400_000
    for panel in panels:
        assert panel.alt.endswith(".") and re.search(r"\d", panel.alt) and "nan" not in panel.alt
        layout = panel.figure["layout"]
        assert layout["xaxis"]["title"]["text"] and layout["yaxis"]["title"]["text"]
        for axis_name in ("xaxis", "yaxis"):
            low, high = layout[axis_name]["range"]
            assert np.isfinite([low, high]).all() and low < high
        for t in panel.figure["data"]:
            assert t["type"] == "scatter"  # the browser moves nothing else
            values = [t[key] for key in ("x", "y", "customdata") if key in t]
            assert not np.isinf(np.concatenate(values)).any()
            if t["mode"] == "text":  # what lies outside by a rounding is not written
                for value, axis_name in ((t["x"], "xaxis"), (t["y"], "yaxis")):
                    low, high = layout[axis_name]["range"]
                    inside = (value.astype(np.float32) >= low) & (value.astype(np.float32) <= high)
                    assert inside.all()
            else:
                np.testing.assert_array_equal(np.isnan(t["x"]), np.isnan(t["y"]))
        for f in panel.frames:
            assert not np.isinf(f.values).any()


def test_rows_columns_and_heights() -> None:
    panels = [draw(drawn(), View()) for draw in PANELS]
    assert [panel.column for panel in panels] == [0, 1, 2, 0, 1, 2, 2]
    assert [panel.height for panel in panels] == [380] * 3 + [250] * 4
    named = trace_of(panels[0], "notes")["text"][0].split("<br>")
    for role, name, words in zip(("first", "second"), ("Anna", "Bert"), named, strict=True):
        assert words.startswith(f'<span style="color:{style.color(role)}">━')
        assert words.endswith(f" {name}</span>")


@pytest.mark.parametrize("draw", PANELS)
def test_ranges_stand_still(draw: Any) -> None:
    changed = [draw(drawn(), View(prevalence=p, hull=True, lines="f")) for p in (0.3, 0.31)]
    for axis in ("xaxis", "yaxis"):
        first, second = (panel.figure["layout"][axis]["range"] for panel in changed)
        assert first == second


@pytest.mark.parametrize("draw", CURVES)
@pytest.mark.parametrize("lines", ["none", "f"])
def test_another_prevalence_moves_a_figure_and_does_not_build_it_anew(draw: Any, lines: str) -> None:
    result = drawn()
    axis = Axis("threshold", "Threshold", tuple(result.places.tolist()), ("",) * len(result.places))

    def look(share: float) -> str:
        packed = pack(Picture((draw(result, View(prevalence=share, lines=lines)),), axis))
        return re.search(rb'"look":"(\w+)"', packed).group(1).decode()  # type: ignore[union-attr]

    assert look(0.4) == look(0.41)


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_all_colours_have_a_dark_partner(view: View) -> None:
    lights = {light for light, _ in style.PALETTE.values()} | {"rgba(0,0,0,0)"}

    def colours(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for part in value.values():
                yield from colours(part)
        elif isinstance(value, list | tuple):
            for part in value:
                yield from colours(part)
        elif isinstance(value, str):
            yield from re.findall(r"#\w{6}\b|rgba?\([^)]*\)", value)

    for draw in PANELS:
        assert set(colours(draw(drawn(), view).figure)) <= lights


def test_names_from_outside_are_written_and_not_obeyed() -> None:
    result = made([1, 0, 1], [0.9, 0.2, 0.4], names=("<b>%{x}",), positive="<i>1", negative=">50K & more than that")
    for draw in PANELS:
        panel = draw(result, View(hull=True, lines="f"))
        said = [t.get("hovertemplate", "") for t in panel.figure["data"]]
        said += [text for t in panel.figure["data"] for text in t.get("text", [])] + [
            panel.figure["layout"]["title"]["text"]
        ]
        assert not any("<b>%" in text or "<i>1" in text or "& more" in text for text in said)
    assert "&lt;i&gt;1" in trace_of(scores(result, View()), "kinds of answers")["text"][0]
    assert "&gt;50K &amp; more than…" in trace_of(confusion(result, View()), "classes")["text"][1]


# ---- baselines --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", SHARES)
def test_the_constant_answers_and_random_scorers(share: float) -> None:
    result, view = drawn(), View(prevalence=share)
    share = share_of(result, view)
    for draw, everyone in zip(CURVES, [(1, 1), (1, share), (1, 0)], strict=True):
        panel = draw(result, view)
        np.testing.assert_allclose(np.ravel(xy(panel, "all positive")), everyone, atol=1e-12)
        assert ("all negative" in names(panel)) == (draw is roc)
        x, y = known(panel, "random")
        np.testing.assert_allclose(y, {roc: x, precision_recall: share, gains: 0}[draw], atol=1e-9)
        assert x.max() == pytest.approx(1)
        assert x.min() < 0.01
    np.testing.assert_array_equal(np.ravel(xy(roc(result, view), "all negative")), [0, 0])


@pytest.mark.parametrize("share", [0.001, *SHARES, 0.999])
def test_no_ranking_reaches_the_unachievable(share: float) -> None:
    result = made([1] * 20 + [0] * 30, np.arange(50.0))  # all negatives first
    view = View(prevalence=share)
    share = share_of(result, view)
    assert "unachievable" not in names(roc(result, view))
    x, y = xy(precision_recall(result, view), "unachievable")
    on_border = y > 0
    np.testing.assert_allclose(y[on_border], in_pr(1, x[on_border], share)[1], rtol=1e-12)
    hole = (1 - share) * np.log(1 - share) / share + 1  # Boyd et al., theorem 1
    assert auc(x[:-1], y[:-1]) == pytest.approx(hole, abs=2e-3)
    own = precision_recall(result, View(prevalence=share, interpolation="achievable"))
    recall, precision = xy(own, "Anna")
    np.testing.assert_allclose(precision, in_pr(1, recall, share)[1], atol=1e-12)
    x, y = xy(gains(result, view), "unachievable")
    np.testing.assert_allclose(y[:2], -(1 - x[:2]) * (1 - share) / share, rtol=1e-9)
    assert (y >= -0.27).all() and (x >= -0.03).all() and x[1] == 1


# ---- curves -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("model", [0, 1])
def test_roc_is_that_of_scikit_learn(seed: int, model: int) -> None:
    result = drawn(seed)
    fpr, tpr, _ = roc_curve(result.scored.labels, result.scored.scores[model], drop_intermediate=False)
    x, y = xy(roc(result, View(prevalence=0.1)), result.scored.names[model])
    assert {(a, b) for a, b in zip(x, y, strict=True)} <= {(a, b) for a, b in zip(fpr, tpr, strict=True)}
    assert auc(x, y) == pytest.approx(roc_auc_score(result.scored.labels, result.scored.scores[model]), abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_areas_of_the_three_interpolations(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curves, "WIDTH", 10**6)  # all points
    result = drawn(seed, decimals=1)
    labels, values = result.scored.labels, result.scored.scores[0]
    panels = {how: precision_recall(result, View(interpolation=how)) for how in ("steps", "achievable", "straight")}
    steps = trace_of(panels["steps"], "Anna")
    assert steps["line"]["shape"] == "vh"
    x, y = steps["x"], steps["y"]
    assert (x[0], y[0]) == (0, y[1])
    area = float(np.sum(np.diff(x) * y[1:]))  # up or down first, then to the right
    assert area == pytest.approx(average_precision_score(labels, values), abs=1e-12)
    precision, recall, _ = precision_recall_curve(labels, values)
    assert auc(*xy(panels["straight"], "Anna: linear interpolation (wrong)")) == pytest.approx(
        auc(recall, precision), abs=1e-12
    )
    wrong = trace_of(panels["straight"], "Anna: linear interpolation (wrong)")
    assert wrong["line"]["color"] == style.color("warning")
    fpr, tpr = every_rate(result)
    for how in ("achievable", "straight"):
        x, y = xy(panels[how], "Anna")
        assert set(tpr[1:].round(12)) <= set(x.round(12))  # flat ROC pieces share a recall
        curve = {}
        for k in range(1, len(tpr)):  # along each straight piece of ROC
            inside = (x > tpr[k - 1]) & (x <= tpr[k])
            if tpr[k] > tpr[k - 1]:
                between = fpr[k - 1] + (fpr[k] - fpr[k - 1]) * (x[inside] - tpr[k - 1]) / (tpr[k] - tpr[k - 1])
                curve |= dict(zip(x[inside], in_pr(between, x[inside], 0.3)[1], strict=True))
        above = [y[x == recall].max() for recall in curve]
        np.testing.assert_allclose(above, list(curve.values()), rtol=1e-9)


@pytest.mark.parametrize("share", SHARES)
def test_curves_at_another_prevalence(share: float) -> None:
    result, view = drawn(), View(prevalence=share)
    share = share_of(result, view)
    plain = [draw(result, View()) for draw in CURVES]
    moved = [draw(result, view) for draw in CURVES]
    for name in result.scored.names:
        np.testing.assert_array_equal(xy(plain[0], name), xy(moved[0], name))
        (recall, precision), (recall2, precision2) = xy(plain[1], name), xy(moved[1], name)
        np.testing.assert_array_equal(recall, recall2)
        odds = (1 - precision) / precision * (0.3 / 0.7) * (1 - share) / share
        np.testing.assert_allclose(precision2, 1 / (1 + odds), rtol=1e-12)
        x, y = xy(moved[2], name)
        fpr, tpr = back(gains, x, y, share)
        fprs, tprs = every_rate(result, result.scored.names.index(name))
        places = np.round(np.stack([fprs, tprs]), 9).T.tolist()
        assert all(place in places for place in np.round(np.stack([fpr[1:], tpr[1:]]), 9).T.tolist())
        assert x[0] == 0 and tpr[0] == pytest.approx(share)
        assert np.interp(share, tprs, fprs) == pytest.approx(fpr[0], abs=1e-9) or share in tprs
        np.testing.assert_allclose(np.ravel(xy(moved[2], f"crossing of {name}")), [x[0], y[0]])


@pytest.mark.parametrize(("case", "area"), [(oracle.EXAMPLE, 0.432462), (oracle.R_DOC, 0.708333)])
def test_area_under_the_drawn_gains_is_the_published_one(case: Any, area: float) -> None:
    panel = gains(made(*case), View())
    assert auc(*xy(panel, "Anna")) == pytest.approx(area, abs=1e-6)
    assert f" {area:.3f};" in panel.alt
    if case is oracle.R_DOC:
        np.testing.assert_allclose(xy(panel, "Anna"), [[0, 0.5, 0.5, 1, 1], [1, 1, 0.5, 1 / 3, 0]], atol=1e-12)


def test_minor_diagonal_has_the_f_of_calling_everyone_positive() -> None:
    for beta in (0.5, 1, 2):
        x, y = known(gains(drawn(), View(beta=beta)), "F of predicting everything positive")
        np.testing.assert_allclose(y, beta**2 * (1 - x), atol=1e-9)
    assert "F₂ of all-positive" in trace_of(gains(drawn(), View(beta=2)), "name of the F contour")["text"]


def test_the_homework_beside_the_right_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curves, "WIDTH", 10**6)
    result = drawn()
    assert not any("homework" in name for name in names(gains(result, View())))
    panel = gains(result, View(homework=True))
    x, y = xy(panel, "Bert: wrong formula")
    precision, recall, _ = precision_recall_curve(result.scored.labels, result.scored.scores[1])
    want = np.clip((np.array([recall, precision]) - 0.3) / 0.7, 0, None)
    want = want[:, np.argsort(want[0], kind="stable")]  # as the homework does
    near = np.abs(np.stack([x, y])[:, :, None] - want[:, None]).max(axis=0).min(axis=1)
    assert near.max() < 1e-12
    assert auc(x, y) == pytest.approx(auc(*want), abs=1e-12)
    assert trace_of(panel, "Bert: wrong formula")["line"] == {
        "color": style.color("warning"),
        "dash": style.DASH["second"],
        "width": 1.4,
    }
    np.testing.assert_array_equal(xy(panel, "Bert"), xy(gains(result, View()), "Bert"))


@pytest.mark.parametrize("how", ["steps", "achievable"])
def test_the_drawn_points_paint_what_all_points_do(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    result = drawn(9, n=20_000, decimals=9)
    thin = [draw(result, View(prevalence=0.1, interpolation=how)) for draw in CURVES]
    monkeypatch.setattr(curves, "WIDTH", 10**7)
    again = made(result.scored.labels, *result.scored.scores)
    full = [draw(again, View(prevalence=0.1, interpolation=how)) for draw in CURVES]
    for one, other, name in itertools.product(thin, full, result.scored.names):
        if one.column == other.column:
            (x, y), (x2, y2) = xy(one, name), xy(other, name)
            assert len(x) < 2000 < len(x2)
            for upper in (np.maximum, np.minimum):
                starts = [np.flatnonzero(np.diff(np.floor(480 * u), prepend=-1)) for u in (x, x2)]
                spans = [upper.reduceat(v, start) for v, start in zip((y, y2), starts, strict=True)]
                np.testing.assert_array_equal(*spans)


def test_a_million_cases_weigh_little() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(1_000_000) < 300_000
    result = made(labels, *(rng.normal(size=1_000_000) + shift * labels for shift in (1.5, 1.0)))
    axis = Axis("threshold", "Threshold", tuple(result.places.tolist()), ("",) * len(result.places))
    for how, share in itertools.product(("steps", "achievable"), (0.0, 0.7)):
        panels = tuple(draw(result, View(interpolation=how, prevalence=share)) for draw in CURVES)
        assert len(pack(Picture(panels, axis))) - len(pack(Picture((), axis))) <= 120_000
    for draw in CURVES:  # the operating points are those of all cases, not of the drawn ones
        track = draw(result, View()).tracks[1]
        fpr, tpr = rates(labels, result.scored.scores[1], result.thresholds[1][250])
        want = {roc: (fpr, tpr), precision_recall: in_pr(fpr, tpr, 0.3), gains: in_prg(fpr, tpr, 0.3)}[draw]
        np.testing.assert_allclose((track.x[250], track.y[250]), want, rtol=1e-12)


# ---- the threshold ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("model", [0, 1])
def test_operating_points_are_counted(share: float, model: int) -> None:
    result, view = drawn(5), View(prevalence=share)
    share = share_of(result, view)
    cuts = result.thresholds[model]
    fpr, tpr = np.array([rates(result.scored.labels, result.scored.scores[model], cut) for cut in cuts]).T
    wanted = [(fpr, tpr), in_pr(fpr, tpr, share), in_prg(fpr, tpr, share)]
    for draw, (x, y) in zip(CURVES, wanted, strict=True):
        panel = draw(result, view)
        track = panel.tracks[model]
        assert track.role == ("first", "second")[model]
        there = np.isfinite(x) & np.isfinite(y)
        assert there.sum() >= len(cuts) - (0 if draw is roc else 3)
        np.testing.assert_allclose(track.x[there], x[there], atol=1e-9)
        np.testing.assert_allclose(track.y[there], y[there], atol=1e-9)
        assert np.isnan(track.x[~there] + track.y[~there]).all()
        spoken = trace_of(panel, f"thresholds of {result.scored.names[model]}")
        np.testing.assert_array_equal(spoken["customdata"][1:], cuts[1:])
        np.testing.assert_array_equal(spoken["x"][1:][there[1:]], track.x[1:][there[1:]])
        assert np.isnan(spoken["x"][0])


@pytest.mark.parametrize("share", [0.0, 0.01, 0.9])
@pytest.mark.parametrize("case", ["drawn", *ODD])
def test_a_point_that_is_not_to_be_seen_is_explained(case: str, share: float) -> None:
    result = drawn() if case == "drawn" else odd(case)
    for draw in CURVES:
        panel = draw(result, View(prevalence=share))
        low = panel.figure["layout"]["yaxis"]["range"][0]
        left = panel.figure["layout"]["xaxis"]["range"][0]
        x, y = panel.tracks[0].x, panel.tracks[0].y
        visible = (x >= left) & (y >= low)
        assert ((x <= 1) & (y <= 1) | ~visible).all()
        if draw is roc:
            assert panel.absent == () and visible.all()
        else:
            np.testing.assert_array_equal([text == "" for text in panel.absent], visible)


def test_reasons_in_words() -> None:
    result = made([0, 1, 0, 0, 1, 0], [6, 5, 4, 3, 2, 1])
    assert precision_recall(result, View()).absent == ("nothing predicted positive: precision undefined", *[""] * 6)
    assert gains(result, View(prevalence=0.75)).absent == (
        "recall 0: recall gain is −∞",
        "recall 0: recall gain is −∞",
        *["recall gain −2.0: off to the left"] * 3,
        *[""] * 2,
    )
    assert gains(odd("worst"), View()).absent[-3:] == (
        "precision gain −1.0: below the plot",
        "precision gain −0.33: below the plot",
        "",
    )


# ---- overlays ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("draw", CURVES)
def test_lines_of_equal_f(draw: Any, beta: float, share: float) -> None:
    result, view = drawn(), View(prevalence=share, beta=beta, lines="f")
    share = share_of(result, view)
    panel, name = draw(result, view), f"equal F{'₀.₅' if beta == 0.5 else {1: '₁', 2: '₂'}[beta]}"
    values = []
    for x, y in strands(panel, name):
        there = np.isfinite(x) & (np.abs(x) < 1e6) & (y > -0.2)
        x, y = x[there], y[there]
        f = f_measure(*back(draw, x, y, share), share, beta)
        good = np.isfinite(f)
        assert good.sum() > 2
        np.testing.assert_allclose(f[good], f[good][-1], rtol=1e-6)
        values.append(float(f[good][-1]))
        if draw is gains:
            np.testing.assert_allclose(np.polyfit(x, y, 1)[0], -(beta**2), rtol=1e-6)
        if draw is roc:  # all lines go through one point
            slope, start = np.polyfit(x, y, 1)
            assert start - slope * beta**2 * share / (1 - share) == pytest.approx(0, abs=1e-9)
            assert min(x[0], y[0]) == pytest.approx(0) and max(x[-1], y[-1]) == pytest.approx(1)
    if draw is gains:
        levels = [(f - share) / ((1 - share) * f) for f in values]
        of_all = beta**2 / (1 + beta**2)
        np.testing.assert_allclose(levels, [g for g in (0, 0.25, 0.5, 0.75) if abs(g - of_all) > 0.06], atol=1e-6)
    else:
        np.testing.assert_allclose(values, [0.2, 0.4, 0.6, 0.8], rtol=1e-6)
    labelled(panel, f"values of {name[6:]}", draw, lambda fpr, tpr: f_measure(fpr, tpr, share, beta), share)


def labelled(panel: Panel, name: str, draw: Any, measure: Any, share: float) -> None:
    """Check that the labels of lines stand where the measure has the value that they name."""
    if name not in names(panel):
        return
    found = trace_of(panel, name)
    assert len(found["text"]) == len(set(found["text"]))
    for x, y, text in zip(found["x"], found["y"], found["text"], strict=True):
        number = text.split()[-1] if "×" not in text else None
        if number is None:
            continue
        value = float(measure(*back(draw, x, y, share)))
        if draw is gains and "cost" not in name:
            value = (value - share) / ((1 - share) * value)
        assert value == pytest.approx(float(number), abs=1e-6)
        assert -0.03 <= x <= 1 and -0.27 <= y <= 1


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("ratio", [0.05, 1.0, 5.0])
@pytest.mark.parametrize("draw", CURVES)
def test_lines_of_equal_cost(draw: Any, ratio: float, share: float) -> None:
    result, view = drawn(), View(prevalence=share, cost_ratio=ratio, lines="cost")
    share = share_of(result, view)
    panel = draw(result, view)
    constant = min((1 - share) * ratio, share) / (1 + ratio)
    values = []
    for x, y in strands(panel, "equal cost"):
        there = np.isfinite(x) & (np.abs(x) < 1e6) & ((y > 0) | (draw is not precision_recall))
        found = cost(*back(draw, x[there], y[there], share), share, ratio)
        np.testing.assert_allclose(found, found[-1], atol=1e-8 * constant + 1e-12)
        values.append(float(found[-1]) / constant)
        if draw is roc:
            slope = np.polyfit(x[there], y[there], 1)[0]
            assert slope == pytest.approx((1 - share) / share * ratio, rel=1e-6)
            assert min(x[there][0], y[there][0]) == pytest.approx(0)
            assert max(x[there][-1], y[there][-1]) == pytest.approx(1)
    assert 1 <= len(values) <= 4
    assert f"{values[0] * constant:.3e}".split("e")[0] in ("1.000", "2.000", "5.000")
    assert values[0] > 0 and values[-1] < 1
    np.testing.assert_allclose(np.array(values) / values[0], np.arange(1, len(values) + 1), rtol=1e-5)
    for x, y in strands(panel, "better constant classifier"):
        there = np.isfinite(x) & (np.abs(x) < 1e6) & (y > 0.01)
        found = cost(*back(draw, x[there], y[there], share), share, ratio)
        np.testing.assert_allclose(found, constant, rtol=1e-6)
    labelled(panel, "values of cost", draw, lambda fpr, tpr: cost(fpr, tpr, share, ratio), share)


@pytest.mark.parametrize(
    ("view", "texts"),
    [
        (View(lines="f"), [*[["0.2", "0.4", "0.6", "F₁ 0.8"]] * 2, ["0", "0.25", "gain 0.75"]]),
        (View(lines="f", beta=2), [*[["0.2", "0.4", "0.6", "F₂ 0.8"]] * 2, ["0", "0.25", "gain 0.5"]]),
        (View(lines="cost"), [["0.05", "cost 0.1"]] * 3),
    ],
    ids=str,
)
def test_there_is_room_for_the_values_of_lines(view: View, texts: list[list[str]]) -> None:
    name = {"f": f"F{'₁' if view.beta == 1 else '₂'}", "cost": "cost"}[view.lines]
    assert [trace_of(draw(drawn(), view), f"values of {name}")["text"] for draw in CURVES] == texts


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("view", [View(lines="f"), View(lines="f", beta=2), View(lines="cost", cost_ratio=3)], ids=str)
@pytest.mark.parametrize("model", [0, 1])
def test_the_best_threshold_of_all(view: View, share: float, model: int) -> None:
    result, view = drawn(2), View(**vars(view) | {"prevalence": share})
    share = share_of(result, view)
    by_f = view.lines == "f"

    def measure(fpr: Any, tpr: Any) -> Any:
        return -f_measure(fpr, tpr, share, view.beta) if by_f else cost(fpr, tpr, share, view.cost_ratio)

    fpr, tpr = every_rate(result, model)
    best = np.nanmin(measure(fpr, tpr))
    name = result.scored.names[model]
    what = f"F{view.beta:g}".translate(str.maketrans("12", "₁₂")) if by_f else "cost"
    for draw in CURVES:
        panel = draw(result, view)
        if not any(trace.get("name") == f"best of {name}" for trace in panel.figure["data"]):
            assert draw is not roc  # precision and gains have no place for a threshold that calls nobody positive
            continue
        mark = trace_of(panel, f"best of {name}")
        at = back(draw, mark["x"][0], mark["y"][0], share)
        assert measure(*at) == pytest.approx(best, abs=1e-9)
        assert np.abs(np.stack([fpr, tpr]) - np.array(at)[:, None]).max(axis=0).min() < 1e-6
        assert f"{what} %{{customdata:.3f}}" in mark["hovertemplate"]
        assert mark["customdata"] == pytest.approx(abs(best), abs=1e-9)
        x, y = known(panel, f"best {what} of {name}")
        there = (np.abs(x) < 1e6) & (y > 0.01)
        found = measure(*back(draw, x[there], y[there], share))
        np.testing.assert_allclose(found, best, atol=1e-7)
    notes = trace_of(roc(result, view), "notes")
    role = ("first", "second")[model]
    words = f"{'best F' if by_f else 'least cost'}{what[1:] if by_f else ''} {fixed(abs(best))}"
    assert f'<span style="color:{style.color(role)}">◇ {words}</span>' in notes["text"][0].split("<br>")


@pytest.mark.parametrize("share", SHARES)
def test_hulls(share: float) -> None:
    result, view = drawn(3), View(prevalence=share, hull=True)
    share = share_of(result, view)
    for model, name in enumerate(result.scored.names):
        fpr, tpr = every_rate(result, model)
        panels = [draw(result, view) for draw in CURVES]
        x, y = xy(panels[0], f"{name}: convex hull (in-sample)")
        assert (np.diff(x) >= 0).all() and (np.diff(np.diff(y) / np.maximum(np.diff(x), 1e-300)) < 0).all()
        assert (np.interp(fpr, x, y) >= tpr - 1e-12).all()
        assert {(a, b) for a, b in zip(x, y, strict=True)} <= {(a, b) for a, b in zip(fpr, tpr, strict=True)}
        for draw, panel in zip(CURVES[1:], panels[1:], strict=True):
            a, b = back(draw, *xy(panel, f"{name}: convex hull (in-sample)"), share)
            np.testing.assert_allclose(np.interp(a, x, y)[a > 1e-9], b[a > 1e-9], atol=1e-9)
    assert "dotted: convex hull" in trace_of(panels[0], "notes")["text"][0]
    assert not any("hull" in n for n in names(roc(result, View())))


def test_bands() -> None:
    result, view = drawn(), View(bands=True, prevalence=0.4)
    assert not any("band" in name for draw in CURVES for name in names(draw(result, View(prevalence=0.4))))
    assert not any("band" in name for draw in CURVES for name in names(draw(result, view)))  # not known yet
    result.spread(0.4).result()
    rng_free = bootstrap(
        result.scored.labels, result.scored.scores, resamples=result.resamples, seed=result.seed, prevalence=0.4
    ).models
    for model, name in enumerate(result.scored.names):
        for draw, key in zip(CURVES, ("roc", "pr", "prg"), strict=True):
            panel, band = draw(result, view), getattr(rng_free[model], key)
            found = trace_of(panel, f"{name}: 95% band, pointwise")
            np.testing.assert_array_equal(found["x"], [*band.grid, *band.grid[::-1]])
            np.testing.assert_array_equal(found["y"], [*band.low, *band.high[::-1]])
            assert found["fill"] == "toself" and found["fillcolor"] == style.color(("first_fill", "second_fill")[model])
            assert found["legendgroup"] == ("first", "second")[model]


# ---- the cases --------------------------------------------------------------------------------------------------


def bars(panel: Panel, class_name: str) -> tuple[Any, Any]:
    found = trace_of(panel, class_name)
    np.testing.assert_allclose(np.abs(found["y"]), found["customdata"])
    return found["x"], found["y"]


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("logistic", [True, False])
def test_histogram(share: float, logistic: bool) -> None:
    result, view = drawn(1, n=2000, decimals=9, logistic=logistic), View(prevalence=share)
    share = share_of(result, view)
    labels, values = result.scored.labels, result.scored.scores[0]
    panel = scores(result, view)
    x, up = bars(panel, "ill")
    width = x[1] - x[0]
    edges = np.append(x - width / 2, x[-1] + width / 2)
    assert (edges[0], edges[-1]) == pytest.approx((0, 1) if logistic else (values.min(), values.max()))
    _, down = bars(panel, "well")
    for heights, label, part in ((up, 1, share), (-down, 0, 1 - share)):
        counts = np.histogram(values[labels == label], edges)[0]
        np.testing.assert_allclose(heights, part * counts / (labels == label).sum(), atol=1e-12)
        assert heights.sum() == pytest.approx(part)
    outlines = [t for t in panel.figure["data"] if t["name"] == "outline"]
    for t, heights in zip(outlines, (up, down), strict=True):
        np.testing.assert_allclose(t["x"], np.repeat(edges, 2), atol=1e-12)
        np.testing.assert_allclose(t["y"][1:-1], np.repeat(heights, 2))
    low, high = panel.figure["layout"]["yaxis"]["range"]
    assert low <= down.min() and up.max() <= high
    ticks = panel.figure["layout"]["yaxis"]
    for at, text in zip(ticks["tickvals"], ticks["ticktext"], strict=True):
        assert float(text.removesuffix("%")) == pytest.approx(100 * abs(at)) and low <= at <= high


def test_histogram_colours_what_is_wrong() -> None:
    result = drawn(1, n=2000, decimals=9, logistic=False)
    panel = scores(result, View())
    (moving,), (line,) = panel.frames, panel.tracks
    assert (panel.figure["data"][moving.trace]["name"], moving.attr) == ("wrong", "x")
    cuts = result.thresholds[0]
    left, right = moving.values[0, 0], moving.values[0, -1]
    for row, cut, place in zip(moving.values, cuts, line.x, strict=True):
        t = np.clip(cut, left, right)
        np.testing.assert_array_equal(row, [left, left, t, t, np.nan, t, t, right, right])
        assert place == t if np.isfinite(cut) else right < place < panel.figure["layout"]["xaxis"]["range"][1]
    y = trace_of(panel, "wrong")["y"]
    assert (y[:4] >= 0).all() and (y[5:] <= 0).all()  # missed positives are above, false alarms below
    # In the order of drawing: the areas, what hides all but the bins, then lines.
    order = names(panel)
    assert order.index("right") < order.index("wrong") < order.index("background")


def test_masks_end_at_the_outline_and_cover_the_rest() -> None:
    panel = scores(drawn(1), View())
    across, up = (panel.figure["layout"][axis]["range"] for axis in ("xaxis", "yaxis"))
    masks = [t for t in panel.figure["data"] if t["name"] == "background"]
    outlines = [t for t in panel.figure["data"] if t["name"] == "outline"]
    for mask, outline, end in zip(masks, outlines, (up[1], up[0]), strict=True):
        assert mask["fillcolor"] == style.color("paper")
        assert (mask["x"].min(), mask["x"].max()) == tuple(across)
        assert min(abs(mask["y"][0]), abs(mask["y"][-1])) >= abs(end)
        np.testing.assert_array_equal(mask["x"][2:-2], outline["x"])
        np.testing.assert_array_equal(mask["y"][2:-2], outline["y"])


@pytest.mark.parametrize("values", [[0.2, 0.4, 0.6, 1.0], [-3, 0, 1, 7], [5, 5, 5, 5]])
def test_few_scores_have_a_bar_each_that_begins_there(values: list[float]) -> None:
    rng = np.random.default_rng(3)
    picked, labels = np.array(values)[rng.integers(4, size=200)], rng.integers(2, size=200)
    result = made(labels, picked)
    panel = scores(result, View(prevalence=0.5))
    outlines = [t for t in panel.figure["data"] if t["name"] == "outline"]
    for t, label, side in zip(outlines, (1, 0), (1, -1), strict=True):
        edges, heights = t["x"][::2], side * t["y"][1:-1:2]
        for value in set(values):
            k = int(np.flatnonzero(np.isclose(edges, value))[0])
            assert heights[k] == pytest.approx(0.5 * np.mean(picked[labels == label] == value))
            assert edges[k + 1] > value
        assert heights.sum() == pytest.approx(0.5)
        for value in values:  # what lies left of the line is what scores less
            left = heights[edges[:-1] < value - 1e-9].sum()
            assert left == pytest.approx(0.5 * np.mean(picked[labels == label] < value))


def test_an_outlier_does_not_squeeze_the_histogram() -> None:
    result = odd("far out")
    panel = scores(result, View())
    x, up = bars(panel, "ill")
    assert up.sum() + np.abs(bars(panel, "well")[1]).sum() == pytest.approx(1)
    assert x[-1] < 200
    assert (panel.tracks[0].x[1:] <= 200).all()


def shoelace(x: Any, y: Any) -> float:
    return abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))) / 2


@pytest.mark.parametrize("share", SHARES)
def test_confusion_matrix_as_areas(share: float) -> None:
    result, view = drawn(4), View(prevalence=share)
    share = share_of(result, view)
    labels = result.scored.labels
    panel = confusion(result, view)
    x, moving, counts = trace_of(panel, "wrong")["x"], frames(panel, "wrong"), frames(panel, "counts", "customdata")
    other, at = frames(panel, "Bert"), trace_of(panel, "Bert")["x"]
    texts = trace_of(panel, "counts")["texttemplate"]
    assert [re.search(r"[A-Z]{2}", text).group() for text in texts] == ["TP", "FN", "FP", "TN"]  # type: ignore[union-attr]
    positive = labels == 1
    for k, cut in enumerate(result.thresholds[0]):
        called = result.scored.scores[0] >= cut
        cells = [
            np.sum(called & positive),
            np.sum(~called & positive),
            np.sum(called & ~positive),
            np.sum(~called & ~positive),
        ]
        if view.share is None:
            np.testing.assert_array_equal(counts[k], cells)
        else:
            weights = np.repeat([share / positive.sum(), (1 - share) / (~positive).sum()], 2)
            np.testing.assert_allclose(counts[k], 100 * weights * cells, atol=1e-10)
            assert counts[k].sum() == pytest.approx(100)
        fpr, tpr = rates(labels, result.scored.scores[0], cut)
        assert shoelace(x[:4], moving[k, :4]) == pytest.approx(share * (1 - tpr))
        assert shoelace(x[5:], moving[k, 5:]) == pytest.approx((1 - share) * fpr)
        assert x[:4].max() == pytest.approx(share) == x[5:].min()
        assert moving[k, :4].max() == 1 and moving[k, 5:].min() == 0
        fpr, tpr = rates(labels, result.scored.scores[1], result.thresholds[1][k])
        np.testing.assert_allclose(other[k], [tpr, tpr, np.nan, fpr, fpr])
    np.testing.assert_allclose(at, [0, share, np.nan, share, 1])
    unit = ",.0f" if view.share is None else ".3~r"
    assert all(f"%{{customdata:{unit}}}" in text for text in texts)
    assert trace_of(panel, "classes")["text"][0].startswith("ill ")
    assert len(confusion(odd("perfect"), View()).frames) == 2


@pytest.mark.parametrize("share", [0.0, 0.9])
def test_the_fewest_wrong_answers_in_words(share: float) -> None:
    result, view = drawn(4), View(prevalence=share)
    share = share_of(result, view)
    fpr, tpr = every_rate(result)
    wrong = (1 - share) * fpr + share * (1 - tpr)
    found = re.search(
        r"from score ([\d.]+) on: ([\d.]+)% of all examples are false negatives, ([\d.]+)%", confusion(result, view).alt
    )
    assert found is not None
    cut, missed, alarms = map(float, found.groups())
    assert missed + alarms == pytest.approx(100 * wrong.min(), abs=1)
    at = rates(result.scored.labels, result.scored.scores[0], cut)
    assert (1 - share) * at[0] + share * (1 - at[1]) == pytest.approx(wrong.min())


# ---- decisions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("ratio", [0.2, 1.0, 7.0])
def test_cost_curves(share: float, ratio: float) -> None:
    result, view = drawn(6), View(prevalence=share, cost_ratio=ratio)
    share = share_of(result, view)
    panel = costs(result, view)
    now = share / (share + (1 - share) * ratio)
    np.testing.assert_allclose(xy(panel, "current costs")[0], now)
    grid = np.linspace(0, 1, 101)
    for model, name in enumerate(result.scored.names):
        fpr, tpr = every_rate(result, model)
        lowest = ((1 - tpr)[:, None] * grid + fpr[:, None] * (1 - grid)).min(axis=0)
        np.testing.assert_allclose(np.interp(grid, *xy(panel, name)), lowest, atol=1e-12)
        lines, dots = frames(panel, f"threshold of {name}"), frames(panel, f"cost of {name}")
        for k, cut in enumerate(result.thresholds[model]):
            fpr_k, tpr_k = rates(result.scored.labels, result.scored.scores[model], cut)
            ends = [fpr_k, 1 - tpr_k]
            np.testing.assert_allclose(lines[k], ends)
            for end, track in enumerate(panel.tracks[2 * model : 2 * model + 2]):
                np.testing.assert_allclose([track.x[k], track.y[k]], [end if ends[end] <= 0.58 else np.nan, ends[end]])
            most = (share + (1 - share) * ratio) / (1 + ratio)
            np.testing.assert_allclose(dots[k], cost(fpr_k, tpr_k, share, ratio) / most)
        np.testing.assert_allclose(xy(panel, f"cost of {name}")[0], now)
        best = np.min((1 - tpr) * now + fpr * (1 - now))
        assert f"{name} {best:.3f}" in panel.alt
    assert panel.alt.endswith(f"the better constant classifier costs {fixed(min(now, 1 - now))}.")
    x, y = xy(panel, "constant classifiers")
    np.testing.assert_array_equal(y[:2], x[:2])
    np.testing.assert_array_equal(y[3:], 1 - x[3:])
    assert [track.role for track in panel.tracks] == ["first", "first", "second", "second"]


@pytest.mark.parametrize("seed", range(3))
def test_reliability_is_that_of_scikit_learn_with_intervals_of_scipy(seed: int) -> None:
    result = drawn(seed, decimals=5)
    for name, values in zip(result.scored.names, result.scored.scores, strict=True):
        share, mean = calibration_curve(result.scored.labels, values, n_bins=10)
        found = trace_of(calibration(result, View()), name)
        np.testing.assert_allclose(found["x"], mean, rtol=1e-12)
        np.testing.assert_allclose(found["y"], share, atol=1e-12)
        for k, n in enumerate(found["customdata"]):
            interval = binomtest(round(share[k] * n), int(n)).proportion_ci(method="wilson")
            low, high = share[k] - found["error_y"]["arrayminus"][k], share[k] + found["error_y"]["array"][k]
            np.testing.assert_allclose([low, high], [interval.low, interval.high], atol=1e-9)
        assert found["customdata"].sum() == 300


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("logistic", [True, False])
def test_isotonic_steps_are_those_of_scikit_learn(share: float, logistic: bool) -> None:
    result, view = drawn(7, logistic=logistic), View(prevalence=share)
    share = share_of(result, view)
    labels, values = result.scored.labels, result.scored.scores[0]
    weights = np.where(labels == 1, share / 0.3, (1 - share) / 0.7)
    fitted = IsotonicRegression().fit_transform(values, labels, sample_weight=weights)
    t = trace_of(calibration(result, view), "Anna: isotonic")
    assert t["line"]["shape"] == "hv"
    step = np.searchsorted(t["x"], values, side="right") - 1
    np.testing.assert_allclose(t["y"][step], fitted, atol=1e-9)


@pytest.mark.parametrize("share", [0.05, 0.9])
def test_bins_at_another_prevalence_are_those_of_weighted_cases(share: float) -> None:
    labels = drawn(8).scored.labels
    values = np.floor(10 * drawn(8).scored.scores[0].clip(0, 0.999)) / 10 + 0.05  # one in each bin: its mean stays
    result = made(labels, values)
    weights = np.where(labels == 1, share / 0.3, (1 - share) / 0.7)
    found = trace_of(calibration(result, View(prevalence=share)), "Anna")
    for x, y in zip(found["x"], found["y"], strict=True):
        inside = np.isclose(values, x)
        assert y == pytest.approx(np.average(labels[inside], weights=weights[inside]))


def test_only_probabilities_are_compared_with_shares() -> None:
    labels = np.arange(40) % 2
    rng = np.random.default_rng(0)
    probability, score = rng.random(40), 5 * rng.normal(size=40)
    both = calibration(made(labels, probability, score), View())
    assert "calibrated" in names(both) and "Anna" in names(both)
    assert not any(name.startswith("Bert") for name in names(both))
    assert "The scores of Bert are not probabilities." in both.alt
    assert both.figure["layout"]["xaxis"]["title"]["text"] == "predicted probability"
    alone = calibration(made(labels, score, probability), View())
    assert names(alone) == ["Anna: isotonic", "note"]
    assert trace_of(alone, "note")["text"] == ["isotonic fit: scores are not probabilities"]
    assert alone.alt.startswith("The scores of Anna are not probabilities; ")
    assert alone.figure["layout"]["xaxis"]["title"]["text"] == "score"
    np.testing.assert_array_equal(alone.tracks[0].x[1:], scores(made(labels, score), View()).tracks[0].x[1:])


# ---- texts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.8])
def test_text_alternatives_say_who_has_the_larger_area(share: float) -> None:
    result, view = drawn(0), View(prevalence=share)
    share = share_of(result, view)
    labels = result.scored.labels
    weights = np.where(labels == 1, share / 0.3, (1 - share) / 0.7)
    area = [roc_auc_score(labels, values) for values in result.scored.scores]
    precision = [average_precision_score(labels, values, sample_weight=weights) for values in result.scored.scores]
    assert area[0] > area[1] and precision[0] > precision[1]
    assert roc(result, view).alt == (
        f"Anna has the larger area under the ROC curve, {area[0]:.3f} against {area[1]:.3f} of Bert; random: 0.5."
    )
    assert precision_recall(result, view).alt == (
        f"Anna has the larger average precision, {precision[0]:.3f} against {precision[1]:.3f} of Bert; random: "
        f"{share:.3f}."
    )
    turned = made(labels, *result.scored.scores[::-1])
    assert roc(turned, view).alt.startswith(f"Bert has the larger area under the ROC curve, {area[0]:.3f} against")
    same = made(labels, result.scored.scores[0], result.scored.scores[0])
    assert roc(same, view).alt.startswith(f"Anna and Bert have the same area under the ROC curve, {area[0]:.3f}; ")
    one = made(labels, result.scored.scores[0])
    assert roc(one, view).alt == f"Anna has an area under the ROC curve of {area[0]:.3f}; random: 0.5."


def test_text_alternative_of_the_gains_at_another_prevalence() -> None:
    result = drawn(n=60)
    labels = result.scored.labels.tolist()
    areas = [
        float(oracle.auprg(oracle.points(labels, values.tolist(), oracle.at_prevalence(labels, "0.1"))))
        for values in result.scored.scores
    ]
    assert areas[1] > areas[0]
    assert gains(result, View(prevalence=0.1)).alt == (
        f"Bert has the larger area under the precision-recall-gain curve, {areas[1]:.3f} against {areas[0]:.3f} of "
        f"Anna; all-positive: 0."
    )


@pytest.mark.parametrize("seed", range(3))
def test_text_alternatives_of_scores_and_calibration(seed: int) -> None:
    result = drawn(seed, decimals=4)
    labels = result.scored.labels
    reached = [np.sort(result.scored.scores[0][labels == label])[::-1] for label in (1, 0)]
    halves = [number(float(values[(len(values) - 1) // 2])) for values in reached]
    assert scores(result, View()).alt == (
        f"Scores that Anna gives: half of the examples of class ill reach {halves[0]}, half of those of class well "
        f"reach {halves[1]}; 30% of all examples are ill."
    )
    told = []
    for name, values in zip(result.scored.names, result.scored.scores, strict=True):
        bins = np.ceil(values * 10)
        inside = 0
        for k in np.unique(bins):
            hits, mean = labels[bins == k], values[bins == k].mean()
            interval = binomtest(int(hits.sum()), len(hits)).proportion_ci(method="wilson")
            inside += interval.low <= mean <= interval.high
        told.append(
            f"{name}, at the prevalence of the data: in {inside} of {len(np.unique(bins))} bins the 95% interval of "
            f"the fraction of positives contains the mean score; "
            f"the Brier score is {brier_score_loss(labels, values):.3f}."
        )
    assert calibration(result, View()).alt == " ".join(told)


def test_hover_speaks_in_words() -> None:
    result = drawn()
    for draw, words in zip(CURVES, ("true positive rate", "precision", "precision gain"), strict=True):
        said = trace_of(draw(result, View()), "thresholds of Bert")["hovertemplate"]
        assert said.startswith("Bert<br>score ≥ %{customdata:") and f"{words} %{{y:" in said
    assert go.Figure(**roc(result, View()).figure).data
