"""The user's machine and settings: whatever they are, misread runs the same, or says in one line why it cannot."""

import ast
import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import demo
import pytest
import variants
from dvc.config import Config
from project_copy import ROOT, change_params, copy_project
from ruamel.yaml import YAML

import room
import stage
from misread import params
from misread.data import store
from misread.errors import MisreadError

BARE = {"PATH": os.pathsep.join(folder for folder in os.environ["PATH"].split(os.pathsep) if ".venv" not in folder)}


def run(*command, cwd=ROOT, check=True, **environment):
    """Run a command in a shell without anybody's settings."""
    kept = {name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "TMPDIR")}
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=kept | BARE | environment, capture_output=True, text=True, check=False
    )
    assert not check or done.returncode == 0, done.stderr[-3000:]
    return done


def fake_python(folder: Path, name: str = "python") -> Path:
    """A Python that tells where it lies and has all packages."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('#!/bin/sh\n[ "$1" = -c ] && exit 0\necho "$0 PYTHONPATH=$PYTHONPATH"\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def project(tmp_path):
    """A folder with nothing of the project but the launcher."""
    folder = tmp_path / "home/project"
    (folder / "stages").mkdir(parents=True)
    shutil.copy(ROOT / "stages/python", folder / "stages")
    return folder


class TestLauncher:
    def test_the_environment_of_the_project_comes_first(self, project, tmp_path):
        own = fake_python(project / ".venv/bin")
        active = fake_python(tmp_path / "active/bin")
        elsewhere = tmp_path / "ros/lib"
        done = run(project / "stages/python", "x.py", VIRTUAL_ENV=str(active.parents[1]), PYTHONPATH=str(elsewhere))
        assert done.stdout == f"{own} PYTHONPATH={project}/src\n"

    @pytest.mark.parametrize("copy", [".dvc/tmp/exps/standalone/abc", ".demo", ".demo/.classifiers"])
    def test_copies_take_that_of_the_project_around_them(self, project, copy):
        own = fake_python(project / ".venv/bin")
        shutil.copytree(project / "stages", project / copy / "stages")
        done = run(project / copy / "stages/python", "x.py")
        assert done.stdout == f"{own} PYTHONPATH={project / copy}/src\n"

    def test_the_active_environment_beats_one_in_a_folder_above(self, project, tmp_path):
        fake_python(project.parent / ".venv/bin")
        active = fake_python(tmp_path / "active/bin")
        done = run(project / "stages/python", "x.py", VIRTUAL_ENV=str(active.parents[1]))
        assert done.stdout.startswith(f"{active} ")

    def test_the_first_on_the_path_comes_last(self, project, tmp_path):
        other = fake_python(tmp_path / "conda/bin", "python3")
        done = run(project / "stages/python", "x.py", PATH=f"{other.parent}:/usr/bin:/bin")
        assert done.stdout.split()[0] in (str(other), shutil.which("python", path="/usr/bin:/bin"))

    def test_a_python_without_the_packages_is_named_in_one_line(self, project, tmp_path):
        bare = tmp_path / "bare/bin/python"
        bare.parent.mkdir(parents=True)
        bare.write_text("#!/bin/sh\nexit 1\n")
        bare.chmod(0o755)
        done = run(project / "stages/python", "x.py", check=False, VIRTUAL_ENV=str(bare.parents[1]))
        assert done.returncode == 1
        assert done.stderr == (
            f"error: {bare} lacks the packages of requirements.lock; `make setup` makes an environment\n"
        )

    def test_a_relative_mirror_is_taken_from_the_project(self, project):
        python = fake_python(project / ".venv/bin")
        python.write_text('#!/bin/sh\necho "$MISREAD_MIRROR"\n')
        copy = project / ".dvc/tmp/exps/standalone/abc"
        shutil.copytree(project / "stages", copy / "stages")
        for given, used in (
            ("mirror", f"{project}/mirror"), ("/mirror", "/mirror"), ("https://host/x", "https://host/x"), ("", ""),
        ):  # fmt: skip
            done = run(copy / "stages/python", "x.py", MISREAD_MIRROR=given)
            assert done.stdout.splitlines()[-1] == used
        assert run(copy / "stages/python", "x.py", MISREAD_MIRROR="m", DVC_ROOT="/p").stdout.endswith("/p/m\n")


def test_a_clone_with_windows_line_ends_keeps_those_of_the_project(tmp_path):
    source, clone = tmp_path / "source", tmp_path / "clone"
    copy_project(source, {})
    shutil.copy(ROOT / ".gitattributes", source)
    shutil.copytree(ROOT / "reports/figures/data", source / "reports/figures/data")
    git = ("git", "-c", "user.name=test", "-c", "user.email=test@example.org")
    run("git", "init", "--quiet", source)
    run(*git, "add", ".", cwd=source)
    run(*git, "commit", "--quiet", "--message", "start", cwd=source)
    run("git", "-c", "core.autocrlf=true", "clone", "--quiet", source, clone)
    run("git", "config", "core.autocrlf", "true", cwd=clone)
    assert b"\r" not in (clone / "stages/python").read_bytes()
    assert (clone / "reports/figures/data/samples.png").read_bytes().startswith(b"\x89PNG\r\n")
    assert run("git", "status", "--porcelain", cwd=clone).stdout == ""


def test_keras_is_imported_nowhere_before_misread_starts_it():
    """What the user's settings of it were to decide, they would."""
    started = {"networks", "gans"}  # packages that start it when they are imported
    for path in [*(ROOT / "stages").glob("*.py"), *(ROOT / "scripts").glob("*.py"), *(ROOT / "src").rglob("*.py")]:
        if not started & set(path.relative_to(ROOT).parts):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                names = {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
                names |= {node.module} if isinstance(node, ast.ImportFrom) else set()
                assert not [name for name in names if str(name).startswith(("keras", "tensorflow"))], path


KERAS = """
import misread.gans.training, keras
print(keras.config.backend(), keras.config.image_data_format(), keras.config.floatx(), keras.config.max_epochs())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "environment"),
    [
        ('{"image_dim_ordering": "th", "floatx": "float32", "backend": "theano"}', {}),
        ('{"image_data_format": "channels_first", "floatx": "float16", "backend": "jax"}', {"KERAS_MAX_EPOCHS": "1"}),
        ('{"image_data_format": "th"}', {"KERAS_BACKEND": "torch", "TF_XLA_FLAGS": "--no_such_flag"}),
    ],
)
def test_keras_settings_of_the_user_decide_nothing(tmp_path, settings, environment):
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras/keras.json").write_text(settings)
    done = run(
        sys.executable, "-c", KERAS, PYTHONPATH=str(ROOT / "src"), **environment,
        HOME=str(tmp_path), XDG_CACHE_HOME=str(tmp_path / "cache"),
    )  # fmt: skip
    assert done.stdout == "tensorflow channels_last float32 None\n"
    assert (tmp_path / ".keras/keras.json").read_text() == settings


@pytest.mark.slow
def test_a_keras_that_was_imported_before_with_other_settings_is_refused():
    code = "import keras; keras.config.set_image_data_format('channels_first'); import misread.networks"
    done = run(sys.executable, "-c", code, check=False, PYTHONPATH=str(ROOT / "src"))
    assert "Keras was imported with image_data_format 'channels_first', misread needs 'channels_last'" in done.stderr


FIGURE = """
import sys
from pathlib import Path
import matplotlib.pyplot as plt
from misread.report import style
figure, axes = plt.subplots()
axes.plot([1, 2], label="cnn")
axes.legend()
style.save({"figure": figure}, Path(sys.argv[1]))
"""


def test_matplotlib_settings_of_the_user_decide_nothing(tmp_path):
    for name, settings in (("none", ""), ("own", "text.usetex: True\nsavefig.dpi: 300\nfont.family: serif\n")):
        home = tmp_path / name
        home.mkdir()
        (home / "matplotlibrc").write_text(settings)
        run(
            sys.executable, "-c", FIGURE, home / "out", cwd=home, PYTHONPATH=str(ROOT / "src"), MPLCONFIGDIR=str(home),
        )  # fmt: skip
    one, other = (tmp_path / name / "out/figure.png" for name in ("none", "own"))
    assert one.read_bytes() == other.read_bytes()


class TestErrorsOfTheSystem:
    @pytest.mark.parametrize(
        ("error", "told"),
        [
            (OSError(errno.ENOMEM, "Cannot allocate memory"), "not enough memory; set MISREAD_WORKERS"),
            (MemoryError(), "not enough memory"),
            (OSError(errno.EMFILE, "Too many open files"), "no more open files (`ulimit -n`"),
            (OSError(errno.EMFILE, "Too many open files", "data/x"), "no more open files (`ulimit -n`"),
            (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "no more processes or threads"),
            (RuntimeError("can't start new thread"), "no more processes or threads"),
            (PermissionError(errno.EACCES, "Permission denied", "data/x"), "data/x: Permission denied"),
        ],
    )
    def test_limits_of_the_machine_are_named_for_what_they_are(self, error, told):
        def fail():
            raise error

        with pytest.raises(SystemExit) as end:
            stage.run(fail)
        assert str(end.value.code).startswith("error: ")
        assert told in end.value.code
        assert "disk" not in end.value.code

    def test_a_bug_keeps_its_traceback(self):
        def fail():
            raise OSError("no error number")

        with pytest.raises(OSError, match="no error number"):
            stage.run(fail)

    @pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), OSError("4096 requested and 0 written")])
    def test_a_full_disk_is_told_with_the_folder(self, tmp_path, monkeypatch, error):
        monkeypatch.chdir(tmp_path)
        if error.errno is None:  # NumPy's, for one
            monkeypatch.setattr(store.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 0))

        def fail():
            with store.complete_or_absent(Path("data/noisy/gaussian-avg")) as folder:
                folder.mkdir()
                raise error

        with pytest.raises(SystemExit) as end:
            stage.run(fail)
        assert end.value.code.startswith("error: data/noisy/gaussian-avg: no space left on its disk")
        assert list((tmp_path / "data/noisy").iterdir()) == []

    def test_a_linked_folder_is_refused(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "large").mkdir()
        (tmp_path / "data").symlink_to("large")
        with pytest.raises(SystemExit) as end:
            stage.run(lambda: pytest.fail("the stage ran"))
        assert end.value.code.startswith("error: data: is a symbolic link")
        assert "dvc cache dir --local FOLDER" in end.value.code


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
        change_params(tmp_path, {"noise.strength.gaussian.min": 5.0})
        with pytest.raises(MisreadError, match=r"need 3\.3 GB more"):
            room.require(params.load(), "noise@gaussian-avg")
        change_params(tmp_path, {"geometry.fit": "stretch"})
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


class TestBeyondAscii:
    """DVC writes settings as ASCII, so that a path in them must be relative, or have no other letters."""

    def test_the_demo_has_one_cache_for_both_halves(self, tmp_path, monkeypatch):
        target = tmp_path / "Größe/.demo"
        monkeypatch.setattr(demo, "TARGET", target)
        for folder in (target, target / ".classifiers"):
            demo.set_up(folder)
            done = run(sys.executable, "-m", "dvc", "cache", "dir", cwd=folder)
            assert Path(done.stdout.strip()) == target / ".dvc/cache"

    def test_comparisons_say_so_before_anything_runs(self, tmp_path, monkeypatch):
        monkeypatch.setattr(variants, "ROOT", tmp_path / "Größe")
        monkeypatch.setattr(variants.subprocess, "run", lambda *_, **__: pytest.fail("something was started"))
        with pytest.raises(SystemExit, match=r"error: .*Größe: DVC cannot make copies in a folder whose path"):
            variants.run("name", {"seed": 1}, "train@cnn-clean")


def test_copies_use_the_downloads_of_the_project():
    code = "import download; print(download.KEPT)"
    path = os.pathsep.join(str(ROOT / name) for name in ("src", "stages"))
    for root, kept in (("/project", "/project/data/.downloads"), ("", "data/.downloads")):
        done = run(sys.executable, "-c", code, PYTHONPATH=path, DVC_ROOT=root)
        assert done.stdout.strip() == kept
