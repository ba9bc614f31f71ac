"""Files of torch.save read as data: the numbers are torch's own, and no code in a file is ever run."""

from __future__ import annotations

import copyreg
import io
import os
import pickle  # what must not be run has to be made first
import struct
import tracemalloc
import zipfile
import zlib
from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

from core.nets.torch_files import read_tensors

SHAPES = {"one.weight": (4, 3, 2, 2), "one.bias": (4,), "two.scale": ()}


def tensors(seed=0):
    generator = torch.Generator().manual_seed(seed)
    found = OrderedDict((name, torch.randn(shape, generator=generator)) for name, shape in SHAPES.items())
    found["two.count"] = torch.tensor(7)  # of 64 bits, and not asked for
    return found


@pytest.fixture(params=[True, False], ids=["zip", "pickles"])
def save(request, tmp_path):
    """Writes in the present format, and in that of torch before 1.6."""

    def write(value):
        path = tmp_path / "weights.pth"
        torch.save(value, path, _use_new_zipfile_serialization=request.param)
        return path

    return write


def same(found, wanted):
    assert set(found) == set(SHAPES)
    for name, array in found.items():
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, wanted[name].numpy())


def test_the_numbers_are_those_that_torch_has_saved(save) -> None:
    wanted = tensors()
    same(read_tensors(save(wanted), SHAPES), wanted)
    same(read_tensors(save(dict(wanted)), SHAPES), wanted)


def test_a_module_and_its_parameters(save) -> None:
    """A state dict carries notes of the modules, and old ones hold parameters rather than tensors."""
    network = nn.Sequential(nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5))
    state = network.state_dict()
    wanted = {name: tuple(tensor.shape) for name, tensor in state.items() if tensor.is_floating_point()}
    for given in (state, OrderedDict(network.named_parameters()) | network.state_dict(keep_vars=True)):
        found = read_tensors(save(given), wanted)
        assert all(np.array_equal(found[name], state[name].numpy()) for name in wanted)


def test_parts_of_a_storage(save) -> None:
    """Two tensors that share numbers, the second of which begins in the middle."""
    whole = torch.arange(24.0)
    found = read_tensors(save({"head": whole[:6].view(2, 3), "tail": whole[20:]}), {"head": (2, 3), "tail": (4,)})
    assert found["head"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert found["tail"].tolist() == [20, 21, 22, 23]


def test_the_step_along_a_side_of_one_does_not_matter(save) -> None:
    column = torch.arange(4.0).as_strided((4, 1), (1, 9))
    assert read_tensors(save({"x": column}), {"x": (4, 1)})["x"].tolist() == [[0], [1], [2], [3]]


class Storage(str):
    """Stands for numbers in a pickle as torch wrote it in 2017."""


class Pickler(pickle._Pickler):
    """Writes a storage as torch does: by its key, kind, place and size."""

    def persistent_id(self, value):
        return ("storage", torch.FloatStorage, str(value), "cuda:0", 3, None) if isinstance(value, Storage) else None


class Old:
    """Pickles as a call of a function, or as an object of a class that is made without a call and given a state."""

    def __init__(self, function, given, state=None):
        self.reduced = function, given, state

    def __reduce_ex__(self, protocol):
        return self.reduced

    __class__ = property(lambda self: torch.nn.Parameter)  # which the pickler checks


def pickled(value):
    file = io.BytesIO()
    Pickler(file, 2).dump(value)
    return file.getvalue()


def rebuilt():
    return Old(torch._utils._rebuild_tensor, (Storage("k"), 0, (3,), (1,)))


@pytest.mark.parametrize(
    "value",
    [
        {"x": rebuilt()},
        Old(OrderedDict, ([["x", rebuilt()]],)),  # as Python 2 wrote it
        {"x": Old(torch._utils._rebuild_parameter, (rebuilt(), True, OrderedDict()))},
        {"x": Old(copyreg.__newobj__, (torch.nn.Parameter, rebuilt()), (True, False, None))},
        {"x": Old(copyreg.__newobj__, (torch.nn.Parameter,), (rebuilt(), None, None, True, False))},
    ],
    ids=["tensor", "list", "parameter", "made", "state"],
)
@pytest.mark.parametrize("python", [2, 3])
def test_files_of_old_versions(tmp_path, value, python) -> None:
    """Five pickles, and the numbers behind them: how many, and then one after another."""
    path = tmp_path / "old.pth"
    head = [pickle.dumps(each, 2) for each in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})]
    body = pickled(value).replace(*((b"X\x01\0\0\0", b"U\x01") if python == 2 else (b"", b"")))  # texts of bytes
    numbers = struct.pack("<q3f", 3, 1.5, -2, 0.25)
    path.write_bytes(b"".join([*head, body, pickle.dumps(["k"], 2), numbers]))
    assert read_tensors(path, {"x": (3,)})["x"].tolist() == [1.5, -2, 0.25]
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(ValueError, match="cut short"):
        read_tensors(path, {"x": (3,)})
    path.write_bytes(path.read_bytes().replace(numbers[:8], struct.pack("<q", 4)))
    with pytest.raises(ValueError, match="a part of it has another size"):
        read_tensors(path, {"x": (3,)})


