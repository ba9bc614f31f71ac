"""Range tests and sweeps as the page reads them: against pandas, closed forms, the homework's numbers, and by hand."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import combinations, count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import jobs
from core.jobs import files
from core.jobs.folder import JobFolder, record_line
from core.jobs.records import SHIPPED
from core.kit.controls import defaults
from core.labs.lr_range.compute import bounds
from core.labs.lr_range.compute.checks import longest_fall, steepest, weighted_mean
from core.labs.lr_range.compute.curves import epoch_steps, ramp_of, sweep_of
from core.labs.lr_range.compute.explore import HOMEWORK_UPDATES, LrRange, lr_range, tables
from core.labs.lr_range.compute.specs import specs_of
from core.labs.lr_range.controls import CONTROLS, RUN
from core.labs.lr_range.lab import LAB
from core.labs.lr_range.sections.runs import settings_of
from core.training import history, offers, runs
from core.training.experiments import RangeTest, Sweep, Training
from core.training.runs import Seen, look
from core.training.task import RunTask

PLAIN = {name: value for name, value in defaults(CONTROLS).items() if name not in ("lower", "upper")}
SPEC = RUN


@pytest.fixture(autouse=True)
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A host without runs that trains nothing."""
    monkeypatch.setenv("LECTERN_JOBS_FOLDER", str(tmp_path))
    monkeypatch.setenv("LECTERN_TRAINING", "off")
    monkeypatch.delenv("LECTERN_DATA", raising=False)


def asked(**change: Any) -> LrRange:
    return lr_range(**PLAIN | change)


def seen(*records: dict[str, Any], **result: Any) -> Seen:
    return Seen(
        "x", "done" if result else "running", (json.dumps(records), str(result)), records=records, result=result
    )


def ramp(losses: list[float], weight: float = 0.0, low: float = 1e-4, high: float = 1.0) -> Any:
    spec = RangeTest(text="fc10", low=low, high=high, steps=20)
    rates = np.geomspace(low, high, 20)[: len(losses)].tolist()
    return ramp_of(spec, seen({"step": 0, "rates": rates, "losses": losses, "accuracies": losses}), weight)


# ---- what is asked for


