"""Training logs of visitors: one log in every form that libraries write, the numbers beside it, and the refusals."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.data.events import write_scalars
from core.labs.schedules.compute.own import EXAMPLE, OwnLog, beside, pasted_log, read_log
from core.labs.schedules.lab import LAB
from core.labs.schedules.presets import OWN
from tests.conftest import ROOT
from tests.whole import check_picture

pytestmark = pytest.mark.usefixtures("readers_here")

VALUES = LAB.preset_values(LAB.presets[-1])
TABLE = pd.read_csv(io.StringIO(EXAMPLE))
LOSS, HELD, RATE = (TABLE[name].tolist() for name in ("loss", "val_loss", "learning_rate"))
STEPS = [235 * k + 234 for k in range(10)]  # of the last update of each epoch, as Lightning counts


def csv(frame: dict[str, Any], **options: Any) -> str:
    return str(pd.DataFrame(frame).to_csv(index=False, **options))


LIGHTNING = csv(  # a row for training and another one for validation
    {
        "epoch": np.repeat(range(10), 2),
        "step": np.repeat(STEPS, 2),
        "lr-SGD": [x for rate in RATE for x in (rate, None)],
        "train_loss_step": [x for loss in LOSS for x in (9.0, None)],
        "train_loss_epoch": [x for loss in LOSS for x in (loss, None)],
        "val_loss": [x for loss in HELD for x in (None, loss)],
    }
)
FORMS = {
    "Keras's CSVLogger": EXAMPLE,
    "Keras's history": json.dumps({"loss": LOSS, "val_loss": HELD, "learning_rate": RATE}),
    "Keras's history with its epochs": json.dumps(
        {"params": {"epochs": 10}, "epoch": [*range(10)], "history": {"loss": LOSS, "val_loss": HELD, "lr": RATE}}
    ),
    "printed": str({"loss": LOSS, "val_loss": HELD, "lr": RATE}),
    "Lightning's metrics.csv": LIGHTNING,
    "plain": csv({"loss": LOSS, "val_loss": HELD, "lr": RATE}),
    "tabs": csv({"Epoch": range(1, 11), "Train Loss": LOSS, "Valid Loss": HELD, "LR": RATE}, sep="\t"),
    "semicolons": csv({"epoch": range(10), "loss": LOSS, "test_loss": HELD, "eta": RATE}, sep=";", decimal=","),
    "trainer_state.json": json.dumps(
        {
            "best": None,
            "log_history": [
                dict(zip(("epoch", "loss", "learning_rate"), row, strict=True))
                for row in zip(range(1, 11), LOSS, RATE, strict=True)
            ]
            + [{"epoch": k + 1, "eval_loss": loss} for k, loss in enumerate(HELD)],
        }
    ),
    "records, one a line": "\n".join(
        json.dumps({"epoch": k, "train/loss": a, "val/loss": b, "train/lr": c})
        for k, (a, b, c) in enumerate(zip(LOSS, HELD, RATE, strict=True))
    ),
}


def the_same(log: OwnLog, ends: list[float]) -> None:
    assert log.ends.tolist() == ends
    for role, values in (("loss", LOSS), ("validation_loss", HELD), ("rate", RATE)):
        assert log.curves[role].tolist() == values


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_a_log_is_read(name: str) -> None:
    log = read_log("a.csv", FORMS[name].encode())
    by_epoch = name != "Lightning's metrics.csv"
    assert log.unit == ("epochs" if by_epoch else "updates")
    the_same(log, [*range(1, 11)] if by_epoch else STEPS)
    assert pasted_log(FORMS[name]).digest == log.digest


def test_event_files() -> None:
    curves = {"Loss/train": LOSS, "Loss/val": HELD, "lr": RATE, "weights": LOSS}
    content = write_scalars({tag: (range(10), values) for tag, values in curves.items()})
    log = read_log("events.out.tfevents.1", content)
    assert log.unit == "updates" and str(log).endswith("read: “Loss/train”, “Loss/val”, “lr”")
    the_same(log.as_unit("epochs"), [*range(1, 11)])
    keras = write_scalars({"epoch_loss": (range(10), LOSS), "epoch_learning_rate": (range(10), RATE)})
    assert read_log("events.out.tfevents.2", keras).unit == "epochs"
    torchs = read_log("torch", (ROOT / "tests/kernel/data/torch.tfevents").read_bytes())
    assert torchs.columns == ("train/loss", "train/lr") and torchs.ends.tolist() == [*range(60)]


def shown(**change: Any) -> tuple[dict[str, str], str]:
    """Return the readouts and the sentence at the length on screen."""
    values = VALUES | change
    picture = LAB.draw(LAB.result(values), values)
    check_picture(picture)
    assert picture.axis is not None
    index = picture.axis.nearest(values["length"])
    pick = lambda texts: texts[min(index, len(texts) - 1)]  # noqa: E731
    return {readout.label: pick(readout.texts) for readout in picture.readouts}, pick(picture.summaries)


def test_the_example_follows_its_plan() -> None:
    best = int(TABLE["val_loss"].argmin())
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5, 1 / 4)
    rates = []
    for _ in range(10):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    words, sentence = shown()
    assert words == {
        "lowest validation loss": f"{TABLE['val_loss'][best]} at epoch {best + 1}",
        "planned rate there": f"{rates[best]:.4f}",
        "your log ends": "epoch 10",
        "rates differ by up to": "0",
    }
    assert sentence == "Validation loss is lowest, [test|0.4061], at epoch 7: the planned rate is [first|0.0250]."
    assert np.allclose(rates, RATE)
    assert shown(length=7)[0]["rates differ by up to"] == "0.0750"  # the drop comes two epochs late


@pytest.mark.parametrize("counts", ["epochs", "updates"])
@pytest.mark.parametrize("schedule", ["cosine", "one_cycle", "polynomial", "triangular"])
def test_the_planned_rate_is_that_of_the_last_update_of_a_row(schedule: str, counts: str) -> None:
    """Update by update, with torch's schedulers: seven batches an epoch, the last one small."""
    change = {
        "schedule": schedule,
        "counts": counts,
        "n_train": 1000,
        "batch": 128,
        "epochs": 20,
        "low": 0.001,
        "high": 0.1,
    }
    values = VALUES | change
    result = LAB.result(values)
    each = 8
    plan = next(plan for plan in result.plans if plan.shape.length == 10)
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1, momentum=0.9)
    made = {
        "cosine": lambda: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10, 0.001),
        "one_cycle": lambda: torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=10),
        "polynomial": lambda: torch.optim.lr_scheduler.PolynomialLR(optimizer, 10, 1.0),
        "triangular": lambda: torch.optim.lr_scheduler.CyclicLR(optimizer, 0.001, 0.1, step_size_up=10),
    }
    scheduler = made[schedule]()
    used = []
    for update in range(each * 20):
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        after_each = counts == "updates" or (update + 1) % each == 0
        if after_each and not (schedule == "one_cycle" and scheduler.last_epoch >= 9):
            scheduler.step()
    log = pasted_log("epoch,loss\n" + "\n".join(f"{k},{9 - 0.1 * k}" for k in range(25)))
    found = beside(log, result.base)
    assert found.updates.tolist() == [each * (k + 1) for k in range(25)]
    planned = found.planned(plan, result.base)
    np.testing.assert_allclose(planned[:20], [used[each * (k + 1) - 1] for k in range(20)], rtol=1e-9, atol=1e-12)
    assert np.isnan(planned[20:]).all()


