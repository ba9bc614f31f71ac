"""Image sets: files made here byte by byte, and the published files where the system has them."""

import gzip
import hashlib
import io
import os
import struct

import numpy as np
import pytest

from core.data import image_sources, images
from core.data.image_sources import SETS, SYSTEM, available, cache, find, image_set, places
from core.data.images import CIFAR_CLASSES, Images, fashion_mnist, read_cifar, read_folder, read_idx


def idx(array) -> bytes:
    """The format as it is described: a magic number, the sizes, the bytes."""
    return struct.pack(f">{array.ndim + 1}I", 0x0800 + array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


@pytest.fixture
def arrays():
    rng = np.random.default_rng(0)
    return {
        "train-images-idx3": rng.integers(0, 256, (12, 5, 5), dtype=np.uint8),
        "train-labels-idx1": np.arange(12, dtype=np.uint8) % 10,
        "t10k-images-idx3": rng.integers(0, 256, (3, 5, 5), dtype=np.uint8),
        "t10k-labels-idx1": np.array([1, 2, 3], dtype=np.uint8),
    }


def write(folder, arrays, packed=True):
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        content = idx(array)
        path = folder / f"{name}-ubyte{'.gz' if packed else ''}"
        path.write_bytes(gzip.compress(content) if packed else content)
    return folder


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("LECTERN_DATA", raising=False)
    monkeypatch.setattr(image_sources, "SYSTEM", tmp_path / "system")


# ---- the bundled set


def test_the_bundled_set_is_balanced_and_like_the_published_one() -> None:
    found = fashion_mnist()
    assert found.shape == (1, 28, 28) and found.train_images.dtype == np.uint8
    assert np.bincount(found.train_labels).tolist() == [600] * 10
    assert np.bincount(found.test_labels).tolist() == [100] * 10
    # Mean and standard deviation of the published training set, on a scale from 0 to 1.
    assert found.train_images.mean() / 255 == pytest.approx(0.2860, abs=0.003)
    assert found.train_images.std() / 255 == pytest.approx(0.3530, abs=0.003)
    assert found.warnings == () and len(found.classes) == 10
    with pytest.raises(ValueError, match="read-only"):
        found.train_images[0] = 0


@pytest.mark.skipif(not SYSTEM.is_dir(), reason="dataset-fashion-mnist is not installed")
def test_the_bundled_set_is_the_first_tenth_of_each_class_of_the_published_one() -> None:
    raw = gzip.decompress((SYSTEM / "train-images-idx3-ubyte.gz").read_bytes())
    labels = np.frombuffer(gzip.decompress((SYSTEM / "train-labels-idx1-ubyte.gz").read_bytes()), np.uint8)[8:]
    assert hashlib.md5(raw, usedforsecurity=False).hexdigest() == "f4a8712d7a061bf5bd6d2ca38dc4d50a"
    whole = np.frombuffer(raw, np.uint8)[16:].reshape(-1, 28, 28)
    own = fashion_mnist()
    for label in range(10):
        expected = whole[labels == label][:600]
        np.testing.assert_array_equal(own.train_images[own.train_labels == label][:, 0], expected)
    found = read_folder(SYSTEM, "there")
    assert (found.name, found.source, len(found.train_images)) == ("Fashion-MNIST", "there", 60_000)
    assert found.classes == own.classes


# ---- files


@pytest.mark.parametrize("packed", [True, False])
def test_a_folder_gives_back_what_was_written(tmp_path, arrays, packed) -> None:
    found = read_folder(write(tmp_path / "own", arrays, packed), "a folder")
    np.testing.assert_array_equal(found.train_images[:, 0], arrays["train-images-idx3"])
    np.testing.assert_array_equal(found.test_labels, [1, 2, 3])
    assert found.name == "the set in own" and found.classes == tuple("0123456789")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda raw: raw[:-1], "train-images-idx3-ubyte.gz declares 300 bytes after its header but contains 299."),
        (lambda raw: raw + b"x", "train-images-idx3-ubyte.gz declares 300 bytes after its header but contains more."),
        (lambda raw: b"", "train-images-idx3-ubyte.gz must begin with the number 2,051; got an empty file."),
        (lambda raw: b"\0\0\x08\x01" + raw[4:], "must begin with the number 2,051; got 2049."),
        (lambda raw: b"short", "must begin with the number 2,051; got 1936224114."),
        (lambda raw: raw[:14], "train-images-idx3-ubyte.gz ends inside its header, after 14 bytes."),
        (lambda raw: raw[:4] + b"\xff\xff\xff\xff" + raw[8:], "at most 1,073,741,824 are read."),
        (
            lambda raw: raw[:4] + b"\xff" * 8 + bytes(4),
            "says that it has 4,294,967,295 × 4,294,967,295 × 0 bytes; at most 1,073,741,824 are read.",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_its_name(tmp_path, arrays, spoil, sentence) -> None:
    folder = write(tmp_path / "own", arrays)
    raw = idx(arrays["train-images-idx3"])
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(spoil(raw)))
    with pytest.raises(ValueError, match=r"\.$") as caught:
        read_folder(folder, "a folder")
    assert str(caught.value).endswith(sentence)


