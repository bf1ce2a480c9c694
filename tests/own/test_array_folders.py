"""Arrays of images and labels are read from the disk as they are, and other arrays refused in one line."""

import pickle

import numpy as np
import pytest

from misread.errors import MisreadError
from misread.own.images.choosing import open_images

PIXELS = np.random.default_rng(0).integers(0, 256, (4, 6, 5, 3), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path):
    def write(images=PIXELS, labels=(2, 0, 1, 0)):
        np.save(tmp_path / "images.npy", images)
        np.save(tmp_path / "labels.npy", np.array(labels))
        return tmp_path

    return write


def test_colour_images_are_read_by_row(folder):
    images = open_images(folder())
    assert len(images.names) == len(set(images.names)) == 4
    assert images.labels.tolist() == [2, 0, 1, 0]
    assert images.classes == ("0", "1", "2")
    assert [path.name for path in images.files] == ["images.npy", "labels.npy"]
    image, converted = pickle.loads(pickle.dumps(images)).read(3)
    assert (image == PIXELS[3]).all()
    assert converted is None


@pytest.mark.parametrize("grey", [PIXELS[..., 0], PIXELS[..., :1]])
def test_grey_images_become_rgb(folder, grey):
    image, converted = open_images(folder(grey)).read(1)
    assert (image == PIXELS[1][..., :1]).all()
    assert image.shape == (6, 5, 3)
    assert converted == "grey"


@pytest.mark.parametrize("kind", ["U", "S"])
def test_labels_may_be_names(folder, kind):
    labels = np.array(["cat", "ant", "cat", "bee"], kind)
    images = open_images(folder(labels=labels))
    assert images.classes == ("ant", "bee", "cat")
    assert images.labels.tolist() == [2, 0, 2, 1]


def test_positions_of_classes_without_images_count(folder):
    images = open_images(folder(labels=np.array([0, 4, 4, 1], np.uint8)))
    assert images.classes == ("0", "1", "2", "3", "4")
    assert images.labels.dtype == np.int64


def test_an_array_that_was_written_anew_is_read_anew(folder):
    assert (open_images(folder()).read(0).image == PIXELS[0]).all()
    other = open_images(folder(255 - PIXELS))
    assert (other.read(0).image == 255 - PIXELS[0]).all()


@pytest.mark.parametrize(
    ("images", "found"),
    [
        (PIXELS / 255, r"found float64 \(4, 6, 5, 3\)"),
        (PIXELS.transpose(0, 3, 1, 2), r"found uint8 \(4, 3, 6, 5\)"),
        (PIXELS[0, 0], r"found uint8 \(5, 3\)"),
        (PIXELS[:0], r"found uint8 \(0, 6, 5, 3\)"),
    ],
)
def test_other_images_are_refused(folder, images, found):
    with pytest.raises(MisreadError, match=rf"images\.npy: expected uint8 \(N, HEIGHT, WIDTH, 3\).*{found}"):
        open_images(folder(images))


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        ([0, 1, 2], r"a label for each of the 4 images, \(4,\), found int64 \(3,\)"),
        (np.eye(4, dtype=int), r"found int64 \(4, 4\)"),
        ([0.0, 1.0, 1.0, 0.0], "expected integers from 0, or texts, found float64"),
        ([0, 1, -1, 0], "row 2: expected the position of a class, 0 to 32,766, found -1"),
        ([0, 1, 1, 10**9], "row 3: expected the position of a class, 0 to 32,766, found 1000000000"),
        (["a", "b", "", "a"], "row 2: expected the name of a class, found an empty text"),
    ],
)
def test_other_labels_are_refused(folder, labels, problem):
    with pytest.raises(MisreadError, match=r"labels\.npy: .*" + problem):
        open_images(folder(labels=labels))


def test_pickled_objects_are_not_unpickled(folder):
    with pytest.raises(MisreadError, match=r"labels\.npy: expected numbers or text, found pickled Python objects"):
        open_images(folder(labels=np.array(["a", "b", None, "c"], object)))


def test_missing_and_broken_files_are_named(folder):
    path = folder()
    whole = (path / "images.npy").read_bytes()
    for content in (whole[:-10], whole[:20], b"text", b""):
        (path / "images.npy").write_bytes(content)
        with pytest.raises(MisreadError, match=r"images\.npy: not a NumPy array file, or not the whole of it$"):
            open_images(path)
    with open(path / "images.npy", "wb") as file:
        np.savez(file, images=PIXELS)
    with pytest.raises(MisreadError, match=r"images\.npy: expected one array, found an archive of arrays$"):
        open_images(path)
    (path / "images.npy").write_bytes(whole)
    (path / "labels.npy").unlink()
    with pytest.raises(MisreadError, match=r"labels\.npy: cannot be read \(No such file"):
        open_images(path)
