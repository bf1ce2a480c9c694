"""What a killed DVC leaves half-written is repaired by `make study`."""

import json
import os
import random
import subprocess
import sys
import time

import psutil
import pytest
from ruamel.yaml import YAML

from misread.errors import MisreadError
from misread.experiments import dvc_files
from misread.experiments.project_copy import ROOT

STAGES = 8
TEXT = dvc_files.START + "".join(
    list(dvc_files._entries((ROOT / "dvc.lock").read_text(encoding="utf-8")).values())[:STAGES]
)


def stages(text):
    return YAML(typ="safe").load(text)["stages"]


@pytest.fixture
def lock(tmp_path):
    path = tmp_path / "dvc.lock"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_whole_lock_file_stays_as_it_is(lock, capsys):
    dvc_files.repair_lock(lock)
    assert lock.read_text() == TEXT
    assert capsys.readouterr().out == ""


def test_a_part_of_a_lock_file_is_cut_to_its_complete_entries(lock):
    text = lock.read_text()
    whole, draw = stages(text), random.Random(0)
    for end in (*draw.sample(range(len(text)), 60), 0, 1, 20):
        lock.write_text(text[:end])
        dvc_files.repair_lock(lock)
        if lock.exists():
            assert dvc_files.is_whole(lock.read_text()), "DVC accepts it"
            kept = stages(lock.read_text())
            names = list(kept)
            assert all(kept[name] == whole[name] for name in names[:-1]), end
            # A last entry that is cut at the end of a line is kept; DVC runs its stage again if something is missing.
            assert len(names) >= text[:end].count("\n    cmd:") - 1
        else:
            assert text[:end].count("\n    cmd:") <= 1


def test_entries_that_were_cut_off_come_from_the_last_commit(lock):
    def git(*arguments):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments], cwd=lock.parent, check=True)

    git("init", "--quiet")
    git("add", "dvc.lock")
    git("commit", "--quiet", "--message", "run")
    text = lock.read_text()
    entries = list(stages(text))
    changed = text.replace("hash: md5", "hash: md6", 1)
    lock.write_text(changed[: text.index("cmd:", len(text) // 2)] + "cm")
    dvc_files.repair_lock(lock)
    found = stages(lock.read_text())
    assert sorted(found) == sorted(entries)
    different = [name for name in entries if found[name] != stages(text)[name]]
    assert different == entries[:1], "the newer entry is kept"


def test_conflicts_of_a_merge_are_left_to_the_user(lock):
    text = TEXT.replace("    cmd:", "<<<<<<< HEAD\n    cmd:", 1) + ">>>>>>> theirs\n"
    lock.write_text(text)
    with pytest.raises(MisreadError, match="has conflicts of a merge; README shows"):
        dvc_files.repair_lock(lock)
    assert lock.read_text() == text


@pytest.mark.parametrize("content", ["", '{"write": {"/data', "{}"])
def test_a_part_of_the_file_of_locks_is_removed(tmp_path, content):
    path = tmp_path / "rwlock"
    path.write_text(content)
    for _ in range(2):
        dvc_files.repair_rwlock(path)
        assert path.exists() == (content == "{}")


def test_locks_of_processes_that_have_ended_are_removed(tmp_path):
    """DVC 3.67 calls a path busy if the number of the process exists, also of a dead one."""
    path = tmp_path / "rwlock"
    working = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "dvc"])
    dead = subprocess.Popen(["true"])  # nobody waits for it until the end of the test
    while psutil.Process(dead.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    entries = {
        name: {"pid": pid, "cmd": "dvc repro"}
        for name, pid in (("working", working.pid), ("dead", dead.pid), ("other", os.getpid()), ("none", 2**22 + 1))
    }
    path.write_text(json.dumps({"write": entries, "read": {"all": list(entries.values()), "dead": [entries["dead"]]}}))
    try:
        dvc_files.repair_rwlock(path)
    finally:
        working.kill()
        working.wait()
        dead.wait()
    kept = entries["working"]
    assert json.loads(path.read_text()) == {"write": {"working": kept}, "read": {"all": [kept]}}
