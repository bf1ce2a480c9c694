"""The three official GTSRB archives: names, checksums, annotations and images.

Source: J. Stallkamp, M. Schlipsing, J. Salmen, C. Igel, "Man vs. computer: benchmarking machine learning algorithms for
traffic sign recognition", Neural Networks 32 (2012).
"""

import io
import re
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from PIL import Image

from misread.errors import MisreadError
from misread.gtsrb import classes, zips

SITE = "https://sid.erda.dk/public/archives/daaeac0d7ce1152aea9b61d9f1e19370/"
TRAIN_ROOT = "GTSRB/Final_Training/Images"
TEST_ROOT = "GTSRB/Final_Test/Images"
SMALLER_ROOT = "GTSRB/Training/"
SMALLER = "the smaller edition of GTSRB, with 26,640 training images; the study needs the one with 39,209"
TEST_ANNOTATIONS = "GT-final_test.csv"


class Archive(NamedTuple):
    """An official zip: its file name and the checksum of the published file."""

    name: str
    md5: str


TRAIN = Archive("GTSRB_Final_Training_Images.zip", "f33fd80ac59bff73c82d25ab499e03a3")
TEST = Archive("GTSRB_Final_Test_Images.zip", "c7e4e6327067d32654124b0fe9e82185")
TEST_LABELS = Archive("GTSRB_Final_Test_GT.zip", "fe31e9c9270bbcd7b84b7f21a9d9d9e5")
ARCHIVES = (TRAIN, TEST, TEST_LABELS)

# Column of the annotation files -> column of the index.
COLUMNS = {
    "Filename": "file",
    "Width": "width",
    "Height": "height",
    "Roi.X1": "x1",
    "Roi.Y1": "y1",
    "Roi.X2": "x2",
    "Roi.Y2": "y2",
    "ClassId": "class_id",
}
TRAIN_IMAGES_PER_TEST_IMAGE = 3  # approximate, in every class
MAX_SIDE = 1024  # pixels; the longest side of a GTSRB image is 266
TRACK_FILE = re.compile(r"(\d{5})_(\d{5})\.ppm")


def other_zips(folder: Path) -> list[Path]:
    """Files in a folder that end in ``.zip`` and whose names are not those of the three archives, sorted."""
    names = {archive.name for archive in ARCHIVES}
    return sorted(path for path in folder.glob("*.zip") if path.name not in names)


def is_smaller_edition(names: list[str]) -> bool:
    """Whether a zip with these members has the 26,640 training images of the competition's first stage."""
    return any(name.startswith(SMALLER_ROOT) for name in names)


