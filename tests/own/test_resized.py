"""Collections become arrays at the size of a model; what was converted or left out is said."""

import cv2
import numpy as np
import pytest
from PIL import Image

from misread.data import resize
from misread.errors import MisreadError
from misread.own.images import resized
from misread.own.images.choosing import open_images
from misread.own.images.resized import resized_set

COUNT = 40


def files_in(folder):
    return [path.name for path in folder.iterdir()]


@pytest.fixture
def photos(tmp_path):
    """A folder with 40 images of different sizes in two classes."""
    rng = np.random.default_rng(0)
    for number in range(COUNT):
        path = tmp_path / f"photos/{'ab'[number % 2]}/{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (10 + number, 50 - number, 3), dtype=np.uint8)).save(path)
    return tmp_path / "photos"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.mark.parametrize("policy", resize.RESIZE_POLICIES)
def test_images_are_those_of_the_policy_in_the_order_of_the_collection(photos, out, policy):
    images = open_images(photos)
    found = resized_set(images, 12, 20, 3, policy, out)
    assert isinstance(found.images, np.memmap)
    assert found.images.shape == (COUNT, 12, 20, 3)
    assert found.labels.tolist() == [0] * 20 + [1] * 20
    assert found.names == images.names
    assert found.rows.tolist() == list(range(COUNT))
    assert found.notes == ()
    for row in (0, 7, 39):
        image = images.read(row).image
        roi = (0, 0, image.shape[1], image.shape[0])
        assert (found.images[row] == resize.RESIZE_POLICIES[policy](image, roi, (12, 20))).all()
    assert files_in(out) == ["images.npy"]


def test_neither_workers_nor_blocks_change_the_result(photos, out, monkeypatch):
    expected = np.array(resized_set(open_images(photos), 12, 20, 3, "letterbox", out).images)
    monkeypatch.setenv("MISREAD_WORKERS", "3")
    monkeypatch.setattr(resized, "LEAST", 3)
    monkeypatch.setattr(resized, "WRITTEN", 2 * 12 * 20 * 3)
    assert (resized_set(open_images(photos), 12, 20, 3, "letterbox", out).images == expected).all()


def test_a_choice_of_rows_keeps_their_numbers(photos, out):
    images = open_images(photos)
    found = resized_set(images, 12, 20, 3, "stretch", out, rows=np.array([3, 30, 31]))
    assert found.rows.tolist() == [3, 30, 31]
    assert found.labels.tolist() == [0, 1, 1]
    assert found.names == [images.names[row] for row in (3, 30, 31)]
    everything = resized_set(images, 12, 20, 3, "stretch", out.with_name("all"))
    assert (found.images == everything.images[[3, 30, 31]]).all()


def test_grey_models_get_grey_images(photos, out):
    Image.new("L", (5, 5), 77).save(photos / "a/grey.png")
    images = open_images(photos)
    found = resized_set(images, 12, 20, 1, "stretch", out)
    assert found.images.shape == (COUNT + 1, 12, 20, 1)
    colour = resize.RESIZE_POLICIES["stretch"](images.read(0).image, (0, 0, 1, 1), (12, 20))
    assert (found.images[0, ..., 0] == cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY)).all()
    assert (found.images[images.names.index("a/grey.png")] == 77).all()
    assert found.notes == ("40 images were converted to grey.",)


@pytest.mark.parametrize("policy", ["letterbox", "crop_pad", "stretch"])
def test_padding_is_told_from_the_image(photos, out, policy):
    images = open_images(photos)
    found = resized_set(images, 12, 20, 3, policy, out)
    for row, (top, left, bottom, right) in zip(found.rows, found.boxes, strict=True):
        white = np.full_like(images.read(row).image, 255)
        square = resize.RESIZE_POLICIES[policy](white, (0, 0, white.shape[1], white.shape[0]), (12, 20))
        assert (square[top:bottom, left:right] == 255).all()
        assert (square == 255).all(axis=2).sum() == int(bottom - top) * int(right - left)


