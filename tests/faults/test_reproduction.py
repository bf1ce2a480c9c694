"""The same bytes from nothing, again and again, and after kills."""

import hashlib
import re

import pytest
from kills import KILLS

from misread.params import yaml12

pytestmark = pytest.mark.slow
MADE_BY = "src/misread/data/texts.py"  # writes JSON; no stage depends on it, as it carries no result


def stages(clone):
    return yaml12.load(clone.lock())["stages"]


def objects(clone):
    """The content of DVC's cache: name -> MD5 of the content."""
    folder = clone.cache / "files/md5"
    return {
        path.relative_to(folder).as_posix().replace("/", ""): hashlib.md5(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".tmp"  # DVC renames complete files only; `dvc gc` removes others
    }


def test_two_runs_from_nothing_give_the_same_bytes(runs, finished):
    second = runs.second.result()
    assert finished.cache != second.cache
    assert sorted(second.ran) == sorted(finished.ran) == sorted(stages(finished)), "each ran every stage itself"
    outputs = [
        (name, out["path"], out["md5"]) for name, stage in stages(finished).items() for out in stage.get("outs", [])
    ]
    assert len(outputs) > 70
    assert outputs == [
        (name, out["path"], out["md5"]) for name, stage in stages(second).items() for out in stage.get("outs", [])
    ]
    assert finished.lock() == second.lock()


def test_a_run_that_is_killed_again_and_again_ends_as_an_undisturbed_one(runs, finished):
    killed = runs.killed.result()
    assert len(killed.kills) == KILLS
    assert stages(killed) == stages(finished)
    assert "up to date" in killed.dvc("status").stdout
    assert killed.repro() == []


def test_kills_leave_no_half_written_file(runs):
    killed = runs.killed.result()
    assert list(killed.folder.rglob("*.partial")) == []
    assert {name: md5 for name, md5 in objects(killed).items() if name.removesuffix(".dir") != md5} == {}
    assert killed.git("status", "--porcelain", "--", "src", "stages", "params.yaml", "dvc.yaml").stdout == ""


def test_no_kill_leaves_a_lock_that_stays(runs):
    """Whatever `dvc` said after a kill, `make study` went on; README and the messages themselves know no others."""
    known = r"manually remove '.*rwlock'|join\(\) argument must be|structure is corrupted"
    refusals = [kill for kill in runs.killed.result().kills if "ERROR" in kill.message]
    assert [kill for kill in refusals if not re.search(known, kill.message)] == []


def test_make_verify_runs_stages_again_and_compares_the_bytes(finished, tmp_path):
    clone = finished.cloned(tmp_path / "clone")
    assert "not up to date; run `dvc repro` or `dvc checkout` first" in verify(clone, "measure_noise").stderr
    clone.dvc("cache", "dir", "--local", str(finished.cache))
    clone.dvc("checkout")
    done = verify(clone, "measure_noise", "noise@gaussian-min", "train_downstream@real", "score", "report")
    assert done.returncode == 0, done.stderr
    assert "Same bytes: 12 outputs of 7 stages, made again without the cache." in done.stdout
    assert clone.git("status", "--porcelain").stdout == ""
    assert not (clone.folder / ".verify").exists()
    assert "error: Stage 'nothing' not found" in verify(clone, "nothing").stderr


def test_make_verify_tells_which_bytes_differ(finished, tmp_path):
    clone = finished.cloned(tmp_path / "clone")
    clone.dvc("cache", "dir", "--local", str(finished.cache))
    clone.dvc("checkout")
    path = clone.folder / MADE_BY
    path.write_text(path.read_text().replace("indent=2", "indent=1"))
    done = verify(clone, "measure_noise", "score@cnn-clean")
    assert done.returncode != 0
    assert "score@cnn-clean: metrics/cnn-clean.json" in done.stdout
    assert "measure_noise: reports/noise.json" in done.stdout
    assert "Harmless: all metrics are the same." in done.stderr
    assert (clone.folder / ".verify/reports/noise.json").exists(), "to be looked at"


def verify(clone, *stages):
    return clone.run("make", "verify", f"STAGE={' '.join(stages)}", check=False)
