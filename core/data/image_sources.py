"""Places where image sets are looked for, and facts about the sets before a run.

>>> from core.data.image_sources import image_set
>>> image_set("bundled").classes
10
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import platformdirs

from core.data.images import CIFAR_TEST, CIFAR_TRAIN, PARTS, Images, fashion_mnist, read_cifar, read_folder, read_part

SYSTEM = Path("/usr/share/datasets/fashion-mnist")  # Debian's package dataset-fashion-mnist
OWN = "own"
# MD5 of the published training labels, unpacked and without the header.
FASHION_LABELS_MD5 = "3236f6424fc25388b2834cb19942cf7e"
# torchvision's copy of CIFAR-10.
PICKLES = "cifar-10-batches-py"


class ImageSet(NamedTuple):
    """Facts about a set before a run.

    Attributes
    ----------
    images : int
        Size of the training set.
    channels, side : int
        Of one image, which is square.
    classes : int
    checksum : str
        `Images.checksum`; "" for a set that is the same everywhere.
    """

    images: int
    channels: int
    side: int
    classes: int = 10
    checksum: str = ""


SETS = {
    "bundled": ImageSet(6_000, 1, 28),
    "fashion-mnist": ImageSet(60_000, 1, 28),
    "cifar-10": ImageSet(50_000, 3, 32),
}


def cache() -> Path:
    """Return the folder where downloads are kept."""
    return platformdirs.user_cache_path("lectern", appauthor=False)


def places(data: str) -> list[tuple[Path, str]]:
    """List the folders in which a set is looked for, in order, each with the words for it.

    The first ones are in the folder named by the environment variable LECTERN_DATA, which may be the one that
    torchvision was told to download into. Only the host's own settings name a folder: what a visitor sends never
    becomes a path.

    Parameters
    ----------
    data : str
        "fashion-mnist", "own" (any set in the format of MNIST) or "cifar-10".
    """
    inner = {"fashion-mnist": "FashionMNIST/raw", OWN: "MNIST/raw", "cifar-10": "cifar-10-batches-bin"}[data]
    named = _named()
    found = [(folder, "the folder of this host") for folder in ((named, named / inner) if named else ())]
    if data == "fashion-mnist":
        found.append((SYSTEM, "the data sets of this system"))
    if data != OWN:
        found.append((cache() / data, "an earlier download"))
    return found


def _named() -> Path | None:
    return Path(os.environ["LECTERN_DATA"]) if os.environ.get("LECTERN_DATA") else None


def available(data: str) -> bool:
    """Return whether the files of a set are there; their images are not read."""
    return data == "bundled" or _first(data) is not None


def _first(data: str) -> tuple[Path, str] | None:
    """Return the first place that has a set, with the words for it."""
    return next((place for place in places(data) if _complete(place[0], data)), None)


def _complete(folder: Path, data: str) -> bool:
    if data == "cifar-10":
        return all((folder / name).is_file() for name in (*CIFAR_TRAIN, CIFAR_TEST))
    stamps = _stamps(folder)
    return len(stamps) == len(PARTS) and (data == OWN or _labels_md5(folder, stamps) == FASHION_LABELS_MD5)


# Path, time of the last change, and bytes of each file of a set in the format of MNIST that is there.
_Stamps = tuple[tuple[Path, int, int], ...]


def _stamps(folder: Path) -> _Stamps:
    both = ([folder / f"{part}-ubyte{end}" for end in (".gz", "")] for part in PARTS)
    files = (next((path for path in paths if path.is_file()), None) for paths in both)
    return tuple((path, (stat := path.stat()).st_mtime_ns, stat.st_size) for path in files if path is not None)


@lru_cache(maxsize=8)
def _labels_md5(folder: Path, stamps: _Stamps) -> str:
    """Return the MD5 of the training labels, which tells sets apart without their images; "" if it cannot be read."""
    try:
        return hashlib.md5(read_part(folder, PARTS[1]).tobytes(), usedforsecurity=False).hexdigest()
    except ValueError:
        return ""


def find(data: str) -> Images:
    """Read a set from the first place that has it.

    Parameters
    ----------
    data : str
        "bundled" (a tenth of Fashion-MNIST, always there), or as in `places`.

    Raises
    ------
    ValueError
        If the set is nowhere or damaged, or if what is called Fashion-MNIST there is not the published one.
    """
    if data == "bundled":
        return fashion_mnist()
    place = _first(data)
    if place is None:
        raise ValueError(missing(data))
    folder, source = place
    if data == "cifar-10":
        return read_cifar(folder, source)
    found = read_folder(folder, source)
    if data == "fashion-mnist" and found.name != "Fashion-MNIST":
        raise ValueError(f"The training images from {source} are not those of Fashion-MNIST: their MD5 sum differs.")
    return found


def missing(data: str) -> str:
    """Say that a set is nowhere, and what can be done about it."""
    named = _named()
    if data == "cifar-10" and named is not None and (named / PICKLES).is_dir():
        return (
            f"CIFAR-10 is here only as torchvision's {PICKLES}, pickle files that can run code when "
            "opened. Download the binary version."
        )
    return _MISSING[data]


_MISSING = {
    "fashion-mnist": "The full Fashion-MNIST is not on this server. Download it, install Debian's "
    "dataset-fashion-mnist, or use the bundled 10%.",
    OWN: "No custom data set found. Before starting Lectern, set LECTERN_DATA to a folder with "
    f"{', '.join(f'{part}-ubyte' for part in PARTS[:-1])} and {PARTS[-1]}-ubyte, plain or "
    "as .gz.",
    "cifar-10": "CIFAR-10 is not on this server. Download it, or use the bundled 10% of Fashion-MNIST.",
}


def image_set(data: str) -> ImageSet:
    """Describe a set that need not be there; the visitor's own set is read for it, once for as long as its files stay.

    Raises
    ------
    ValueError
        If there is no set of the visitor's own, or it is damaged or not accepted by any network.
    """
    if data != OWN:
        return SETS[data]
    place = _first(OWN)
    if place is None:
        raise ValueError(missing(OWN))
    return _own(*place, _stamps(place[0]))


@lru_cache(maxsize=4)
def _own(folder: Path, source: str, stamps: _Stamps) -> ImageSet:
    found = read_folder(folder, source)
    channels, height, width = found.shape
    if height != width:
        raise ValueError(f"Networks take square images; those of {found.name} are {height} × {width}.")
    return ImageSet(len(found.train_images), channels, height, len(found.classes), found.checksum)
