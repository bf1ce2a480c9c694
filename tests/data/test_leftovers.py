"""What removed networks, regimes, trainings and noise types left goes, also of one's own; everything else stays."""

import pytest

from misread.data import leftovers, own_results

CLASSIFIERS = {"cnn-clean": [1, 2], "cnn-noisy": [1, 2], "resnet50-clean": [1]}
GANS = ("gan-clean", "cgan-noisy")
NOISY = ("gaussian-min", "salt_pepper-max")
OUTPUTS = (
    "reports/predictions/{}.parquet",
    "reports/history/{}.csv",
    "reports/sweep/{}/strengths.parquet",
    "reports/scores/{}/by_noise.csv",
    "metrics/{}.json",
)
USERS_OWN = (
    ".gitignore",
    "README.md",
    "notes.txt",
    "clean.csv",
    "vgg.json",
    "vgg-blurred.json",
    "notes-clean.txt",
    "old-noisy.tar.gz",
    "notes-max.txt",
    "a-vgg-clean.json",
    "vgg-clean-old/file",
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("anything", encoding="utf-8")


def remove():
    leftovers.remove(NOISY, CLASSIFIERS, GANS)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("key", ["vgg-clean", "resnet50-noisy", "cnn-mixed"])
def test_every_output_of_a_removed_network_or_regime_is_removed(folder, output, key):
    stale, current = output.format(key), output.format("cnn-noisy")
    write(folder, stale, current)
    remove()
    assert not (folder / stale).exists()
    assert (folder / current).exists()


def test_the_history_of_a_training_that_is_no_longer_wanted_is_removed(folder):
    stale = ("reports/history/cnn-clean-3.csv", "reports/history/resnet50-clean-2.csv")
    current = ("reports/history/cnn-clean-2.csv", "reports/history/notes-2.csv")
    write(folder, *stale, *current)
    remove()
    assert not any((folder / name).exists() for name in stale)
    assert all((folder / name).exists() for name in current)


@pytest.mark.parametrize("output", OUTPUTS)
def test_outputs_of_current_classifiers_and_gans_stay(folder, output):
    names = [output.format(key) for key in (*CLASSIFIERS, *GANS)]
    write(folder, *names)
    remove()
    assert all((folder / name).exists() for name in names)


def test_noisy_sets_of_other_types_and_levels_are_removed(folder):
    names = {name: f"data/noisy/{name}/cnn/train/images.npy" for name in (*NOISY, "gaussian-max", "fog-min")}
    write(folder, *names.values())
    remove()
    assert {path.name for path in (folder / "data/noisy").iterdir()} == set(NOISY)


@pytest.mark.parametrize("place", ["reports/predictions", "reports/scores", "metrics", "data/noisy"])
def test_what_is_not_named_as_an_output_is_a_users_own_and_stays(folder, place):
    names = [f"{place}/{name}" for name in USERS_OWN]
    write(folder, *names)
    remove()
    assert all((folder / name).exists() for name in names)


def test_other_folders_are_left_alone(folder):
    names = ("models/vgg-clean/model.keras", "data/clean/vgg-clean/file", "reports/vgg-clean.csv", "vgg-clean.json")
    write(folder, *names)
    remove()
    assert all((folder / name).exists() for name in names)


def test_a_project_without_outputs_has_no_leftovers(folder):
    remove()
    assert list(folder.iterdir()) == []


def of(name):
    return f"reports/own/{name}/settings.json", f"reports/own/{name}/figures/curves.svg", f"metrics/own/{name}.json"


def test_the_result_of_a_removed_network_of_ones_own_is_removed(folder):
    write(folder, *of("mine"), *of("removed"), *of("cnn-clean"))
    own_results.remove_others({"mine": "any"})
    assert [path.name for path in (folder / "reports/own").iterdir()] == ["mine"]
    assert [path.name for path in (folder / "metrics/own").iterdir()] == ["mine.json"]
    assert all((folder / name).exists() for name in of("mine"))


def test_what_is_no_result_of_the_stage_stays(folder):
    names = (
        "reports/own/README.md",
        "reports/own/notes/any.txt",
        "reports/own/by-hand/settings.json",  # `misread measure --out reports/own/by-hand` writes no metrics
        "metrics/own/notes.json",
        "metrics/own/README.md",
        "metrics/cnn-clean.json",
        "reports/scores/cnn-clean/settings.json",
    )
    write(folder, *names)
    own_results.remove_others([])
    assert all((folder / name).exists() for name in names)


def test_a_project_without_results_has_nothing_to_remove(folder):
    own_results.remove_others([])
    assert list(folder.iterdir()) == []
