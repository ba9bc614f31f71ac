"""Sets of small labeled images as arrays: Fashion-MNIST and sets in its file format, CIFAR-10.

>>> from core.data.images import fashion_mnist
>>> fashion_mnist().train_images.shape, fashion_mnist().classes[9]
((6000, 1, 28, 28), 'ankle boot')
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from core.kit.results import read_only

Bytes = NDArray[np.uint8]

FASHION_CLASSES = (
    *("T-shirt", "trousers", "pullover", "dress", "coat"),
    *("sandal", "shirt", "trainer", "bag", "ankle boot"),
)
CIFAR_CLASSES = (
    *("aeroplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "lorry"),
)
BUNDLED = Path(__file__).parents[1] / "data" / "fashion-mnist"
PARTS = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
MAGIC = {"idx3": (2051, 4), "idx1": (2049, 2)}  # first number of the file, how many numbers are in its header
MAX_BYTES = 1 << 30
# MD5 of the published training images, unpacked: Debian's archives were packed again.
FASHION_MD5 = "f4a8712d7a061bf5bd6d2ca38dc4d50a"
CIFAR_TRAIN = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
CIFAR_TEST = "test_batch.bin"
CIFAR_ROW = 1 + 3 * 32 * 32


@dataclass(frozen=True, kw_only=True)
class Images:
    """Labeled images, split into a training and a test set.

    Attributes
    ----------
    name : str
    source : str
        Where they were found, in words to follow "from".
    classes : tuple of str
    train_images, test_images : ndarray (n, channels, height, width) of uint8
    train_labels, test_labels : ndarray (n,) of uint8
        Positions in `classes`.
    """

    name: str
    source: str
    classes: tuple[str, ...]
    train_images: Bytes
    train_labels: Bytes
    test_images: Bytes
    test_labels: Bytes

    def __post_init__(self) -> None:
        """Check that the parts belong together, and make them read-only.

        Raises
        ------
        ValueError
            If a part is empty, or images and labels or the two sets do not match.
        """
        if self.train_images.shape[1:] != self.test_images.shape[1:]:
            raise ValueError(
                f"The training images of {self.name} are {self.train_images.shape[1:]} and the test images "
                f"{self.test_images.shape[1:]} (channels, height, width); they must be equal."
            )
        for part, images, labels in (
            ("training", self.train_images, self.train_labels),
            ("test", self.test_images, self.test_labels),
        ):
            if len(images) != len(labels):
                raise ValueError(
                    f"The {part} set of {self.name} has {len(images):,} images and {len(labels):,} labels."
                )
            if not images.size:
                raise ValueError(f"The {part} set of {self.name} is empty.")
            if labels.max() >= len(self.classes):
                raise ValueError(
                    f"The {part} labels of {self.name} must be in [0, {len(self.classes) - 1}]; got {labels.max()}."
                )
        read_only(self)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return self.train_images.shape[1:]

    @cached_property
    def checksum(self) -> str:
        """Return 32 hexadecimal digits that tell apart sets with different images, labels, or order."""
        digest = hashlib.blake2b(digest_size=16)
        for array in (self.train_images, self.train_labels, self.test_images, self.test_labels):
            digest.update(str(array.shape).encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """List sentences about classes that the training set lacks."""
        counts = np.bincount(self.train_labels, minlength=len(self.classes))
        missing = [name for name, count in zip(self.classes, counts, strict=True) if not count]
        if len(missing) == len(self.classes) - 1:
            return ("All training images belong to one class; there is nothing to classify.",)
        return (f"No training image is of class {', '.join(missing)}.",) if missing else ()


@lru_cache(maxsize=1)
def fashion_mnist() -> Images:
    """Return the bundled tenth of Fashion-MNIST: the first 600 training and 100 test images of each class, in order.

    Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST", arXiv 1708.07747; MIT license.
    """
    return _in_folder(BUNDLED, "a tenth of Fashion-MNIST", "the files of this app", FASHION_CLASSES)


def read_folder(folder: Path, source: str) -> Images:
    """Read a set in the format of MNIST: four files, such as `train-images-idx3-ubyte.gz`, packed or unpacked.

    Parameters
    ----------
    folder : Path
    source : str
        The folder in words, to follow "from".

    Raises
    ------
    ValueError
        If a file is missing, cut short, or otherwise not in that format; the sentence names it.
    """
    found = _in_folder(folder, f"the set in {folder.name}", source)
    head = np.array([MAGIC["idx3"][0], len(found.train_images), 28, 28], dtype=">u4").tobytes()
    digest = hashlib.md5(head, usedforsecurity=False)
    digest.update(found.train_images.data)
    if digest.hexdigest() != FASHION_MD5:
        return found
    return replace(found, name="Fashion-MNIST", classes=FASHION_CLASSES)


def read_cifar(folder: Path, source: str) -> Images:
    """Read CIFAR-10 in its binary version: records of one byte for the class and 3072 for the image.

    torchvision downloads another version, made of pickles, which is not read: reading a pickle can run code.

    Raises
    ------
    ValueError
        If a file is missing or cannot be such a file; the sentence names it.
    """
    train = np.concatenate([_cifar_rows(folder / name) for name in CIFAR_TRAIN])
    test = _cifar_rows(folder / CIFAR_TEST)
    return Images(
        name="CIFAR-10",
        source=source,
        classes=CIFAR_CLASSES,
        train_images=train[:, 1:].reshape(-1, 3, 32, 32),
        train_labels=train[:, 0],
        test_images=test[:, 1:].reshape(-1, 3, 32, 32),
        test_labels=test[:, 0],
    )


def _cifar_rows(path: Path) -> Bytes:
    if not path.is_file():
        raise ValueError(f"The folder {path.parent.name} lacks {path.name}, a file of CIFAR-10's binary version.")
    size = path.stat().st_size
    if size % CIFAR_ROW or not 0 < size <= 10_000 * CIFAR_ROW:
        raise ValueError(
            f"{path.name} must have 1 to 10,000 records of {CIFAR_ROW:,} bytes; got {size:,} bytes. "
            "It may have been cut short."
        )
    return np.frombuffer(path.read_bytes(), dtype=np.uint8).reshape(-1, CIFAR_ROW)


def _in_folder(folder: Path, name: str, source: str, classes: Sequence[str] = ()) -> Images:
    train_images, train_labels, test_images, test_labels = (read_part(folder, part) for part in PARTS)
    highest = max((int(labels.max()) for labels in (train_labels, test_labels) if labels.size), default=0)
    return Images(
        name=name,
        source=source,
        classes=tuple(classes or map(str, range(max(highest + 1, 2)))),
        train_images=train_images[:, None],
        train_labels=train_labels,
        test_images=test_images[:, None],
        test_labels=test_labels,
    )


def read_part(folder: Path, part: str) -> Bytes:
    """Read one of the four `PARTS` of a set in the format of MNIST.

    Raises
    ------
    ValueError
        As `read_folder` does.
    """
    for path in (folder / f"{part}-ubyte.gz", folder / f"{part}-ubyte"):
        if path.is_file():
            with gzip.open(path) if path.suffix else path.open("rb") as file:
                return read_idx(file, path.name)  # type: ignore[arg-type]  # a GzipFile has what is used of a BinaryIO
    raise ValueError(f"The folder {folder.name} lacks {part}-ubyte.gz.")


def read_idx(file: BinaryIO, name: str) -> Bytes:
    """Read an unpacked file of images or labels; its name tells which it is.

    Source: LeCun, Cortes and Burges, "The MNIST database", section "File formats".

    Returns
    -------
    ndarray (n, height, width) or (n,) of uint8

    Raises
    ------
    ValueError
        If it is not such a file, or shorter or longer than it says; the sentence names it.
    """
    magic, numbers = MAGIC["idx3" if "idx3" in name else "idx1"]
    try:
        first = file.read(4 * numbers)
        head = np.frombuffer(first[: len(first) // 4 * 4], dtype=">u4")
        if not len(head) or head[0] != magic:
            raise ValueError(
                f"{name} must begin with the number {magic:,}; got {head[0] if len(head) else 'an empty file'}."
            )
        if len(head) < numbers:
            raise ValueError(f"{name} ends inside its header, after {len(first)} bytes.")
        shape = tuple(int(size) for size in head[1:])
        size = prod(shape)
        if max(size, *shape) > MAX_BYTES:  # a side may be 0, and another larger than any file
            said = " × ".join(f"{each:,}" for each in shape)
            raise ValueError(f"{name} says that it has {said} bytes; at most {MAX_BYTES:,} are read.")
        content = file.read(size + 1)  # one byte more than expected, to notice any excess
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{name} is damaged or cut short: {str(error).rstrip('.')}.") from error
    if len(content) != size:
        more = "more" if len(content) > size else f"{len(content):,}"
        raise ValueError(f"{name} declares {size:,} bytes after its header but contains {more}.")
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)
