"""Rendered signs in the layout of GTSRB, for tests and the demo, which do not need the real images.

Each track shows one physical sign from a car that approaches it: the sign gets larger over a few frames, with constant
light and background and slowly changing angles. GTSRB's tracks have 30 nearly identical frames; with 5 frames per
track, the same number of images shows six times as many signs.
"""

from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from misread.gtsrb import canvas, classes, content, dataset, pictograms
from misread.gtsrb.archives import Writer
from misread.parallel import workers

FRAMES = 5  # per track
MIN_SIDE, MAX_SIDE = 15, 250  # of an image, pixels
TEST_SPLIT, TRAIN_SPLIT = 0, 1

Frame = tuple[np.ndarray, tuple[int, int, int, int]]


def render_track(class_id: int, seed: int, split: int, track: int, frames: list[int]) -> list[Frame]:
    """Render some frames of a track.

    Args:
        class_id: 0 to 42.
        seed: the study's seed.
        split: `TRAIN_SPLIT` or `TEST_SPLIT`; the two splits have different tracks.
        track: number of the track within class and split.
        frames: numbers of the frames to render, 0 (far) to ``FRAMES - 1`` (near).

    Returns:
        An image and a region of interest for each frame. The image is uint8 ``(height, width, 3)``, RGB, with
        sides from 15 to 250 pixels; the region is ``(x1, y1, x2, y2)``, right and bottom edge exclusive.

    """
    rng = np.random.default_rng([seed, split, class_id, track])
    far = np.exp(rng.uniform(np.log(10), np.log(30)))  # size of the sign in the first frame, pixels
    near = min(far * np.exp(rng.uniform(np.log(1.5), np.log(5))), 208)
    tilt = rng.normal(0, 0.10, (2, 2))  # yaw and pitch at the first and the last frame
    roll = rng.normal(0, 3.5)  # degrees
    brightness = np.exp(rng.normal(-0.35, 0.5))
    tint = np.exp(rng.normal(0, 0.06, 3))
    haze = rng.uniform(0, 0.35)
    blur = rng.gamma(2.0, 0.25)  # pixels, at any distance
    motion = rng.gamma(1.2, 0.02)  # share of the sign's size
    grain = rng.uniform(1, 6)  # grey levels
    background = _background(rng)
    aspect = rng.normal(1, 0.02)
    drawn = {number: np.random.default_rng([seed, split, class_id, track, number]) for number in frames}
    result = []
    for number, frame_rng in drawn.items():
        progress = number / (FRAMES - 1)
        size = far * (near / far) ** (progress**1.3)
        yaw, pitch = tilt[0] * (1 - progress) + tilt[1] * progress
        image, roi = _compose(class_id, size, aspect, (yaw, pitch, roll), background, progress, frame_rng)
        image = cv2.GaussianBlur(image, (0, 0), max(0.3, blur))
        length = round(motion * size)
        if length >= 2:
            image = cv2.blur(image, (length, 1))
        image = image * (1 - haze) + 150 * haze
        image = image * brightness * tint * np.exp(frame_rng.normal(0, 0.04)) + frame_rng.normal(0, grain, image.shape)
        result.append((np.clip(np.rint(image), 0, 255).astype(np.uint8), roi))
    return result


def _background(rng: np.random.Generator) -> np.ndarray:
    """A blurred roadside: sky above, greenery, walls or asphalt below, and blobs; float32, (64, 64, 3)."""
    palettes = np.array([[175, 190, 205], [120, 125, 130], [60, 85, 45], [95, 80, 65], [40, 42, 48], [150, 140, 120]])
    upper, lower = palettes[rng.choice(len(palettes), 2)] * rng.uniform(0.7, 1.2, (2, 1))
    horizon = rng.uniform(-0.3, 1.3)
    weight = 1 / (1 + np.exp((np.linspace(0, 1, 64) - horizon) * 12))[:, None, None]
    scene = weight * upper + (1 - weight) * lower + np.zeros((64, 64, 3))
    for scale, strength in ((4, 28), (10, 18), (32, 8)):
        blobs = rng.normal(0, strength, (scale, scale, 3)) * 0.4 + rng.normal(0, strength, (scale, scale, 1))
        scene += cv2.resize(blobs, (64, 64), interpolation=cv2.INTER_CUBIC)
    return scene.astype(np.float32)


