"""Several machines run shares of a grid of variants, and one collects them, as docs/scaling.md says."""

import csv
import io
from typing import NamedTuple

import pytest
from clones import stages_run

pytestmark = pytest.mark.slow
GRID = "noise.level=min,mean,avg,max"  # `mean` is wrong
CHECKED = "error: params.yaml: noise.level: 'mean': must be 'min', 'avg' or 'max'"


class Done(NamedTuple):
    """A share that was run."""

    machine: object
    status: int
    stdout: str
    stderr: list[str]  # lines, without those of make


def run_share(machine, share, *others, grid=GRID):
    call = ("make", "variants", f"GRID={grid}", "STAGE=score@cnn-clean", f"SHARE={share}", "GIT=origin", *others)
    done = machine.run(*call, check=False)
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert "Traceback" not in done.stderr
    return Done(machine, done.returncode, done.stdout, lines)


@pytest.fixture(scope="module")
def new_machine(finished, tmp_path_factory):
    """A function that clones a bare git repository with the finished run, whose files are uploaded."""
    folder = tmp_path_factory.mktemp("shares")
    finished.run("git", "clone", "--quiet", "--bare", str(finished.folder), str(folder / "git"))

    def make(name):
        made = finished.cloned(folder / name)
        made.git("remote", "set-url", "origin", str(folder / "git"))
        made.dvc("remote", "add", "--local", "--default", "storage", str(folder / "files"))
        return made

    publisher = make("publisher")
    publisher.dvc("cache", "dir", "--local", str(finished.cache))
    publisher.dvc("push")
    return make


@pytest.fixture(scope="module")
def shares(new_machine):
    return [run_share(new_machine(f"machine-{number}"), f"{number}/2") for number in (1, 2)]


def test_a_wrong_value_is_told_in_one_line_and_the_other_variants_run(shares):
    first, second = shares
    assert first.status == 0
    assert "level-min: done, pushed to origin" in first.stdout
    assert "level-avg: done, pushed to origin" in first.stdout
    assert second.status != 0
    assert CHECKED in second.stderr
    assert "level-max: done, pushed to origin" in second.stdout
    assert second.stderr[-1] == "error: 1 failed: level-mean"


def test_what_is_on_the_remote_is_downloaded_instead_of_computed(shares):
    assert set(stages_run(shares[0].stdout)) == {"check", "arrange", "score@cnn-clean"}
    assert set(stages_run(shares[1].stdout)) == {"check"}, "level-max is what the commit has"
    for share in shares:
        assert share.machine.git("status", "--porcelain").stdout == "", "the workspace stays as it is"


def test_a_share_that_is_run_again_runs_nothing(shares, new_machine):
    for machine in (shares[0].machine, new_machine("another")):
        again = run_share(machine, "1/2")
        assert again.status == 0
        assert stages_run(again.stdout) == []
        assert again.stdout.count("is on origin already") == 2


def test_one_machine_collects_all_variants_with_parameters_metrics_and_files(finished, shares, new_machine):
    collector = new_machine("collector")
    collector.dvc("exp", "pull", "origin")
    table = csv.DictReader(io.StringIO(collector.dvc("exp", "show", "--csv").stdout))
    rows = {row["Experiment"]: row for row in table if row["Experiment"]}
    assert sorted(rows) == ["level-avg", "level-max", "level-min"]
    scores = (finished.folder / "reports/scores/cnn-clean/by_noise.csv").read_text()
    accuracies = {
        row["noise_level"]: float(row["accuracy"])
        for row in csv.DictReader(io.StringIO(scores))
        if row["noise_type"] == "salt_pepper"
    }
    for name, row in rows.items():
        level = name.removeprefix("level-")
        assert row["noise.level"] == level
        chosen = (
            row.get("metrics/cnn-clean.json:chosen") or row["chosen"]
        )  # the latter if no other metrics have the key
        assert float(chosen) == pytest.approx(accuracies[level], abs=1e-4)
    assert len(set(accuracies.values())) == 3
    collector.dvc("get", ".", "models/cnn-clean", "--rev", "level-min", "--out", "got")
    model = (collector.folder / "got/model.keras").read_bytes()
    assert model == (finished.folder / "models/cnn-clean/model.keras").read_bytes()


def test_a_variant_that_was_not_pushed_is_pushed_by_the_next_run(new_machine):
    machine = new_machine("interrupted")
    call = ("make", "variants", "GRID=sweep.resamples=101", "STAGE=score@cnn-clean", "NAME=late")
    assert "late_resamples-101: done\n" in machine.run(*call).stdout
    again = machine.run(*call, "GIT=origin").stdout
    assert "late_resamples-101: exists already, pushed to origin" in again
    assert stages_run(again) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["GRID="], "error: changes of params.yaml are expected, as in GRID="),
        (["GRID=seed=1,2", "SHARE=3/2"], "error: SHARE=3/2: I/N is expected"),
        (["GRID=noise.levl=1"], "error: Could not override 'noise.levl'"),
        (["GRID=seed=1", "STAGE=scores"], "error: Stage 'scores' not found"),
        (["GRID=seed=1", "GIT=nowhere"], "error: 'nowhere' is not a valid Git remote"),
        (["GRID=seed=1", "PUSH=train"], "error: PUSH=: needs the git remote"),
    ],
)
def test_a_mistake_is_told_in_one_line_before_anything_runs(new_machine, tmp_path, arguments, told):
    refused(new_machine(tmp_path.name), arguments, told)


def test_a_clone_that_cannot_be_used_is_told_in_one_line(shares, new_machine):
    machine = new_machine("unusable")
    machine.dvc("exp", "pull", "origin", "level-min")
    other = ["GRID=noise.level=min", "STAGE=score@cnn-noisy"]
    refused(
        machine, other, "error: the experiment level-min is another one (variant: noise.level=min; score@cnn-clean)"
    )
    with (machine.folder / "dvc.yaml").open("a") as file:
        file.write("# changed\n")
    refused(machine, ["GRID=seed=1"], "error: uncommitted changes (dvc.yaml)")
    machine.git("checkout", "--quiet", "dvc.yaml")
    machine.dvc("remote", "remove", "--local", "storage")
    refused(machine, ["GRID=seed=1", "GIT=origin"], "error: GIT=: pushing needs a place for files")
    machine.git("config", "user.name", "Jürgen")
    refused(machine, ["GRID=seed=1"], f"error: {machine.folder / '.git/config'}: has letters beyond ASCII")


def refused(machine, arguments, told):
    done = machine.run("make", "variants", *arguments, check=False)
    assert done.returncode != 0
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith(told)
    assert stages_run(done.stdout) == []
