"""Weights of ImageNet: from torchvision's kind of file into a typed network, cached features, trainings from them.

The weights here are drawn by chance and saved by torch: the real ones are not part of Lectern, and nothing here fetches
them.
"""

from __future__ import annotations

import hashlib
import io
import urllib.request
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from torchvision import models

from core.labs.transfer.compute.explore import transfer
from core.labs.transfer.compute.runs import specs_of
from core.nets.bases import Scaled, apart, unprepared
from core.nets.data import Resident
from core.nets.frozen import Frozen
from core.nets.pretrained import fill, keep
from core.nets.steps import Steps
from core.nets.transfer import run_transfer
from core.nets.transfer import transfer as study
from core.nets.typed import module
from core.training import downloads, offers, pretrained
from core.training.transfer_experiment import RAW, SCRATCH, TransferTraining
from core.training.transfer_networks import BASES, network_text
from tests.kernel.nets.small import Context, images

WEIGHTS = {"resnet18": models.ResNet18_Weights.IMAGENET1K_V1, "vgg19": models.VGG19_Weights.IMAGENET1K_V1}
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def resnet():
    """torchvision's network with weights by chance, and statistics that are not those of a new one."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = models.resnet18(weights=None)
        for part in network.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.running_mean.normal_(0, 0.1)
                part.running_var.uniform_(0.5, 2)
                nn.init.uniform_(part.weight, 0.5, 1.5)
                nn.init.normal_(part.bias, 0, 0.1)
    return network.eval()


@pytest.fixture
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def there(cache, resnet):
    """A machine that has the weights of ResNet-18."""
    torch.save(resnet.state_dict(), cache / "resnet18.pth")
    keep("resnet18", cache / "resnet18.pth")


def grey(n=12, classes=6, seed=0):
    return images(n=n, side=28, classes=classes, seed=seed)


def typed(base, size=32, classes=5):
    return module(text=network_text(net=base, classes=classes, hidden=0), size=size, device="cpu")


def spec_of(**changes):
    return replace(
        specs_of(9, "resnet18")[0], text=network_text(net="resnet18", classes=3, hidden=0), batch=4, **changes
    )


# --- what torchvision says ---------------------------------------------------------------------------------


@pytest.mark.parametrize("base", WEIGHTS)
def test_address_size_and_preparation_are_torchvisions(base) -> None:
    title, name, nbytes = pretrained.FILES[base]
    wanted = WEIGHTS[base]
    assert title == BASES[base].title
    assert f"{pretrained.ADDRESS}{name}" == wanted.url
    assert round(nbytes / 2**20, 3) == wanted.meta["_file_size"]
    prepare = wanted.transforms()
    assert (tuple(prepare.mean), tuple(prepare.std)) == (pretrained.MEAN, pretrained.DEVIATION)
    found = downloads.DOWNLOADS[base]
    assert found.files == ((wanted.url, nbytes, name.split("-")[1].removesuffix(".pth")),)


@pytest.mark.parametrize("base", WEIGHTS)
def test_names_and_shapes_are_torchvisions(base) -> None:
    with torch.device("meta"):
        state = getattr(models, base)().state_dict()
    top = ("fc.", "classifier.")
    wanted = {
        name: tuple(tensor.shape)
        for name, tensor in state.items()
        if not name.startswith(top) and not name.endswith("num_batches_tracked")
    }
    assert pretrained.shapes(base) == wanted


# --- into a typed network ----------------------------------------------------------------------------------


def test_a_filled_network_computes_what_torchvisions_does(there, resnet) -> None:
    network = typed("resnet18", 40)
    fill(network, "resnet18")
    inputs = torch.randn(3, 3, 40, 40, generator=torch.Generator().manual_seed(1))
    body = nn.Sequential(*list(resnet.children())[:-1])
    with torch.no_grad():
        head = [part for part in network.modules() if isinstance(part, nn.Linear)][0]
        np.testing.assert_allclose(network(inputs), head(body(inputs)), atol=1e-6)
    assert not pretrained.kept("resnet18").read_bytes().startswith((b"PK", b"\x80"))  # neither archive nor pickle


def test_vgg_in_the_old_format_computes_what_torchvisions_does(cache, monkeypatch) -> None:
    """A VGG19 with few channels: the same layers in the same order, in a file as torch wrote it before 1.6."""
    text = BASES["vgg19"].text
    for many, few in ((64, 2), (128, 3), (256, 4), (512, 5)):
        text = text.replace(f"conv3-{many}@", f"conv3-{few}@")
    monkeypatch.setitem(BASES, "vgg19", replace(BASES["vgg19"], text=text))
    widths = {64: 2, 128: 3, 256: 4, 512: 5, "M": "M"}
    plan = [widths[each] for each in models.vgg.cfgs["E"]]
    for cached in (pretrained.shapes, pretrained.base_layers):
        cached.cache_clear()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        body = models.vgg.make_layers(plan).eval()
    state = {f"features.{name}": tensor for name, tensor in body.state_dict().items()}
    state["classifier.0.weight"] = torch.zeros(2, 2)  # which is left aside
    torch.save(state, cache / "vgg19.pth", _use_new_zipfile_serialization=False)
    try:
        keep("vgg19", cache / "vgg19.pth")
        network = typed("vgg19", 32)
        fill(network, "vgg19")
    finally:
        for cached in (pretrained.shapes, pretrained.base_layers):
            cached.cache_clear()
    inputs = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        head = [part for part in network.modules() if isinstance(part, nn.Linear)][0]
        np.testing.assert_allclose(network(inputs), head(body(inputs)), atol=1e-6)


def test_missing_and_damaged_weights_are_sentences(cache, resnet) -> None:
    with pytest.raises(ValueError, match=r"weights of ResNet-18 are not on this machine; download them first\.$"):
        fill(typed("resnet18"), "resnet18")
    place = pretrained.kept("resnet18")
    place.parent.mkdir(parents=True)
    for damage in (lambda: place.write_bytes(b"nothing"), lambda: save_file({"conv1.weight": torch.zeros(2)}, place)):
        damage()
        with pytest.raises(ValueError, match=r"ResNet-18 was damaged and has been deleted; download it again\.$"):
            fill(typed("resnet18"), "resnet18")
        assert not pretrained.available("resnet18")


# --- the download ------------------------------------------------------------------------------------------


class Opener(urllib.request.OpenerDirector):
    """Gives a file for every address."""

    def __init__(self, content):
        super().__init__()
        self.content, self.asked = content, []

    def open(self, fullurl, data=None, timeout=None):
        self.asked.append(fullurl)
        return io.BytesIO(self.content)


def offered_file(monkeypatch, state):
    """A file of torch.save in the place of torchvision's, with its own sum in its name."""
    file = io.BytesIO()
    torch.save(state, file)
    content = file.getvalue()
    digits = hashlib.sha256(content).hexdigest()[:8]
    url = f"https://example.org/resnet18-{digits}.pth"
    known = downloads.Download("the weights", ((url, len(content), digits),))
    monkeypatch.setitem(downloads.DOWNLOADS, "resnet18", known)
    return content