def test_a_damaged_archive_is_refused(tmp_path, arrays) -> None:
    folder = write(tmp_path / "own", arrays)
    path = folder / "train-images-idx3-ubyte.gz"
    whole = path.read_bytes()
    for damaged in (whole[:-12], whole[:30] + bytes([whole[30] ^ 255]) + whole[31:], b"no archive"):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"^train-images-idx3-ubyte\.gz is damaged or cut short: .*\.$"):
            read_folder(folder, "a folder")


def test_a_missing_file_is_named(tmp_path, arrays) -> None:
    del arrays["t10k-labels-idx1"]
    with pytest.raises(ValueError, match=r"^The folder own lacks t10k-labels-idx1-ubyte\.gz\.$"):
        read_folder(write(tmp_path / "own", arrays), "a folder")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"train_labels": np.zeros(3, np.uint8)}, "The training set of x has 4 images and 3 labels."),
        ({"train_labels": np.full(4, 3, np.uint8)}, r"The training labels of x must be in \[0, 2\]; got 3."),
        ({"test_images": np.zeros((2, 1, 3, 2), np.uint8)}, "must be equal."),
        ({"test_images": np.zeros((0, 1, 2, 2), np.uint8), "test_labels": np.zeros(0, np.uint8)}, "of x is empty."),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(changes, sentence) -> None:
    plain = {
        "name": "x",
        "source": "here",
        "classes": ("a", "b", "c"),
        "train_images": np.zeros((4, 1, 2, 2), np.uint8),
        "train_labels": np.array([0, 1, 2, 0], np.uint8),
        "test_images": np.zeros((2, 1, 2, 2), np.uint8),
        "test_labels": np.array([0, 1], np.uint8),
    }
    assert Images(**plain).warnings == ()
    with pytest.raises(ValueError, match=sentence):
        Images(**plain | changes)
    assert Images(**plain | {"train_labels": np.array([0, 1, 1, 0], np.uint8)}).warnings == (
        "No training image is of class c.",
    )
    one = Images(**plain | {"train_labels": np.ones(4, np.uint8)})
    assert one.warnings[0].startswith("All training images belong to one class")
    other = Images(**plain | {"train_labels": np.array([0, 1, 2, 1], np.uint8)})
    assert len({one.checksum, other.checksum, Images(**plain).checksum}) == 3


def test_cifar_is_read_record_by_record(tmp_path) -> None:
    rng = np.random.default_rng(1)
    rows = {name: rng.integers(0, 10, (2, 3073), dtype=np.uint8) for name in (*images.CIFAR_TRAIN, images.CIFAR_TEST)}
    for name, content in rows.items():
        (tmp_path / name).write_bytes(content.tobytes())
    found = read_cifar(tmp_path, "a folder")
    assert found.shape == (3, 32, 32) and found.classes == CIFAR_CLASSES and len(found.train_images) == 10
    third = rows["data_batch_2.bin"][0]
    # "The first 1024 bytes are the red channel values, the next 1024 the green": row by row.
    assert found.train_images[2, 1, 3, 5] == third[1 + 1024 + 3 * 32 + 5]
    assert found.train_labels[2] == third[0]
    (tmp_path / "test_batch.bin").write_bytes(b"x" * 3074)
    with pytest.raises(ValueError, match=r"test_batch.bin must have 1 to 10,000 records .*cut short\.$"):
        read_cifar(tmp_path, "a folder")
    (tmp_path / "test_batch.bin").unlink()
    with pytest.raises(ValueError, match="lacks test_batch.bin, a file"):
        read_cifar(tmp_path, "a folder")


def test_a_file_is_not_read_beyond_what_it_says() -> None:
    file = io.BytesIO(idx(np.zeros((1, 2, 2))) + bytes(1000))
    with pytest.raises(ValueError, match="contains more"):
        read_idx(file, "x-idx3")
    assert file.tell() == 16 + 5


# ---- where they are


def test_places_come_in_order(tmp_path, monkeypatch) -> None:
    assert [path for path, _ in places("fashion-mnist")] == [tmp_path / "system", cache() / "fashion-mnist"]
    monkeypatch.setenv("LECTERN_DATA", str(tmp_path / "named"))
    assert [path for path, _ in places("fashion-mnist")][:2] == [
        tmp_path / "named",
        tmp_path / "named/FashionMNIST/raw",
    ]
    assert [path for path, _ in places("cifar-10")][1] == tmp_path / "named/cifar-10-batches-bin"


def test_what_is_nowhere_is_said_to_be_and_the_bundled_set_is_always_there() -> None:
    for data in ("fashion-mnist", "own", "cifar-10"):
        assert not available(data)
        with pytest.raises(ValueError, match=r"\.$"):
            find(data)
    assert available("bundled") and find("bundled") is fashion_mnist()


def test_a_named_folder_is_found_and_is_not_called_what_it_is_not(tmp_path, arrays, monkeypatch) -> None:
    write(tmp_path / "named", arrays)
    monkeypatch.setenv("LECTERN_DATA", str(tmp_path / "named"))
    assert available("own") and len(find("own").train_images) == 12
    assert not available("fashion-mnist")
    with pytest.raises(ValueError, match="The full Fashion-MNIST is not on this server"):
        find("fashion-mnist")