def test_conversions_are_counted(photos, out):
    for name, mode in (("x", "L"), ("y", "L"), ("z", "RGBA"), ("p", "P")):
        Image.new(mode, (5, 5)).save(photos / f"a/{name}.png")
    frames = [Image.new("RGB", (5, 5), colour) for colour in ("red", "blue")]
    frames[0].save(photos / "b/moving.webp", save_all=True, append_images=frames[1:])
    assert resized_set(open_images(photos), 12, 20, 3, "stretch", out).notes == (
        "1 RGBA image was converted to RGB, without the alpha channel.",
        "Of 1 file with several images, the first image was taken.",
        "2 grey images were converted to RGB.",
        "1 palette image was converted to RGB.",
    )


def test_images_that_cannot_be_read_are_all_looked_at_before_they_are_refused(photos, out):
    (photos / "a/04.png").write_bytes(b"")
    (photos / "b/33.png").write_bytes((photos / "b/33.png").read_bytes()[:200])
    with pytest.raises(
        MisreadError, match=r"a/04\.png: an empty file; 2 of the 40 images cannot be read; --skip-unreadable leaves out"
    ):
        resized_set(open_images(photos), 12, 20, 3, "stretch", out)
    assert files_in(out) == []
    (photos / "a/04.png").unlink()
    with pytest.raises(
        MisreadError, match=r"b/33\.png: broken image \(.*\); --skip-unreadable leaves out such images$"
    ):
        resized_set(open_images(photos), 12, 20, 3, "stretch", out)


def test_images_that_cannot_be_read_are_left_out_if_that_is_wanted(photos, out, monkeypatch):
    monkeypatch.setattr(resized, "WRITTEN", 2 * 12 * 20 * 3)
    images = open_images(photos)
    whole = np.array(resized_set(images, 12, 20, 3, "stretch", out).images)
    lost = [0, 5, 6, 7, 39]
    for row in lost:
        (photos / images.names[row]).write_bytes(b"no image")
    found = resized_set(images, 12, 20, 3, "stretch", out, skip_unreadable=True)
    kept = [row for row in range(COUNT) if row not in lost]
    assert found.rows.tolist() == kept
    assert (found.images == whole[kept]).all()
    assert found.names == [images.names[row] for row in kept]
    assert found.labels.tolist() == images.labels[kept].tolist()
    assert found.notes == (
        "5 images were left out because of damage or an unknown format: a/00.png, a/10.png, a/12.png and 2 more.",
    )
    assert files_in(out) == ["images.npy"]


def test_nothing_is_left_if_no_image_can_be_read(photos, out):
    images = open_images(photos)
    for name in images.names:
        (photos / name).write_bytes(b"no image")
    with pytest.raises(MisreadError, match=r"a/00\.png: not a PNG.*; none of the 40 images can be read$"):
        resized_set(images, 12, 20, 3, "stretch", out, skip_unreadable=True)


def test_regions_of_interest_are_given_to_the_policy(photos, out):
    (photos / "t.csv").write_text("path,label,x1,y1,x2,y2\na/10.png,0,2,3,12,13\nb/11.png,1,0,0,5,9\n")
    images = open_images(photos / "t.csv")
    found = resized_set(images, 8, 8, 3, "crop_pad", out)
    assert (found.images[0] == resize.RESIZE_POLICIES["crop_pad"](images.read(0).image, (2, 3, 12, 13), 8)).all()


@pytest.mark.parametrize("skip", [False, True])
def test_a_region_outside_its_image_is_a_mistake_of_the_table(photos, out, skip):
    (photos / "t.csv").write_text("path,label,x1,y1,x2,y2\na/10.png,0,0,0,40,20\nb/11.png,1,0,0,40,21\n")
    with pytest.raises(
        MisreadError, match=r"t\.csv: b/11\.png: roi: \(0, 0, 40, 21\): must lie in the image of 39 x 21"
    ):
        resized_set(open_images(photos / "t.csv"), 8, 8, 3, "crop_pad", out, skip_unreadable=skip)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"policy": "crop"}, "resize policy: 'crop': must be of crop_pad, crop_pad_unscaled, letterbox, stretch"),
        ({"channels": 4}, "channels: 4: must be 1 or 3"),
        ({"width": 0}, "size: 8 x 0: must be at least 1 pixel"),
        ({"rows": []}, "photos: expected at least one image, found none"),
    ],
)
def test_wrong_settings_are_refused(photos, out, change, problem):
    with pytest.raises(MisreadError, match=problem):
        resized_set(
            open_images(photos), **{"height": 8, "width": 8, "channels": 3, "policy": "stretch", "folder": out} | change
        )
