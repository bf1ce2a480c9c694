"""Where things lie, and which of them are there."""

from misread import paths


def test_classifiers_without_scores_are_left_out_and_the_order_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    classifiers = [("resnet50", "noisy"), ("cnn", "noisy"), ("cnn", "clean")]
    assert paths.scored(classifiers) == []
    for key in ("cnn-clean", "resnet50-noisy", "removed-clean"):
        paths.scores(key).mkdir(parents=True)
    assert paths.scored(classifiers) == ["resnet50-noisy", "cnn-clean"]
    assert paths.scored(iter(classifiers)) == ["resnet50-noisy", "cnn-clean"]
