"""Writing archives in the official GTSRB layout from signs of another source."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from misread.gtsrb import dataset

DATE = (2011, 8, 1, 0, 0, 0)  # fixed date, so that the same signs give the same bytes


class Writer:
    """Context manager that writes the three archives."""

    def __init__(self, folder: Path):
        self._train = zipfile.ZipFile(folder / dataset.TRAIN.name, "w")
        self._test = zipfile.ZipFile(folder / dataset.TEST.name, "w")
        self._labels = zipfile.ZipFile(folder / dataset.TEST_LABELS.name, "w")

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_) -> None:
        for archive in (self._train, self._test, self._labels):
            archive.close()

    def add_train(self, class_id: int, name: str, image: np.ndarray) -> None:
        """Add a training image, uint8 ``(height, width, 3)`` RGB, as ``TRACK_FRAME.ppm``."""
        _store(self._train, f"{dataset.TRAIN_ROOT}/{class_id:05d}/{name}", _ppm(image))

    def add_test(self, name: str, image: np.ndarray) -> None:
        """Add a test image, uint8 ``(height, width, 3)`` RGB, as ``NUMBER.ppm``."""
        _store(self._test, f"{dataset.TEST_ROOT}/{name}", _ppm(image))

    def add_annotations(self, train: pd.DataFrame, test: pd.DataFrame) -> None:
        """Add the annotation files; the tables have the official columns, the keys of `dataset.COLUMNS`."""
        for class_id, rows in train.groupby("ClassId"):
            _store(self._train, f"{dataset.TRAIN_ROOT}/{class_id:05d}/GT-{class_id:05d}.csv", _csv(rows))
        _store(self._test, f"{dataset.TEST_ROOT}/GT-final_test.test.csv", _csv(test.drop(columns="ClassId")))
        _store(self._labels, dataset.TEST_ANNOTATIONS, _csv(test))


def _store(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, DATE), content)


def _ppm(image: np.ndarray) -> bytes:
    height, width = image.shape[:2]
    return b"P6\n%d %d\n255\n" % (width, height) + np.ascontiguousarray(image).tobytes()


def _csv(table: pd.DataFrame) -> bytes:
    text = io.StringIO()
    table.to_csv(text, sep=";", index=False, lineterminator="\r\n")
    return text.getvalue().encode()
