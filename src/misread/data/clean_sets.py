"""Clean sets: every image of the archives, resized to every size, in a fixed order."""

import hashlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from misread.data import store
from misread.data.resize import RESIZE_POLICIES
from misread.errors import MisreadError
from misread.gtsrb import content, dataset, zips
from misread.parallel import workers
from misread.params.schema import Data

Digests = dict[int, str]


def cap_tracks(index: pd.DataFrame, images_per_class: int | None) -> pd.DataFrame:
    """Keep whole tracks, in order, while a class has at most ``images_per_class`` images.

    Test images have no tracks: each test image counts as a track, and a class keeps at most a third of
    ``images_per_class`` test images, which is about GTSRB's ratio of test to training images.
    """
    if images_per_class is None:
        return index
    if "track" in index:
        track = index.track
    else:
        track, images_per_class = index.index.to_series(), images_per_class // dataset.TRAIN_IMAGES_PER_TEST_IMAGE
    sizes = index.groupby([index.class_id, track], sort=True).size()
    kept = sizes.groupby(level=0).cumsum() <= images_per_class
    keys = pd.MultiIndex.from_arrays([index.class_id, track])
    return index[kept.reindex(keys).to_numpy()].reset_index(drop=True)


def validation_mask(index: pd.DataFrame, share: float, seed: int) -> np.ndarray:
    """Choose whole tracks for validation, at random within each class.

    Frames of one track are near-duplicates, so a split by frames would leak training images into validation.

    Args:
        index: training index with ``class_id`` and ``track``.
        share: share of each class's tracks to hold out, between 0 and 1; at least one track is held out and one is kept
            for training.
        seed: seed of the random choice.

    Returns:
        bool, ``(len(index),)``: True for a validation image.

    Raises:
        MisreadError: a class has a single track, which cannot be in both parts.

    """
    rng = np.random.default_rng([seed, 1])
    mask = np.zeros(len(index), bool)
    for class_id, tracks in index.groupby("class_id").track.unique().items():
        if len(tracks) < 2:
            raise MisreadError(
                f"data.images_per_class: class {class_id} keeps a single track; validation needs two, 60 images"
            )
        count = min(max(1, round(share * len(tracks))), len(tracks) - 1)
        held_out = rng.choice(np.sort(tracks), count, replace=False)
        mask |= (index.class_id == class_id) & index.track.isin(held_out)
    return mask


def choose_images(split: str, archives: Path, data: Data, seed: int) -> pd.DataFrame:
    """Choose the images of a split.

    Args:
        split: ``train`` or ``test``.
        archives: folder of the three archives.
        data: which images, and how many of them are for validation.
        seed: seed of the choice for validation.

    Returns:
        The rows of the index, in the order of the clean sets; those of training images have ``validation``, bool.

    Raises:
        MisreadError: an archive or an annotation is broken, or the images are not those of the benchmark.

    """
    index = dataset.SPLITS[split].read_index(archives)
    if data.source == "gtsrb":
        content.check_counts(index, split)
    kept = cap_tracks(index, data.images_per_class)
    if split == "train":
        kept["validation"] = validation_mask(kept, data.validation_share, seed)
    return kept


def _write_block(
    archive: Path, root: str, policy: str, targets: dict[int, Path], start: int, block: pd.DataFrame
) -> list[bytes]:
    """Decode and resize one block of images, write it to the sets, and return the digests of the original images."""
    resized = {size: np.empty((len(block), size, size, 3), np.uint8) for size in targets}
    digests = []
    members = root + "/" + block.file
    files = zips.read_places(archive, members, block.itertuples())
    for i, (row, member, file) in enumerate(zip(block.itertuples(), members, files, strict=True)):
        image = dataset.decode_image(file, f"{archive}: {member}", row.width, row.height)
        roi = (row.x1, row.y1, row.x2, row.y2)
        digests.append(image_digest(image, row.class_id, roi))
        for size, squares in resized.items():
            squares[i] = RESIZE_POLICIES[policy](image, roi, size)
    for size, folder in targets.items():
        store.write_rows(folder, start, resized[size])
    return digests


def image_digest(image: np.ndarray, class_id: int, roi: tuple[int, int, int, int]) -> bytes:
    """SHA-256 of an image's pixels, size, class and region of interest; it does not depend on the file format."""
    header = np.array([class_id, *image.shape[:2], *roi], "<i4")
    return hashlib.sha256(header.tobytes() + np.ascontiguousarray(image).tobytes()).digest()


def digest_by_class(digests: Iterable[bytes], labels: np.ndarray) -> Digests:
    """One SHA-256 for each class over its images' digests, in row order."""
    hashes = {int(class_id): hashlib.sha256() for class_id in np.unique(labels)}
    for digest, class_id in zip(digests, labels, strict=True):
        hashes[int(class_id)].update(digest)
    return {class_id: value.hexdigest() for class_id, value in sorted(hashes.items())}


def write_split(split: str, archives: Path, index: pd.DataFrame, policy: str, targets: dict[int, Path]) -> Digests:
    """Write one split at every size.

    Args:
        split: ``train`` or ``test``.
        archives: folder of the three archives.
        index: rows to write, in this order.
        policy: key of `misread.data.resize.RESIZE_POLICIES`.
        targets: size in pixels -> folder to create.

    Returns:
        For each class, a digest of its original images.

    Raises:
        MisreadError: an image is broken; the message names it.

    """
    _, archive, root = dataset.SPLITS[split]
    labels = index.class_id.to_numpy()
    for size, folder in targets.items():
        store.create_set(folder, labels, size)
    blocks = workers.map_blocks(
        partial(_write_block, archives / archive.name, root, policy, targets), len(index), split, 512,
        part=lambda start, stop: (start, index.iloc[start:stop]),
    )  # fmt: skip
    return digest_by_class((digest for _, block in blocks for digest in block), labels)