def test_the_homework_takes_46900_updates() -> None:
    assert 10 * 5 * math.ceil(60_000 / 64) == HOMEWORK_UPDATES == 46_900
    (spec,) = specs_of(**SPEC | {"protocol": "sweep", "epochs": 5, "low": 1e-9})
    assert isinstance(spec, Sweep)
    assert spec.updates == 5 * (6_000 // 64) == 5 * epoch_steps(spec)
    np.testing.assert_allclose(spec.candidate_rates(), np.logspace(-9, 1, 10))
    assert (spec.batch, spec.optimizer, spec.momentum) == (64, "sgd", 0.9)


def test_seeds_are_the_only_difference_between_the_runs() -> None:
    one, other = specs_of(**SPEC | {"seed": 3, "seeds": 2})
    assert replace(other, seed=3) == one
    assert other.seed == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [("fc11", "gives 11"), ("fc10 oops", "cannot be read"), ("conv3-8@same", "gives 8 × 28 × 28"), ("", "read")],
)
def test_a_network_that_does_not_fit_is_refused_with_a_sentence(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refusal:
        asked(net="own", text=text)
    assert "`text`" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_rates_that_are_too_near_are_refused() -> None:
    with pytest.raises(ValueError, match="ten times"):
        asked(low=1e-2, high=1e-2)


def test_the_rates_that_can_be_looked_at_are_those_of_the_test() -> None:
    axis = asked(low=1e-3, high=1.0).axis
    assert axis[0] == 1e-3
    assert axis[-1] == 1.0
    assert len(axis) == 3 * 20 + 1


@pytest.mark.parametrize(("smoothing", "weight"), [("auto", 0.98), ("0", 0.0), ("0.95", 0.95)])
def test_weight_of_the_past(smoothing: str, weight: float) -> None:
    assert asked(smoothing=smoothing).weight == weight


# ---- curves


def test_smoothed_curves_are_those_of_pandas() -> None:
    now = asked().now()
    series = pd.Series(now.ramps[0].losses)
    np.testing.assert_allclose(now.ramps[0].smoothed, series.ewm(alpha=0.02, adjust=True).mean(), rtol=1e-12)
    series = pd.Series(now.ramps[0].accuracies)
    np.testing.assert_allclose(now.ramps[0].smoothed_accuracies, series.ewm(alpha=0.02).mean(), rtol=1e-12)


def test_the_slope_is_that_of_a_straight_line() -> None:
    found = ramp((3 - 0.25 * np.linspace(-4, 0, 20)).tolist())
    np.testing.assert_allclose(found.slopes, -0.25)


def test_nothing_is_known_beyond_the_last_step() -> None:
    found = ramp([2.0] * 10)  # from 1e-4, nine of nineteen steps: to 10^(-4 + 36/19)
    at = found.at(np.array([1e-4, 1e-2, 2e-2, 1.0]), found.losses)
    np.testing.assert_array_equal(at, [2.0, 2.0, np.nan, np.nan])


def test_a_curve_is_read_at_the_nearest_step_by_ratio() -> None:
    found = ramp(list(range(20)))
    step = 10 ** (4 / 19)
    np.testing.assert_array_equal(found.at(1e-4 * step ** np.array([3.4, 3.6]), found.losses), [3, 4])


def test_means_over_the_seeds_take_those_that_have_come_so_far() -> None:
    both = asked(seeds=2).now()
    ends = sorted(each.rates[-1] for each in both.ramps)
    middle = np.array([math.sqrt(ends[0] * ends[1])]) * 1.02
    one, other = (float(each.at(np.array([0.01]), each.losses)[0]) for each in both.ramps)
    assert both.mean_at(np.array([0.01]), "losses")[0] == pytest.approx((one + other) / 2)
    longer = max(both.ramps, key=lambda each: each.rates[-1])
    assert both.mean_at(middle, "losses")[0] in longer.losses
    assert np.isnan(both.mean_at(np.array([10.0]), "losses")[0])


def test_rules_are_medians_over_the_seeds() -> None:
    now = asked(seeds=5).now()
    for place, rule in enumerate(now.rules):
        said = sorted(each.suggestions[place].rate for each in now.ramps)
        assert rule.median == said[2]
        assert (rule.rates.min(), rule.rates.max()) == (said[0], said[-1])
    four = [rule.median for rule in now.rules[:4]]
    assert now.disagreement == pytest.approx(max(four) / min(four))


def test_a_seed_that_goes_on_does_not_count_beside_one_that_has_ended() -> None:
    result = asked(seeds=2)
    one, other = result.now().ramps
    both = runs_of(result, one, replace(other, end=""))
    alone = runs_of(result, one)
    assert both.updates == one.updates
    assert [rule.median for rule in both.rules] == [rule.median for rule in alone.rules]
    at = np.array([0.01])
    assert both.mean_at(at, "smoothed") == alone.mean_at(at, "smoothed")
    going = runs_of(result, replace(one, end=""), replace(other, end=""))  # as long as none has ended, all count
    assert going.updates == one.updates + other.updates


def test_a_flat_loss_has_no_suggestion_but_a_reason() -> None:
    now = runs_of(LrRange((RangeTest(text="fc10", steps=20),), 0.0), ramp([2.3] * 20))
    assert now.disagreement is None
    assert all("never drops" in rule.reason for rule in now.rules)


def runs_of(result: LrRange, *ramps: Any) -> Any:
    return type(result.now())((), tuple(ramps), ())


# ---- sweeps


def sweep(losses: list[float | None], updates: int = 4, begun: int = 0) -> Any:
    """One record of steps and one of the end for each training, and then some that have only begun."""
    spec = Sweep(text="fc10", low=1e-4, high=1.0, candidates=5, updates=updates, images=640)
    records: list[dict[str, Any]] = []
    for k, (rate, loss) in enumerate(zip(np.geomspace(1e-4, 1, 5), [*losses, *[0.0] * begun], strict=False)):
        own = {"candidate": k, "rate": float(rate)}
        steps = [2.0, 2.0, loss, loss] if loss is not None else [2.0]
        records.append(own | {"step": 0, "losses": steps, "accuracies": [0.5] * len(steps)})
        if k < len(losses):
            records.append(own | {"loss": loss, "untrained": 2.0, "diverged": 1 if loss is None else None, "note": ""})
    return sweep_of(spec, seen(*records))


def test_the_homeworks_rule_is_the_best_rate_and_the_next() -> None:
    assert sweep([2.0, 1.0, 0.5, 0.9, None]).homework_bounds == pytest.approx((1e-2, 1e-1))


def test_a_diverged_training_is_never_the_best() -> None:
    """`numpy.argmin` would say so: it gives the place of the first nan."""
    found = sweep([2.0, None, 0.5, 0.9, 1.0])
    assert int(np.argmin(found.losses)) == 1
    assert found.homework_bounds == pytest.approx((1e-2, 1e-1))
    assert found.candidates[1].diverged == 1
    assert np.isnan(found.candidates[1].accuracy)


@pytest.mark.parametrize("losses", [[None] * 5, [], [2.0, 1.5, 1.0, 0.7, 0.5]])
def test_no_bounds_without_a_next_rate(losses: list[float | None]) -> None:
    assert sweep(losses).homework_bounds is None


def test_the_bracket() -> None:
    assert sweep([1.99, 1.0, 0.5, 0.54, None]).bracket == pytest.approx((1e-4, 1e-1))
    assert sweep([], begun=1).bracket == "No training has ended yet."


def test_trainings_that_go_on_are_no_result() -> None:
    found = sweep([2.0, 1.0], begun=1)
    np.testing.assert_allclose(found.rates, [1e-4, 1e-3])
    assert not found.candidates[2].ended
    assert found.updates == 12


def test_steps_that_are_told_again_after_a_resume_count_once() -> None:
    spec = Sweep(text="fc10", low=1e-4, high=1.0, candidates=5, updates=4)
    told = [{"candidate": 0, "rate": 1e-4, "step": step, "losses": [2.0, 1.0], "accuracies": [0, 1]} for step in (0, 2)]
    assert sweep_of(spec, seen(*told, *told)).candidates[0].losses.tolist() == [2.0, 1.0, 2.0, 1.0]
    others = [told[0] | {"step": step, "losses": [3.0] * n, "accuracies": [0] * n} for step, n in ((0, 1), (1, 3))]
    assert sweep_of(spec, seen(*others, *told)).candidates[0].losses.tolist() == [2.0, 1.0, 2.0, 1.0]


# ---- second computations


@given(st.lists(st.integers(0, 6), min_size=1, max_size=8))
def test_longest_fall_by_trying_all(values: list[int]) -> None:
    found = max(
        size
        for size in range(1, len(values) + 1)
        if any(all(a > b for a, b in zip(part, part[1:], strict=False)) for part in combinations(values, size))
    )
    assert longest_fall(np.array(values, dtype=float)) == found


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.98])
def test_weighted_mean_is_that_of_pandas(beta: float) -> None:
    losses = np.random.default_rng(0).random(30)
    assert weighted_mean(losses, beta) == pytest.approx(pd.Series(losses).ewm(alpha=1 - beta).mean().iloc[-1])


