"""The results of removed networks of the user's own go; everything else beside them stays."""

import pytest

from misread.data import own_results


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("anything", encoding="utf-8")


def of(name):
    return f"reports/own/{name}/settings.json", f"reports/own/{name}/figures/curves.svg", f"metrics/own/{name}.json"


def test_the_result_of_a_removed_network_is_removed(folder):
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
