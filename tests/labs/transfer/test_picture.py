"""Picture and words of transfer: sides of the cut, and memory."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core.draw.packing import pack
from core.draw.still import still
from core.labs.transfer import picture as figures
from core.labs.transfer.compute.explore import tables, transfer
from core.labs.transfer.compute.runs import Arm
from core.labs.transfer.questions import PREDICTIONS, kept_half, trainable_half
from core.labs.transfer.sections import SECTIONS
from core.labs.transfer.words import readouts


def number(text):
    """Bytes of a text such as 1.23 MB."""
    digits, unit = text.split(" ")
    return float(digits) * {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}[unit]


def picture(optimizer="Adam", **settings):
    return figures.picture(transfer(**settings), optimizer=optimizer)


@pytest.mark.parametrize("net", ["vgg19", "resnet18", "small_cnn"])
def test_every_layer_is_on_one_side_of_the_cut(net) -> None:
    result, shown = transfer(net=net), picture(net=net)
    tree, params = shown.panels[:2]
    for cut in result.cuts:
        frozen, trained = (np.array(tree.frames[k].at(cut)).reshape(3, -1) > 0 for k in (0, 1))
        assert (frozen ^ trained).all()  # layers, blocks and network alike
        assert (trained == (np.arange(len(result.layers)) >= cut)).all()
        heights = [params.frames[k].at(cut) for k in (0, 1)]
        assert heights[0].sum() == pytest.approx(result.frozen[cut])
        assert heights[1].sum() == pytest.approx(result.trainable[cut])
        assert tree.tracks[0].x[cut] == cut - 0.5


def test_bars_of_memory_stand_on_one_another_up_to_the_total() -> None:
    result = transfer(net="resnet18", size=64, batch=16)
    memory = picture(net="resnet18", size=64, batch=16).panels[3]
    for cut in (0, 9, result.head):
        figure = still(picture(net="resnet18", size=64, batch=16), cut)[3]
        tops = np.zeros(3)
        for trace in figure.data[:4]:
            np.testing.assert_allclose(np.asarray(trace.base, float), tops, rtol=1e-6)
            tops = tops + trace.y
        np.testing.assert_allclose(figure.data[4].y, tops, rtol=1e-6)
        wanted = [result.memory(cut, name).total / 1e6 for name in ("SGD", "SGD with momentum", "Adam")]
        np.testing.assert_allclose(tops, wanted)
    assert "memory (MB)" in str(memory.figure["layout"]["yaxis"])


def test_readouts_of_the_homework() -> None:
    found = {each.label: each.texts for each in readouts(transfer(batch=64), "Adam")}
    assert found["trainable"][10] == "18,294,026"
    assert found["frozen"][10] == "1,735,488"
    assert found["head"] == ("5,130",)
    (check,) = [each.check for each in readouts(transfer(batch=64), "Adam") if each.check]
    assert check.texts == found["trainable"] and all(check.agrees)
    step = number(found["a training step"][10])
    weights, trained = 4 * 20_029_514, 4 * 18_294_026
    kept = number(found["of it, kept for backward"][10])
    assert step == pytest.approx(weights + 3 * trained + kept, rel=1e-4)


def test_sentences_tell_both_shares() -> None:
    result = transfer()
    said = picture().sentences
    assert "all 20,029,514 are trained" in said[0]
    assert said[10].startswith("Frozen before block3_conv4: 8.7% of the parameters")
    spared = 1 - result.kept_each[10] / result.kept_each[0]
    assert f"{100 * spared:.0f}%" in said[10]
    assert "512 features an image: run the base once" in said[-1]


def test_guesses_are_shares_of_the_half() -> None:
    result = transfer()
    assert trainable_half(result) == round(100 * result.trainable[12] / result.params) == 88
    assert kept_half(result) == round(100 * result.kept_each[12] / result.kept_each[0])
    for prediction in PREDICTIONS:
        truth = prediction.truth(result)
        assert prediction.right(truth + 5, result)
        assert not prediction.right(truth + 6, result)
        assert prediction.verdict(0, truth, result).startswith("Frozen before layer 12")


# --- trainings ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("images", [25, 100, 1000])
def test_trainings_are_shown_with_their_means(images) -> None:
    from core import jobs

    runs = [run for run in jobs.shipped() if run.kind == "transfer" and run.specification["images"] == images]
    result, shown = transfer(view="runs", images=images), picture(view="runs", images=images)
    found = {each.label: each.texts for each in shown.readouts}
    mean = {
        name: 100 * np.mean([run.result["test_accuracy"][name] for run in runs])
        for name in runs[0].result["test_accuracy"]
    }
    assert found["from scratch"] == (f"{mean['scratch']:.1f}%",)
    for cut, frozen in ((0, 0), (3, 4), (4, 8), (result.head, 12)):
        assert found["test accuracy with the cut"][cut] == f"{mean[f'frozen {frozen}']:.1f}%"
        assert shown.panels[1].tracks[0].y[cut] == pytest.approx(mean[f"frozen {frozen}"])
        gain = float(found["gain in points"][cut].replace("−", "-"))
        assert gain == pytest.approx(mean[f"frozen {frozen}"] - mean["scratch"], abs=0.0501)
        points = [float(each) for each in re.findall(r"[+-]\d+\.\d", shown.sentences[cut].replace("−", "-"))]
        assert np.mean(points) == pytest.approx(gain, abs=0.1)


def test_the_table_of_trainings_has_every_seed() -> None:
    from core import jobs

    result = transfer(view="runs", images=100)
    section = next(each for each in SECTIONS if "networks are trained" in each.title)
    words, table = section.blocks(result, {"images": 100})
    assert "from 100 images: 300 updates of Adam" in words
    assert table.columns["start"][:3] == ["from scratch", "head, unnormalized input", "trained from conv1 on"]
    for seed in range(3):
        run = next(run for run in jobs.shipped() if run.name == f"transfer-100-{seed}")
        wanted = [
            100 * run.result["test_accuracy"][arm]
            for arm in ("scratch", "raw", "frozen 0", "frozen 4", "frozen 8", "frozen 12")
        ]
        assert table.columns[f"seed {seed} (%)"] == pytest.approx(wanted, abs=0.051)
    (words,) = section.blocks(transfer(), {"images": 1000})
    assert "from 1,000 images" in words


@pytest.mark.parametrize("net", ["vgg19", "resnet18", "lenet"])
def test_formulas_and_table_add_up(net) -> None:
    result = transfer(net=net)
    values = {"cut": 23, "optimizer": "Adam"}
    memory = result.memory(result.head, "Adam")
    formulas, table = (next(each for each in SECTIONS if each.title.startswith(t)) for t in ("Formulas", "Layer table"))
    words = formulas.blocks(result, values)[1]
    shown = [int(text.replace(",", "")) for text in re.findall(r"\| ([\d,]+) \|$", words, re.MULTILINE)]
    assert shown == [memory.weights, memory.gradients, memory.optimizer, memory.kept, memory.total]
    assert sum(shown[:4]) == shown[4]
    (rows,) = table.blocks(result, values)
    assert rows.columns["parameters"] == rows.columns["by formula"]
    assert sum(rows.columns["parameters"]) == result.params
    assert rows.columns["side"].count("trainable") == 1
    for place, params in enumerate(rows.columns["parameters"]):
        said = rows.explain(place, "parameters")
        assert said.endswith(f"= {params:,}") if params else "no parameters" in said


def test_without_a_run_the_page_says_so(monkeypatch) -> None:
    monkeypatch.setattr(figures, "arms", lambda specs: {})
    shown = picture(view="runs", images=25)
    assert set(shown.sentences) == {"No run with these settings has finished yet."}
    assert {each.texts[0] for each in shown.readouts[:3]} == {"–"}


def test_a_training_that_goes_on_is_drawn_as_far_as_it_has_come(monkeypatch) -> None:
    going = Arm(0, np.array([0.0, 20.0]), np.array([[0.25, 0.5]]), (0,), ended=False)
    monkeypatch.setattr(figures, "arms", lambda specs: {0: going})
    shown = picture(view="runs", images=25)
    drawn = shown.panels[2].frames[0].at(0)
    assert drawn[:2].tolist() == [25, 50] and np.isnan(drawn[2:]).all()
    assert shown.readouts[0].texts[0] == "–"
    assert np.isnan(shown.panels[1].tracks[0].y).all()
    pack(shown)


def test_a_gain_is_told_when_the_same_seeds_have_ended(monkeypatch) -> None:
    steps, first, both = np.array([0.0, 300.0]), np.array([[0.2, 0.75]]), np.array([[0.2, 0.7], [0.2, 0.8]])
    found = {-1: Arm(-1, steps, both, (0, 1), True), 0: Arm(0, steps, first, (0,), True)}
    monkeypatch.setattr(figures, "arms", lambda specs: found)
    shown = picture(view="runs", images=25)
    told = {each.label: each.texts[0] for each in shown.readouts}
    assert told["gain in points"] == "–" and told["test accuracy with the cut"] == "75.0%"
    assert shown.sentences[0].endswith("not all seeds have come to their end.")
    found[0] = Arm(0, steps, first, (1,), True)  # as many, but another one
    found[-1] = Arm(-1, steps, both[:1], (0,), True)
    assert {each.label: each.texts[0] for each in picture(view="runs", images=25).readouts}["gain in points"] == "–"
    found[0] = Arm(0, steps, first, (0,), True)
    assert {each.label: each.texts[0] for each in picture(view="runs", images=25).readouts}["gain in points"] == "+5.0"


def test_shares_that_look_alike_are_no_contrast() -> None:
    result = transfer(net="resnet18", size=224)
    words = picture(net="resnet18", size=224).sentences[result.cuts.index(result.head)]
    assert "100% of the parameters; 100% of what is kept" in words
    full, step = (transfer().memory(cut, "Adam").total for cut in (0, 10))
    words = picture().sentences[10]
    assert "8.7% of the parameters, but 77% of what" in words
    share = f"{100 * step / full:.0f}%"
    assert words.endswith(f" A step takes {share} of the memory that it takes with nothing frozen.")


@pytest.mark.parametrize("images", [25, 1000])
def test_raw_bytes_are_shown_beside_prepared_images(images) -> None:
    from core import jobs

    runs = [run for run in jobs.shipped() if run.kind == "transfer" and run.specification["images"] == images]
    raw, head = (100 * np.mean([run.result["test_accuracy"][arm] for run in runs]) for arm in ("raw", "frozen 12"))
    apart = np.mean([next(each["apart"] for each in run.records if each["arm"] == "raw") for run in runs])
    assert raw < head  # what the card is about
    result, shown = transfer(view="runs", images=images), picture(view="runs", images=images)
    found = {each.label: each.texts for each in shown.readouts}
    assert found["head, unnormalized input"] == (f"{raw:.1f}%",)
    assert shown.sentences[-1].endswith(f"With bytes that are not prepared it ends at {raw:.0f}%.")
    assert not any("not prepared" in each for each in shown.sentences[:-1])
    mark = next(each for each in still(shown, result.head)[1].data if each.name == "head, unnormalized input")
    assert (mark.x.tolist(), mark.y.tolist()) == ([result.head], [pytest.approx(raw)])
    section = next(each for each in SECTIONS if each.title.startswith("Input "))
    _, told = section.blocks(result, {})
    assert f"ends at {raw:.1f}% instead of {head:.1f}%" in told
    factor = float(re.search(r"is ([\d.]+) times the length", told)[1])
    assert factor == pytest.approx(apart, rel=0.05)
    (words,) = section.blocks(transfer(), {})
    white = [float(each) for each in re.search(r"white is \((.*?)\)", words)[1].split(",")]
    assert white == pytest.approx([0.515 / 0.229, 0.544 / 0.224, 0.594 / 0.225], abs=0.0051)


def test_trainings_from_imagenet_have_a_cut_before_every_block(monkeypatch) -> None:
    """Accuracies that are not there yet, and made-up ones."""
    result = transfer(view="runs", base="resnet18", images=100)
    spec = result.specs[0]
    monkeypatch.setattr(figures, "arms", lambda specs: {})
    empty = figures.picture(result, optimizer="Adam")
    assert set(empty.sentences) == {"No run with these settings has finished yet."}
    assert empty.panels[2].frames == ()
    pack(empty)
    made = {
        arm: Arm(arm, np.array([0.0, 100.0]), np.array([[0.2, 0.5 + place / 100]]), (0,), True)
        for place, arm in enumerate(spec.arms)
    }
    monkeypatch.setattr(figures, "arms", lambda specs: made)
    shown = figures.picture(result, optimizer="Adam")
    assert shown.axis.values == result.cuts and len(shown.sentences) == len(result.cuts) == 6
    assert shown.axis.texts[2] == "7: layer2.0.conv1"
    assert shown.axis.start in shown.axis.values
    found = {each.label: each.texts for each in shown.readouts}
    assert found["test accuracy with the cut"][2] == "54.0%"
    assert found["trainable"][0] == f"{result.params:,}" and found["trainable"][-1] == "2,565"
    assert shown.sentences[2].startswith("Trained from layer2.0.conv1 on, on 100 images: 4.0 points better")
    assert shown.sentences[0].startswith("Everything is trained")
    section = next(each for each in SECTIONS if "networks are trained" in each.title)
    words = section.blocks(result, {"images": 100})[0]
    assert "scaled from 28 to 32 pixels" in words and "100 updates of Adam" in words
    assert tables(result, {})["layers.csv"]["cut"].count(1) == 6
