"""Downloads: images on the page about range tests, and weights; the host's own set."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from pages.ui import downloads, runs
from tests.states import as_read

Open = Callable[..., AppTest]
MEGABYTES = 170.052171  # of CIFAR-10


@pytest.fixture
def open_it(new_app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Open:
    """Open the page on a host that trains and has only what comes with Lectern."""
    monkeypatch.setenv("LECTERN_TRAINING", "on")
    monkeypatch.setenv("LECTERN_JOBS_FOLDER", str(tmp_path / "jobs"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LECTERN_DATA", str(tmp_path / "data"))

    def start(**query: str) -> AppTest:
        app = new_app(**query)
        app.switch_page("pages/lr_range.py")
        return run(app)

    return start


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception, app.exception
    return app


def words(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.caption)


def buttons(app: AppTest) -> list[str]:
    return [button.label for button in app.button if ":download:" in button.key or ":run:" in button.key]


def press(app: AppTest, name: str) -> None:
    app.button(f"lr_range:download:{name}").click()
    run(app)


def put(monkeypatch: pytest.MonkeyPatch, state: str, progress: float = 0.0, message: str = "") -> None:
    """Put the download into a state."""
    monkeypatch.setattr(downloads, "look", lambda data: jobs.Status(state, progress, message=message))


# ---- downloads


def test_nothing_is_fetched_without_a_click(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(downloads, "begin", lambda data, owner: asked.append(data))
    app = open_it(data="cifar-10")
    assert "CIFAR-10 is not on this server." in words(app)
    assert "From cs.toronto.edu; downloaded once" in words(app)
    assert buttons(app) == [f"Download CIFAR-10 ({MEGABYTES:.0f} MB)"]
    assert not asked and not jobs.runs()
    press(app, "begin")
    assert asked == ["cifar-10"]


def test_images_that_are_there_are_not_offered(open_it: Open) -> None:
    assert buttons(open_it()) == ["Train live"]


def test_a_download_shows_its_megabytes_and_can_be_cancelled(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(downloads, "cancel", asked.append)
    put(monkeypatch, "running", 0.25)
    app = open_it(data="cifar-10")
    (bar,) = app.get("progress")
    assert (bar.proto.value, bar.proto.text) == (25, f"CIFAR-10: {MEGABYTES / 4:.1f} of {MEGABYTES:.1f} MB")
    assert downloads.SHARED in words(app)
    assert buttons(app) == ["Cancel"]
    press(app, "Cancel")
    assert asked == ["cifar-10"]


def test_a_download_that_waits_says_for_what(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "queued", message="Runs ahead of this one: 2.")
    (bar,) = open_it(data="cifar-10").get("progress")
    assert bar.proto.text == "Runs ahead of this one: 2."


@pytest.mark.parametrize(
    ("state", "message", "said"),
    [
        ("failed", "a.gz cannot be downloaded; is there a connection to the internet?", ""),
        ("failed", "The download of a.gz is damaged or not the expected file (MD5 mismatch).", ""),
        ("cancelled", "", "The download was canceled."),
        ("interrupted", "The process of the run ended without a word.", "The download was interrupted."),
        ("done", "", "From cs.toronto.edu"),  # and then the files were deleted
    ],
)
def test_whatever_stops_a_download_is_a_sentence_and_it_can_be_tried_again(
    open_it: Open, monkeypatch: pytest.MonkeyPatch, state: str, message: str, said: str
) -> None:
    put(monkeypatch, state, message=message)
    app = open_it(data="cifar-10")
    assert (said or message) in words(app)
    assert buttons(app) == ["Download CIFAR-10 (170 MB)"]


def test_a_refusal_is_shown_until_the_next_click(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(data: str, owner: str) -> None:
        raise ValueError("20 runs are waiting already; try again later.")

    monkeypatch.setattr(downloads, "begin", full)
    app = open_it(data="cifar-10")
    press(app, "begin")
    assert "20 runs are waiting already" in words(app)
    monkeypatch.setattr(downloads, "begin", lambda data, owner: "")
    press(app, "begin")
    assert "20 runs are waiting already" not in words(app)


def test_then_the_training_can_be_begun(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "running", 0.99)
    app = open_it(data="cifar-10")
    for module in ("core.training.downloads", "core.training.offers"):
        monkeypatch.setattr(f"{module}.available", lambda data: True)
    put(monkeypatch, "done")
    run(app)
    assert buttons(app) == ["Train"]


def test_where_nothing_is_trained_nothing_is_fetched(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_it(data="cifar-10")
    monkeypatch.setenv("LECTERN_TRAINING", "off")
    run(app)
    assert buttons(app) == []
    assert "Training is disabled on this server" in words(app)


# ---- the host's own set


def write(folder: Path, classes: int, side: int = 12, count: int = 40) -> None:
    """Write four files in the format of MNIST, as described by its authors."""
    folder.mkdir(parents=True)
    for part in ("train", "t10k"):
        images = np.random.default_rng(0).integers(0, 256, (count, side, side), dtype=np.uint8)
        labels = np.arange(count, dtype=np.uint8) % classes
        head = struct.pack(">4I", 2051, count, side, side)
        (folder / f"{part}-images-idx3-ubyte").write_bytes(head + images.tobytes())
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 2049, count) + labels.tobytes())


def test_without_a_folder_the_page_says_how_to_name_one_and_stays(open_it: Open, tmp_path: Path) -> None:
    app = open_it(data="own", seed="91")
    said = as_read(app.warning[0].value)
    assert "set LECTERN_DATA to a folder with train-images-idx3-ubyte, " in said
    assert str(tmp_path) not in said
    assert app.get("bidi_component")
    assert buttons(app) == ["Train live"]  # for the settings that are still shown


def test_a_set_of_ones_own_has_as_many_outputs_as_classes(
    open_it: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(tmp_path / "data", classes=3)
    asked: list[Any] = []
    monkeypatch.setattr(runs, "begin", lambda spec, owner: asked.append(spec))
    app = open_it(data="own", seed="92")
    assert "Your images: 40 training images of 12 × 12 pixels, 3 classes." in words(app)
    assert "Only 40 training images: each batch has 40, not 64." in words(app)
    app.button("lr_range:run:train").click()
    run(app)
    (spec,) = asked
    assert (spec.text, spec.data, spec.images) == ("fc128, relu, fc128, relu, fc3", "own", 40)
    assert len(spec.checksum) == 32


@pytest.mark.parametrize(
    ("query", "side", "said"),
    [
        ({"net": "own", "text": "fc10"}, 12, "“Your network” must take images of 1 × 12 × 12 and end in fc3; its last"),
        ({"net": "lenet"}, 8, "LeNet-5 takes no images of 1 × 8 × 8: Kernel (5x5) larger than input (4x4)"),
    ],
    ids=("outputs", "size"),
)
def test_a_network_that_does_not_fit_is_refused(
    open_it: Open, tmp_path: Path, query: dict[str, str], side: int, said: str
) -> None:
    write(tmp_path / "data", classes=3, side=side)
    (warning,) = open_it(data="own", seed="93", **query).warning
    assert said in as_read(warning.value)


def test_a_damaged_set_is_a_sentence(open_it: Open, tmp_path: Path) -> None:
    write(tmp_path / "data", classes=3)
    (tmp_path / "data/train-images-idx3-ubyte").write_bytes(b"short")
    (warning,) = open_it(data="own", seed="94").warning
    assert "train-images-idx3-ubyte must begin with the number 2,051" in as_read(warning.value)


def test_the_weights_of_a_base_are_offered_where_it_can_be_trained(
    new_app: Callable[..., AppTest], open_it: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(downloads, "begin", lambda data, owner: asked.append(data))
    link = {"view": "runs", "base": "vgg19"}

    def opened() -> AppTest:
        app = new_app(**link)
        app.switch_page("pages/transfer.py")
        return run(app)

    app = opened()
    assert buttons(app) == ["Download the weights of VGG19 (575 MB)"]
    assert "From download.pytorch.org" in words(app)
    app.button("transfer:download:begin").click()
    run(app)
    assert asked == ["vgg19"]
    monkeypatch.setenv("LECTERN_TRAINING", "small")
    app = opened()
    assert not buttons(app)
    assert "the limit is 30 s" in words(app)
