"""Differences between two revisions are sorted into harmless and real ones."""

import json
import re
import subprocess

import pytest

from misread.errors import MisreadError
from misread.experiments import compare_revisions
from misread.experiments.compare_revisions import Results, Tolerance
from misread.experiments.project_copy import ROOT

CODE = {"path": "src/misread/training", "md5": "code"}
STAGES = {
    "prepare": {"cmd": "./run prepare", "deps": [], "outs": [{"path": "data/clean", "md5": "images"}]},
    "train@cnn-clean": {
        "cmd": "./run train cnn clean",
        "deps": [{"path": "data/clean/train.csv", "md5": "table"}, CODE],
        "params": {"params.yaml": {"seed": 1}},
        "outs": [{"path": "models/cnn-clean", "md5": "network"}],
    },
    "evaluate@cnn-clean": {
        "cmd": "./run evaluate cnn clean",
        "deps": [{"path": "models/cnn-clean", "md5": "network"}],
        "outs": [{"path": "reports/predictions/cnn-clean.parquet", "md5": "table"}],
    },
}
METRICS = {("metrics/cnn-clean.json", "clean"): 0.96, ("metrics/cnn-clean.json", "wave10"): 7.3}


def results(replaced=(), metrics=(), stages=STAGES):
    """Results with other digests in dvc.lock and other metrics."""
    text = json.dumps(stages)
    for old, new in replaced:
        text = text.replace(old, new)
    return Results("one", json.loads(text), METRICS | {("metrics/cnn-clean.json", key): new for key, new in metrics})


OTHER_NETWORK = ('models/cnn-clean", "md5": "network', 'models/cnn-clean", "md5": "other')
OTHER_TABLE = ('parquet", "md5": "table', 'parquet", "md5": "other')
NETWORK_AND_TABLE = (OTHER_NETWORK, OTHER_TABLE)


@pytest.mark.parametrize(
    ("other", "verdict", "harmless"),
    [
        (results(), "Identical", True),
        (results(NETWORK_AND_TABLE), "Harmless: all metrics are the same", True),
        (results(NETWORK_AND_TABLE, [("clean", 0.953), ("wave10", 6.5)]), "Harmless: no metric differs by more", True),
        (results(NETWORK_AND_TABLE, [("clean", 0.94), ("wave10", 6.5)]), "Real: 1 of 2 metrics differ", False),
        (results(NETWORK_AND_TABLE, [("wave10", None)]), "Real: 1 of 1 metrics differ", False),
        (results([('"images"', '"other"')]), "Real: prepare should write the same bytes", False),
        (results(stages={"prepare": STAGES["prepare"]}), "Real: the two do not have the same stages", False),
    ],
)
def test_the_verdict(other, verdict, harmless):
    told, found = compare_revisions.describe(results(), other)
    assert verdict in told
    assert found == harmless


def test_causes_are_told_from_consequences():
    stages = compare_revisions.compare_stages(STAGES, results(NETWORK_AND_TABLE).stages)
    assert (stages.same, stages.other_bytes, stages.follow) == (
        ["prepare"],
        ["train@cnn-clean"],
        ["evaluate@cnn-clean"],
    )
    for change, named in (('"code"', "src/misread/training"), ('"seed": 1', "seed")):
        other = results([*NETWORK_AND_TABLE, (change, '"seed": 2' if "seed" in change else '"other"')])
        stages = compare_revisions.compare_stages(STAGES, other.stages)
        assert stages.other_inputs == {"train@cnn-clean": [named]}
        assert stages.other_bytes == []


def test_tolerances_are_absolute_or_relative():
    assert Tolerance(0.01).allows(0.96, 0.95)
    assert not Tolerance(0.01).allows(0.96, 0.949)
    assert Tolerance(0.2, relative=True).allows(10, 8)
    assert not Tolerance(0.2, relative=True).allows(10, 7.9)


def test_results_are_read_from_git_and_from_the_workspace(tmp_path):
    def git(*arguments):
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    (tmp_path / "metrics/own").mkdir(parents=True)
    (tmp_path / "dvc.lock").write_text("schema: '2.0'\nstages: {}\n")
    for name, value in (("cnn-clean", 0.9), ("own/mine", 0.8)):
        (tmp_path / f"metrics/{name}.json").write_text(json.dumps({"clean": value}))
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--message", "run")
    (tmp_path / "metrics/cnn-clean.json").write_text(json.dumps({"clean": 0.7}))
    values = {"metrics/cnn-clean.json": 0.9, "metrics/own/mine.json": 0.8}
    committed = compare_revisions.read("HEAD", tmp_path)
    assert committed.metrics == {(path, "clean"): value for path, value in values.items()}
    assert compare_revisions.read(None, tmp_path).metrics["metrics/cnn-clean.json", "clean"] == 0.7
    with pytest.raises(MisreadError, match="nothing: not a revision with results"):
        compare_revisions.read("nothing", tmp_path)
    (tmp_path / "dvc.lock").unlink()
    with pytest.raises(MisreadError, match=r"dvc\.lock: no such file"):
        compare_revisions.read(None, tmp_path)


def test_the_documentation_has_the_tolerances():
    text = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
    for metric, tolerance in compare_revisions.TOLERANCES.items():
        assert re.search(rf"^\| `{metric}` \| .* \| {tolerance} \|$", text, re.MULTILINE), metric
    assert re.search(rf"^\| strength at which 10% .* \| {compare_revisions.THRESHOLD} \|$", text, re.MULTILINE)
