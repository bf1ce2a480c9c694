"""Where image sets lie, and how those of a folder are opened."""

import numpy as np

from misread import paths
from misread.data import sets, store


def test_clean_and_noisy_sets_lie_where_they_were_written():
    assert sets.folder_of("clean", "cnn", "test") == paths.CLEAN / "cnn/test"
    assert sets.folder_of("gaussian-min", "cnn", "train") == paths.NOISY / "gaussian-min/cnn/train"


def test_sets_of_a_folder_are_opened_by_name_the_clean_one_first(tmp_path):
    names = ["salt_pepper-max", "clean", "average-min"]
    for number, name in enumerate(names):
        store.create_set(tmp_path / name, np.array([number]), 16)
    (tmp_path / "noise.json").write_text("{}")  # no set
    opened = sets.opened(tmp_path)
    assert list(opened) == ["clean", "average-min", "salt_pepper-max"]
    assert [int(one.labels[0]) for one in opened.values()] == [1, 2, 0]