def test_a_download_keeps_the_base_alone(cache, resnet, monkeypatch) -> None:
    content = offered_file(monkeypatch, resnet.state_dict())
    assert downloads.offered("resnet18") and not pretrained.available("resnet18")
    assert offers.refusal(specs_of(25, "resnet18")).startswith("The pretrained weights are not on this server.")
    opener = Opener(content)
    steps = list(downloads.download("resnet18", opener))
    assert steps[-1][1] == len(content) and len(opener.asked) == 1
    assert pretrained.available("resnet18") and not downloads.offered("resnet18")
    assert [path.suffix for path in cache.rglob("*") if path.is_file()] == [".safetensors"]
    fill(typed("resnet18"), "resnet18")


def test_another_file_is_not_taken_over(cache, resnet, monkeypatch) -> None:
    content = offered_file(monkeypatch, resnet.state_dict())
    with pytest.raises(ValueError, match="damaged or not the expected file .SHA256 mismatch"):
        list(downloads.download("resnet18", Opener(content[:-1] + b"x")))
    content = offered_file(monkeypatch, {"conv1.weight": torch.zeros(3)})
    with pytest.raises(ValueError, match="conv1.weight is missing or has another shape"):
        list(downloads.download("resnet18", Opener(content)))
    assert not [path for path in cache.rglob("*") if path.is_file()]