def test_a_file_that_begins_otherwise_is_refused(tmp_path) -> None:
    path = tmp_path / "other.pth"
    path.write_bytes(b"".join(pickle.dumps(each, 2) for each in (17, 1001, {}, {}, [])))
    with pytest.raises(ValueError, match="it does not begin as one"):
        read_tensors(path, {})


# --- hostile and damaged files -----------------------------------------------------------------------------


class Evil:
    """Runs a command when it is unpickled."""

    def __init__(self, made):
        self.made = made

    def __reduce__(self):
        return os.system, (f"touch {self.made}",)


def test_code_is_refused_and_not_run(save, tmp_path) -> None:
    made = tmp_path / "made"
    for value in (Evil(made), {"one.bias": Evil(made)}, tensors() | {"more": Evil(made)}):
        with pytest.raises(ValueError, match=r"not one that is expected: its pickle names \w+\.system\.$"):
            read_tensors(save(value), SHAPES)
    assert not made.exists()


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([torch.zeros(4)], "no dict of tensors"),
        ({"one.bias": 3}, "more than tensors"),
        ({"one.bias": [torch.zeros(4)]}, "more than tensors"),
        ({1: torch.zeros(4)}, "a dict without names"),
        (tensors() | {"one.bias": torch.zeros(5)}, "one.bias is missing or has another shape"),
        (tensors() | {"one.bias": torch.zeros(4, dtype=torch.int64)}, "one.bias is missing or has another shape"),
        ({"one.bias": torch.zeros(4)}, "one.weight is missing or has another shape"),
        (tensors() | {"one.weight": torch.zeros(4, 2, 2, 3).permute(0, 3, 1, 2)}, "one.weight are in another order"),
        (tensors() | {"more": torch.zeros(2, dtype=torch.float64)}, "its pickle names torch.DoubleStorage"),
        (nn.Linear(2, 2), "its pickle names torch.nn.modules.linear.Linear"),
    ],
)
def test_what_else_is_in_a_file_is_refused(save, value, why) -> None:
    with pytest.raises(ValueError, match=why):
        read_tensors(save(value), SHAPES)


def test_calls_of_known_names_in_other_places_are_refused(tmp_path) -> None:
    """The names are harmless, but what is called is a storage, and what is changed is a tuple."""
    call = b"\x80\x02ctorch\nFloatStorage\n)R."
    made = b"\x80\x02ctorch\nFloatStorage\n)\x81."
    changed = b"\x80\x02)}b."
    number = b"\x80\x02(K\x01K\x02l."  # LIST, which torch does not write
    for content, why in (
        (call, "its pickle calls torch.FloatStorage"),
        (made, "its pickle makes a torch.FloatStorage"),
        (changed, "changes something else than a dict"),
        (number, "has the opcode LIST"),
    ):
        path = tmp_path / "odd.pth"
        path.write_bytes(content)
        with pytest.raises(ValueError, match=why):
            read_tensors(path, SHAPES)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9, 0.99])
