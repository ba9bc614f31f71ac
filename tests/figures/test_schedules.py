"""Pictures and words of the page on schedules against the homework's numbers and against counting by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.controls import defaults
from core.figures.live import Picture
from core.figures.packing import pack
from core.figures.schedules import thumbnail
from core.figures.schedules.memory import gib
from core.figures.schedules.questions import PREDICTIONS, exercises
from core.figures.schedules.story import SECTIONS
from core.figures.schedules.trained import _outcome
from core.lab import Exercise, Table, Work
from core.training.experiments import Training
from core.training.runs import Seen
from core.training.schedule_plans import Schedules
from core.training.schedule_presets import COSINE, CYCLIC, GROWING, SETTINGS
from core.training.schedule_record import specs_of
from core.training.schedule_runs import trained, trainings
from pages.schedules import LAB

RATE, BELOW, NOISE, MEMORY = range(4)


def drawn(preset: Any = (), **change: Any) -> tuple[dict[str, Any], Schedules, Picture, int]:
    """Values, result, picture, and the step that the picture stands at."""
    values = defaults(LAB.all_controls) | dict(preset) | change
    result = LAB.result(values)
    picture = LAB.draw(result, values)
    assert picture.axis is not None
    return values, result, picture, picture.axis.nearest(values["length"])


def framed(picture: Picture, panel: int, name: str, attr: str, step: int) -> Any:
    data = picture.panels[panel].figure["data"]
    (place,) = [k for k, one in enumerate(data) if one["name"] == name]
    (found,) = [f for f in picture.panels[panel].frames if (f.trace, f.attr) == (place, attr)]
    return found.at(step)


def readouts(picture: Picture, step: int) -> dict[str, str]:
    return {one.label: one.texts[min(step, len(one.texts) - 1)] for one in picture.readouts}


def section(title: str, result: Schedules, values: dict[str, Any]) -> list[Any]:
    (found,) = [one for one in SECTIONS if title in one.title]
    return list(found.blocks(result, values))


def test_the_homework_on_screen() -> None:
    _, _, picture, step = drawn(CYCLIC)
    found = readouts(picture, step)
    assert {name: found[name] for name in ("updates", "images seen", "cycles", "last rate (then)")} == {
        "updates": "9,380", "images seen": "600,000", "cycles": "0.938", "last rate (then)": "0.0962 (0.0960)",
    }  # fmt: skip
    assert found["fits into 16 GiB: batch of"] == "3,629"
    words = picture.sentences[step]
    assert "One triangle and no cycle: 9,380 updates are fewer than the 10,000 of a cycle" in words
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
    _, _, picture, _ = drawn(SETTINGS["exp_range, γ < 1"], along="epochs")
    (envelope,) = [one for one in picture.panels[RATE].figure["data"] if one["name"] == "envelope γᵗ"]
    expected = 0.001 + 0.099 * 0.9998 ** (938 * envelope["x"])
    np.testing.assert_allclose(envelope["y"], expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (200, "A cosine over 200 epochs, stopped after 5: the rate goes from 0.100 to 0.09985, not to 0. That is a "
              "constant rate in all but name."),
        (10, "the rate goes from 0.100 to 0.05000, not to 0."),
        (5, "The cosine ends with the training, as it should."),
        (4, "over after 4 of 5 epochs, and then climbs back, as torch's does: the rate ends at 0.01464."),
    ],
)  # fmt: skip
def test_words_about_a_cosine(length: int, words: str) -> None:
    _, _, picture, step = drawn(COSINE, length=length)
    assert words in picture.sentences[step]
    assert ("in all but name" in picture.sentences[step]) == (length == 200)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"length": 20_000}, "on the way up to the first peak, at 0.0522: it has 9,380 updates of 20,000."),
        ({"length": 1000}, "4.69 cycles of 2,000 updates; the rate ends at 0.0658."),
        ({"momentum": 0.0}, "between 0.9 and 0.8, although the optimiser was made with 0."),
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
        ({"schedule": "grow", "factor": 10, "length": 300},
         "A batch of 6,400 needs 28.2 GiB and does not fit into 16 GiB; 3,629 would."),
        ({"schedule": "constant"}, "The rate never changes"),
        ({"schedule": "exp_range"}, "come down to γᵗ = 0.391 of its height."),
    ],
)  # fmt: skip
def test_words_about_other_schedules(change: dict[str, Any], words: str) -> None:
    _, _, picture, step = drawn(**change)
    assert words in picture.sentences[step]
    kept = drawn(**change | {"cycled": "kept"})[2].sentences[step]
    assert "moves the momentum" not in kept


def test_a_growing_batch_on_screen() -> None:
    _, result, picture, step = drawn(GROWING)
    assert (
        "The batch grows 3 times, to 256: 6,596 updates instead of 18,750, 65\N{NO-BREAK SPACE}% fewer"
        in (picture.sentences[step])
    )
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
    assert "the same noise scale at every epoch; the growing batch has 67\N{NO-BREAK SPACE}% fewer updates" in words
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


def test_bugs_are_judged() -> None:
    cards: tuple[Exercise, ...] = exercises()
    assert len({card.key for card in cards}) == len(cards) == 8
    judge = {cell.label: cell.judge for card in cards for cell in card.cells}
    assert judge["Updates of all nine sizes together"]("128").right
    assert "2,000 updates each" in judge["Updates of all nine sizes together"]("18,000").words
    mended = judge["Printed 0.676 for 4,096: the mean loss"]("1.352")
    assert mended.right and "Compare at equal epochs" in mended.words
    assert judge["Updates with batches of 64"]("32").words == "Right."
    assert "divided by 2" in judge["Printed 0.676 for 4,096: the mean loss"]("0.676").words
    assert judge["Rate after the five epochs"]("0.0998").right
    assert judge["Loss of a perfect prediction"]("7").words == "Not right, and no slip that is known here."


def test_formulas_hold_the_numbers_on_screen() -> None:
    values, result, _, _ = drawn(CYCLIC)
    rate, updates, noise, memory = section("formulas", result, values)
    assert r"\gamma^t" in rate and "$t = 9379$" in rate and "0.09616" in rate
    assert r"10 \left\lceil 60000 / 64 \right\rceil = 10 \cdot 938 = 9380" in updates and "off by 0" in updates
    assert "= 801.9" in noise
    assert "8,192" not in memory and "0.30 GiB in all" in memory
    values, result, _, _ = drawn(CYCLIC, drop=True)
    assert r"10 \left\lfloor 60000 / 64 \right\rfloor = 10 \cdot 937 = 9370" in section("formulas", result, values)[1]
    values, result, _, _ = drawn(GROWING)
    assert "| 64 | 2,000 | 127,968 |" in section("formulas", result, values)[1]
    for kind in ("one_cycle", "restarts", "step", "triangular2", "constant"):
        values, result, _, _ = drawn(schedule=kind, warm_up=100)
        assert "first 100 steps" in section("formulas", result, values)[0]


def test_every_epoch_is_in_the_table() -> None:
    values, result, _, _ = drawn(GROWING)
    (table,) = section("Every epoch", result, values)
    assert isinstance(table, Table)
    assert sum(table.columns["updates"]) == 6596 and table.columns["batch"][:2] == [32, 64]


def test_trainings_have_as_many_cycles_as_the_plan() -> None:
    _, result, _, _ = drawn(CYCLIC)
    (spec,) = trainings(result, 5000, "one", "updates").values()
    assert spec.steps == 10 * (5400 // 64) == 840
    assert (spec.momentum, spec.momentum_low) == (0.9, 0.8)
    assert dict(spec.settings)["up"] == round(5000 * 840 / 9380)
    assert spec.rates().argmax() == 448 and spec.rates()[-1] == pytest.approx(0.774 * (896 - 839) / 448, rel=1e-3)
    _, result, _, _ = drawn(GROWING)
    (spec,) = trainings(result, 2000, "one", "updates").values()
    assert [batch for batch, _ in spec.stages] == [32, 64, 128, 256] and spec.momentum_low < 0
    _, result, _, _ = drawn(SETTINGS["Grow or decay"])
    every = trainings(result, 3, "several", "epochs")
    assert {name: spec.steps for name, spec in every.items()} == {
        "smooth": 504, "grow": 3 * (42 + 10 + 2 + 1), "step": 504, "constant": 504,
    }  # fmt: skip
    assert {spec.steps for spec in trainings(result, 3, "several", "updates").values()} == {504}
    assert dict(every["step"].settings)["every"] == 126


def test_what_a_training_has_recorded_is_drawn() -> None:
    records = (
        {"step": 0, "batch": 4, "rates": [0.1, 0.2], "momenta": [0.9, 0.8], "losses": [2.0, 1.0], "accuracies": [0, 1]},
        {"epoch": 1, "step": 2, "loss": 1.5, "accuracy": 0.5, "validation_loss": 1.25, "validation_accuracy": 0.75},
        {"step": 2, "batch": 8, "rates": [0.3], "momenta": [0.7], "losses": [0.5], "accuracies": [1]},
        {"epoch": 2, "step": 3, "loss": 0.5, "accuracy": 1.0, "validation_loss": 0.25, "validation_accuracy": 1.0},
    )
    seen = Seen("x", "done", records=records, result={"end": "end", "test_accuracy": 0.5})
    found = trained(seen)
    assert found.rates.tolist() == [0.1, 0.2, 0.3] and found.batches.tolist() == [4, 4, 8]
    assert found.ends.tolist() == [2, 3] and found.epochs["validation_loss"].tolist() == [1.25, 0.25]
    _, result, _, _ = drawn()
    spec = Training(text="fc10")
    picture, table = _outcome(result, {"triangular": spec}, [seen], "epochs")
    assert isinstance(picture, Picture) and isinstance(table, Table)
    assert picture.sentences == (
        "triangular cycles: validation accuracy 100\N{NO-BREAK SPACE}%, validation loss 0.250 after 3 updates.",
    )
    loss = {one["name"]: one for one in picture.panels[0].figure["data"]}
    assert loss["validation"]["x"].tolist() == [1, 2] and loss["validation"]["y"].tolist() == [1.25, 0.25]
    assert picture.panels[1].figure["data"][0]["x"].tolist() == [0, 0.5, 1]
    assert table.columns["images"] == [16] and table.columns["test accuracy"] == [0.5]
    lost = Seen("y", "done", records=records[:1], result={"end": "nonfinite", "test_accuracy": 0.1})
    picture, table = _outcome(result, {"smooth": spec, "grow": spec}, [seen, lost], "updates")
    assert "batch × 2: the loss was no number any more after 2 updates." in picture.sentences[0]
    assert table.columns["validation loss"] == [0.25, "–"]


@pytest.mark.parametrize("name", [None, *SETTINGS])
def test_trainings_of_the_presets_come_with_lectern(name: str | None) -> None:
    values, result, _, _ = drawn(SETTINGS[name] if name else ())
    said, picture, table = section("Train with it", result, values)
    assert "5,400 images" in said and said.endswith("These runs were recorded with Lectern.")
    assert isinstance(picture, Picture) and len(picture.panels) == 4
    assert min(table.columns["validation accuracy"]) > 0.6  # all of them learn
    for kind, spec in zip(table.columns["strategy"], specs_of(SETTINGS[name] if name else {}).values(), strict=True):
        data = picture.panels[1].figure["data"]
        (rates,) = [one["y"] for one in data if one["name"] in (kind, "learning rate η")]
        np.testing.assert_allclose(rates, spec.rates(), rtol=1e-6, atol=1e-9)


def test_recorded_strategies_end_alike_with_equal_noise() -> None:
    values, result, _, _ = drawn(SETTINGS["Grow or decay"])
    _, _, table = section("Train with it", result, values)
    rows = dict(zip(table.columns["strategy"], table.columns["validation loss"], strict=True))
    updates = dict(zip(table.columns["strategy"], table.columns["updates"], strict=True))
    assert updates == {"cycles": 504, "batch × 4": 165, "rate ÷ 4": 504, "constant": 504}
    assert rows["batch × 4"] == pytest.approx(rows["rate ÷ 4"], rel=0.05) and rows["constant"] > 1.2 * rows["rate ÷ 4"]


def test_a_training_is_offered_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    values, result, _, _ = drawn(high=0.2)
    said, work = section("Train with it", result, values)
    assert "10 epochs" in said and "840 updates" in said and isinstance(work, Work)
    assert work.label == "Train: triangular cycles"
    monkeypatch.setattr("core.figures.schedules.trained.refusal", lambda specs: "Nothing is trained here.")
    assert section("Train with it", result, values)[1] == "Nothing is trained here."


def test_thumbnail_is_a_drawing() -> None:
    assert thumbnail().startswith("<svg") and thumbnail().count("polyline") == 2
