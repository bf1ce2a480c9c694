"""Resize policies put the sign where they say, at the scale that they say."""

import numpy as np
import pandas as pd
import pytest

from misread.data.resize import RESIZE_POLICIES, own_pixels
from misread.errors import MisreadError

crop_pad, crop_pad_unscaled, letterbox, stretch, roi_alone = (
    RESIZE_POLICIES[name] for name in ("crop_pad", "crop_pad_unscaled", "letterbox", "stretch", "roi")
)


def image_with_roi(width, height, roi):
    """Grey 100, the region of interest 200."""
    image = np.full((height, width, 3), 100, np.uint8)
    x1, y1, x2, y2 = roi
    image[y1:y2, x1:x2] = 200
    return image


@pytest.mark.parametrize("policy", RESIZE_POLICIES.values(), ids=RESIZE_POLICIES)
@pytest.mark.parametrize(
    ("width", "height", "roi"), [(25, 25, (5, 5, 20, 20)), (266, 232, (5, 6, 260, 225)), (40, 15, (2, 1, 9, 14))]
)
def test_shape_type_and_input_unchanged(policy, width, height, roi):
    image = image_with_roi(width, height, roi)
    before = image.copy()
    square = policy(image, roi, 40)
    assert square.shape == (40, 40, 3)
    assert square.dtype == np.uint8
    assert (image == before).all()


def test_crop_pad_centres_a_small_sign_without_scaling_it():
    roi = (5, 6, 21, 20)  # 16 x 14
    square = crop_pad(image_with_roi(30, 28, roi), roi, 40)
    bright = np.argwhere(square[..., 0] == 200)
    assert bright.min(axis=0).tolist() == [13, 12]
    assert (bright.max(axis=0) + 1).tolist() == [27, 28]
    assert (square == 0).any(), "outside the image it is black"
    assert (square[..., 0] == 100).sum() == 30 * 28 - 16 * 14


def test_crop_pad_reduces_a_large_sign_until_it_just_fits():
    roi = (20, 32, 180, 152)  # 160 x 120
    square = crop_pad(image_with_roi(200, 180, roi), roi, 40)
    bright = np.argwhere(square[..., 0] > 150)
    assert bright.min(axis=0).tolist() == [5, 0]
    assert (bright.max(axis=0) + 1).tolist() == [35, 40]


def test_crop_pad_unscaled_cuts_a_large_sign():
    roi = (20, 30, 180, 150)
    square = crop_pad_unscaled(image_with_roi(200, 180, roi), roi, 40)
    assert (square == 200).all()


def test_letterbox_keeps_the_aspect_and_shows_the_whole_image():
    square = letterbox(np.full((20, 40, 3), 50, np.uint8), (0, 0, 1, 1), 80)
    assert (square[20:60] == 50).all()
    assert (square[:20] == 0).all()
    assert (square[60:] == 0).all()


def test_stretch_fills_the_square():
    assert (stretch(np.full((20, 40, 3), 50, np.uint8), (0, 0, 1, 1), 80) == 50).all()


def test_reducing_averages_so_that_fine_patterns_do_not_alias():
    checks = np.indices((200, 200)).sum(axis=0) % 2 * 255
    image = np.repeat(checks[..., None], 3, axis=2).astype(np.uint8)
    assert np.ptp(stretch(image, (0, 0, 200, 200), 50).astype(int)) <= 1


@pytest.mark.parametrize("policy", RESIZE_POLICIES.values(), ids=RESIZE_POLICIES)
def test_a_side_and_a_square_are_the_same_and_oblongs_have_their_shape(policy):
    image = np.random.default_rng(0).integers(0, 256, (70, 90, 3), dtype=np.uint8)
    roi = (5, 6, 80, 60)
    assert (policy(image, roi, 40) == policy(image, roi, (40, 40))).all()
    assert policy(image, roi, (20, 50)).shape == (20, 50, 3)
    with pytest.raises(MisreadError, match=r"size: \(20, 0\): must be at least 1 pixel"):
        policy(image, roi, (20, 0))


def test_crop_pad_reduces_until_the_sign_fits_both_sides_of_an_oblong():
    roi = (20, 32, 180, 152)  # 160 x 120
    window = crop_pad(image_with_roi(200, 180, roi), roi, (30, 80))
    bright = np.argwhere(window[..., 0] > 150)
    assert bright.min(axis=0).tolist() == [0, 20]
    assert (bright.max(axis=0) + 1).tolist() == [30, 60]


def test_letterbox_fills_the_side_that_is_short():
    window = letterbox(np.full((20, 40, 3), 50, np.uint8), (0, 0, 1, 1), (20, 80))
    assert (window[:, 20:60] == 50).all()
    assert (window[:, :20] == 0).all()
    assert (window[:, 60:] == 0).all()


def test_roi_shows_the_annotated_sign_alone():
    roi = (20, 32, 180, 152)
    square = roi_alone(image_with_roi(200, 180, roi), roi, 40)
    assert (square == 200).all()


@pytest.mark.parametrize("policy", RESIZE_POLICIES)
@pytest.mark.parametrize("size", [16, 40, 75, (20, 60)])
def test_own_pixels_are_those_that_are_not_padding(policy, size):
    rng = np.random.default_rng(0)
    rows, squares = [], []
    for _ in range(60):
        width, height = (int(side) for side in rng.integers(15, 250, 2))
        x1, y1 = int(rng.integers(0, width - 2)), int(rng.integers(0, height - 2))
        x2, y2 = int(rng.integers(x1 + 1, width + 1)), int(rng.integers(y1 + 1, height + 1))
        rows.append({"width": width, "height": height, "x1": x1, "y1": y1, "x2": x2, "y2": y2})
        white = np.full((height, width, 3), 255, np.uint8)
        squares.append(RESIZE_POLICIES[policy](white, (x1, y1, x2, y2), size))
    for square, (top, left, bottom, right) in zip(squares, own_pixels(policy, pd.DataFrame(rows), size), strict=True):
        assert (square[top:bottom, left:right] == 255).all()
        assert square.sum() == 3 * 255 * (bottom - top) * (right - left)