def test_a_set_of_another_name_does_not_hide_fashion_mnist(tmp_path, arrays, monkeypatch) -> None:
    write(tmp_path / "named", arrays)
    labels = arrays | {"train-labels-idx1": np.full(12, 7, np.uint8)}
    write(tmp_path / "system", labels)
    monkeypatch.setenv("LECTERN_DATA", str(tmp_path / "named"))
    monkeypatch.setattr(image_sources, "FASHION_LABELS_MD5", hashlib.md5(b"\7" * 12).hexdigest())
    assert available("fashion-mnist")
    with pytest.raises(ValueError, match="from the data sets of this system are not those of Fashion-MNIST: their MD5"):
        find("fashion-mnist")


def test_damaged_labels_are_not_those_of_fashion_mnist(tmp_path, arrays, monkeypatch) -> None:
    folder = write(tmp_path / "system", arrays)
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(b"no archive")
    assert not available("fashion-mnist")


@pytest.mark.skipif(not SYSTEM.is_dir(), reason="dataset-fashion-mnist is not installed")
def test_the_published_set_is_found(monkeypatch) -> None:
    monkeypatch.setattr(image_sources, "SYSTEM", SYSTEM)
    assert available("fashion-mnist")
    assert find("fashion-mnist").source == "the data sets of this system"


def test_the_pickles_of_torchvision_are_refused_with_a_reason(tmp_path, monkeypatch) -> None:
    (tmp_path / "cifar-10-batches-py").mkdir()
    monkeypatch.setenv("LECTERN_DATA", str(tmp_path))
    assert not available("cifar-10")
    with pytest.raises(ValueError, match=r"pickle files that can run code when opened\. .*\.$"):
        find("cifar-10")


# ---- what is known of them before a training


def test_sizes_that_are_written_down_are_those_of_the_sets() -> None:
    """The bundled set as it is; the others as their authors describe them."""
    own = fashion_mnist()
    assert SETS["bundled"] == (len(own.train_images), 1, 28, len(own.classes), "") == image_set("bundled")
    assert image_set("fashion-mnist")[:4] == (60_000, 1, 28, 10)
    assert image_set("cifar-10")[:4] == (50_000, 3, 32, len(CIFAR_CLASSES))


@pytest.mark.parametrize(("highest", "classes"), [(2, 3), (9, 10), (26, 27), (0, 2)])
def test_a_set_of_ones_own_says_how_large_it_is(tmp_path, arrays, monkeypatch, highest, classes) -> None:
    arrays["train-labels-idx1"] = np.minimum(np.arange(12), highest).astype(np.uint8)
    arrays["t10k-labels-idx1"] = np.array([0, highest, 0], np.uint8)
    write(tmp_path / "named/MNIST/raw", arrays, packed=False)
    monkeypatch.setenv("LECTERN_DATA", str(tmp_path / "named"))
    images_, channels, side, found, checksum = image_set("own")
    assert (images_, channels, side, found) == (12, 1, 5, classes)
    # The digest of `Images.checksum`, written out: shape and bytes of every part.
    digest = hashlib.blake2b(digest_size=16)
    for name, array in arrays.items():
        shape = f"({len(array)}, 1, 5, 5)" if "images" in name else f"({len(array)},)"
        digest.update(shape.encode() + array.tobytes())
    assert checksum == digest.hexdigest()


def test_a_set_of_ones_own_is_read_again_when_its_files_change(tmp_path, arrays, monkeypatch) -> None:
    read = []
    monkeypatch.setattr(image_sources, "read_folder", lambda *args: read.append(args) or read_folder(*args))
    monkeypatch.setenv("LECTERN_DATA", str(write(tmp_path / "named", arrays)))
    first = image_set("own")
    assert image_set("own") is first and len(read) == 1
    write(tmp_path / "named", arrays | {"train-labels-idx1": np.zeros(12, np.uint8)})
    os.utime(tmp_path / "named/train-labels-idx1-ubyte.gz", ns=(1, 1))
    assert image_set("own").checksum != first.checksum


def test_a_set_of_ones_own_that_is_not_there_is_asked_for(tmp_path, arrays, monkeypatch) -> None:
    for named in ("", str(tmp_path / "nowhere")):
        monkeypatch.setenv("LECTERN_DATA", named)
        with pytest.raises(ValueError, match=r"LECTERN_DATA to a folder with train-images-idx3-ubyte, .*\.$") as caught:
            image_set("own")
        assert str(tmp_path) not in str(caught.value)


def test_images_that_no_network_takes_are_refused(tmp_path, arrays, monkeypatch) -> None:
    wide = {name: array[:, :, :4] if "images" in name else array for name, array in arrays.items()}
    monkeypatch.setenv("LECTERN_DATA", str(write(tmp_path / "named", wide)))
    with pytest.raises(ValueError, match=r"^Networks take square images; those of the set in named are 5 × 4\.$"):
        image_set("own")
