"""Picture and words of staleness at each period, and the mistakes of the published exercise."""

import numpy as np
import pytest

from core.draw.packing import deflated, pack
from core.draw.still import still
from core.labs.staleness.compute.explore import PERIODS, TICKS
from core.labs.staleness.compute.timelines import SYNCS
from core.labs.staleness.lab import LAB
from core.labs.staleness.panels import HALF
from core.labs.staleness.words import ASKED
from tests.pictures import drawn_state, framed, readouts, section, trace

STATES = [{}, {"sync": "bounded", "bound": 0}, {"sync": "sync"}, {"learners": 5, "delay": 0.5, "tie": "together"}]
NUMBERS = ("staleness of others", "staleness of learner 2")


@pytest.mark.parametrize("change", STATES)
def test_boxes_are_the_gradients_with_their_staleness(change):
    _, result, drawn = drawn_state(LAB, **change)
    for step in (0, 13, 20, 55):
        line, shown, boxes = result.timelines[step], [], 0
        for name, box in zip(NUMBERS, ("others", "learner 2"), strict=True):
            y = trace(drawn, 0, name)["y"]
            x = framed(drawn, 0, name, "x", step)
            texts = framed(drawn, 0, name, "text", step)
            shown += [(int(lane) - 1, at, int(text)) for lane, at, text in zip(y, x, texts, strict=True) if at == at]
            corners = np.asarray(framed(drawn, 0, box, "x", step), float).reshape(-1, 6)
            boxes += int((corners[:, 0] <= result.horizon).sum())
            lanes = trace(drawn, 0, box)["y"].reshape(-1, 6)
            np.testing.assert_allclose(lanes[:, 2] - lanes[:, 0], 2 * HALF)
        middle = line.read / TICKS + result.delay + np.where(line.learner == 1, PERIODS[step], result.others) / 2
        expected = list(zip(line.learner.tolist(), middle.tolist(), line.stale.tolist(), strict=True))
        np.testing.assert_allclose(sorted(shown), sorted(expected))
        assert boxes >= len(line.stale)


def test_as_many_lines_stand_in_a_box_as_its_gradient_gets_old():
    _, result, drawn = drawn_state(LAB, learners=4)
    step = result.step(2.3)  # meets none of the others
    line = result.timelines[step]
    falls = np.concatenate([framed(drawn, 0, f"updates of {name}", "x", step)[::3] for name in ("others", "learner 2")])
    slow = line.learner == 1
    inside = [
        int(((falls > np.float32(begin / TICKS)) & (falls < np.float32(end / TICKS))).sum())
        for begin, end in zip(line.read[slow], line.done[slow], strict=True)
    ]
    assert inside == line.stale[slow].tolist() == [6, 6, 6, 9]  # three each at 1, 2; 3, 4; 5, 6; 7, 8, 9


@pytest.mark.parametrize("sync", SYNCS)
def test_versions_stand_where_the_weights_change(sync):
    _, result, drawn = drawn_state(LAB, sync=sync)
    step = result.step(2.5)
    times = framed(drawn, 0, "updates", "x", step)
    assert times[np.isfinite(times)].tolist() == [0, *(result.timelines[step].updates / TICKS)]
    written = framed(drawn, 0, "versions", "x", step)
    texts = trace(drawn, 0, "versions")["text"]
    numbered = {at: int(text) for at, text in zip(written, texts, strict=True) if at == at}
    for at, version in numbered.items():
        assert (result.timelines[step].updates / TICKS <= at).sum() == version


def test_the_handle_is_the_end_of_the_first_box():
    _, _, drawn = drawn_state(LAB, delay=0.5)
    track = drawn.panels[0].tracks[0]
    np.testing.assert_allclose(track.x, 0.5 + PERIODS)
    corners = np.asarray(framed(drawn, 0, "learner 2", "x", 30), float)
    assert corners[1] == pytest.approx(track.x[30])
    _, _, short = drawn_state(LAB, horizon=5)
    assert np.isnan(short.panels[0].tracks[0].x[-1]) and short.panels[0].absent


def test_the_curves_are_descent_with_old_and_with_fresh_gradients():
    _, result, drawn = drawn_state(LAB)
    step = result.step(2.5)
    weight = still(drawn, step)[2].data
    updates = result.timelines[step].updates / TICKS
    for at, count in ((updates[4], 5), (updates[9], 10)):
        held = np.flatnonzero(np.asarray(weight[0].x) <= np.float32(at) + 1e-6)[-1]
        assert weight[0].y[held] == pytest.approx(0.6**count, rel=1e-5)
    w = [1.0, 0.6, 0.36]  # two gradients of learner 1, then one of learner 2 by the weight 1, then one of 0.36
    w += [w[2] - 0.4 * 1, w[2] - 0.4 * 1 - 0.4 * 0.36]
    np.testing.assert_allclose(np.asarray(weight[1].y)[:5], w, rtol=1e-6)


def test_pictures_are_small():
    _, _, drawn = drawn_state(LAB, learners=8, horizon=20)
    assert len(deflated(pack(drawn))) < 150_000


@pytest.mark.parametrize("change", STATES)
def test_every_number_has_a_second_computation_that_agrees(change):
    _, _, drawn = drawn_state(LAB, **change)
    assert all(drawn.readouts[0].check.agrees)