# --- images as the base takes them -------------------------------------------------------------------------


def test_images_are_scaled_repeated_and_normalised_as_torchvision_does() -> None:
    found = grey()
    data = Scaled(found.train_images, found.train_labels, CPU, side=32)
    inputs, labels = data.batch(torch.tensor([5, 0]))
    grown = F.interpolate(torch.from_numpy(found.train_images[[5, 0]]).double() / 255, size=(32, 32), mode="bilinear")
    mean, deviation = (torch.tensor(each)[:, None, None] for each in (pretrained.MEAN, pretrained.DEVIATION))
    np.testing.assert_allclose(inputs, (grown.repeat(1, 3, 1, 1) - mean) / deviation, atol=1e-5)
    assert labels.tolist() == found.train_labels[[5, 0]].tolist()


def test_raw_images_keep_their_bytes_and_leave_the_others_alone() -> None:
    found = grey()
    for data in (
        Resident(found.train_images, found.train_labels, CPU),
        Scaled(found.train_images, found.train_labels, CPU, side=28),
    ):
        before = data.batch(torch.arange(3))[0].clone()
        raw = unprepared(data).batch(torch.arange(3))[0]
        np.testing.assert_allclose(raw, np.broadcast_to(found.train_images[:3], raw.shape), atol=1e-4)
        assert torch.equal(data.batch(torch.arange(3))[0], before)


def test_features_are_apart_by_their_lengths() -> None:
    assert apart(torch.tensor([[3.0, 0], [0, 0]]), torch.tensor([[0.0, 4], [0, 0]])) == pytest.approx(5 / 4)


# --- trainings ---------------------------------------------------------------------------------------------


def test_cached_features_of_resnet18_are_those_of_the_base(there, resnet) -> None:
    """Against torchvision's own network, and against every batch run anew while the head is trained."""
    found = grey(n=24)
    data = Scaled(found.train_images, found.train_labels, CPU, side=32)
    network = typed("resnet18", classes=6)
    fill(network, "resnet18")
    part = Frozen(network, transfer(view="runs", base="resnet18").specs[0].arms[-1])
    features = part.features(data)
    body = nn.Sequential(*list(resnet.children())[:-1])
    spec = spec_of()
    each = Steps(part, data, spec, 4)
    cached = Steps(part.head(), features, spec, 4)
    for start in (0, 4, 8):
        index = torch.arange(start, start + 4)
        with torch.no_grad():
            inputs = data.batch(index)[0]
            np.testing.assert_allclose(features.batch(index)[0].flatten(1), body(inputs).flatten(1), atol=1e-6)
            np.testing.assert_allclose(part(inputs), part.head()(features.batch(index)[0]), atol=1e-6)
        each.step(index, None)  # in training mode: the statistics of the base must not move
    assert cached.evaluate(features) == pytest.approx(each.evaluate(data), abs=1e-6)


@pytest.mark.parametrize("arm", [20, 72])
def test_what_is_frozen_stays_bit_for_bit(there, arm) -> None:
    found = grey()
    data = Scaled(found.train_images, found.train_labels, CPU, side=32)
    network = typed("resnet18", classes=6)
    fill(network, "resnet18")
    leaves = [part for part in network.modules() if next(part.children(), None) is None]
    before = [{name: tensor.clone() for name, tensor in part.state_dict().items()} for part in leaves]
    Steps(Frozen(network, arm), data, spec_of(), 4).run([(torch.arange(4), None)] * 2, [0.01] * 2, [0.9] * 2)
    for place, (part, known) in enumerate(zip(leaves, before, strict=True)):
        for name, tensor in part.state_dict().items():
            assert torch.equal(tensor, known[name]) == (place < arm), (place, name)