def _compose(
    class_id: int,
    size: float,
    aspect: float,
    angles: tuple[float, float, float],
    background: np.ndarray,
    progress: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """Render the sign in perspective in front of the background; returns a float32 image and the region of interest."""
    corners = _corners(size, aspect, angles)
    low, high = corners.min(axis=0), corners.max(axis=0)
    # As in GTSRB, the border is a tenth of the sign, at least 5 pixels unless the image would get too large.
    sign_width, sign_height = np.maximum(np.ceil(high - low), 5).astype(int)
    borders = np.maximum(np.round(0.1 * max(sign_width, sign_height)) + rng.integers(0, 2, 4), 5).astype(int)
    left, top, right, bottom = borders
    width = int(np.clip(left + sign_width + right, MIN_SIDE, MAX_SIDE))
    height = int(np.clip(top + sign_height + bottom, MIN_SIDE, MAX_SIDE))
    target = (corners - low + [left, top]).astype(np.float32)

    face = pictograms.face_of(class_id)
    side = min(canvas.SIDE, max(8, int(2 * size)))  # shrunk first, so that the warp does not alias
    face = cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    face[..., :3] *= face[..., 3:] / 255  # premultiplied alpha: transparent pixels leave no dark rims
    source = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    warp = cv2.getPerspectiveTransform(source, target)
    layer = cv2.warpPerspective(face, warp, (width, height), flags=cv2.INTER_LINEAR)

    zoom = 1 + 0.6 * progress  # the background gets larger too, but more slowly
    span = 40 / zoom
    start = (64 - span) / 2 + rng.uniform(-1, 1, 2)
    grid_x, grid_y = np.meshgrid(
        np.linspace(start[0], start[0] + span, width, dtype=np.float32),
        np.linspace(start[1], start[1] + span, height, dtype=np.float32),
    )
    scene = cv2.remap(background, grid_x, grid_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    image = scene * (1 - layer[..., 3:] / 255) + layer[..., :3]
    roi = (int(left), int(top), min(int(left + sign_width), width), min(int(top + sign_height), height))
    return image, roi


def _corners(size: float, aspect: float, angles: tuple[float, float, float]) -> np.ndarray:
    """Corners of the sign's square in pixels after roll, yaw and pitch, in perspective; float64, (4, 2)."""
    yaw, pitch, roll = angles[0], angles[1], np.deg2rad(angles[2])
    square = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * [size * aspect, size]
    turn = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
    x, y = (square @ turn).T
    depth = 1 + (x * np.sin(yaw) + y * np.sin(pitch)) / (2.5 * size)
    return np.stack([x * np.cos(yaw) / depth, y * np.cos(pitch) / depth], axis=1)


def _render_jobs(
    seed: int, split: int, jobs: list[tuple[int, int, list[int]]], start: int, stop: int
) -> list[list[Frame]]:
    return [render_track(class_id, seed, split, track, frames) for class_id, track, frames in jobs[start:stop]]


def _annotation(name: str, class_id: int, image: np.ndarray, roi: tuple[int, int, int, int]) -> list:
    return [name, image.shape[1], image.shape[0], *roi, class_id]


def write_archives(folder: Path, images_per_class: int | None, seed: int) -> None:
    """Write rendered signs as the three official archives: as many images of each class as GTSRB has, or up to a cap.

    Args:
        folder: folder for the archives.
        images_per_class: largest number of images per class, in whole tracks; None: no cap.
        seed: the same seed gives the same bytes.

    """
    real = content.pinned()
    cap = images_per_class or max(one["images"] for one in real["train"])
    train_jobs = [
        (class_id, track, list(range(FRAMES)))
        for class_id in range(classes.COUNT)
        for track in range(max(2, min(real["train"][class_id]["images"], cap) // FRAMES))
    ]
    rng = np.random.default_rng([seed, 2])
    test_cap = cap // dataset.TRAIN_IMAGES_PER_TEST_IMAGE if images_per_class else cap
    shown = np.repeat(np.arange(classes.COUNT), [min(one["images"], test_cap) for one in real["test"][: classes.COUNT]])
    # The test set is shuffled and shows one frame of each of its signs.
    test_jobs = [
        (int(class_id), number, [int(rng.integers(FRAMES))]) for number, class_id in enumerate(rng.permutation(shown))
    ]
    with Writer(folder) as writer:
        train_rows, test_rows = [], []
        for start, tracks in _rendered(train_jobs, seed, TRAIN_SPLIT, "rendering tracks"):
            for (class_id, track, _), frames in zip(train_jobs[start:], tracks, strict=False):
                for number, (image, roi) in enumerate(frames):
                    name = f"{track:05d}_{number:05d}.ppm"
                    writer.add_train(class_id, name, image)
                    train_rows.append(_annotation(name, class_id, image, roi))
        for start, tracks in _rendered(test_jobs, seed, TEST_SPLIT, "rendering test signs"):
            for (class_id, number, _), [(image, roi)] in zip(test_jobs[start:], tracks, strict=False):
                name = f"{number:05d}.ppm"
                writer.add_test(name, image)
                test_rows.append(_annotation(name, class_id, image, roi))
        columns = list(dataset.COLUMNS)
        writer.add_annotations(pd.DataFrame(train_rows, columns=columns), pd.DataFrame(test_rows, columns=columns))


def _rendered(jobs: list, seed: int, split: int, title: str):
    """Yield the first job and the rendered tracks of each block, in order."""
    yield from workers.map_blocks(partial(_render_jobs, seed, split, jobs), len(jobs), title, block=32)
