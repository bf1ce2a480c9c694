"""The test set of GTSRB, from its official archives."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import platformdirs

from misread import paths, transfer
from misread.data import clean_sets, store
from misread.errors import MisreadError
from misread.gtsrb import classes, content, dataset, sources, zips
from misread.own.images.collection import Collection, Decoded
from misread.parallel import workers

WORD = "gtsrb"  # for the user, who means the benchmark wherever it is
ARCHIVES = (dataset.TEST, dataset.TEST_LABELS)


@dataclass(frozen=True)
class ArchiveReader:
    """Reader of a collection whose images are in the archive of the test images.

    Attributes:
        archive: the zip.
        files: name of each image in the archive's folder of images.
        places: where each image is in the archive: the columns of `misread.gtsrb.zips.PLACE`, ``(N,)``.
        sizes: width and height of each image in its annotation.

    """

    archive: Path
    files: tuple[str, ...]
    places: np.recarray
    sizes: np.ndarray

    def __call__(self, row: int) -> Decoded:
        """Decode the image of a row."""
        member = f"{dataset.TEST_ROOT}/{self.files[row]}"
        (content,) = zips.read_places(self.archive, [member], self.places[row : row + 1])
        width, height = map(int, self.sizes[row])
        return Decoded(dataset.decode_image(content, f"{self.archive}: {member}", width, height), None)


def is_benchmark(folder: Path) -> bool:
    """Whether a folder holds the two archives of the test set."""
    return all((folder / archive.name).is_file() for archive in ARCHIVES)


def open_benchmark(folder: Path | None = None) -> Collection:
    """Open the test set of GTSRB: 12,630 images with regions of interest, of 43 classes ``0`` to ``42``.

    Args:
        folder: folder of the archives; None: ``data/gtsrb``, if it has them, or the user's cache, to which they are
            brought if they are not there yet.

    Raises:
        MisreadError: an archive is broken or cannot be brought; the message names it.

    """
    folder = Path(folder) if folder else _fetched()
    index = dataset.read_test_index(folder)
    sizes = index[["width", "height"]].to_numpy(np.int32)
    places = index[[*zips.PLACE.names]].to_records(index=False)
    read = ArchiveReader((folder / dataset.TEST.name).resolve(), tuple(index.file), places, sizes)
    labels = index.class_id.to_numpy(np.int64)
    rois = index[["x1", "y1", "x2", "y2"]].to_numpy(np.int32)
    return Collection(
        title="the test set of GTSRB",
        names=index.file.tolist(),
        labels=labels,
        classes=tuple(str(number) for number in range(classes.COUNT)),
        read=read,
        rois=rois,
        files=tuple(folder / one.name for one in ARCHIVES),
        notes=() if _is_published(folder, read, labels, rois) else (f"{folder}: not the published test set of GTSRB.",),
        titles=classes.NAMES,
    )


def _is_published(folder: Path, read: ArchiveReader, labels: np.ndarray, rois: np.ndarray) -> bool:
    """Whether the archives are the published files, or hold the same images, labels and regions of interest."""
    if all(transfer.md5_of(folder / one.name) == one.md5 for one in ARCHIVES):
        return True
    published = content.pinned()["test"]
    if np.bincount(labels, minlength=classes.COUNT).tolist() != [one["images"] for one in published]:
        return False
    blocks = workers.map_blocks(partial(_digests, read, labels, rois), len(labels), "checking images", 512, fresh=True)
    found = clean_sets.digest_by_class((digest for _, block in blocks for digest in block), labels)
    return found == {class_id: one["sha256"] for class_id, one in enumerate(published)}


def _digests(read: ArchiveReader, labels: np.ndarray, rois: np.ndarray, start: int, stop: int) -> list[bytes]:
    return [
        clean_sets.image_digest(read(row).image, int(labels[row]), tuple(map(int, rois[row])))
        for row in range(start, stop)
    ]


def _fetched() -> Path:
    """Folder of the archives, downloaded if need be."""
    if is_benchmark(paths.ARCHIVES):
        return paths.ARCHIVES
    cache = platformdirs.user_cache_path("misread")
    folder = cache / WORD
    if not is_benchmark(folder):
        try:
            with store.complete_or_absent(folder) as unfinished:
                unfinished.mkdir()
                sources.fetch_archives(unfinished, cache / "downloads", ARCHIVES)
        except OSError as error:
            raise MisreadError(f"{folder}: cannot be written ({error.strerror or error})") from None
    return folder
