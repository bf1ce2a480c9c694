"""Networks of the user's own that the project has measured, as the page shows them beside those of the study."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pandas as pd

from misread import paths
from misread.data import own_results, texts
from misread.data.resize import RESIZE_POLICIES, Roi, Shape, own_box
from misread.gtsrb import classes, dataset, zips
from misread.inference.predictions import Predict
from misread.own.feeding import Feeding, predictor
from misread.own.images.benchmark import ArchiveReader
from misread.own.models.opened import open_model
from misread.params.own_entries import OwnNetwork

Box = tuple[int, int, int, int]  # top, left, bottom and right in pixels, the last two exclusive


class Form(NamedTuple):
    """How an image becomes the input of a network."""

    policy: str  # key of `misread.data.resize.RESIZE_POLICIES`
    height: int  # pixels
    width: int  # pixels
    channels: int  # 3 for RGB, 1 for grey

    def of(self, image: np.ndarray, roi: Roi) -> np.ndarray:
        """An image, uint8 ``(height, width, 3)``, RGB, in this form: uint8, ``(HEIGHT, WIDTH, CHANNELS)``."""
        resized = RESIZE_POLICIES[self.policy](image, roi, (self.height, self.width))
        return resized if self.channels == 3 else cv2.cvtColor(resized, cv2.COLOR_RGB2GRAY)[..., None]

    def own_box(self, shape: Shape, roi: Roi) -> Box:
        """Which pixels of an image in this form are not padding, see `misread.data.resize.own_box`."""
        return own_box(self.policy, shape, roi, (self.height, self.width))


class OwnClassifier(NamedTuple):
    """A measured network, and what its measurement recorded of it."""

    network: str  # its name in params.yaml
    model: str  # as for `misread.own.models.opened.open_model`
    size: Form
    feeding: Feeding
    places: tuple[int, ...]  # the score of each class of GTSRB

    @property
    def key(self) -> str:
        """Its name in files and metrics."""
        return self.network


def find(folder: Path, own: dict[str, OwnNetwork]) -> list[OwnClassifier]:
    """The measured networks of a project that classify the signs of GTSRB.

    Args:
        folder: folder of the project.
        own: the section ``own`` of its parameters.

    """
    found = []
    for name, one in own.items():
        path = folder / own_results.result(name) / "settings.json"
        recorded = texts.read_json(path) if path.is_file() else {}
        places = score_of_each_class(recorded.get("classes", []))
        if places is not None and "input" in recorded:
            found.append(_classifier(name, f"{folder / one.options['model']}", recorded, places))
    return found


def _classifier(name: str, model: str, recorded: dict, places: tuple[int, ...]) -> OwnClassifier:
    taken = recorded["input"]
    form = Form(taken["resize"], taken["height"], taken["width"], taken["channels"])
    feeding = Feeding(taken["channel_order"], taken["values"], recorded["scores"])
    return OwnClassifier(name, model, form, feeding, places)


def score_of_each_class(names: Sequence[str]) -> tuple[int, ...] | None:
    """The number of the score of each class of GTSRB; None if the scores are not those of its classes.

    Args:
        names: class of each score: its name, or its number with or without leading zeros.

    """
    known = {name: class_id for class_id, name in enumerate(classes.NAMES)}
    of_scores = [known.get(name, int(name) if name.isdecimal() else -1) for name in names]
    if sorted(of_scores) != list(range(classes.COUNT)):
        return None
    return tuple(of_scores.index(class_id) for class_id in range(classes.COUNT))


def load(one: OwnClassifier) -> Predict:
    """Open a network and warm it up.

    Returns:
        Function from images in the network's form to logits in the order of the classes of GTSRB.

    Raises:
        MisreadError: the network cannot be opened or fails.

    """
    scores = predictor(open_model(one.model), one.feeding)

    def predict(images: np.ndarray) -> np.ndarray:
        return scores(images)[:, list(one.places)]

    predict(np.zeros((1, one.size.height, one.size.width, one.size.channels), np.uint8))
    return predict


class OriginalSigns:
    """The test images of a project at their own size, from its archives."""

    def __init__(self, folder: Path) -> None:
        """Read the table of the test images.

        Args:
            folder: folder of the project.

        """
        self._index = pd.read_csv(folder / paths.index("test"))
        self._archive = folder / paths.ARCHIVES / dataset.TEST.name

    @cached_property
    def _read(self) -> ArchiveReader:
        with zips.open_archive(self._archive) as archive:
            places = zips.places(archive, f"{dataset.TEST_ROOT}/" + self._index.file).to_records(index=False)
        return ArchiveReader(
            self._archive, tuple(self._index.file), places, self._index[["width", "height"]].to_numpy()
        )

    def in_forms(self, row: int, forms: Iterable[Form]) -> dict[Form, np.ndarray]:
        """An image in several forms.

        Raises:
            MisreadError: the archive is missing, or the image is broken.

        """
        image, roi = self._read(row).image, tuple(self._index.loc[row, ["x1", "y1", "x2", "y2"]].tolist())
        return {form: form.of(image, roi) for form in forms}
