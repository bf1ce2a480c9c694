"""Folders of class folders are read as their user means them, and refused in one line where that is not clear."""

import numpy as np
import pytest
from PIL import Image

from misread.errors import MisreadError
from misread.own.images.choosing import open_images


@pytest.fixture
def add(tmp_path):
    """Adds small images, or files of other types, to a folder `data`."""

    def write(*names):
        for number, name in enumerate(names):
            path = tmp_path / "data" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix.lower() in (".txt", ".db", ".ini", ".csv", ".gif", ""):
                path.write_text("text")
            else:
                kind = {"jpg": "JPEG", "jpeg": "JPEG", "tif": "TIFF"}.get(path.suffix[1:].lower(), path.suffix[1:])
                Image.fromarray(np.full((4, 4, 3), number, np.uint8)).save(path, kind.upper())
        return tmp_path / "data"

    return write


def test_every_type_of_image_is_found_by_class_and_then_by_path(add):
    names = ["dog/b.PNG", "dog/a.jpg", "cat/e.webp", "cat/d.bmp", "cat/f.TIF", "cat/c.ppm", "cat/g.JPEG"]
    images = open_images(str(add(*names)))
    assert images.names == ["cat/c.ppm", "cat/d.bmp", "cat/e.webp", "cat/f.TIF", "cat/g.JPEG", "dog/a.jpg", "dog/b.PNG"]
    assert images.classes == ("cat", "dog")
    assert images.labels.tolist() == [0, 0, 0, 0, 0, 1, 1]
    assert images.labels.dtype == np.int64
    assert images.rois is None
    assert images.notes == ()
    assert [path.name for path in images.files] == [name.split("/")[1] for name in images.names]
    assert images.read(0).image.shape == (4, 4, 3)


def test_classes_that_are_numbers_are_sorted_as_numbers(add):
    folder = add(*(f"{name}/a.png" for name in ("10", "9", "00", "1", "2", "3", "4", "5", "6", "7", "8")))
    images = open_images(folder)
    assert images.classes == ("00", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10")
    assert images.names[-1] == "10/a.png"
    assert images.notes == ()
    add("b/a.png")
    assert open_images(folder).classes[:3] == ("00", "1", "10")


def test_numbers_with_gaps_are_noted(add):
    assert open_images(add("0/a.png", "1/a.png", "4/a.png")).notes == (
        "The classes are numbers, but no image has 2, 3: only numbers that images have are taken for classes.",
    )


def test_files_of_the_system_are_neither_classes_nor_images(add):
    folder = add(
        "cat/a.png", "dog/b.png", "cat/.hidden.png", "cat/Thumbs.db", "dog/desktop.ini", ".git/c.png", "Thumbs.db",
        "__MACOSX/cat/a.png", "dog/._b.png",
    )  # fmt: skip
    images = open_images(folder)
    assert images.names == ["cat/a.png", "dog/b.png"]
    assert images.notes == ()


def test_other_files_are_counted(add):
    images = open_images(add("cat/a.png", "cat/b.gif", "dog/c.png", "dog/note.txt", "README.txt", "stray.png"))
    assert len(images.names) == 2
    assert images.notes == ("4 files of other types, or outside the folders of the classes, were ignored.",)


def test_the_test_split_is_taken_or_else_the_validation_split(add):
    folder = add("train/cat/a.png", "train/dog/b.png", "val/cat/c.png", "val/dog/d.png")
    assert open_images(folder).names == ["val/cat/c.png", "val/dog/d.png"]
    add("test/cat/e.png", "test/dog/f.png")
    images = open_images(folder)
    assert images.names == ["test/cat/e.png", "test/dog/f.png"]
    assert images.classes == ("cat", "dog")
    assert images.notes == ("Of the splits test, train, val, test was taken.",)
    assert open_images(folder, split="train").names == ["train/cat/a.png", "train/dog/b.png"]


def test_classes_without_an_image_in_the_split_are_classes_of_the_model(add):
    images = open_images(
        add("train/ant/a.png", "train/bee/b.png", "train/cow/c.png", "test/ant/d.png", "test/cow/e.png")
    )
    assert images.classes == ("ant", "bee", "cow")
    assert images.labels.tolist() == [0, 2]
    assert images.notes[1] == "A class of the other splits had no image in test: bee."


def test_a_single_split_of_any_name_is_taken(add):
    images = open_images(add("part/cat/a.png", "part/dog/b.png"))
    assert images.names == ["part/cat/a.png", "part/dog/b.png"]
    assert images.notes == ()


def test_splits_of_unknown_names_must_be_chosen(add):
    folder = add("first/cat/a.png", "first/dog/b.png", "second/cat/c.png", "second/dog/b.png")
    with pytest.raises(MisreadError, match=r"data: has the splits first, second; choose one with --split$"):
        open_images(folder)
    assert open_images(folder, split="second/").names == ["second/cat/c.png", "second/dog/b.png"]
    with pytest.raises(MisreadError, match=r"--split: 'third': .*data has no such folder; it has first, second$"):
        open_images(folder, split="third")


def test_a_class_may_be_called_test(add):
    assert open_images(add("test/a.png", "train/b.png")).classes == ("test", "train")


def test_a_test_split_without_classes_is_told(add):
    folder = add("train/cat/a.png", "train/dog/b.png", "test/1.png", "test/2.png", "Test.csv")
    with pytest.raises(
        MisreadError,
        match=r"data/test: expected a folder for each class.*found 2 images without a class.*data/Test\.csv$",
    ):
        open_images(folder)
    assert open_images(folder, split="train").classes == ("cat", "dog")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["a.png", "b.png"], r"data: expected .*CLASS/FILE or SPLIT/CLASS/FILE; found 2 images without a class$"),
        (["readme.txt"], r"data: expected .*; found no folder in it$"),
        (["labels.csv", "a.png"], r"found 1 image without a class; or give the table, as .*labels\.csv$"),
        (["cat/a.png", "dog/b.txt"], r"data/dog: expected images of this class, found 1 file of other types$"),
        (["cat/a.png", "cat/more/b.png", "dog/c.png"], r"data/cat: expected .*; found the folder 'more' in it$"),
    ],
)
def test_other_layouts_are_refused(add, names, found):
    with pytest.raises(MisreadError, match=found):
        open_images(add(*names))


def test_an_empty_class_is_named(add):
    folder = add("cat/a.png")
    (folder / "dog").mkdir()
    with pytest.raises(MisreadError, match=r"data/dog: expected images of this class, found an empty folder$"):
        open_images(folder)


def test_links_are_followed_and_a_broken_one_is_an_image_that_cannot_be_read(add, tmp_path):
    folder = add("cat/a.png", "dog/b.png")
    Image.new("RGB", (2, 3)).save(tmp_path / "elsewhere.png")
    (folder / "cat/link.png").symlink_to(tmp_path / "elsewhere.png")
    (folder / "dog/broken.png").symlink_to(tmp_path / "nowhere.png")
    images = open_images(folder)
    assert images.names == ["cat/a.png", "cat/link.png", "dog/b.png", "dog/broken.png"]
    assert images.read(1).image.shape == (3, 2, 3)
    with pytest.raises(MisreadError, match=r"dog/broken\.png: no such file"):
        images.read(3)


def test_a_file_name_that_no_table_can_hold_is_refused(add):
    with pytest.raises(MisreadError, match=r"'cat/a\\nb\.png': the file's name has characters"):
        open_images(add("cat/a\nb.png"))