def test_steepest_step() -> None:
    rates = np.geomspace(1e-4, 1, 5)
    assert steepest(rates, np.array([3.0, 2.9, 2.0, 1.9, 5.0])) == pytest.approx(1e-3)
    assert np.isnan(steepest(rates, np.arange(5.0)))


# ---- recorded runs


def test_every_preset_has_its_recorded_runs() -> None:
    for preset in (None, *LAB.presets):
        values = LAB.preset_values(preset) if preset else defaults(LAB.all_controls)
        assert {each.state for each in LAB.result(values).now().seen} == {"recorded"}, preset


def test_recorded_runs_are_small_and_say_what_they_were_made_with() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.glob("*.json")) < 1_000_000
    for run in jobs.shipped():
        assert run.state == "done"
        assert run.machines[0]["processor"]
        assert run.machines[0]["packages"]["torch"]


def test_the_homeworks_bounds_do_not_follow_from_its_rule() -> None:
    """Indices 4 and 8 of its grid; in the recorded sweep the upper one diverges."""
    grid = np.logspace(-9, 1, 10)
    np.testing.assert_allclose(grid[[4, 8]], bounds.HOMEWORK_BOUNDS, rtol=2e-3)
    (found,) = asked(protocol="sweep", low=1e-9, epochs=5).now().sweeps
    assert found.homework_bounds == pytest.approx((grid[7], grid[8]), rel=1e-6)
    assert found.candidates[8].diverged is not None
    ended = [each for each in found.candidates if each.diverged is None]
    for each in ended:  # the run's own mean, and that of its last epoch of 93 steps
        assert each.loss == pytest.approx(np.mean(each.losses[-93:]), rel=1e-6)


