"""Pictures and words of the page on schedules against the homework's numbers and against counting by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.draw.live import Picture
from core.draw.packing import pack
from core.kit.controls import defaults
from core.kit.lab import Table
from core.labs.schedules.compute.explore import Schedules
from core.labs.schedules.compute.runs import Asked, arms
from core.labs.schedules.compute.trained import Strategy, trained
from core.labs.schedules.lab import LAB
from core.labs.schedules.panels.memory import gib
from core.labs.schedules.picture import thumbnail
from core.labs.schedules.presets import COSINE, CYCLIC, GROWING, SETTINGS
from core.labs.schedules.questions import PREDICTIONS
from core.labs.schedules.words.trained import trained_sentences
from core.tools.record_schedules import specs_of
from core.training.runs import Seen, identity_of, look
from tests.pictures import framed, readouts, section
from tests.test_pages import compare_script

RATE, BELOW, NOISE, MEMORY = range(4)


def drawn(preset: Any = (), **change: Any) -> tuple[dict[str, Any], Schedules, Picture, int]:
    """Values, result, picture, and the step that the picture stands at."""
    values = defaults(LAB.all_controls) | dict(preset) | change
    result = LAB.result(values)
    picture = LAB.draw(result, values)
    assert picture.axis is not None
    return values, result, picture, picture.axis.nearest(values["length"])


def test_the_homework_on_screen() -> None:
    _, _, picture, step = drawn(CYCLIC)
    found = readouts(picture, step)
    assert {name: found[name] for name in ("updates", "images seen", "cycles", "last rate (after it)")} == {
        "updates": "9,380",
        "images seen": "600,000",
        "cycles": "0.938",
        "last rate (after it)": "0.0962 (0.0960)",
    }
    assert found["fits into 16 GiB: batch of"] == "3,629"
    words = picture.sentences[step]
    assert "One triangle and no cycle: the training has 9,380 updates of the 10,000 of a cycle" in words
    assert "ends at 0.0960, not at 2.78 × 10⁻⁵" in words and "its envelope is flat" in words
    assert "CyclicLR also moves the momentum between 0.9 and 0.8." in words
    assert picture.axis is not None and picture.axis.texts[step] == "5,000 updates"


def test_the_picture_of_the_homework() -> None:
    _, _, picture, step = drawn(CYCLIC)
    x, y = (framed(picture, RATE, "learning rate", attr, step) for attr in "xy")
    assert (x[0], x[-1]) == (0, 9380) and y[-1] == pytest.approx(0.0960, abs=5e-5)
    assert x[y.argmax()] == 5000 and y.max() == pytest.approx(0.774)
    later = framed(picture, RATE, "learning rate after the end", "x", step)
    assert later[0] == 9380 and later[-1] == 1.2 * 9380
    assert framed(picture, RATE, "not trained", "x", step).tolist() == [9380, 9380, 11256, 11256]
    assert framed(picture, RATE, "number at the end", "customdata", step) == pytest.approx([0.0960], abs=5e-5)
    (track,) = picture.panels[RATE].tracks
    assert track.y is not None and (track.x[step], track.y[step]) == (5000, pytest.approx(0.774))
    momentum = framed(picture, BELOW, "momentum", "y", step)
    assert momentum.min() == pytest.approx(0.8) and momentum[0] == pytest.approx(0.9)
    (envelope,) = [one for one in picture.panels[RATE].figure["data"] if one["name"] == "envelope γᵗ"]
    np.testing.assert_allclose(envelope["y"], 0.774)
    peak = framed(picture, NOISE, "noise scale", "y", step).max()
    assert peak == pytest.approx(0.774 * 60_000 / (64 * 0.2), rel=1e-6)


def test_an_envelope_that_decays() -> None:
    _, _, picture, _ = drawn(SETTINGS["γ < 1: decay"], along="epochs")
    (envelope,) = [one for one in picture.panels[RATE].figure["data"] if one["name"] == "envelope γᵗ"]
    expected = 0.001 + 0.099 * 0.9998 ** (938 * envelope["x"])
    np.testing.assert_allclose(envelope["y"], expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (
            200,
            "A cosine over 200 epochs, stopped after 5: the rate goes from 0.100 to 0.09985, not to 0. That is a "
            "constant rate in all but name.",
        ),
        (10, "the rate goes from 0.100 to 0.05000, not to 0."),
        (5, "The cosine ends with the training, as it should."),
        (4, "over after 4 of 5 epochs, and then climbs back, as torch's does: the rate ends at 0.01464."),
    ],
)
def test_words_about_a_cosine(length: int, words: str) -> None:
    _, _, picture, step = drawn(COSINE, length=length)
    assert words in picture.sentences[step]
    assert ("in all but name" in picture.sentences[step]) == (length == 200)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"length": 20_000}, "on the way up to the first peak, at 0.0522: it has 9,380 updates of 20,000."),
        ({"length": 1000}, "4.69 cycles of 2,000 updates; the rate ends at 0.0658."),
        ({"momentum": 0.0}, "between 0.9 and 0.8, although the optimizer was made with 0."),
        ({"counts": "epochs", "length": 200}, "this scheduler steps once an epoch, 10 times in all."),
        ({"schedule": "one_cycle", "length": 10_000}, "planned for 10,000 updates and stopped after 9,380"),
        ({"schedule": "one_cycle", "length": 5000}, "over after 5,000 of 9,380 updates. torch's scheduler refuses"),
        ({"schedule": "one_cycle", "counts": "epochs", "length": 10}, "ends with the training, as it should."),
        ({"schedule": "restarts", "multiplier": "2"}, "the first after 2,000 updates, each twice as long"),
        ({"schedule": "restarts", "length": 20_000}, "A cosine over 20,000 updates, stopped after 9,380"),
        ({"schedule": "step", "factor": 10}, "The rate is divided by 10 4 times, to 1.00 × 10⁻⁵."),
        ({"schedule": "step", "length": 5000}, "divided by 2 once, to 0.0500."),
        ({"schedule": "step", "length": 10_000}, "ends before the first drop, after 10,000 updates."),
        ({"schedule": "grow", "length": 20_000}, "ends before the batch grows"),
        (
            {"schedule": "grow", "factor": 10, "length": 300},
            "A batch of 6,400 needs 28.2 GiB and does not fit into 16 GiB; 3,629 would.",
        ),
        ({"schedule": "constant"}, "The rate never changes"),
        ({"schedule": "exp_range"}, "come down to γᵗ = 0.391 of its height."),
    ],
)
def test_words_about_other_schedules(change: dict[str, Any], words: str) -> None:
    _, _, picture, step = drawn(**change)
    assert words in picture.sentences[step]
    kept = drawn(**change | {"cycled": "kept"})[2].sentences[step]
    assert "moves the momentum" not in kept


def test_a_growing_batch_on_screen() -> None:
    _, result, picture, step = drawn(GROWING)
    assert "The batch grows 3 times, to 256: 6,596 updates instead of 18,750, 65% fewer" in (picture.sentences[step])
    x, y = (framed(picture, BELOW, "batch size", attr, step) for attr in "xy")
    assert x.tolist() == [0, 2000, 2000, 4000, 4000, 6000, 6000, 6596]
    assert y.tolist() == [32, 32, 64, 64, 128, 128, 256, 256]
    assert framed(picture, MEMORY, "largest batch of this training", "x", step).tolist() == [5]  # 8 · 2^5
    data = {one["name"]: one for one in picture.panels[MEMORY].figure["data"]}
    assert data["does not fit"]["x"].tolist() == [9, 10] and len(data["fits"]["x"]) == 9
    assert "8,192 would need 36.1 GiB" in picture.panels[MEMORY].alt
    assert result.need.fits(16) == 3629
    assert gib(2**30) == "1.00" and gib(2**26) == "0.062" and gib(20 * 2**30) == "20.0"


def test_strategies_with_equal_epochs_and_with_equal_updates() -> None:
    values, _, picture, step = drawn(SETTINGS["Grow or decay"])
    found = readouts(picture, step)
    assert found["cycles: updates, images"] == found["constant: updates, images"] == "5,628; 720,000"
    assert found["batch × 4: updates, images"] == f"{3 * (469 + 118 + 30 + 8):,}; 720,000"
    assert found["batch × 4: noise at the end"] == found["rate ÷ 4: noise at the end"]
    words = picture.sentences[step]
    assert "the same noise scale at every epoch; the growing batch has 67% fewer updates" in words
    assert framed(picture, 3, "batch × 4", "x", step).tolist() == [1875]
    _, _, equal, step = drawn(values, along="updates")
    assert {text.split(";")[0] for name, text in readouts(equal, step).items() if "images" in name} == {"5,628"}
    assert "times the images of the others" in equal.sentences[step]
    _, _, capped, step = drawn(values, max_batch=512)
    assert "the batch being at its limit of 512" in capped.sentences[step]
    _, _, short, step = drawn(values, length=20)
    assert "does not grow within the training" in short.sentences[step]


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("view", ["one", "several"])
def test_a_tick_is_small(name: str, view: str) -> None:
    assert len(pack(drawn(SETTINGS[name], view=view)[2])) < 62_000


def test_questions_before_the_picture() -> None:
    _, result, _, _ = drawn(CYCLIC)
    ends, fits = PREDICTIONS
    assert (ends.truth(result), fits.truth(result)) == (12, 2048)  # 0.0960 of 0.774; 3,629 fit
    assert "9,380 steps, 0.938 of the 10,000" in ends.verdict(50, 12, result)
    said = fits.verdict(8192, 2048, result)
    assert "2,048: 9.03 GiB; 4,096: 18.1 GiB; 8,192: 36.1 GiB." in said
    _, small, _, _ = drawn(net="logistic")
    assert fits.truth(small) == 8192


def test_formulas_hold_the_numbers_on_screen() -> None:
    values, result, _, _ = drawn(CYCLIC)
    rate, updates, noise, memory = section(LAB, "Formulas", result, values)
    assert r"\gamma^t" in rate and "$t = 9379$" in rate and "0.09616" in rate
    assert r"10 \left\lceil 60000 / 64 \right\rceil = 10 \cdot 938 = 9380" in updates and "off by 0" in updates
    assert "= 801.9" in noise
    assert "8,192" not in memory and "0.30 GiB in all" in memory
    values, result, _, _ = drawn(CYCLIC, drop=True)
    assert (
        r"10 \left\lfloor 60000 / 64 \right\rfloor = 10 \cdot 937 = 9370" in section(LAB, "Formulas", result, values)[1]
    )
    values, result, _, _ = drawn(GROWING)
    assert "| 64 | 2,000 | 127,968 |" in section(LAB, "Formulas", result, values)[1]
    for kind in ("one_cycle", "restarts", "step", "triangular2", "constant"):
        values, result, _, _ = drawn(schedule=kind, warm_up=100)
        assert "first 100 steps" in section(LAB, "Formulas", result, values)[0]


def test_every_epoch_is_in_the_table() -> None:
    values, result, _, _ = drawn(GROWING)
    (table,) = section(LAB, "Epoch-by-epoch", result, values)
    assert isinstance(table, Table)
    assert sum(table.columns["updates"]) == 6596 and table.columns["batch"][:2] == [32, 64]


# --- trained ----------------------------------------------------------------------------------------------


def in_the_picture(picture: Picture, panel: int, name: str, step: int) -> tuple[Any, Any]:
    x, y = (framed(picture, panel, name, attr, step) for attr in "xy")
    return x, y


@pytest.mark.parametrize("name", [None, *SETTINGS])
def test_trainings_of_the_presets_are_recorded_and_drawn(name: str | None) -> None:
    preset = SETTINGS[name] if name else {}
    values, result, picture, step = drawn(preset, what="runs")
    specs = specs_of(preset)
    assert {look(spec).state for spec in specs} == {"recorded"}
    assert LAB.trainings(result, values) == specs
    one = values["view"] == "one"
    rates = [k for k, each in enumerate(picture.panels[1].figure["data"]) if each["name"] == "learning rate"]
    assert len(rates) == (1 if one else 4)
    (last,) = {float(f.at(step)[-1]) for f in picture.panels[1].frames if (f.trace, f.attr) == (rates[0], "x")}
    along = "epochs" if values["along"] == "epochs" else "updates"
    assert last == pytest.approx(result.epochs if along == "epochs" else specs[0].steps)
    assert ("After all" if one else "Validation accuracy with equal") in picture.sentences[step]
    other = (step + 5) % len(result.lengths)
    if not one:  # the constant rate has no length, and with a long one the batch does not grow
        assert " of 4 strategies have come to their end. Validation accuracy so far:" in picture.sentences[other]
        return
    assert picture.sentences[other].startswith("No training has these settings yet")
    for panel in picture.panels:
        for frames in panel.frames:
            name = panel.figure["data"][frames.trace]["name"]
            assert (len(frames.at(other)) > 0) == ("planned" in name or name == "no run")
            assert (len(frames.at(step)) > 0) == (name != "no run")


def test_a_training_on_screen_holds_what_it_has_recorded() -> None:
    _, result, picture, step = drawn(what="runs")
    (spec,) = specs_of({})
    records = look(spec).records
    losses = [record["validation_loss"] for record in records if "epoch" in record]
    x, y = in_the_picture(picture, 0, "validation", step)
    assert x.tolist() == [84.0 * k for k in range(1, 11)] and y == pytest.approx(losses)
    smoothed, weight, total = [], 0.0, 0.0  # the average without bias, term by term
    for loss in (loss for record in records for loss in record.get("losses", ())):
        weight, total = 0.9 * weight + 0.1, 0.9 * total + 0.1 * loss
        smoothed.append(total / weight)
    x, y = in_the_picture(picture, 0, "training", step)
    assert len(x) == 200 and y == pytest.approx([smoothed[int(k)] for k in x], rel=1e-5)
    x, y = in_the_picture(picture, 1, "learning rate", step)
    at = x[:-1].astype(int)
    np.testing.assert_allclose(y[:-1], spec.rates()[at], rtol=1e-6)
    x, y = in_the_picture(picture, 1, "learning rate, planned", step)
    turns = np.interp(at, x, y)  # as it was planned for ten times as many updates
    np.testing.assert_allclose(turns, spec.rates()[at], atol=0.002)
    found = readouts(picture, step)
    assert found["updates"] == "840 of 840" and found["validation loss"] == f"{losses[-1]:.3f}"
    assert found["training loss"] == found[next(label for label in found if label.startswith("from its updates"))]
    (track,) = picture.panels[1].tracks
    assert track.x[step] == pytest.approx(2000 * 840 / 9380)
    assert result.lengths[step] == 2000


def test_a_staircase_on_screen_has_its_corners() -> None:
    _, _, picture, step = drawn(SETTINGS["Trained, three seeds"], along="updates")
    panel = picture.panels[3]
    curves = [k for k, one in enumerate(panel.figure["data"]) if one["name"] == "batch size"]
    found = {f.attr: f.at(step).tolist() for f in panel.frames if f.trace == curves[2]}  # the first is drawn on top
    assert found == {"x": [0, 105, 130, 135, 210], "y": [256, 1024, 4096, 5400, 5400]}


def test_a_picture_while_it_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    values = defaults(LAB.all_controls) | {"what": "runs", "seeds": 2, "along": "epochs", "high": 0.2}
    result = LAB.result(values)
    first, second = LAB.trainings(result, values)
    records = look(specs_of({})[0]).records
    two = tuple(record for record in records if record["step"] < 168 or record.get("epoch") == 2)
    seen = {first: Seen("a", "running", ("a", "live"), records=two), second: Seen("b", "queued", ("b",))}
    names = frozenset({identity_of(first), identity_of(second)})
    monkeypatch.setattr("core.labs.schedules.compute.trained.known", lambda: names)
    monkeypatch.setattr("core.labs.schedules.compute.trained.look", seen.__getitem__)
    picture = LAB.draw(result, values)
    step = result.lengths.index(2000)
    x, y = in_the_picture(picture, 0, "validation", step)
    assert x.tolist() == [1, 2] and len(y) == 2
    assert picture.sentences[step].startswith("After 2 of 10 epochs: training loss")
    assert picture.sentences[step + 1].endswith("The training with length 2,000 went on when this was drawn.")
    # the homework has 9,380 updates; 5,400 images in whole batches of 64 are 84 an epoch
    scaled = f"Scaled to 5,400 images: a length of 2,000 updates is {round(2000 * 840 / 9380)} here."
    assert picture.sentences[step].endswith(scaled) and picture.sentences[step + 1].startswith("No training has these ")
    assert readouts(picture, step)["test accuracy"] == "–"
    x, _ = in_the_picture(picture, 0, "training, each seed", step)
    assert np.isfinite(x).all()  # one of the two seeds has begun
    seen[first] = Seen("a", "running", ("a", 0))
    assert LAB.draw(result, values).sentences[step].startswith("The first update is still to come")
    seen[first] = Seen("a", "running", ("a", 1), records=records[:1])
    assert "the first epoch goes on" in LAB.draw(result, values).sentences[step]
    lost = {"end": "nonfinite", "test_accuracy": 0.1}
    seen[first] = Seen("a", "done", ("a", 2), records=two, result=lost)
    words = LAB.draw(result, values).sentences[step]
    assert words.startswith("After 2 of 10 epochs") and "1 of the trainings diverged" in words
    seen |= {spec: Seen("a", "done", ("a", spec.seed, 3), records=records[:1], result=lost) for spec in seen}
    words = LAB.draw(result, values).sentences[step]
    assert "of 840 updates. 2 of the trainings diverged: the loss was no number any more. Scaled to" in words


def test_what_is_scaled_is_told() -> None:
    result = LAB.result(defaults(LAB.all_controls) | {"epochs": 40, "counts": "epochs"})
    sentences = trained_sentences(result, Asked("one", "epochs"), [()] * len(result.lengths))
    words = sentences[result.lengths.index(10)]
    assert words.endswith("Scaled to 5,400 images and 20 of 40 epochs: a length of 10 epochs is 5 here.")
    result = LAB.result(defaults(LAB.all_controls) | {"epochs": 20, "counts": "epochs"})
    assert "Scaled" not in "".join(trained_sentences(result, Asked("one", "epochs"), [()] * len(result.lengths)))
    result = LAB.result(defaults(LAB.all_controls) | {"schedule": "constant"})
    assert "Scaled" not in "".join(trained_sentences(result, Asked("one", "epochs"), [()] * len(result.lengths)))


def test_nothing_is_compared_where_nothing_is_trained() -> None:
    picture = drawn(what="runs", high=0.2)[2]
    assert any(each.label == "from its updates" for each in picture.readouts)


def test_one_step_is_no_plural() -> None:
    _, result, picture, _ = drawn(schedule="cosine", counts="epochs", epochs=5)
    assert picture.axis.texts[result.lengths.index(1)] == "1 epoch" and result.lengths[0] == 1
    assert picture.sentences[0].startswith("The cosine is over after 1 of 5 epochs, ")


def test_a_bar_that_is_cut_says_so() -> None:
    picture = drawn()[2]
    bars = [each for each in picture.panels[3].figure["data"] if each.get("type") == "bar"]
    told = next(each for each in picture.panels[3].figure["data"] if each["name"] == "GiB of each batch size")
    values = [float(each.removeprefix("↑ ")) for each in told["text"]]
    heights = dict(zip(told["x"], told["y"], strict=True))
    tallest = max(max(each["y"]) for each in bars)
    for at, value, text in zip(told["x"], values, told["text"], strict=True):
        assert text.startswith("↑") == (value > tallest + 0.1)
        assert heights[at] == pytest.approx(min(value, tallest), abs=0.05)


def test_a_training_of_all_lengths_does_not_go_on_elsewhere() -> None:
    """A constant rate has one training, whatever the length; the others have one for each."""
    _, result, _, _ = drawn(view="several")
    asked, step = Asked("several", "epochs"), 12
    found = [tuple(Strategy(arm, going=arm.kind == "constant") for arm in row) for row in arms(result, asked)]
    assert not any("when this was drawn" in each for each in trained_sentences(result, asked, found))
    found[step] = tuple(Strategy(each.arm, going=True) for each in found[step])
    sentences = trained_sentences(result, asked, found)
    said = f"The training with length {result.lengths[step]:,} went on when this was drawn."
    assert said not in sentences[step] and all(said in each for k, each in enumerate(sentences) if abs(k - step) > 2)


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        # 3 points ahead of two that spread over 2, and 1 point of one that spreads over 2
        (
            ((0.90, 0.92), (0.87, 0.89), (0.87, 0.89), (0.89, 0.91)),
            "Cycles is ahead of batch × 2 (3.0 points; seeds 2.0) and rate ÷ 2 (3.0 points; seeds 2.0) by more than "
            "the seeds are apart, but not of constant (1.0 points; seeds 2.0).",
        ),
        (((0.80, 0.80), (0.90, 0.90), (0.80, 0.80), (0.80, 0.80)), "by more than the seeds are apart."),
        (
            ((0.80, 0.90), (0.81, 0.91), (0.79, 0.89), (0.80, 0.90)),
            "Batch × 2 is first, but not by more than the seeds are apart: ahead of cycles (1.0 points; seeds 10.0) or",
        ),
        # Only the first spreads, and only the others.
        (
            ((0.90, 0.94), (0.89, 0.89), (0.89, 0.89), (0.89, 0.89)),
            "Cycles is first, but not by more than the seeds are apart: ahead of batch × 2 (3.0 points; seeds 4.0)",
        ),
        (
            ((0.90, 0.90), (0.80, 0.98), (0.80, 0.98), (0.80, 0.98)),
            "Cycles is first, but not by more than the seeds are apart: ahead of batch × 2 (1.0 points; seeds 18.0)",
        ),
        (((0.8,), (0.9,), (0.8,), (0.8,)), "One seed each: small differences may be luck."),
        (((), (), (), ()), "No training has these settings yet"),
        (((0.8,), (0.9,), (0.8,), ()), "3 of 4 strategies have come to their end. Validation accuracy so far: batch"),
    ],
)
def test_strategies_are_compared_with_the_spread_over_the_seeds(ends: Any, words: str) -> None:
    _, result, _, _ = drawn(view="several")
    seeds = max(map(len, ends))
    asked = Asked("several", "epochs", seeds)
    row = []
    for arm, accuracies in zip(arms(result, asked)[8], ends, strict=True):
        every = []
        for seed, end in enumerate(accuracies):
            record = {"epoch": 1, "step": 1, "loss": 1.0, "accuracy": 0.5, "validation_loss": 1.0}
            steps = {"step": 0, "batch": 64, "rates": [0.1], "momenta": [0.9], "losses": [1.0]}
            seen = Seen(
                "x",
                "done",
                (seed, end, words),
                records=(steps, record | {"validation_accuracy": end}),
                result={"end": "end", "test_accuracy": 0.5},
            )
            every.append(trained(arm, seed, seen))
        row.append(Strategy(arm, tuple(every)))
    sentence = trained_sentences(result, asked, [row] * len(result.lengths))[0]
    assert words in sentence
    if seeds == 2 and ends[0][1] == 0.92:
        assert "cycles 91.0% (90.0 to 92.0), constant 90.0" in sentence
        grow = arms(result, asked)[8][1].run.updates
        assert f"The growing batch took {grow:,} updates, the others 840." in sentence


def test_a_loss_of_smoothed_labels_is_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    values = defaults(LAB.all_controls) | {"what": "runs", "label_smoothing": 0.1}
    result = LAB.result(values)
    (spec,) = LAB.trainings(result, values)
    monkeypatch.setattr("core.labs.schedules.compute.trained.known", lambda: frozenset({identity_of(spec)}))
    monkeypatch.setattr("core.labs.schedules.compute.trained.look", lambda spec: look(specs_of({})[0]))
    sentence = LAB.draw(result, values).sentences[result.lengths.index(2000)]
    assert " (of smoothed labels), validation loss" in sentence


def test_what_is_trained_is_told_with_what_it_has_come_to() -> None:
    values, result, _, _ = drawn()
    (said,) = section(LAB, "How the networks are trained", result, values)
    assert "5,400 images" in said and "10 epochs." in said and "with every update" in said
    values, result, picture, step = drawn(SETTINGS["Trained, three seeds"])
    said, table = section(LAB, "How the networks are trained", result, values)
    assert "once an epoch" in said and isinstance(table, Table)
    assert table.columns["strategy"][:4] == ["cycles"] * 3 + ["batch × 4"] and table.columns["seed"][:4] == [0, 1, 2, 0]
    tested = 100 * np.mean(table.columns["test_accuracy"][:3])
    assert readouts(picture, step)["cycles: test"].startswith(f"{tested:.1f}")
    assert set(table.columns["end"]) == {"all updates"}
    values, result, _, _ = drawn(what="runs", high=0.2)
    assert section(LAB, "How the networks are trained", result, values)[1].columns["end"] == ["not yet"]


@pytest.mark.parametrize("change", [{}, {"along": "epochs", "schedule": "grow"}, {"view": "several", "seeds": 2}])
def test_script_prints_the_numbers_of_a_training(change: dict[str, Any], tmp_path: Path) -> None:
    compare_script(LAB, defaults(LAB.all_controls) | {"what": "runs"} | change, tmp_path)


def test_thumbnail_is_a_drawing() -> None:
    assert thumbnail().startswith("<svg") and thumbnail().count("polyline") == 2