def test_a_run_has_an_arm_for_every_block() -> None:
    spec = specs_of(25, "resnet18")[0]
    names = {layer.calls: layer.name for layer in transfer(net="resnet18").layers if layer.params}
    assert spec.arms[:2] == (SCRATCH, RAW)
    assert [names[arm] for arm in spec.arms[2:]] == ["conv1", *(f"layer{k}.0.conv1" for k in (1, 2, 3, 4)), "outputs"]
    starts = transfer(view="runs", base="vgg19", side=64)
    assert [starts.layers[cut].name for cut in starts.cuts] == [*(f"block{k}_conv1" for k in range(1, 6)), "outputs"]
    assert starts.arm_of == starts.specs[0].arms[2:]
    assert starts.image == (3, 64, 64)


def test_a_run_goes_on_where_it_was(there, tmp_path, monkeypatch) -> None:
    spec = spec_of(updates=1, every=1)
    monkeypatch.setattr("core.nets.transfer.load", lambda spec: grey(n=24))
    monkeypatch.setattr(TransferTraining, "arms", (RAW, 54, 72))
    records = list(study(spec))
    assert [(each["frozen"], each["step"]) for each in records] == [(arm, step) for arm in spec.arms for step in (0, 1)]
    assert {each["frozen"] for each in records if "apart" in each} == {RAW}
    short = Context(tmp_path / "short", stop=2)  # in the middle of the last but one
    assert run_transfer(spec.as_json(), None, short) is None
    rest = Context(tmp_path / "short")
    result = run_transfer(spec.as_json(), short.folder, rest)
    assert result == {"test_accuracy": {each["arm"]: each["test_accuracy"] for each in records}}
    assert short.records + rest.records == records
    assert rest.progress == pytest.approx([2 / 3, 2 / 3, 1])


def test_a_run_without_weights_is_a_sentence(cache) -> None:
    with pytest.raises(ValueError, match="download them first"):
        next(study(specs_of(25, "resnet18")[0]))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"base": "resnet50"}, "`base` must be one of"),
        ({"base": "vgg19"}, "must begin with that of VGG19"),
        ({"side": 32}, "`side` must be in"),
    ],
)
def test_bases_that_make_no_sense_are_refused(settings, message) -> None:
    with pytest.raises(ValueError, match=message):
        TransferTraining(**settings)
    with pytest.raises(ValueError, match="`side` must be in"):
        specs_of(25, "resnet18", 16)


@pytest.mark.parametrize(("side", "times"), [(32, 1), (64, 4)])
def test_the_expected_time_counts_passes_through_the_base(side, times, monkeypatch) -> None:
    """By hand, with 37.0 million multiplications a pass of ResNet-18 at 32 x 32, all in its convolutions."""
    spec = specs_of(1000, "resnet18", side)[0]
    table = transfer(net="resnet18", size=side, classes=5)
    passes = sum(
        layer.kernel**2 * layer.inputs * layer.outputs * layer.shape[1] * layer.shape[2]
        for layer in table.layers
        if layer.kind == "convolution"
    )
    seen, tested = 100 * 25, 6 * 500
    cached = (2 * (1000 + 500) + 500) * passes  # raw and prepared, the test images of the former both ways
    scratch_and_all = 2 * (3 * seen + tested) * passes
    assert cached + scratch_and_all < spec.macs < cached + 6 * (3 * seen + tested) * passes
    one = specs_of(1000, "resnet18", 32)[0].macs
    assert spec.macs == pytest.approx(times * one, rel=0.01)
    monkeypatch.setattr(offers.pretrained, "available", lambda base: True)
    monkeypatch.setenv("LECTERN_JOBS_SECONDS", "60")
    assert "the limit is 60 s" in offers.refusal([spec])
