"""Check that the data are the published GTSRB benchmark, whatever files they were read from.

``content.json`` has the number of images of each split and class, and a digest of all their pixels, sizes,
classes and regions of interest; see `misread.data.clean_sets.digest_by_class`.
"""

import json
from functools import cache
from importlib import resources

import pandas as pd

from misread.errors import MisreadError
from misread.gtsrb import classes


@cache
def pinned() -> dict[str, list[dict]]:
    """``{split: [{images, sha256} for each class]}`` of the published benchmark."""
    return json.loads(resources.files("misread.gtsrb").joinpath("content.json").read_text(encoding="utf-8"))


def check_counts(index: pd.DataFrame, split: str) -> None:
    """Compare the number of images in each class with the benchmark's.

    Raises:
        MisreadError: a class has too few or too many images; the message names the first such class.

    """
    counts = index.class_id.value_counts()
    for class_id, expected in enumerate(pinned()[split]):
        if (found := int(counts.get(class_id, 0))) != expected["images"]:
            raise MisreadError(
                f"data/gtsrb: {split} class {class_id} ({classes.NAMES[class_id]}) has {found} images, "
                f"but GTSRB has {expected['images']}"
            )


def check_digests(digests: dict[int, str], counts: pd.Series, split: str) -> None:
    """Compare the content of each class of which every image was read; capped classes are skipped.

    Args:
        digests: class -> digest of the images read.
        counts: images read, by class.
        split: ``train`` or ``test``.

    Raises:
        MisreadError: a class differs; the message names the first such class.

    """
    for class_id, digest in digests.items():
        expected = pinned()[split][class_id]
        if counts[class_id] == expected["images"] and digest != expected["sha256"]:
            raise MisreadError(
                f"data/gtsrb: {split} class {class_id} ({classes.NAMES[class_id]}): an image or its annotation differs "
                f"from GTSRB's (digest {digest[:12]}..., expected {expected['sha256'][:12]}...)"
            )
