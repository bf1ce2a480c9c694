"""What is opened depends on what a path is, and what is none of the kinds is told in one line."""

import numpy as np
import pytest
from PIL import Image

from misread.errors import MisreadError
from misread.own.images.choosing import open_images


@pytest.fixture
def class_folders(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / f"photos/{name}").mkdir(parents=True)
        Image.new("RGB", (4, 4)).save(tmp_path / f"photos/{name}/1.png")
    return tmp_path / "photos"


def test_arrays_come_before_class_folders(class_folders):
    np.save(class_folders / "images.npy", np.zeros((2, 4, 4), np.uint8))
    np.save(class_folders / "labels.npy", [0, 1])
    assert open_images(class_folders).classes == ("0", "1")


def test_what_is_of_no_kind_is_told(tmp_path):
    (tmp_path / "data.zip").write_bytes(b"PK")
    for name, found in (("data.zip", r"a file of type \.zip"), ("nowhere", "no such file or folder")):
        with pytest.raises(
            MisreadError, match=rf"{name}: expected a folder with .*the word gtsrb; found {found}$"
        ) as told:
            open_images(tmp_path / name)
        assert "\n" not in str(told.value)


def test_a_home_folder_that_does_not_exist_is_told():
    with pytest.raises(MisreadError, match=r"^~nobody-here/images: there is no such home folder$"):
        open_images("~nobody-here/images")


def test_an_empty_folder_says_what_is_expected(tmp_path):
    with pytest.raises(MisreadError, match=r"expected a folder for each class .*found no folder in it"):
        open_images(tmp_path)


def test_options_of_another_kind_are_refused(class_folders):
    with pytest.raises(MisreadError, match=r"--label-column: 'x': has no meaning for the folder of images .*photos$"):
        open_images(class_folders, label_column="x")
    table = class_folders / "t.csv"
    table.write_text("path,label\ncat/1.png,0\n")
    with pytest.raises(MisreadError, match=r"--split: 'test': has no meaning for the table .*t\.csv$"):
        open_images(table, split="test")
    with pytest.raises(MisreadError, match=r"--split: 'test': has no meaning for the benchmark$"):
        open_images("gtsrb", split="test")
