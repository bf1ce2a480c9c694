"""Estimated tracks, of images and places whose tracks are known."""

import cv2
import numpy as np

from misread.data import tracks
from misread.gtsrb import dataset, zips


def places(count, frames=30, classes=3, seed=0):
    """Places of frames of some tracks of each class, their classes and their tracks."""
    rng = np.random.default_rng(seed)
    of_track = np.repeat(np.arange(count * classes), frames)
    centres = 10 * rng.normal(size=(count * classes, 8))
    return centres[of_track] + rng.normal(size=(len(of_track), 8)), of_track % classes, of_track


def test_tracks_that_lie_apart_are_found():
    found, classes, known = places(10)
    groups = tracks.group_classes(found, classes, 30)
    result = tracks.agreement(found, groups, known, classes)
    assert (result.together, result.correct, result.nearest) == (1, 1, 1)
    assert (result.tracks, result.groups, result.images) == (30, 30, 900)


def test_no_group_has_more_images_than_a_track_nor_two_classes():
    rng = np.random.default_rng(0)
    classes = rng.integers(4, size=500)
    groups = tracks.group_classes(rng.normal(size=(500, 5)), classes, 30)
    assert np.bincount(groups).max() <= 30
    assert all(len(np.unique(classes[groups == group])) == 1 for group in np.unique(groups))
    assert groups.min() == 0
    assert len(np.unique(groups)) == groups.max() + 1


def test_agreement_worked_by_hand():
    known, groups = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 2])
    line = np.array([[0.0], [1.0], [5.0], [5.5], [9.0]])
    found = tracks.agreement(line, groups, known, np.zeros(5, int))
    assert found.together == 2 / 8, "of the pairs (0 1) (0 2) (1 2) (3 4), each in both orders, the first is together"
    assert found.correct == 2 / 4
    assert found.nearest == 3 / 5
    assert (found.tracks, found.groups) == (2, 3)


def test_the_space_ignores_what_changes_within_tracks():
    """Tracks differ along one axis that is weak, and frames along another that is strong."""
    rng = np.random.default_rng(0)
    classes = np.repeat(np.arange(4), 300)
    known = np.repeat(np.arange(40), 30)
    values = np.zeros((1200, 6))
    values[:, 0] = rng.normal(size=40)[known] + 0.05 * rng.normal(size=1200)
    values[:, 1] = 20 * rng.normal(size=1200)
    values[:, 2:] = 0.01 * rng.normal(size=(1200, 4))
    found = tracks.Space(values, classes, known).places(values, classes)
    raw = tracks.agreement(values, tracks.group_classes(values, classes, 30), known, classes)
    learnt = tracks.agreement(found, tracks.group_classes(found, classes, 30), known, classes)
    assert raw.together < 0.3 < 0.6 < learnt.together


def test_features_do_not_depend_on_contrast():
    image = np.random.default_rng(0).integers(0, 100, (40, 50, 3), dtype=np.uint8)
    one, other = tracks.features(image), tracks.features(2 * image + 20)
    assert one.shape == (24 * 24 * 3 + 2,)
    assert np.abs(one[:-1] - other[:-1]).max() < 0.1
    assert one[-2] == np.float32(np.log((40 * 50) ** 0.5))
    larger = tracks.features(cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST))
    assert larger[-2] - one[-2] == np.float32(np.log(2)) or abs(larger[-2] - one[-2] - np.log(2)) < 1e-5


def test_tracks_of_rendered_signs_are_found_in_classes_that_were_not_learnt(archives):
    index = dataset.read_train_index(archives)
    kept = index[index.class_id < 12].reset_index(drop=True)
    path = archives / dataset.ARCHIVES[0].name
    images = zips.read_places(path, f"{dataset.TRAIN_ROOT}/" + kept.file, kept.itertuples())
    decoded = (
        dataset.decode_image(file, row.file, row.width, row.height)
        for file, row in zip(images, kept.itertuples(), strict=True)
    )
    values = np.stack([tracks.features(image) for image in decoded])
    known = kept.groupby(["class_id", "track"]).ngroup().to_numpy()
    found = tracks.validate(values, kept.class_id.to_numpy(), known, 1 / 3, seed=0)
    assert found.together > 0.8
    assert found.correct > 0.8
    assert found.nearest > 0.9