# ---- runs of this host


CREATED = count(1)  # no two runs are begun in the same moment


def put(spec: Any, state: str, records: list[dict[str, Any]], result: dict[str, Any] | None = None) -> JobFolder:
    """Write a run as its process would leave it."""
    kind = runs.KIND_OF[type(spec)]
    folder = JobFolder(jobs.settings().folder / runs.identity_of(spec))
    folder.create(
        {"kind": kind, "version": 1, "specification": spec.as_json(), "created": float(next(CREATED))}, {"state": state}
    )
    folder.set_status(starts=1)
    folder.metrics.write_bytes(b"".join(map(record_line, records)))
    if result:
        folder.set_result(result)
    return folder


STEP = {"step": 0, "rates": [1e-5, 1e-4], "losses": [2.5, 2.4], "accuracies": [0.1, 0.2]}


def test_a_run_of_this_host_is_preferred_to_a_recorded_one() -> None:
    (spec,) = specs_of(**SPEC)
    assert look(spec).state == "recorded"
    put(spec, "done", [STEP], {"end": "end", "steps": 2})
    assert (look(spec).state, look(spec).records, look(spec).result["end"]) == ("done", (STEP,), "end")
    jobs.delete(look(spec).id)
    assert look(spec).state == "recorded"


def test_a_run_that_failed_before_its_first_step_leaves_the_recorded_one() -> None:
    (spec,) = specs_of(**SPEC)
    folder = put(spec, "failed", [])
    folder.set_status(message="The disk is full.")
    assert (look(spec).state, look(spec).message) == ("recorded", "The disk is full.")
    assert look(spec).records


def test_recorded_numbers_stay_until_a_run_of_this_host_tells_its_first() -> None:
    (spec,) = specs_of(**SPEC)
    recorded = look(spec)
    folder = put(spec, "queued", [])
    folder.set_status(queued=1)
    found = look(spec)
    assert found.going and found.state == "queued" and found.records == recorded.records
    folder.set_status(state="cancelled")
    assert look(spec).state == "recorded"


def test_records_are_read_as_they_come_and_anew_after_a_restart() -> None:
    spec = RangeTest(text="fc10", steps=33)
    assert look(spec) == Seen(runs.identity_of(spec), stamp=(runs.identity_of(spec),))
    folder = put(spec, "running", [STEP])
    first = look(spec)
    assert first.state == "interrupted"  # no process holds its lock
    assert "stopped unexpectedly" in first.message
    with folder.metrics.open("ab") as file:
        file.write(record_line(STEP | {"step": 2}))
    assert [record["step"] for record in look(spec).records] == [0, 2]
    assert look(spec).stamp != first.stamp
    folder.set_status(starts=2)
    folder.metrics.write_bytes(record_line(STEP | {"step": 7}))
    assert [record["step"] for record in look(spec).records] == [7]


