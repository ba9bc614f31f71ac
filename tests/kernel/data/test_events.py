"""TensorBoard's event files against one that torch wrote, Google's protocol buffers, and published checksums."""

from __future__ import annotations

import math
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st

from core.data.events import crc32c, is_events, read_scalars, write_scalars
from core.data.records import columns_of

# Written by torch.utils.tensorboard.SummaryWriter (torch 2.14.1, tensorboard 2.21.0): a text, a histogram, and 60 steps
# of train/lr with new_style=True, which makes tensors of them, and of train/loss.
WRITTEN = Path(__file__).with_name("torch.tfevents").read_bytes()
RATES = [float(f"{rate:.6g}") for rate in np.geomspace(1e-5, 1, 60)]
LOSSES = [round(2.3 - 1.8 / (1 + math.exp(-3 * (math.log10(rate) + 2.5))), 5) for rate in RATES]


def event_class() -> Any:
    """Declare the fields that scalars have in event.proto, summary.proto, and tensor.proto of TensorFlow."""
    kinds = {"double": 1, "float": 2, "int64": 3, "int32": 5, "string": 9, "message": 11, "bytes": 12}
    file = descriptor_pb2.FileDescriptorProto(name="event.proto", package="t", syntax="proto2")
    for name, fields in {
        "Tensor": [(1, "dtype", "int32"), (4, "tensor_content", "bytes"), (5, "float_val", "float")],
        "Value": [(1, "tag", "string"), (2, "simple_value", "float"), (8, "tensor", "message Tensor")],
        "Summary": [(1, "value", "message Value")],
        "Event": [
            (1, "wall_time", "double"),
            (2, "step", "int64"),
            (3, "file_version", "string"),
            (5, "summary", "message Summary"),
        ],
    }.items():
        message = file.message_type.add(name=name)
        for number, field, kind in fields:
            word, _, inner = kind.partition(" ")
            label = 3 if field in ("value", "float_val") else 1
            more = {"type_name": f".t.{inner}"} if inner else {}
            message.field.add(name=field, number=number, type=kinds[word], label=label, **more)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("t.Event"))


Event = event_class()


def framed(events: list[Any]) -> bytes:
    """Put records around events, with checksums bit by bit."""

    def mask(data: bytes) -> bytes:
        crc = 0xFFFFFFFF
        for bit in (byte >> k & 1 for byte in data for k in range(8)):
            crc = crc >> 1 ^ (0x82F63B78 if (crc ^ bit) & 1 else 0)
        crc ^= 0xFFFFFFFF
        return struct.pack("<I", ((crc >> 15) + (crc << 17 & 0xFFFFFFFF) + 0xA282EAD8) % 2**32)

    parts = []
    for data in (event.SerializeToString() for event in events):
        size = struct.pack("<Q", len(data))
        parts += [size, mask(size), data, mask(data)]
    return b"".join(parts)


def scalar(tag: str, step: int, **value: Any) -> Any:
    return Event(wall_time=1.5e9, step=step, summary={"value": [{"tag": tag, **value}]})


@pytest.mark.parametrize(  # RFC 3720, B.4
    ("data", "crc"),
    [
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
        (b"123456789", 0xE3069283),
    ],
)
def test_published_checksums(data: bytes, crc: int) -> None:
    assert crc32c(data) == crc


def test_a_file_of_torch_gives_its_scalars() -> None:
    steps = list(range(60))
    assert is_events(WRITTEN)
    assert read_scalars(WRITTEN) == {"train/lr": (steps, RATES), "train/loss": (steps, LOSSES)}


