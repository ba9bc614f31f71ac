"""Range tests of visitors: one record in every form that the libraries write is one answer, or a sentence."""

from __future__ import annotations

import io
import json
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.events import write_scalars
from core.kit.controls import defaults
from core.labs.lr_range.compute.own import EXAMPLE, OwnCurve, pasted_curve, read_curve
from core.labs.lr_range.compute.suggestions import SUGGESTION_RULES, suggest
from core.labs.lr_range.lab import LAB
from core.labs.lr_range.presets import RECORDED
from tests.conftest import ROOT

pytestmark = pytest.mark.usefixtures("readers_here")

VALUES = defaults(LAB.all_controls) | {"protocol": "own"}
RATES = [float(f"{rate:.6g}") for rate in np.geomspace(1e-5, 1, 60)]
LOSSES = [round(2.3 - 1.8 / (1 + math.exp(-3 * (math.log10(rate) + 2.5))), 5) for rate in RATES]


def csv(frame: dict[str, Any], **options: Any) -> str:
    return str(pd.DataFrame(frame).to_csv(index=False, **options))


LIGHTNING = pd.concat(  # CSVLogger with a LearningRateMonitor: rows of their own for the rate and for the loss
    [
        pd.DataFrame({"lr-Adam": [rate, None], "step": [k, k], "train_loss_step": [None, loss], "epoch": [None, 0]})
        for k, (rate, loss) in enumerate(zip(RATES, LOSSES, strict=True))
    ]
)
FORMS = {
    "lr,loss": csv({"lr": RATES, "loss": LOSSES}),
    "loss,lr": csv({"loss": LOSSES, "lr": RATES}),
    "semicolons and decimal commas": csv({"lr": RATES, "loss": LOSSES}, sep=";", decimal=","),
    "tabs": csv({"lr": RATES, "loss": LOSSES}, sep="\t"),
    "index column of pandas": pd.DataFrame({"lr": RATES, "loss": LOSSES}).to_csv(),
    "no header": csv({"lr": RATES, "loss": LOSSES}, header=False),
    "step, lr, loss without a header": csv({"step": range(60), "lr": RATES, "loss": LOSSES}, header=False),
    "blanks": "\n".join(f"{a!r}   {b!r}" for a, b in zip(RATES, LOSSES, strict=True)),
    "np.savetxt": "# lr,loss\n" + csv({"lr": RATES, "loss": LOSSES}, header=False),
    "Keras's CSVLogger": csv(
        {"epoch": range(60), "accuracy": 0.5, "learning_rate": RATES, "loss": LOSSES, "val_loss": 9}
    ),
    "Keras 2": csv({"epoch": range(60), "loss": LOSSES, "lr": RATES}),
    "Keras's history": json.dumps({"loss": LOSSES, "learning_rate": RATES}),
    "torch-lr-finder": json.dumps({"lr": RATES, "loss": LOSSES}),
    "torch-lr-finder, printed": str({"lr": RATES, "loss": LOSSES}),
    "Lightning's lr_find": repr({"loss": LOSSES, "lr": RATES}),
    "Lightning's log": str(LIGHTNING.to_csv(index=False)),
    "fastai, printed": f"lrs = {RATES}\nlosses = {[f'tensor({x})' for x in LOSSES]}".replace("'", ""),
    "fastai, two lists": f"{RATES}\n{LOSSES}",
    "smoothed beside raw": csv({"lr": RATES, "smooth_loss": 1.0, "loss": LOSSES}),
    "records": json.dumps([{"lr": a, "loss": b} for a, b in zip(RATES, LOSSES, strict=True)]),
    "records, one a line": "\n".join(json.dumps({"lr": a, "loss": b}) for a, b in zip(RATES, LOSSES, strict=True)),
    "tuples, printed": str(list(zip(RATES, LOSSES, strict=True))),
    "pairs": json.dumps(list(zip(RATES, LOSSES, strict=True))),
    "inside a history": json.dumps({"history": {"lr": RATES, "loss": LOSSES}}),
    "NumPy's numbers": str({"lr": [f"np.float64({x})" for x in RATES], "loss": LOSSES})
    .replace("'np", "np")
    .replace(")'", ")"),
    "UTF-16": csv({"lr": RATES, "loss": LOSSES}),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_a_record_is_read(name: str) -> None:
    got = read_curve("a.csv", FORMS[name].encode("utf-16" if name == "UTF-16" else "utf-8"))
    assert got.rates.tolist() == RATES and got.losses.tolist() == LOSSES
    assert pasted_curve(FORMS[name]).digest == pasted_curve(FORMS[name]).digest
    assert got.has_accuracies == (name == "Keras's CSVLogger")


def test_an_event_file_of_torch_is_the_same_record() -> None:
    content = (ROOT / "tests/kernel/data/torch.tfevents").read_bytes()
    got = read_curve("events.out.tfevents.1", content)
    assert got.rates.tolist() == RATES and got.losses.tolist() == LOSSES
    assert str(got).endswith("read: “train/lr”, “train/loss”")


def test_an_event_file_with_rates_and_losses_at_steps_of_their_own() -> None:
    """As Lightning's monitor writes them; beside it validation losses and a layer's learned scale."""
    own, other = [3 * k for k in range(60)], [3 * k + 1 for k in range(60)]
    content = write_scalars(
        {
            "val_loss": (own, [9.0] * 60),
            "scale": (own, RATES),
            "lr-SGD": (own, RATES),
            "train_loss_step": (other, LOSSES),
        }
    )
    got = read_curve("events.out.tfevents.1", content)
    assert got.rates.tolist() == RATES and got.losses.tolist() == LOSSES


def test_all_rules_run_on_it() -> None:
    result = LAB.result(VALUES | {"pasted": FORMS["lr,loss"]})
    found = {rule.name: rule.rates for rule in result.now().rules}
    expected = {each.rule: each.rate for each in suggest(RATES, LOSSES)}
    assert found.keys() == expected.keys() == SUGGESTION_RULES.keys()
    for name, rate in expected.items():
        assert found[name].tolist() == ([] if rate is None else [rate])
    assert np.log10(found["steep"][0]) == pytest.approx(-2.5, abs=0.6)  # where the logistic fall is steepest; it lags


def test_a_recorded_run_comes_back_as_one_s_own_with_the_same_rates() -> None:
    """A run, written as CSV and read again, gives what the page says of the run."""
    base = defaults(LAB.all_controls)
    for name in ("mlp", "small-cnn", "logistic"):
        settings = base | dict(RECORDED[name]) | {"seeds": 1, "smoothing": "0.98"}
        (ramp,) = LAB.result(settings).now().ramps
        text = csv({"lr": ramp.rates, "loss": ramp.losses, "accuracy": ramp.accuracies})
        own = LAB.result(settings | {"protocol": "own", "record": read_curve("a.csv", text.encode())})
        assert [rule.rates.tolist() for rule in own.now().rules] == [
            [] if each.rate is None else [each.rate] for each in ramp.suggestions
        ]


def test_missing_losses_are_nan_and_the_record_is_told_where() -> None:
    losses = [*LOSSES[:6], *[None] * 54]
    result = LAB.result(VALUES | {"pasted": csv({"lr": RATES, "loss": losses})})
    picture = LAB.draw(result, VALUES)
    assert picture.summaries == ("The loss is NaN from step 6 on, too early for any rule.",)
    printed = str({"lr": RATES, "loss": [*LOSSES[:6], *[math.nan] * 54]})
    assert LAB.result(VALUES | {"pasted": printed}).now().rules[0].reason == result.now().rules[0].reason


@pytest.mark.parametrize("scale", [(1e-4, 0.0), (1000.0, 0.0), (1.0, -5.0), (0.0, 0.0)])
def test_losses_of_any_size_are_drawn(scale: tuple[float, float]) -> None:
    factor, shift = scale
    losses = [factor * loss + shift for loss in LOSSES]
    values = VALUES | {"record": read_curve("a.csv", csv({"lr": RATES, "loss": losses}).encode())}
    picture = LAB.draw(LAB.result(values), values)
    low, high = picture.panels[0].figure["layout"]["yaxis"]["range"]
    assert low <= min(losses) and high >= losses[0] and high > low
    assert len(picture.panels) == 3  # no accuracy
    for section in LAB.sections:
        assert section.blocks(LAB.result(values), values)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is nothing to read."),
        ("lr,loss", "No column is called “lr”"),
        ("a,b\n1,2\n2,3", "No column is called “lr” or rises like a learning rate."),
        ("lr,b\n1,2\n2,3", "No column is called “loss”."),
        ("lr,loss\n0.1,2\n0.2,high", "“high” in line 3 is not a number."),
        ("lr,loss\n0.1,2\n0.2", "Line 3 has 1 values instead of 2."),
        ("lr,loss\n0.1,2\n0.1,1", "Rates must rise at every step; step 1 has 0.1 after 0.1."),
        ("lr,loss\n0,2\n0.1,1", "The rate at step 0 is 0; rates must be positive."),
        ("lr,loss\n0.1,2\n0.11,1", "The rates go from 0.1 to 0.11; they must span a factor of 2"),
        ("lr,loss\n1000,2\n9000,1", "they must span a factor of 2 between 1e-09 and 100."),
        ("lr,loss\n0.1,nan\n1,1", "The loss of the first step is not a finite number"),
        ("lr,loss\n0.1,2", "The record has 1 steps with a rate."),
        (csv({"lr": np.geomspace(1e-5, 1, 10_001), "loss": 1.0}), "has 10,001 steps; at most 10,000 are read."),
        ("Dear Sir or Madam", "No column is called “lr”"),
        ("[[[[1]]]]", "No column is called “lr”"),
        ("lr\0loss", "This is not a text file."),
    ],
)
def test_what_cannot_be_read_is_answered_by_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_curve("a.csv", text.encode())


@given(st.text(alphabet="01.,;\t\n\"[]{}:'elr -nanlossNone#", max_size=60))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        got = pasted_curve(text)
    except ValueError as error:
        said = error
    else:
        assert isinstance(got, OwnCurve) and (np.diff(got.rates) > 0).all()
        return
    assert type(said) is ValueError and str(said).endswith(".")


def test_the_example_is_the_recorded_test_in_40_steps() -> None:
    (ramp, *_) = LAB.result(defaults(LAB.all_controls) | {"steps": 40}).now().ramps
    table = pd.read_csv(io.StringIO(EXAMPLE))
    np.testing.assert_allclose(table["lr"], ramp.rates, rtol=6e-3)
    np.testing.assert_allclose(table["loss"], ramp.losses, atol=6e-4)


def test_the_curve_says_what_was_read() -> None:
    got = read_curve("finder.csv", FORMS["Lightning's log"].encode())
    assert str(got).startswith("finder.csv: 60 steps, rates ")
    assert str(got).endswith("read: “lr-Adam”, “train_loss_step”")
