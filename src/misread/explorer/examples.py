"""What is looked at: a sign of the test set, or a photo."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from misread import paths
from misread.data import store
from misread.explorer import photos

PHOTO_ROW = 0  # a photo gets the noise of the test set's first image


class Sign(NamedTuple):
    """An image at every size, and what its noise depends on."""

    images: dict[int, np.ndarray]  # size in pixels -> uint8, (size, size, 3), RGB
    row: int  # of the test set
    label: int | None  # its class; None: not known


class TestSigns:
    """The clean test set of a project, memory-mapped at every size."""

    __test__ = False  # pytest: no tests in here

    def __init__(self, folder: Path, owners: dict[int, str]) -> None:
        """Open the sets.

        Args:
            folder: of the project.
            owners: size of the images in pixels -> a network with this size.

        Raises:
            MisreadError: one of them is missing or broken.

        """
        sets = {size: store.open_set(folder / paths.CLEAN / owner / "test") for size, owner in owners.items()}
        self._images = {size: one.images for size, one in sets.items()}
        self.labels = np.asarray(next(iter(sets.values())).labels)

    @property
    def classes(self) -> list[int]:
        """The classes that it shows, ascending."""
        return np.unique(self.labels).tolist()

    def rows(self, class_id: int) -> list[int]:
        """Rows of one class, ascending."""
        return np.flatnonzero(self.labels == class_id).tolist()

    def sign(self, row: int) -> Sign:
        """One image with its class."""
        images = {size: np.array(images[row]) for size, images in self._images.items()}
        return Sign(images, row, int(self.labels[row]))


@lru_cache(4)
def from_photo(content: bytes, policy: str, sizes: tuple[int, ...]) -> Sign:
    """A photo, resized as the data are; the last few are remembered, as the page asks anew after every click.

    Raises:
        MisreadError: see `photos.decode`.

    """
    return Sign(photos.resized(photos.decode(content), policy, sizes), PHOTO_ROW, None)