def test_a_file_that_is_cut_short_is_refused(save, share) -> None:
    path = save({name: tensor for name, tensor in tensors().items() if name in SHAPES})
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match=r"^The file of weights is (damaged|not one that is expected: .*)\.$"):
        read_tensors(path, SHAPES)


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x80\x02K\x05.", b"\x80\x02h\x05.", b"\x80\x02t."])
def test_other_files_are_refused(tmp_path, content) -> None:
    path = tmp_path / "other.pth"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"^The file of weights is"):
        read_tensors(path, SHAPES)


def test_a_bomb_is_not_unpacked(tmp_path) -> None:
    """A small file whose pickle or whose numbers would be large: neither is read."""
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", bytes(50_000_000))
    assert path.stat().st_size < 100_000
    with pytest.raises(ValueError, match="compressed or too large"):
        read_tensors(path, SHAPES)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", bytes(2_000_000))
    with pytest.raises(ValueError, match="compressed or too large"):
        read_tensors(path, SHAPES)


def test_numbers_that_are_not_asked_for_are_not_read(save) -> None:
    """The second storage is damaged: who does not ask for it does not see it."""
    path = save({"first": torch.zeros(4), "second": torch.full((1000,), 7.0)})
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<1000f", *[7.0] * 1000), bytes(4000)))
    assert content != path.read_bytes()
    assert read_tensors(path, {"first": (4,)})["first"].tolist() == [0] * 4


def test_an_archive_with_two_pickles_is_refused(tmp_path) -> None:
    path = tmp_path / "two.pth"
    with zipfile.ZipFile(path, "w") as archive:
        for folder in "ab":
            archive.writestr(f"{folder}/data.pkl", pickle.dumps({}, 2))
    with pytest.raises(ValueError, match="no pickle of its own, or several"):
        read_tensors(path, {})


# --- files made by hand ------------------------------------------------------------------------------------

FOUR = struct.pack("<4f", 1, 2, 3, 4)
SHARED = b")" + b"q\1h\1\x86" * 20  # a tuple of a tuple twice, of a tuple twice ...: a million to print


def text(value):
    return b"X" + struct.pack("<I", len(value)) + value.encode()


NAME = text("0")


def by_hand(key=NAME, count=b"K\4", name="x", offset=b"K\0"):
    """A pickle of a dict with four numbers."""
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + key + text("cpu") + count + b"tQ"
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + offset + b"(K\4t(K\1t\x89}tR"
    return b"\x80\2}(" + text(name) + tensor + b"u."


def zipped(path, body, numbers=FOUR, how=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", how) as archive:
        archive.writestr("a/data.pkl", body)
        archive.writestr("a/data/0", numbers)
    return path


def one_after_another(path, body, keys=b"\x80\2]" + NAME + b"a.", count=4):
    head = b"".join(pickle.dumps(each, 2) for each in (0x1950A86A20F9469CFC6C, 1001, {}))
    path.write_bytes(head + body + keys + struct.pack("<Q", count) + FOUR)
    return path


WRITERS = pytest.mark.parametrize("write", [zipped, one_after_another])


@WRITERS
def test_what_is_made_by_hand_is_read(tmp_path, write) -> None:
    assert read_tensors(write(tmp_path / "hand.pth", by_hand()), {"x": (4,)})["x"].tolist() == [1, 2, 3, 4]


@WRITERS
@pytest.mark.parametrize("odd", [{"key": SHARED}, {"key": b"K\0"}, {"count": b"\x88"}, {"count": text("4")}])
def test_numbers_without_a_name_or_a_count_are_refused(tmp_path, write, odd) -> None:
    with pytest.raises(ValueError, match="its numbers have no name or no count"):
        read_tensors(write(tmp_path / "odd.pth", by_hand(**odd)), {"x": (4,)})


@WRITERS
@pytest.mark.parametrize("offset", [b"K\1", b"J\xff\xff\xff\xff", b"\x8a\x09" + b"\xff" * 8 + b"\0"])
def test_numbers_before_and_behind_a_storage_are_not_there(tmp_path, write, offset) -> None:
    with pytest.raises(ValueError, match="it is cut short"):
        read_tensors(write(tmp_path / "odd.pth", by_hand(offset=offset)), {"x": (4,)})


def test_an_archive_that_is_packed_is_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match="a part of it is compressed or too large"):
        read_tensors(zipped(tmp_path / "packed.pth", by_hand(), how=zipfile.ZIP_DEFLATED), {"x": (4,)})