def test_a_task_ends_with_its_runs() -> None:
    spec = Training(text="fc10", updates=3)
    put(spec, "cancelled", [])
    task = RunTask((spec,), "Training")
    assert task.done
    with pytest.raises(ValueError, match="has not been finished"):
        task.result()


# ---- the list


def test_every_shipped_range_test_can_be_opened_from_the_list() -> None:
    for run in history.past_runs():
        settings = settings_of(run.spec)
        if isinstance(run.spec, Training):
            assert settings is None
        else:
            assert settings is not None
            assert specs_of(**SPEC | settings) == (run.spec,)


def test_runs_have_titles() -> None:
    titles = {run.name: run.title for run in history.past_runs()}
    assert titles["mlp-0"].startswith("MLP, 128: ramp")
    assert titles["inception-quarter-0"].startswith("Small Inception × 0.25")
    own = RangeTest(text="fc12, fc10")
    put(own, "done", [STEP])
    assert history.past_runs()[0].title.startswith("fc12, fc10: ramp")
    settings = settings_of(own)
    assert settings is not None
    assert settings["net"] == "own"


def test_runs_of_other_versions_are_left_out() -> None:
    folder = put(RangeTest(text="fc10", steps=44), "done", [STEP])
    order = folder.order()
    files.write(folder.path / "spec.json", order | {"specification": {"text": "fc10", "colour": "blue"}})
    assert all(run.state == "recorded" for run in history.past_runs())


# ---- what this host offers


def test_nothing_is_offered_where_training_is_switched_off() -> None:
    assert "disabled" in offers.refusal(specs_of(**SPEC))
    with pytest.raises(ValueError, match="disabled"):
        runs.begin(RangeTest(text="fc10", steps=21))


@pytest.mark.parametrize(("net", "fits"), [("mlp", True), ("small_cnn", True), ("small_inception", False)])
def test_a_public_host_offers_small_networks(monkeypatch: pytest.MonkeyPatch, net: str, fits: bool) -> None:
    monkeypatch.setenv("LECTERN_TRAINING", "small")
    refusal = offers.refusal(specs_of(**SPEC | {"net": net}))
    assert bool(refusal) != fits
    assert fits or "the limit is 30 s" in refusal


def test_updates_of_small_networks_take_their_time() -> None:
    """Where the operations take microseconds, an update takes about a millisecond all the same."""
    one, five = (offers.expected_seconds(RangeTest(text="fc10", batch=2, steps=steps)) for steps in (1000, 5000))
    assert 0.3 < 1000 * (five - one) / 4000 < 3
    assert offers.offer([RangeTest(text="fc10", batch=2, steps=5000)]).endswith("about 7 s on one core.")


def test_images_that_are_not_there_are_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTERN_TRAINING", "on")
    monkeypatch.setattr(offers, "available", lambda data: data == "bundled")
    assert "not on this server" in offers.refusal(specs_of(**SPEC | {"data": "fashion-mnist"}))
    assert offers.refusal(specs_of(**SPEC)) == ""


def test_without_torch_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTERN_TRAINING", "on")
    monkeypatch.setattr(offers, "find_spec", lambda name: None if name == "torch" else name)
    assert "PyTorch is not installed" in offers.refusal(specs_of(**SPEC))


def test_the_expected_time_is_that_of_the_operations_and_of_the_updates() -> None:
    """An MLP of 784-128-128-10 has 118,016 MACs; a step needs three times two operations for each and each image."""
    (spec,) = specs_of(**SPEC)
    macs = 784 * 128 + 128 * 128 + 128 * 10
    assert offers.expected_seconds(spec) == pytest.approx(2 + 200 / 1000 + 6 * macs * 64 * 200 / 4e10)
    assert "200 updates" in offers.offer((spec,))
    assert [offers.in_words(s) for s in (0.2, 80, 95, 7200)] == ["1 s", "80 s", "2 minutes", "2 hours"]