def test_forms_of_scalars_that_other_programs_write() -> None:
    found = read_scalars(
        framed(
            [
                Event(file_version="brain.Event:2"),
                scalar("old", 0, simple_value=0.1),
                scalar("keras", 1, tensor={"dtype": 1, "tensor_content": struct.pack("<f", 0.3)}),
                scalar("double", 2, tensor={"dtype": 2, "tensor_content": struct.pack("<d", 1 / 3)}),
                scalar("long", 3, tensor={"dtype": 9, "tensor_content": struct.pack("<q", -7)}),
                scalar("many", 4, tensor={"dtype": 1, "float_val": [1, 2]}),
                scalar("words", 5, tensor={"dtype": 7}),
                scalar("old", 0, simple_value=2.0),
                scalar("old", -1, simple_value=math.nan),
            ]
        )
    )
    assert list(found) == ["old", "keras", "double", "long"]
    assert found["old"][0] == [0, -1] and found["old"][1][0] == 2.0 and math.isnan(found["old"][1][1])
    assert [found[name][1] for name in ("keras", "double", "long")] == [[0.3], [1 / 3], [-7.0]]


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), max_size=150),
        st.lists(
            st.tuples(st.integers(0, 2**62), st.floats(width=32)), min_size=1, max_size=5, unique_by=lambda p: p[0]
        ),
        max_size=2,
    )
)
def test_what_is_written_is_read_by_google_s_library(scalars: dict[str, list[tuple[int, float]]]) -> None:
    content = write_scalars({tag: tuple(zip(*pairs, strict=True)) for tag, pairs in scalars.items()})
    events, at = [], 0
    while at < len(content):
        (size,) = struct.unpack_from("<Q", content, at)
        events.append(Event.FromString(content[at + 12 : at + 12 + size]))
        at += size + 16
    assert events[0].file_version == "brain.Event:2" and framed(events) == content
    read = [(event.summary.value[0].tag, event.step, event.summary.value[0].simple_value) for event in events[1:]]
    np.testing.assert_equal(read, [(tag, step, value) for tag, pairs in scalars.items() for step, value in pairs])
    assert len(read_scalars(content)) == len(scalars)


def test_numbers_beyond_32_bits_are_infinite() -> None:
    assert read_scalars(write_scalars({"a": ([0], [1e300])})) == {"a": ([0], [math.inf])}


def test_a_last_record_in_writing_is_left_out_and_damage_is_told() -> None:
    for cut in (len(WRITTEN) - 1, len(WRITTEN) - 60):
        assert len(read_scalars(WRITTEN[:cut])["train/lr"][0]) >= 58
    damaged = bytearray(WRITTEN)
    damaged[-6] ^= 1
    with pytest.raises(
        ValueError, match=re.escape(f"damaged after {ends(WRITTEN)[-2]:,} of its {len(WRITTEN):,} bytes")
    ):
        read_scalars(bytes(damaged))
    with pytest.raises(ValueError, match="is not an event"):
        read_scalars(framed([type("Raw", (), {"SerializeToString": lambda self: b"\x2a\xff\x01"})()]))


def ends(content: bytes) -> list[int]:
    """Return the end of each record."""
    found = [0]
    while found[-1] < len(content):
        found.append(found[-1] + struct.unpack_from("<Q", content, found[-1])[0] + 16)
    return found


@given(st.data(), st.integers(1, 255))
def test_any_changed_byte_is_noticed(data: st.DataObject, change: int) -> None:
    few = bytearray(WRITTEN[: ends(WRITTEN)[8]])
    few[data.draw(st.integers(0, len(few) - 1))] ^= change
    with pytest.raises(ValueError, match="damaged after"):
        read_scalars(bytes(few))


def test_columns_have_a_row_for_each_step() -> None:
    content = write_scalars({"lr": ([0, 2], [0.1, 0.2]), "loss": ([0, 1], [3, 2])})
    columns = columns_of(content, "", lambda name: False)
    assert columns == [("step", [0, 1, 2]), ("lr", [0.1, None, 0.2]), ("loss", [3, 2, None])]
    with pytest.raises(ValueError, match=r"The event file holds no scalars\. Bring another\."):
        columns_of(write_scalars({}), "Bring another.", lambda name: False)
