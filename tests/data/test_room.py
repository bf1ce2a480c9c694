"""Room on the disk for the data sets."""

import shutil
from pathlib import Path

import pytest
from dvc.config import Config
from ruamel.yaml import YAML

from misread import params
from misread.data import room
from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT, change_params, copy_project


class TestRoom:
    @pytest.fixture
    def settings(self, tmp_path, monkeypatch):
        copy_project(tmp_path, {})
        shutil.copy(ROOT / "dvc.lock", tmp_path)
        monkeypatch.chdir(tmp_path)
        return params.load()

    def free(self, monkeypatch, gigabytes):
        used = shutil._ntuple_diskusage(10**12, 0, int(gigabytes * 1e9))
        monkeypatch.setattr(room.shutil, "disk_usage", lambda _: used)

    def test_a_disk_that_lacks_room_is_told_before_the_first_set_is_written(self, settings, monkeypatch):
        self.free(monkeypatch, 10)
        with pytest.raises(MisreadError, match=r"10\.0 GB free, but .* need 1[67]\.\d GB more"):
            room.require(settings, "prepare")
        self.free(monkeypatch, 20)
        room.require(settings, "prepare")

    def test_the_sets_of_gtsrb_take_what_the_lock_file_says(self, settings):
        locked = YAML(typ="safe").load(ROOT / "dvc.lock")["stages"]
        for name, size in room.bytes_of_sets(settings).items():
            written = sum(output["size"] for output in locked[name]["outs"])
            assert size == pytest.approx(written, rel=0.1 if name == "download" else 0.01)

    def test_what_the_cache_holds_needs_no_room(self, settings, tmp_path, monkeypatch):
        locked = YAML(typ="safe").load(tmp_path / "dvc.lock")["stages"]
        cache = tmp_path / ".dvc/cache"
        for name, entry in locked.items():
            if name in ("check", "download", "prepare") or name.startswith("noise@"):
                for output in entry["outs"]:
                    file = cache / "files/md5" / output["md5"][:2] / output["md5"][2:]
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.touch()
        self.free(monkeypatch, 2)
        room.require(settings, "noise@gaussian-avg")
        change_params(tmp_path, {"noise.types.gaussian.min": 5.0})
        with pytest.raises(MisreadError, match=r"need 3\.3 GB more"):
            room.require(params.load(), "noise@gaussian-avg")
        change_params(tmp_path, {"resize": "stretch"})
        with pytest.raises(MisreadError, match=r"need 14\.7 GB more"):
            room.require(params.load(), "noise@gaussian-avg")

    def test_a_cache_on_another_disk_is_where_room_is_needed(self, settings, tmp_path, monkeypatch):
        (tmp_path / ".dvc/config.local").write_text("[cache]\n    dir = /\n")
        assert Config(".dvc")["cache"]["dir"] == "/"
        asked = []
        monkeypatch.setattr(
            room.shutil, "disk_usage", lambda path: asked.append(Path(path)) or shutil._ntuple_diskusage(1, 0, 10**12)
        )
        room.require(settings, "prepare")
        assert Path("/") in asked

    def test_data_on_another_disk_than_the_cache_need_room_on_both(self, settings, tmp_path, monkeypatch):
        memory = Path("/dev/shm")
        if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
            pytest.skip("no second file system at hand")
        (tmp_path / "data").symlink_to(memory)  # in place of a disk that is mounted there
        free = {tmp_path / "data": 10**9}
        monkeypatch.setattr(
            room.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**12, 0, free.get(Path(path), 10**11))
        )
        with pytest.raises(MisreadError, match=r"^data: its disk has 1\.0 GB free"):
            room.require(settings, "prepare")
