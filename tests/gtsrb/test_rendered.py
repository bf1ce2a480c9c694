"""Rendered signs look to the pipeline as GTSRB does."""

import numpy as np
import pytest

from misread.gtsrb import canvas, classes, content, dataset, pictograms, rendered


def test_every_class_has_a_face_of_its_own():
    faces = [pictograms.face_of(class_id) for class_id in range(classes.COUNT)]
    assert all(face.shape == (canvas.SIDE, canvas.SIDE, 4) and face.dtype == np.uint8 for face in faces)
    small = [face[::8, ::8].astype(int) for face in faces]
    for i in range(classes.COUNT):
        for j in range(i):
            assert np.abs(small[i] - small[j]).mean() > 1, f"{classes.NAMES[i]} and {classes.NAMES[j]} look alike"


@pytest.mark.parametrize(
    ("mirrored", "axis"), [(classes.MIRRORED_LEFT_TO_RIGHT, 1), (classes.MIRRORED_TOP_TO_BOTTOM, 0)]
)
def test_mirrored_faces_are_those_of_the_class_that_the_table_names(mirrored, axis):
    for class_id, target in mirrored.items():
        flipped = np.flip(pictograms.face_of(class_id), axis).astype(int)
        assert np.abs(flipped - pictograms.face_of(target)).mean() < 6, classes.NAMES[class_id]


def test_a_track_approaches_and_its_sign_lies_in_the_region_of_interest():
    frames = rendered.render_track(14, seed=1, split=rendered.TRAIN_SPLIT, track=0, frames=list(range(rendered.FRAMES)))
    widths = [roi[2] - roi[0] for _, roi in frames]
    assert widths[-1] > 1.3 * widths[0]
    assert np.mean(np.diff(widths) >= 0) > 0.9
    for image, (x1, y1, x2, y2) in frames:
        height, width = image.shape[:2]
        assert 15 <= width <= 250
        assert 15 <= height <= 250
        assert 0 <= x1 < x2 <= width
        assert 0 <= y1 < y2 <= height
        assert min(x1, y1, width - x2, height - y2) >= 5, "a border as in GTSRB"


def test_tracks_differ_in_light_and_size():
    near = [
        rendered.render_track(1, 1, rendered.TRAIN_SPLIT, track, [rendered.FRAMES - 1])[0][0] for track in range(12)
    ]
    assert np.std([image.mean() for image in near]) > 15
    assert len({image.shape for image in near}) > 6


def test_deterministic_whatever_the_workers(tmp_path, monkeypatch):
    for name, workers in (("a", "1"), ("b", "2")):
        monkeypatch.setenv("MISREAD_WORKERS", workers)
        monkeypatch.setattr(rendered.classes, "COUNT", 2)
        (tmp_path / name).mkdir()
        rendered.write_archives(tmp_path / name, 60, seed=5)
    for archive in dataset.ARCHIVES:
        assert (tmp_path / "a" / archive.name).read_bytes() == (tmp_path / "b" / archive.name).read_bytes()


def test_class_counts_are_as_uneven_as_the_real_ones():
    counts = [one["images"] for one in content.pinned()["train"]]
    assert max(counts) == 2250
    assert min(counts) == 210
