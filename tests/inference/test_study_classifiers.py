"""The trainings of a classifier are those that `check` wrote down."""

import pytest

from misread import paths
from misread.data import texts
from misread.inference import study_classifiers


@pytest.mark.parametrize("wanted", [[1], [1, 2], [1, 2, 3, 12]])
def test_other_trainings_are_deleted_and_nothing_else(tmp_path, monkeypatch, wanted):
    monkeypatch.chdir(tmp_path)
    paths.REPEATS.mkdir(parents=True)
    texts.write({paths.REPEATS / "cnn.json": texts.as_json({"trainings": wanted})})
    for key in ("cnn-clean", "cnn-noisy"):
        for number in (1, 2, 3, 12):
            paths.model(key, number).mkdir(parents=True)
            (paths.model(key, number) / "model.keras").write_text("any", encoding="utf-8")
    users_own = paths.model("cnn-clean") / "again/notes"
    users_own.mkdir()
    assert study_classifiers.trainings("cnn", "clean") == wanted
    for number in (1, 2, 3, 12):
        assert (paths.model("cnn-clean", number) / "model.keras").exists() == (number in wanted)
        assert (paths.model("cnn-noisy", number) / "model.keras").exists()
    assert users_own.exists()