def decode_image(content: bytes, name: str, width: int, height: int) -> np.ndarray:
    """Decode an image and compare its size with the annotation.

    Returns:
        uint8, ``(height, width, 3)``, RGB.

    Raises:
        MisreadError: the content is broken, or its size is not that of the annotation.

    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content))
        with image:
            if image.size != (width, height):
                found = "x".join(map(str, image.size))
                raise MisreadError(f"{name}: the image is {found} but its annotation says {width}x{height}")
            return np.asarray(image.convert("RGB"))
    except MisreadError:
        raise
    except Exception as error:  # Pillow raises many types of exceptions for a broken file
        raise MisreadError(f"{name}: broken image ({error})") from None


def parse_annotations(content: bytes, name: str, columns: list[str], separator: str, text_column: str) -> pd.DataFrame:
    """Read the given columns of an annotation file: whole numbers, except for one text column.

    Raises:
        MisreadError: the file is not such a table, lacks a column or a value, or has values that are not whole numbers.

    """
    try:
        table = pd.read_csv(io.BytesIO(content), sep=separator)
    except (ValueError, pd.errors.ParserError) as error:
        reason = " ".join(str(error).split())[:200]
        raise MisreadError(f"{name}: not a readable annotation file ({reason})") from None
    if missing := [column for column in columns if column not in table.columns]:
        raise MisreadError(f"{name}: column {missing[0]!r} is missing; expected {separator.join(columns)}")
    if table.empty:
        raise MisreadError(f"{name}: no rows")
    for column in columns:
        if (empty := table[column].isna()).any():
            raise MisreadError(f"{name}: column {column!r} is empty in row {int(empty.argmax()) + 1}")
        if column != text_column and not pd.api.types.is_integer_dtype(table[column]):
            raise MisreadError(f"{name}: column {column!r} must hold whole numbers")
    return table[columns].apply(lambda column: column.astype(str if column.name == text_column else _small(column)))


def _small(numbers: pd.Series) -> np.dtype:
    """The smallest type of whole numbers, of at least 32 bits, so that the product of two sizes fits."""
    return np.promote_types(np.int32, pd.to_numeric(numbers, downcast="integer").dtype)


def _annotations(content: bytes, name: str) -> pd.DataFrame:
    return parse_annotations(content, name, list(COLUMNS), ";", text_column="Filename").rename(columns=COLUMNS)


def check_rows(table: pd.DataFrame, name: str) -> None:
    """Check the annotations as far as possible without the pixels.

    Raises:
        MisreadError: a class is outside 0 to 42, a size is impossible for a sign, or a region of interest is outside
            its image.

    """
    checks = [
        (~table.class_id.between(0, classes.COUNT - 1), "class_id", f"class out of range 0 to {classes.COUNT - 1}"),
        (~table[["width", "height"]].isin(range(1, MAX_SIDE + 1)).all(axis=1), "width", f"size not in 1 to {MAX_SIDE}"),
        (
            (table.x1 < 0) | (table.y1 < 0) | (table.x2 > table.width) | (table.y2 > table.height)
            | (table.x1 >= table.x2) | (table.y1 >= table.y2),
            "x1",
            "region of interest outside its image",
        ),
        (table.file.duplicated(), "file", "file listed twice"),
    ]  # fmt: skip
    for wrong, column, problem in checks:
        if wrong.any():
            row = table[wrong].iloc[0]
            raise MisreadError(f"{name}: {row.file}: {problem} ({column} is {row[column]})")


def _check_files(table: pd.DataFrame, archive: zipfile.ZipFile, root: str) -> None:
    """Check that every row has a file and that every file has a row."""
    prefix = root + "/"
    listed = set(table.file)  # the members are not copied: there may be very many
    members = (member.filename for member in archive.infolist())
    present = (one for one in members if one.startswith(prefix) and one.lower().endswith(".ppm"))
    extra = []
    for name in (member[len(prefix) :] for member in present):
        if name in listed:
            listed.remove(name)
        else:
            extra.append(name)
    if lost := sorted(listed):
        raise MisreadError(f"{archive.filename}: {root}/{lost[0]} has an annotation but no file ({len(lost)} such)")
    if extra := set(extra).difference(table.file):  # a zip may have a name twice
        raise MisreadError(f"{archive.filename}: {root}/{min(extra)} has no annotation ({len(extra)} such files)")


def read_train_index(folder: Path) -> pd.DataFrame:
    """Read the annotations of the training images, sorted by class, track and frame.

    Args:
        folder: folder of the three archives.

    Returns:
        Columns file, class_id, track, frame, width, height, x1, y1, x2, y2, and those of `misread.gtsrb.zips.PLACE`.
        ``file`` is relative to the archive's image folder; ``track`` is numbered within its class.

    Raises:
        MisreadError: an archive or an annotation is broken; the message names it.

    """
    with zips.open_archive(Path(folder) / TRAIN.name) as archive:
        tables = []
        pattern = re.compile(rf"{TRAIN_ROOT}/(\d{{5}})/GT-\1\.csv")
        for member in sorted(archive.namelist()):
            match = pattern.fullmatch(member)
            if not match:
                continue
            name = f"{archive.filename}: {member}"
            table = _annotations(zips.read_member(archive, member), name)
            tracks = table.file.str.extract(TRACK_FILE)
            if tracks.isna().any(axis=None):
                bad = table.file[tracks[0].isna()].iloc[0]
                raise MisreadError(f"{name}: file name {bad!r} is not of the form TRACK_FRAME.ppm")
            if (wrong := table[table.class_id != int(match[1])]).size:
                raise MisreadError(f"{name}: {wrong.file.iloc[0]} has class {wrong.class_id.iloc[0]}, not its folder's")
            table["track"], table["frame"] = tracks[0].astype(int), tracks[1].astype(int)
            table["file"] = match[1] + "/" + table.file
            tables.append(table)
        if not tables:
            names = archive.namelist()
            problem = f"no annotations {TRAIN_ROOT}/CLASS/GT-CLASS.csv in it, but {names[0] if names else 'nothing'}"
            raise MisreadError(f"{archive.filename}: {SMALLER if is_smaller_edition(names) else problem}")
        index = pd.concat(tables, ignore_index=True).sort_values(["class_id", "track", "frame"], ignore_index=True)
        check_rows(index, archive.filename)
        _check_files(index, archive, TRAIN_ROOT)
        index = index[["file", "class_id", "track", "frame", "width", "height", "x1", "y1", "x2", "y2"]]
        return index.join(zips.places(archive, TRAIN_ROOT + "/" + index.file))


def read_test_index(folder: Path) -> pd.DataFrame:
    """Read the annotations of the test images, sorted by file name; as `read_train_index`, without track and frame.

    Raises:
        MisreadError: an archive or an annotation is broken; the message names it.

    """
    with zips.open_archive(Path(folder) / TEST_LABELS.name) as labels:
        name = f"{labels.filename}: {TEST_ANNOTATIONS}"
        index = _annotations(zips.read_member(labels, TEST_ANNOTATIONS), name).sort_values("file", ignore_index=True)
    check_rows(index, name)
    with zips.open_archive(Path(folder) / TEST.name) as archive:
        _check_files(index, archive, TEST_ROOT)
        index = index[["file", "class_id", "width", "height", "x1", "y1", "x2", "y2"]]
        return index.join(zips.places(archive, TEST_ROOT + "/" + index.file))


class Split(NamedTuple):
    """A split of the benchmark: the function that reads its annotations, its archive, and its folder in there."""

    read_index: Callable[[Path], pd.DataFrame]
    archive: Archive
    root: str


SPLITS = {"train": Split(read_train_index, TRAIN, TRAIN_ROOT), "test": Split(read_test_index, TEST, TEST_ROOT)}