@pytest.mark.parametrize(
    ("net", "width", "seconds"),
    [("small_cnn", 1.0, 5.2), ("small_inception", 0.25, 40.0), ("small_inception", 1.0, 282.0)],
)
def test_the_expected_time_is_near_what_was_measured(net: str, width: float, seconds: float) -> None:
    """Core-seconds of 200 steps with batches of 64, measured with an own loop on another processor."""
    (spec,) = specs_of(**SPEC | {"net": net, "width": width})
    assert 0.5 < offers.expected_seconds(spec) / seconds < 2


# ---- trainings with bounds


def test_bounds_of_a_ramp_are_the_cycle_rules_with_two_digits() -> None:
    result = asked()
    low, high = (rule.median for rule in result.now().rules if rule.name in ("cycle, low", "cycle, high"))
    assert bounds.bounds_of(result) == (float(f"{low:.1e}"), float(f"{high:.1e}"))
    made = bounds.trainings(result, 0.0251189, 0.1)
    assert [dict(each.settings)["high"] for each in made.values()] == [0.1, float(f"{high:.1e}"), 0.774]
    first = next(iter(made.values()))
    assert (first.steps, dict(first.settings)["low"]) == (465, 0.025)
    assert first.rates().max() == pytest.approx(0.1, rel=5e-3)
    assert {look(each).state for each in made.values()} == {"recorded"}  # what a fresh visit shows


def test_a_cycle_rises_and_falls_evenly_between_the_bounds() -> None:
    made = bounds.trainings(asked(), 0.01, 0.0398107)["your bounds"]
    steps = np.arange(465)
    wanted = 0.01 + 0.03 * (1 - np.abs(steps / 232.5 - 1))
    np.testing.assert_allclose(made.rates(), wanted, rtol=1e-9)


def test_bounds_without_a_cycle_and_those_of_the_rule_are_not_trained_twice() -> None:
    assert list(bounds.trainings(asked(), 0.1, 0.1)) == ["the rule's range", "the reference bounds"]
    assert list(bounds.trainings(asked(), 0.0958, 0.381)) == ["your bounds", "the reference bounds"]


def test_the_presets_begin_where_the_rule_of_a_cycle_is_read() -> None:
    """As nearly as a slider with twenty steps a power of ten can be."""
    for preset in LAB.presets:
        values = LAB.preset_values(preset)
        if values["protocol"] == "ramp":
            found = bounds.bounds_of(LAB.result(values))
            np.testing.assert_allclose(np.log10([values["lower"], values["upper"]]), np.log10(found), atol=0.03)


def test_no_bounds_without_a_run() -> None:
    assert bounds.bounds_of(asked(seed=77)) == "There is no run yet."
    assert bounds.bounds_of(asked(seed=77, protocol="sweep")) == "Not trained yet with these settings."
    assert len(bounds.trainings(asked(seed=77), 0.025, 0.1)) == 2


def test_trainings_that_the_host_refuses_end_with_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = Training(text="fc10", updates=5)
    task = bounds.begin_all([spec])
    assert task.done
    with pytest.raises(ValueError, match="disabled"):
        task.result()
    monkeypatch.setenv("LECTERN_TRAINING", "small")
    monkeypatch.setattr(bounds, "begin", lambda spec: runs.begin(replace(spec, text="x" * 70_000)))
    with pytest.raises(ValueError, match="may take 65,536 bytes"):
        bounds.begin_all([spec]).result()


# ---- tables


def test_tables_hold_every_step() -> None:
    result = asked(seeds=2)
    steps = tables(result, {})["steps.csv"]
    assert np.unique(steps["seed"]).tolist() == [0, 1]
    assert len(steps["loss"]) == result.now().updates
    sweeps = tables(asked(protocol="sweep"), {})
    assert len(sweeps["trainings.csv"]["rate"]) == 10
    assert len(sweeps["steps.csv"]["rate"]) == asked(protocol="sweep").now().updates
    assert tables(asked(seed=77), {})["steps.csv"]["loss"] == []