def test_a_log_that_is_longer_than_the_plan_widens_every_axis() -> None:
    values = VALUES | {"logged": "loss\n" + "\n".join(str(9 - 0.1 * k) for k in range(30))}
    picture = LAB.draw(LAB.result(values), values)
    assert {panel.figure["layout"]["xaxis"]["range"][1] for panel in picture.panels} == {30 * 1.04}
    words, sentence = shown(logged=values["logged"])
    assert words["planned rate there"] == "after the plan"
    assert sentence == "Training loss is lowest, [train|6.100], at epoch 30, after the plan."


def test_a_log_that_diverges_is_told_where() -> None:
    told = "The loss in your log is NaN or infinite at"
    assert shown(logged="step,loss\n0,2.3\n100,nan\n200,inf")[1] == f"{told} update 100."
    assert shown(logged="epoch,loss\n0,2.3\n1,nan\n2,0.5")[1] == f"{told} epoch 2."  # counted from 0
    assert shown(logged="accuracy\n0.5\n0.7")[1] == "Your log has no loss; only its accuracy is drawn."


def test_long_logs_are_drawn_with_few_points() -> None:
    text = csv({"step": range(50_000), "loss": np.linspace(2, 1, 50_000)})
    values = VALUES | {"record": read_log("long.csv", text.encode())}
    picture = LAB.draw(LAB.result(values), values)
    trace = picture.panels[0].figure["data"][0]
    assert len(trace["x"]) == 2000 and trace["x"][-1] == pytest.approx(49_999 / 235)
    assert LAB.tables(LAB.result(values), values)["log.csv"]["loss"][-1] == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is nothing to read. Bring Keras's CSVLogger"),
        ("epoch,lr\n0,0.1\n1,0.1", "No column is called like a loss or an accuracy."),
        ("epoch,loss\n0,high\n1,2", "“high” in line 2 is not a number."),
        ("epoch,loss\n0,1\n1", "Line 3 has 1 values instead of 2."),
        ("epoch,loss\n0,nan\n1,nan", "No row has a number of its epoch or update and a finite loss or accuracy."),
        ("Dear Sir or Madam", "No column is called like a loss or an accuracy."),
        (csv({"loss": np.zeros(100_001)}), "The log has 100,001 rows; at most 100,000 are read."),
    ],
)
def test_what_cannot_be_read_is_answered_by_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_log("a.csv", text.encode())


@given(st.text(alphabet="01.,;\t\n\"[]{}:'epochlossvalnanNone#", max_size=60))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        log = pasted_log(text)
    except ValueError as error:
        said = error
    else:
        assert (np.diff(log.ends) > 0).all() and str(log)
        return
    assert type(said) is ValueError and str(said).endswith(".")


def test_the_preset_is_the_plan_of_the_recorded_run() -> None:
    """The run that the example was taken from, with the settings of the preset."""
    values = LAB.preset_values(LAB.presets[-2])
    assert values["what"] == "runs" and {values[key] for key in ("length", "factor", "batch")} == {5, 4, 256}
    assert all(OWN[key] == values[key] for key in ("counts", "length", "epochs", "batch", "factor", "cycled"))
    rows = pd.DataFrame(LAB.tables(LAB.result(values), values)["each-epoch.csv"])
    mine = rows[(rows.strategy == "step") & (rows.seed == 0)]
    names = {
        "loss": "loss",
        "accuracy": "accuracy",
        "validation_loss": "val_loss",
        "validation_accuracy": "val_accuracy",
    }
    for source, name in names.items():
        np.testing.assert_allclose(mine[source], TABLE[name], atol=5.1e-5)
