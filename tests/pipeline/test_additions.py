"""A network and a noise type, each added as a file and a section of the parameters, occur wherever others do."""

import shutil

import pandas as pd
import pytest
from additions import SPECKLE, STRONGEST, VGG16, add, remove
from pipeline.conftest import KEYS, NETWORKS, NOISE_TYPES

from misread.experiments.project_copy import change_params

pytestmark = pytest.mark.slow


def test_an_added_network_is_trained_evaluated_swept_and_scored(clone):
    for key in ("vgg16-clean", "vgg16-noisy", "vgg16-robust"):
        assert clone.read(f"models/{key}/training.json")["network"] == "vgg16"
        assert clone.read(f"metrics/{key}.json")["params"] > 0
        sweep = pd.read_parquet(clone.folder / f"reports/sweep/{key}/strengths.parquet")
        assert set(sweep.noise_type) == {"none", *NOISE_TYPES}


def test_both_additions_are_in_every_table(clone):
    reports = clone.folder / "reports"
    for table, column, wanted in (
        ("results.csv", "Noise type", {"none", *NOISE_TYPES}),
        ("tables/confusions.csv", "network", set(KEYS)),
        ("tables/permits_more.csv", "network", set(KEYS)),
        ("tables/histories.csv", "classifier", set(KEYS)),
        ("tables/agreement.csv", "noise_type", {"none", *NOISE_TYPES}),
        ("tables/downstream.csv", "noise_type", {"none", *NOISE_TYPES}),
        ("tables/gains.csv", "noise_type", {"none", *NOISE_TYPES}),
        *(
            (f"scores/{key}/{name}.csv", "noise_type", set(NOISE_TYPES))
            for key in KEYS
            for name in ("curves", "ranking")
        ),
        *((f"scores/{key}/calibration.csv", "noise_type", {"none", *NOISE_TYPES}) for key in KEYS),
    ):
        found = pd.read_csv(reports / table, keep_default_na=False)[column]
        assert set(found) == wanted, table
    assert {name.partition("-")[0] for name in clone.read("reports/noise.json")} == set(NOISE_TYPES)


def test_both_additions_are_in_every_table_and_figure_of_the_page(clone):
    page = (clone.folder / "reports/index.html").read_text()
    figures = dict(part.split('">', 1) for part in page.split('<figure id="figure-')[1:])
    per_network = (
        "overview/accuracy", "overview/tradeoff", "training_curves/curves", "levels/accuracy_by_level", "onset/curves",
        "onset/thresholds", "disruption/equal_energy", "disruption/fourier", "noise_training/transfer",
        "mistakes/permits_more",
        "mistakes/confusion", "confidence/calibration", "confidence/risk_coverage", "error_consistency/kappa",
    )  # fmt: skip
    per_noise = (
        "overview/accuracy", "levels/accuracy_by_level", "onset/curves", "onset/thresholds", "onset/fragility",
        "disruption/equal_energy", "noise_training/transfer", "gan_images/taken_for_real", "gan_images/noise",
        "gan_training_data/downstream", "gan_training_data/gains", "confidence/calibration",
        "error_consistency/kappa",
    )  # fmt: skip
    for names, word in ((per_network, "vgg16"), (per_noise, "speckle")):
        for name in names:
            assert word in figures[name].split("</figure>")[0], f"{word} in {name}"
    tables = {part.split("</strong>")[0]: part for part in page.split("<caption><span><strong>")[1:]}
    without_networks = (
        "Which misc", "Scores of the GANs", "Accuracy of the downstream", "Gains from", "Strength and error",
        "Several trainings", "What is claimed",
    )  # fmt: skip
    for title, table in tables.items():
        if not title.startswith(without_networks):
            assert "vgg16" in table, title
    for title in ("Each network", "Strength and error", "Accuracy on the clean", "Noise types from", "Mean accuracy"):
        assert any("speckle" in table for name, table in tables.items() if name.startswith(title)), title


def test_a_noise_type_comes_and_goes_without_other_noise_and_trains_only_who_sees_it(clone):
    state = clone.state()
    remove(clone.folder, "noise.types", "speckle")
    assert clone.repro("arrange") == ["check", "arrange"]
    assert not list(clone.folder.glob("data/noisy/speckle-*"))
    assert not list(clone.folder.glob("data/sets/*/test/speckle-*"))
    # Networks of the regime `robust` are trained on all types of noise.
    assert outdated(clone, "train", "train_again", "train_downstream", "train_gan") == [
        *(f"train@{network}-robust" for network in NETWORKS), "train_again@cnn-robust-2",
    ]  # fmt: skip
    assert "evaluate@cnn-clean" in outdated(clone, "evaluate")
    add(clone.folder, SPECKLE)
    assert clone.repro("arrange", "train", "train_again") == [], "what was made before is in the cache"
    clone.restore(state)


def test_a_network_comes_and_goes_without_training_others(clone):
    state = clone.state()
    remove(clone.folder, "networks", "vgg16")
    noises = {f"noise@{kind}-{level}" for kind in NOISE_TYPES for level in ("min", "avg", "max")}
    assert set(clone.repro("arrange")) == {"check", "prepare", *noises, "arrange"}
    for left in ("predictions", "sweep", "scores", "history"):
        names = {path.name.split(".")[0] for path in (clone.folder / "reports" / left).iterdir()}
        assert {name.removesuffix("-2") for name in names} == {"cnn-clean", "cnn-noisy", "cnn-robust"}, left
    assert not list(clone.folder.glob("metrics/vgg16*"))
    assert outdated(clone, "train", "evaluate", "sweep", "train_downstream", "train_gan") == []
    add(clone.folder, VGG16)
    clone.restore(state)