def test_readouts_of_the_published_lists():
    _, result, drawn = drawn_state(LAB, horizon=5, tie="last")
    said = readouts(drawn, result.step(2.5))
    assert said["staleness, learner 2"] == "2.00"  # 2 and 2
    assert said["staleness, others"] == "0.40"  # 0, 0, 1, 0, 1
    assert said["updates"] == "7"
    assert said["time waiting"] == "0%"


@pytest.mark.parametrize(
    ("change", "period", "said"),
    [
        ({}, 2.5, "Learner 2's gradients are 2.50 updates old, the others' 0.30."),
        ({"horizon": 5}, 6.0, "Learner 2 delivers nothing; the others' gradients are 0.00 updates old."),
        ({"horizon": 5, "delay": 5.0}, 2.5, "No gradient arrives by t = 5."),
        ({"learners": 8}, 1.0, "At rate 0.4 these gradients are too old: the weight moves away."),
        ({"sync": "sync"}, 2.5, "No gradient is old, and the learners wait 30% of their time."),
        ({"sync": "sync"}, 1.0, "No gradient is old, and nobody waits."),
    ],
)
def test_the_sentence_under_the_picture(change, period, said):
    _, result, drawn = drawn_state(LAB, **change)
    assert drawn.summary(result.step(period)) == said


def test_predictions():
    last, equal, rate = LAB.predictions
    _, result, _ = drawn_state(LAB, horizon=5)
    assert ASKED == 2.5
    assert last.truth(result) == 3
    assert last.verdict(2, 3, result) == "It reads version 3 at t = 2.5 and updates version 6 at t = 5: 6 − 3 = 3."
    assert equal.truth(result) == 3
    assert rate.truth(result) == 0.62  # 2 sin 18° is the golden ratio less 1
    _, none, _ = drawn_state(LAB, horizon=5, delay=5.0)
    assert last.truth(none) == 0 and "None" in last.verdict(0, 0, none)


def test_the_section_on_ties_says_whether_they_matter():
    for period, said in ((2.5, "differ"), (2.3, "agree")):
        values, result, _ = drawn_state(LAB, period=period)
        assert said in section(LAB, "Ties", result, values)[-1]
    values, result, _ = drawn_state(LAB, sync="sync")
    assert "no ties" in section(LAB, "Ties", result, values)[0]


def test_the_section_explains_every_gradient():
    values, result, _ = drawn_state(LAB, horizon=5)
    table = section(LAB, "Every gradient", result, values)[-1]
    assert table.columns["staleness"] == [0, 0, 2, 1, 0, 0, 3]
    assert table.explain(6, "staleness").startswith("6 − 3 = 3; by times alone, the others update 3 times")


def test_the_section_on_rates_shows_the_published_limits():
    values, result, _ = drawn_state(LAB)
    drawn, table = section(LAB, "Rates", result, values)[1:3]
    np.testing.assert_allclose(
        drawn.panels[0].tracks[0].x[:6], [2, 1, 0.618033989, 0.445041868, 0.347296355, 0.284629677], atol=1e-9
    )
    assert drawn.readouts[0].texts[2] == "0.618"
    assert all(drawn.readouts[0].check.agrees)
    assert table.columns["limit of ηλ"][1] == pytest.approx(1)


@pytest.mark.parametrize(
    ("label", "name", "value"),
    [
        ("learner 1's", "counts_own", (1, 1, 2, 1)),
        ("learner 2's", "counts_own", (3, 3)),
        ("learner 1's", "since_start", (0, 1, 3, 4)),
        ("learner 2's", "since_start", (2, 5)),
        ("learner 2's", "unlisted_tie", (2, 3)),
        ("learner 1's", "time_not_updates", (1, 1, 1, 1)),
        ("learner 1's", "both_zero", (0, 0, 0, 0)),
        ("learner 2's", "both_zero", (0, 0)),
    ],
)
def test_published_mistakes_give_the_published_numbers(label, name, value):
    drawn = LAB.exercises[0].variant(0)
    assert [question.truth for question in drawn.questions[:2]] == [(0, 0, 1, 0), (2, 2)]
    (question,) = (one for one in drawn.questions if label in one.label)
    (slip,) = (one for one in question.slips if one.name == name)
    assert slip.value == value
    assert name in question.judge(", ".join(map(str, value))).slips


@pytest.mark.parametrize("number", range(12))
def test_answers_are_those_of_the_lab(number):
    listed, turns, pace, _ = (template.variant(number) for template in LAB.exercises)
    _, result, _ = drawn_state(LAB, listed.state)
    line = result.timelines[result.step(listed.state["period"])]
    for learner, question in enumerate(listed.questions[:2]):
        own = line.stale[(line.learner == learner) & (line.done <= listed.parameters.end)].tolist()
        assert own[: len(question.truth)] == list(question.truth)
    values, result, _ = drawn_state(LAB, turns.state)
    line = result.timelines[result.step(values["period"])]
    ages = line.stale[line.learner == turns.parameters.which - 1]
    assert [question.truth for question in turns.questions] == [len(line.updates), ages[0], ages[1]]
    values, result, _ = drawn_state(LAB, pace.state)
    step = result.step(values["period"])
    kinds = [LAB.result(values | {"sync": sync}).timelines[step] for sync in SYNCS]
    free, bounded, rounds = kinds
    assert [q.truth for q in pace.questions[:2]] == [len(free.updates), len(rounds.updates)]
    assert float(pace.questions[2].truth) == pytest.approx((rounds.waits(0) @ [-1, 1]).sum() / rounds.horizon)
    assert pace.questions[3].truth == int((bounded.learner == 0).sum())