def test_a_list_of_numbers_without_names_is_refused(tmp_path) -> None:
    path = one_after_another(tmp_path / "odd.pth", by_hand(), keys=b"\x80\2]" + SHARED + b"a.")
    with pytest.raises(ValueError, match="its numbers have no name"):
        read_tensors(path, {"x": (4,)})


def test_a_dict_is_made_of_pairs_alone(tmp_path) -> None:
    """Else one long list, named many times, would be more than there is memory."""
    body = b"\x80\2ccollections\nOrderedDict\n(](](" + text("x") + b"N" + text("y") + b"NeetR."
    with pytest.raises(ValueError, match="The file of weights is damaged"):
        read_tensors(zipped(tmp_path / "odd.pth", body), {})


@pytest.mark.parametrize("count", [5, 2**33, 2**40, 2**62, 2**64 - 1])
def test_more_numbers_than_the_file_has_are_not_made_room_for(tmp_path, count) -> None:
    body = by_hand(count=b"\x8a\x09" + count.to_bytes(9, "little"))
    for wanted in ({"x": (4,)}, {}):
        with pytest.raises(ValueError, match="it is cut short"):
            read_tensors(one_after_another(tmp_path / "odd.pth", body, count=count), wanted)


def test_tensors_that_share_their_numbers_read_them_once(tmp_path) -> None:
    count, many = 250_000, 30
    whole = torch.arange(float(count))
    path = tmp_path / "shared.pth"
    torch.save({str(k): whole[k : k + 4] for k in range(many)}, path)
    tracemalloc.start()
    try:
        found = read_tensors(path, {str(k): (4,) for k in range(many)})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [found[str(k)][0] for k in range(many)] == list(range(many))
    assert peak < 4 * 4 * count


def test_parts_that_overlap_in_the_archive_are_refused(tmp_path) -> None:
    """Each has all that are behind it in it, so that together they are longer than the file."""
    path, many = tmp_path / "nested.pth", 8
    names = [str(k) for k in range(many)]
    body = b"\x80\2}(" + b"".join(by_hand(text(k), b"M\xff\x7f", k)[4:-2] for k in names) + b"u."
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", body)
        for k in names:
            archive.writestr(f"a/data/{k}", FOUR * 250)
        starts = [archive.getinfo(f"a/data/{k}").header_offset + 30 + len("a/data/0") for k in names]
    wanted = dict.fromkeys(names, (4,))
    assert set(read_tensors(path, wanted)) == set(wanted)
    content = path.read_bytes()
    end, rest = content.index(b"PK\1\2"), bytearray(content[content.index(b"PK\1\2") :])
    for k, start in zip(names, starts, strict=True):
        entry = rest.index(f"a/data/{k}".encode()) - 46
        inside = content[start:end]
        rest[entry + 16 : entry + 28] = struct.pack("<3I", zlib.crc32(inside), len(inside), len(inside))
    path.write_bytes(content[:end] + rest)
    assert read_tensors(path, dict.fromkeys(names[-1:], (4,)))["7"].tolist() == [1, 2, 3, 4]
    with pytest.raises(ValueError, match="a part of it is compressed or too large"):
        read_tensors(path, wanted)


def test_a_place_behind_the_end_of_all_disks_is_a_damage(tmp_path) -> None:
    path = zipped(tmp_path / "far.pth", by_hand())
    content = path.read_bytes()
    place, end = content.rindex(b"PK\1\2"), content.rindex(b"PK\5\6")
    more = struct.pack("<HHQQQ", 1, 24, 16, 16, 2**62)  # sizes and offset of 64 bits
    entry = bytearray(content[place:end])
    entry[20:28], entry[30:32], entry[42:46] = b"\xff" * 8, struct.pack("<H", len(more)), b"\xff" * 4
    whole, foot = content[:place] + entry + more, bytearray(content[end:])
    foot[12:16] = struct.pack("<I", len(whole) - struct.unpack("<I", foot[16:20])[0])
    path.write_bytes(whole + foot)
    with pytest.raises(ValueError, match=r"^The file of weights is damaged\.$"):
        read_tensors(path, {"x": (4,)})