def test_a_regime_is_added_without_training_in_others(clone):
    state = clone.state()
    add(clone.folder, STRONGEST)
    assert clone.repro("arrange") == ["check", "arrange"]
    linked = {path.name for path in (clone.folder / "data/sets/cnn/train/strongest").iterdir()}
    assert linked == {f"{kind}-max" for kind in NOISE_TYPES}
    assert outdated(clone, "train") == [f"train@{network}-strongest" for network in NETWORKS]
    assert "Epoch 2/2" in clone.run("./run", "train", "cnn", "strongest").stdout
    assert clone.read("models/cnn-strongest/training.json")["regime"] == "strongest"
    (clone.folder / STRONGEST.path).unlink()
    shutil.rmtree(clone.folder / "models/cnn-strongest")
    (clone.folder / "reports/history/cnn-strongest.csv").unlink()
    clone.restore(state)


def test_settings_of_a_network_in_one_regime_train_it_in_no_other(clone):
    state = clone.state()
    change_params(clone.folder, {"regimes.robust.networks.cnn": {"epochs": 1}})
    clone.repro("check")
    assert outdated(clone, "train", "train_again", "arrange") == ["train@cnn-robust", "train_again@cnn-robust-2"]
    clone.restore(state)


def test_another_training_trains_and_touches_no_other(clone):
    state = clone.state()
    change_params(clone.folder, {"repeats.further": [2, 3]})
    assert clone.repro("arrange") == ["check", "arrange"]
    new = [f"train_again@cnn-{regime}-3" for regime in ("clean", "noisy", "robust")]
    assert outdated(clone, "train", "train_again", "train_gan") == new
    change_params(clone.folder, {"repeats.further": []})
    assert clone.repro("arrange") == ["check", "arrange"]
    assert not (clone.folder / "reports/history/cnn-clean-2.csv").exists()
    assert outdated(clone, "train", "train_again") == []
    clone.restore(state)


def test_a_training_that_is_no_longer_wanted_is_not_predicted_again(clone):
    state = clone.state()
    further = clone.folder / "models/cnn-clean/again"
    for number in ("3", "notes"):
        shutil.copytree(further / "2", further / number)
    # `arrange` has run with these parameters, so DVC would restore its outputs: nothing else can remove this training.
    assert outdated(clone, "arrange") == []
    for stage in ("evaluate", "sweep"):
        shutil.copytree(further / "2", further / "3", dirs_exist_ok=True)
        clone.run("./run", stage, "cnn", "clean")
        assert {path.name for path in further.iterdir()} == {"2", "notes"}, stage
    test_two_trainings_are_in_every_table(clone)
    shutil.rmtree(further / "notes")
    assert outdated(clone, "evaluate@cnn-clean", "sweep@cnn-clean") == [], "the same bytes as before"
    clone.restore(state)


def test_two_trainings_are_in_every_table(clone):
    first, again = (clone.folder / f"models/cnn-clean/{name}model.keras" for name in ("", "again/2/"))
    assert first.read_bytes() != again.read_bytes()
    for path in ("predictions/cnn-clean.parquet", "sweep/cnn-clean/strengths.parquet"):
        assert set(pd.read_parquet(clone.folder / "reports" / path).training) == {1, 2}, path
    assert set(pd.read_parquet(clone.folder / "reports/predictions/vgg16-clean.parquet").training) == {1}
    table = pd.read_csv(clone.folder / "reports/scores/cnn-clean/by_noise.csv", keep_default_na=False, na_values=[""])
    assert (table.trainings == 2).all()
    assert table.spread.notna().all()
    downstream = pd.read_csv(clone.folder / "reports/tables/downstream.csv", keep_default_na=False)
    assert (downstream.trainings == 2).all()


def test_other_code_of_a_noise_trains_only_who_sees_it(clone):
    path = clone.folder / "src/misread/noise/types/speckle.py"
    path.write_text(path.read_text() + "\n# other code\n")
    clone.repro("check")
    sets = clone.read("data/sets.json")["regimes"]["robust"]["noise"]
    clone.git("checkout", str(path))
    clone.repro("check")
    before = clone.read("data/sets.json")["regimes"]["robust"]["noise"]
    assert {name for name in sets if sets[name] != before[name]} == {"speckle"}


def test_a_message_in_other_words_runs_nothing_but_the_check(clone):
    for name in ("params/refusals.py", "errors.py", "stage.py", "registry.py"):
        path = clone.folder / "src/misread" / name
        path.write_text(path.read_text() + "\n# another message\n")
    assert clone.would_run() == ["check"]
    clone.git("checkout", "src")


def outdated(clone, *stages):
    """Those of some stages that are not up to date."""
    told = clone.dvc("status", *stages).stdout
    return [line.strip().rstrip(":") for line in told.splitlines() if line and not line.startswith((" ", "\t", "Data"))]
