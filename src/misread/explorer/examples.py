"""The images that the page shows: signs of the test set, and photos."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from misread import paths
from misread.data import store
from misread.data.resize import Roi, Shape, own_box
from misread.explorer import photos
from misread.explorer.own_classifiers import Box, Form, OriginalSigns

PHOTO_ROW = 0  # a photo gets the noise of the test set's first image


class Sign(NamedTuple):
    """An image at every size and in every form, and the row on which its noise depends."""

    images: dict[int | Form, np.ndarray]  # size in pixels -> uint8, (size, size, 3), RGB; or a form -> what this says
    boxes: dict[int | Form, Box]  # which pixels of these are not padding
    row: int  # row in the test set
    label: int | None  # its class; None: unknown


class TestSigns:
    """The clean test set of a project at every size, memory-mapped, and in the forms of the user's networks."""

    __test__ = False  # not a test class for pytest

    def __init__(self, folder: Path, owners: dict[int, str], policy: str, forms: tuple[Form, ...] = ()) -> None:
        """Open the sets.

        Args:
            folder: folder of the project.
            owners: size of the images in pixels -> a network with this size.
            policy: resize policy of these networks.
            forms: forms of the images of the user's own networks.

        Raises:
            MisreadError: a set is missing or broken.

        """
        sets = {size: store.open_set(folder / paths.CLEAN / owner / "test") for size, owner in owners.items()}
        self._images = {size: one.images for size, one in sets.items()}
        self.labels = np.asarray(next(iter(sets.values())).labels)
        self._index = pd.read_csv(folder / paths.index("test"))
        self._policy = policy
        self._forms = forms
        self._originals = OriginalSigns(folder) if forms else None

    @property
    def classes(self) -> list[int]:
        """Classes in the test set, ascending."""
        return np.unique(self.labels).tolist()

    def rows(self, class_id: int) -> list[int]:
        """Rows of one class, ascending."""
        return np.flatnonzero(self.labels == class_id).tolist()

    def sign(self, row: int) -> Sign:
        """One image with its class."""
        images = {size: np.array(images[row]) for size, images in self._images.items()}
        others = self._originals.in_forms(row, self._forms) if self._originals else {}
        height, width, *roi = self._index.loc[row, ["height", "width", "x1", "y1", "x2", "y2"]].tolist()
        boxes = _boxes((height, width), tuple(roi), self._policy, tuple(images), self._forms)
        return Sign(images | others, boxes, row, int(self.labels[row]))


def _boxes(
    shape: Shape, roi: Roi, policy: str, sizes: tuple[int, ...], forms: tuple[Form, ...]
) -> dict[int | Form, Box]:
    """`own_box` of an image at every size and in every form."""
    own = {size: own_box(policy, shape, roi, size) for size in sizes}
    return own | {form: form.own_box(shape, roi) for form in forms}


@lru_cache(4)
def from_photo(content: bytes, policy: str, sizes: tuple[int, ...], forms: tuple[Form, ...] = ()) -> Sign:
    """Resize a photo with the resize policy of the data; the last few photos are cached, as each click reruns the page.

    Args:
        content: bytes of the file.
        policy: resize policy of the study's networks.
        sizes: sizes of their images in pixels.
        forms: forms of the images of the user's own networks.

    Raises:
        MisreadError: see `photos.decode`.

    """
    photo = photos.decode(content)
    whole = (0, 0, photo.shape[1], photo.shape[0])
    others = {form: form.of(photo, whole) for form in forms}
    boxes = _boxes(photo.shape[:2], whole, policy, sizes, forms)
    return Sign(photos.resized(photo, policy, sizes) | others, boxes, PHOTO_ROW, None)
